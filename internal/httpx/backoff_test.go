package httpx

import (
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// now is the reference time of the tables.
var now = time.Date(2024, time.October, 25, 8, 15, 0, 0, time.UTC)

func header(name, value string) http.Header {
	h := http.Header{}
	h.Set(name, value)
	return h
}

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		value string
		want  time.Duration
		ok    bool
	}{
		{"1", time.Second, true},
		{"3600", time.Hour, true},
		{" 5", 5 * time.Second, true},
		{"5\t", 5 * time.Second, true},
		{"0", 0, true},
		{"007", 7 * time.Second, true},
		{"", 0, false},
		{" ", 0, false},
		{"-5", 0, false},
		{"+5", 0, false},
		{"1.5", 0, false},
		{"1e3", 0, false},
		{"5 s", 0, false},
		{"5, 6", 0, false},
		{"٥", 0, false},
		{"soon", 0, false},

		{"Fri, 25 Oct 2024 08:15:30 GMT", 30 * time.Second, true},
		{"Friday, 25-Oct-24 08:15:30 GMT", 30 * time.Second, true},
		{"Fri Oct 25 08:15:30 2024", 30 * time.Second, true},
		{"Fri, 25 Oct 2024 08:15:00 GMT", 0, true},
		{"Fri, 25 Oct 2024 08:14:59 GMT", 0, true},
		{"Sun, 06 Nov 1994 08:49:37 GMT", 0, true},
		{"Mon, 01 Jan 0001 00:00:00 GMT", 0, true},
		{"Fri, 01 Jan 2100 00:00:00 GMT", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Sub(now), true},
		{"Fri, 31 Dec 9999 23:59:59 GMT", Forever, true},
		{"Fri, 25 Oct 2024 08:15:30 +0200", 0, false},
		{"2024-10-25T08:15:30Z", 0, false},

		{"Fri, 25 Oct 2024 08:15:30 UTC", 30 * time.Second, true},
		{"Fri, 25 Oct 2024 08:15:30 +0000", 30 * time.Second, true},

		// More than a year is an instant in seconds or milliseconds.
		{"31536000", 365 * 24 * time.Hour, true},
		{"31536001", 0, true},
		{"1729844130", 30 * time.Second, true},
		{"1729844099", 0, true},
		{"1729844130500", 30*time.Second + 500*time.Millisecond, true},
		{"1729844099999", 0, true},

		// Numbers that would wrap around in seconds or nanoseconds.
		{"9223372036", time.Unix(9223372036, 0).Sub(now), true},
		{"9223372037", Forever, true},
		{"9223372036855", Forever, true},
		{"18446744074", Forever, true},
		{"99999999999", Forever, true},
		{"100000000000", 0, true}, // in 1973
		{"99999999999999", Forever, true},
		{"9223372036854775807", Forever, true},
		{"99999999999999999999", Forever, true},
	}
	for _, test := range tests {
		got, ok := RetryAfter(header("Retry-After", test.value), now)
		if got != test.want || ok != test.ok {
			t.Errorf("%q: got %v, %v, want %v, %v", test.value, got, ok, test.want, test.ok)
		}
	}
}

// When dates were compared with this machine's clock, a hint of 5 s was hours or nothing.
func TestA20_HintsByTheDateOfTheResponse(t *testing.T) {
	const server = "Fri, 25 Oct 2024 08:15:00 GMT"
	for _, test := range []struct {
		date       string
		retryAfter string
		clock      time.Duration // how far this machine is ahead
		want       time.Duration
	}{
		{server, "Fri, 25 Oct 2024 08:15:05 GMT", 0, 5 * time.Second},
		{server, "Fri, 25 Oct 2024 08:15:05 GMT", -5 * time.Hour, 5 * time.Second},
		{server, "Fri, 25 Oct 2024 08:15:05 GMT", 365 * 24 * time.Hour, 5 * time.Second},
		{server, "Fri, 25 Oct 2024 08:14:55 GMT", -time.Hour, 0},
		{server, "Sat, 26 Oct 2024 08:15:00 GMT", time.Hour, 24 * time.Hour},
		{server, "30", time.Hour, 30 * time.Second},
		{"Fri, 25 Oct 2024 08:15:00 UTC", "Fri, 25 Oct 2024 08:15:05 GMT", -5 * time.Hour, 5 * time.Second},
		{"Fri, 25 Oct 2024 08:15:00 +0000", "Fri, 25 Oct 2024 08:15:05 GMT", -5 * time.Hour, 5 * time.Second},
		// Dates of a server that does not know the time.
		{"Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 25 Oct 2024 08:15:05 GMT", 0, 5 * time.Second},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 25 Oct 2024 08:15:05 GMT", 0, 5 * time.Second},
		{"yesterday", "Fri, 25 Oct 2024 08:15:05 GMT", 0, 5 * time.Second},
		{"Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", 0, Forever},
	} {
		h := http.Header{"Date": {test.date}, "Retry-After": {test.retryAfter}}
		clock := now.Add(test.clock)
		if got, ok := RetryAfter(h, clock); got != test.want || !ok {
			t.Errorf("%+v: got %v, %v", test, got, ok)
		}
		at, err := http.ParseTime(test.retryAfter)
		if err != nil || test.want == Forever {
			continue
		}
		for _, unix := range []int64{at.Unix(), at.UnixMilli()} {
			h = http.Header{"Date": {test.date}, "X-Ratelimit-Reset": {strconv.FormatInt(unix, 10)}}
			if got, ok := RateLimitReset(h, clock); got != test.want || !ok {
				t.Errorf("%+v: reset %d: got %v, %v", test, unix, got, ok)
			}
			h = http.Header{"Date": {test.date}, "Retry-After": {strconv.FormatInt(unix, 10)}}
			if got, ok := RetryAfter(h, clock); got != test.want || !ok {
				t.Errorf("%+v: Retry-After %d: got %v, %v", test, unix, got, ok)
			}
		}
	}
}

func TestRetryAfterWithoutHeader(t *testing.T) {
	for _, h := range []http.Header{nil, {}, header("X-Ratelimit-Reset", "5")} {
		if got, ok := RetryAfter(h, now); got != 0 || ok {
			t.Errorf("%v: got %v, %v", h, got, ok)
		}
	}
}

func TestRateLimitReset(t *testing.T) {
	tests := []struct {
		value string
		want  time.Duration
		ok    bool
	}{
		{"1729844130", 30 * time.Second, true},
		{" 1729844130 ", 30 * time.Second, true},
		{"1729844100", 0, true},
		{"1729844099", 0, true},
		{"0", 0, true},
		{"4102444800", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Sub(now), true},
		{"9223372036", time.Unix(9223372036, 0).Sub(now), true},
		{"9223372037", Forever, true},
		{"1729844130000", 30 * time.Second, true},
		{"1729844130250", 30*time.Second + 250*time.Millisecond, true},
		{"1729844099999", 0, true},
		{"18446744074", Forever, true},
		{"9223372036854775807", Forever, true},
		{"99999999999999999999", Forever, true},
		{"", 0, false},
		{"-1729844130", 0, false},
		{"1729844130.5", 0, false},
		{"Fri, 25 Oct 2024 08:15:30 GMT", 0, false},
	}
	for _, test := range tests {
		got, ok := RateLimitReset(header("X-Ratelimit-Reset", test.value), now)
		if got != test.want || ok != test.ok {
			t.Errorf("%q: got %v, %v, want %v, %v", test.value, got, ok, test.want, test.ok)
		}
	}
	if got, ok := RateLimitReset(header("Retry-After", "5"), now); got != 0 || ok {
		t.Errorf("without the header: got %v, %v", got, ok)
	}
}

func TestExponential(t *testing.T) {
	tests := []struct {
		attempt           int
		base, limit, want time.Duration
	}{
		{-1, time.Second, time.Minute, time.Second},
		{0, time.Second, time.Minute, time.Second},
		{1, time.Second, time.Minute, 2 * time.Second},
		{5, time.Second, time.Minute, 32 * time.Second},
		{6, time.Second, time.Minute, time.Minute},
		{7, time.Second, time.Minute, time.Minute},
		{0, time.Hour, time.Minute, time.Minute},
		{3, 0, time.Minute, 0},
		{3, time.Second, 0, 0},
		{1, 1, 3, 2}, // half of an odd limit is rounded down
		{2, 1, 3, 3},
		{2, 2, 8, 8},
		{62, 1, Forever, 1 << 62},
		{63, 1, Forever, Forever},
		{math.MaxInt, 1, Forever, Forever},
		{math.MaxInt, Forever, Forever, Forever},
		{math.MaxInt, time.Second, time.Minute, time.Minute},
	}
	for _, test := range tests {
		if got := Exponential(test.attempt, test.base, test.limit); got != test.want {
			t.Errorf("attempt %d of %v up to %v: got %v, want %v", test.attempt, test.base, test.limit, got, test.want)
		}
	}
}

func TestExponentialIsMonotonicAndBounded(t *testing.T) {
	for _, base := range []time.Duration{1, 3, time.Millisecond, 7 * time.Second, Forever/2 + 1} {
		for _, limit := range []time.Duration{1, 5, time.Second, 3*time.Hour + 1, Forever} {
			last := time.Duration(0)
			for attempt := range 200 {
				wait := Exponential(attempt, base, limit)
				if wait < last || wait > limit {
					t.Fatalf("attempt %d of %v up to %v: got %v after %v", attempt, base, limit, wait, last)
				}
				last = wait
			}
			if last != limit {
				t.Errorf("%v up to %v: ended at %v", base, limit, last)
			}
		}
	}
}

func TestFullJitterSpread(t *testing.T) {
	const draws = 2000
	for attempt := range 8 {
		limit := Exponential(attempt, time.Second, 20*time.Second)
		low, high := 0, 0
		for range draws {
			wait := FullJitter(attempt, time.Second, 20*time.Second)
			if wait < 0 || wait >= limit {
				t.Fatalf("attempt %d: got %v, which is not below %v", attempt, wait, limit)
			}
			if wait < limit/4 {
				low++
			}
			if wait >= limit*3/4 {
				high++
			}
		}
		// Each quarter should get a quarter of the draws; a tenth is more than 15 standard
		// deviations away.
		if low < draws/10 || high < draws/10 {
			t.Errorf("attempt %d: %d draws in the lowest and %d in the highest quarter of %v", attempt, low, high, limit)
		}
	}
}

func TestRandomOfZero(t *testing.T) {
	for _, limit := range []time.Duration{0, -1, math.MinInt64} {
		if got := Random(limit); got != 0 {
			t.Errorf("%v: got %v", limit, got)
		}
	}
	if got := FullJitter(3, 0, time.Minute); got != 0 {
		t.Errorf("jitter without a base: got %v", got)
	}
	if got := Random(Forever); got < 0 {
		t.Errorf("got %v", got)
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		now := time.Unix(unix, 0)
		wait, ok := RetryAfter(header("Retry-After", value), now)
		if wait < 0 || !ok && wait != 0 {
			t.Errorf("Retry-After %q: got %v, %v", value, wait, ok)
		}
		wait, ok = RateLimitReset(header("X-Ratelimit-Reset", value), now)
		if wait < 0 || !ok && wait != 0 {
			t.Errorf("X-Ratelimit-Reset %q: got %v, %v", value, wait, ok)
		}
	})
}
