package httpx

import (
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Forever is a wait longer than any program will sleep.
const Forever = time.Duration(1<<63 - 1)

// maxClockedWait is the longest wait that is read by the Date of a response. With a longer one, or
// one that ended longer ago, that date is more likely wrong than right.
const maxClockedWait = 24 * time.Hour

// A number up to maxSeconds means a wait. A larger one is an instant, as some servers
// write it, in Unix seconds or, from minMilliseconds on, in milliseconds.
const (
	maxSeconds      = 365 * 24 * 60 * 60
	minMilliseconds = 100_000_000_000 // 1973; in seconds, the year 5138
)

// RetryAfter parses the Retry-After header (RFC 9110 section 10.2.3), a number of seconds or a
// date, and reports whether it is valid. A number of more than a year is an instant, like that of
// [RateLimitReset]. A date or an instant is compared with the server's own clock, the Date header
// of the same response, because this machine's clock may be wrong; without a plausible one, with
// now. The header is hostile input: a date in the past is 0, and a wait too long for a Duration is
// [Forever]. It never wraps around to no wait.
func RetryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if n, ok := number(value); ok {
		if n <= maxSeconds {
			return time.Duration(n) * time.Second, true
		}
		return untilUnix(n, header, now), true
	}
	at, err := parseDate(value)
	if err != nil {
		return 0, false
	}
	return until(at, header, now), true
}

// RateLimitReset parses Auth0's x-ratelimit-reset header, an instant in Unix seconds or
// milliseconds, and returns the wait until then, by the same clock as [RetryAfter].
func RateLimitReset(header http.Header, now time.Time) (time.Duration, bool) {
	n, ok := number(strings.TrimSpace(header.Get("X-Ratelimit-Reset")))
	if !ok {
		return 0, false
	}
	return untilUnix(n, header, now), true
}

// until returns the wait until an instant that the server has named.
func until(at time.Time, header http.Header, now time.Time) time.Duration {
	if date, err := parseDate(header.Get("Date")); err == nil {
		if wait := at.Sub(date); wait.Abs() <= maxClockedWait {
			return max(0, wait)
		}
	}
	return max(0, at.Sub(now)) // Sub is bounded by the range of a Duration
}

// number parses digits. A number that is too large is the largest.
func number(digits string) (int64, bool) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n, true
}

// untilUnix returns the wait until an instant in seconds or milliseconds, and [Forever] for one
// after 2262, which Unix nanoseconds cannot express.
func untilUnix(n int64, header http.Header, now time.Time) time.Duration {
	at := time.Unix(n, 0)
	if n >= minMilliseconds {
		at = time.UnixMilli(n)
	}
	if at.After(time.Unix(0, math.MaxInt64)) {
		return Forever
	}
	return until(at, header, now)
}

// parseDate parses a date of a header. RFC 9110 requires GMT, but servers write UTC and +0000, too.
func parseDate(value string) (time.Time, error) {
	value = strings.TrimSpace(value)
	for _, zone := range []string{"UTC", "+0000"} {
		if local, ok := strings.CutSuffix(value, zone); ok {
			value = local + "GMT"
		}
	}
	return http.ParseTime(value)
}

// Exponential doubles base attempt times, up to limit. The first attempt is 0.
func Exponential(attempt int, base, limit time.Duration) time.Duration {
	wait := base
	for range attempt {
		if wait > limit/2 {
			return limit
		}
		wait *= 2
	}
	return min(wait, limit)
}

// FullJitter returns a random wait between 0 and the exponential one, so that callers that
// failed together do not retry together.
func FullJitter(attempt int, base, limit time.Duration) time.Duration {
	return Random(Exponential(attempt, base, limit))
}

// Random returns a random duration between 0 and limit.
func Random(limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	return rand.N(limit)
}
