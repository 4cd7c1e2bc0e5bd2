package httpx

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Forever stands for a hint that no program waits out.
const Forever = time.Duration(1<<63 - 1)

// RetryAfter reads the Retry-After header (RFC 9110 section 10.2.3), a number of seconds or a date, and reports whether
// it could be read. The header is hostile input: a date in the past is 0, and a number too large for a Duration is
// [Forever], so that it never wraps round to a wait of nothing.
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
	return max(0, at.Sub(now)), true
}

// RateLimitReset reads the x-ratelimit-reset header of Auth0, an instant in Unix seconds, as the wait until then.
func RateLimitReset(header http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(header.Get("X-Ratelimit-Reset"))
	if value == "" || strings.Trim(value, "0123456789") != "" {
		return 0, false
	}
	at := seconds(value)
	if at == Forever {
		return Forever, true
	}
	return max(0, time.Unix(int64(at/time.Second), 0).Sub(now)), true
}

func seconds(digits string) time.Duration {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > int64(Forever/time.Second) {
		return Forever
	}
	return time.Duration(n) * time.Second
}

// Exponential returns base doubled attempt times, at most limit. The first attempt is 0.
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

// FullJitter returns a random wait between 0 and the exponential one, so that callers that failed together do not come
// back together.
func FullJitter(attempt int, base, limit time.Duration) time.Duration {
	return Random(Exponential(attempt, base, limit))
}

// Random returns a random duration from 0 up to limit.
func Random(limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	return rand.N(limit)
}
