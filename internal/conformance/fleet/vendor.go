// Package fleet simulates programs on several machines that share one account of a vendor. It is
// for tests in a synctest bubble, where a day takes seconds.
package fleet

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Vendor is an API with its login service. It allows a number of calls in any window of time, and
// blocks the account for good when there is one more. Set the fields before its first request.
type Vendor struct {
	Limit   int           // calls in any window
	Window  time.Duration // of the limit
	Failing float64       // share of the calls and logins that end with a 5xx
	Latency time.Duration // a request and a response take up to this each

	mu     sync.Mutex
	random *rand.Rand
	recent []time.Time // arrivals in the last window
	counts Counts
}

// Counts is what a Vendor has seen.
type Counts struct {
	Calls  int // of the API, with those that failed
	Failed int // with a 5xx
	Over   int // beyond the limit
	Logins int
}

// Counts returns what the vendor has seen so far.
func (v *Vendor) Counts() Counts {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.counts
}

// Machine is a computer with programs of the account. Its clock is off by an offset; as the clock
// of a bubble cannot be, those of the vendor are, seen from the machine.
type Machine struct {
	Vendor *Vendor
	Offset time.Duration
}

// RoundTrip implements [http.RoundTripper] for the programs of the machine.
func (m *Machine) RoundTrip(request *http.Request) (*http.Response, error) {
	v := m.Vendor
	if request.Body != nil {
		io.Copy(io.Discard, request.Body)
		request.Body.Close()
	}
	there, back := v.delays()
	time.Sleep(there)
	status, body := v.respond(request)
	date := time.Now().Add(-m.Offset)
	time.Sleep(back)
	return &http.Response{
		StatusCode: status, Request: request,
		Header: http.Header{"Content-Type": {"application/json"}, "Date": {date.UTC().Format(http.TimeFormat)}},
		Body:   io.NopCloser(strings.NewReader(body)),
	}, nil
}

func (v *Vendor) delays() (there, back time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.random == nil {
		v.random = rand.New(rand.NewPCG(1, 2))
	}
	return time.Duration(v.random.Int64N(int64(v.Latency) + 1)), time.Duration(v.random.Int64N(int64(v.Latency) + 1))
}

func (v *Vendor) respond(request *http.Request) (status int, body string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if strings.HasSuffix(request.URL.Path, "/oauth/token") {
		if v.random.Float64() < v.Failing {
			return http.StatusServiceUnavailable, `{}`
		}
		v.counts.Logins++
		return http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","id_token":"id-%d","expires_in":86400,"token_type":"Bearer"}`, v.counts.Logins, v.counts.Logins)
	}
	now := time.Now()
	for len(v.recent) > 0 && now.Sub(v.recent[0]) >= v.Window {
		v.recent = v.recent[1:]
	}
	v.recent = append(v.recent, now)
	v.counts.Calls++
	if len(v.recent) > v.Limit {
		v.counts.Over++
	}
	switch {
	case v.counts.Over > 0:
		return http.StatusForbidden, `{"message":"the account is blocked"}`
	case v.random.Float64() < v.Failing:
		v.counts.Failed++
		return []int{500, 502, 503, 504}[v.random.IntN(4)], `{}`
	}
	return http.StatusOK, `{}`
}
