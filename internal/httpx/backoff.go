package httpx

import (
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

// RetryAfter parses the Retry-After header (RFC 9110 section 10.2.3), a number of seconds or a
// date, and reports whether it is valid. A date is compared with the server's own clock, the Date
// header of the same response, because this machine's clock may be wrong; without a plausible one,
// with now. The header is hostile input: a date in the past is 0, and a number too large for a
// Duration is [Forever], so that it never wraps around to no wait.
func RetryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if strings.Trim(value, "0123456789") == "" {
		return seconds(value), true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return until(at, header, now), true
}

// RateLimitReset parses Auth0's x-ratelimit-reset header, an instant in Unix seconds, and
// returns the wait until then, by the same clock as [RetryAfter].
func RateLimitReset(header http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(header.Get("X-Ratelimit-Reset"))
	if value == "" || strings.Trim(value, "0123456789") != "" {
		return 0, false
	}
	at := seconds(value)
	if at == Forever {
		return Forever, true
	}
	return until(time.Unix(int64(at/time.Second), 0), header, now), true
}

// until returns the wait until an instant that the server has named.
func until(at time.Time, header http.Header, now time.Time) time.Duration {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		if wait := at.Sub(date); wait.Abs() <= maxClockedWait {
			return max(0, wait)
		}
	}
	return max(0, at.Sub(now))
}

func seconds(digits string) time.Duration {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > int64(Forever/time.Second) {
		return Forever
	}
	return time.Duration(n) * time.Second
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
