package fleet

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/fewer"
)

// A fleet of 100 programs on 5 machines, whose clocks are off by up to 5 minutes, has one account
// with 100 calls in any minute. A call too many would block it. In a day no call is over the
// limit, and at least 95 % of it is used.
func TestAFleetUsesALimitAndKeepsIt(t *testing.T) {
	simulated := fewer.UnderRace(24*time.Hour, time.Hour)
	const limit, window = 100, time.Minute
	synctest.Test(t, func(t *testing.T) {
		vendor := &Vendor{Limit: limit, Window: window, Failing: 0.03, Latency: 150 * time.Millisecond}
		limiter := &Limiter{RoundTrip: 4 * time.Millisecond, Offset: 3 * time.Minute}
		store := &authn.MemoryStore{}
		end := time.Now().Add(simulated)
		var programs sync.WaitGroup
		for i := range 100 {
			machine := &Machine{Vendor: vendor, Offset: time.Duration(i%5-2) * 150 * time.Second}
			client := newClient(t, machine, store, limiter)
			programs.Go(func() {
				defer client.Close()
				for time.Now().Before(end) {
					_, err := client.Me(t.Context())
					// A few of the calls of a day meet a 5xx in all their attempts.
					if failure, ok := errors.AsType[*xsale.Error](err); ok && failure.StatusCode >= 500 {
						continue
					}
					if err != nil {
						t.Errorf("program %d: %v", i, err)
						return
					}
				}
			})
		}
		start := time.Now()
		programs.Wait()
		took, counts := time.Since(start), vendor.Counts()
		updates, retries := limiter.Counts()
		used := float64(counts.Calls) / (limit * took.Seconds() / window.Seconds())
		t.Logf("%v: %d calls, %.1f %% of the limit, %d over it; %d failed; %d logins; %d updates, %d retries",
			took.Round(time.Minute), counts.Calls, 100*used, counts.Over, counts.Failed, counts.Logins, updates, retries)
		if counts.Over > 0 || used < 0.95 {
			t.Errorf("%d calls over the limit, %.1f %% of it used", counts.Over, 100*used)
		}
		if want := 1 + int(simulated/(23*time.Hour)); counts.Logins > want {
			t.Errorf("%d logins, want %d", counts.Logins, want)
		}
	})
}

// newClient returns the Client of a program. A minute and the difference of two latencies, in which
// a late call meets early ones, have at most 100 calls.
func newClient(t *testing.T, machine *Machine, store authn.Store, limiter call.Limiter) *xsale.Client {
	t.Helper()
	client, err := xsale.New(
		xsale.WithCredentials(authn.Credentials{
			ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password"),
		}),
		xsale.WithHTTPClient(&http.Client{Transport: machine}),
		xsale.WithTokenStore(store),
		xsale.WithOnDemandLogin(),
		xsale.WithRateLimit(98.0/60, 1),
		xsale.WithLimiter(limiter),
	)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
