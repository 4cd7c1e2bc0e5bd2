package xsaletest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

// waits returns how long a login and requests take in a bubble.
func waits(t *testing.T, option xsaletest.Option) (waits []time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipeListener()
		sandbox, err := xsaletest.Start(xsaletest.WithListener(listener), option)
		if err != nil {
			t.Fatal(err)
		}
		transport := &http.Transport{DialContext: listener.dial}
		client := &http.Client{Transport: transport}
		start := time.Now()
		pipeLogin(t, client, sandbox)
		waits = append(waits, time.Since(start))
		for range 3 {
			start = time.Now()
			response, err := client.Get(sandbox.URL() + "/me")
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			waits = append(waits, time.Since(start))
		}
		transport.CloseIdleConnections()
		if err := sandbox.Close(); err != nil {
			t.Error(err)
		}
	})
	return waits
}

func TestLatency(t *testing.T) {
	if got := waits(t, xsaletest.WithLatency(3*time.Minute)); !slices.Equal(got, slices.Repeat([]time.Duration{3 * time.Minute}, 4)) {
		t.Errorf("fixed: %v", got)
	}
	got := waits(t, xsaletest.WithRandomLatency(7, time.Second, time.Minute))
	if slices.Min(got) < time.Second || slices.Max(got) > time.Minute || slices.Min(got) == slices.Max(got) {
		t.Errorf("random: %v", got)
	}
	if again := waits(t, xsaletest.WithRandomLatency(7, time.Second, time.Minute)); !slices.Equal(got, again) {
		t.Errorf("first %v, then %v", got, again)
	}
	if other := waits(t, xsaletest.WithRandomLatency(8, time.Second, time.Minute)); slices.Equal(got, other) {
		t.Error("another seed gives the same result")
	}
}

func TestStartRejectsInvalidRatesAndDelays(t *testing.T) {
	for says, option := range map[string]xsaletest.Option{
		"WithLatency: -1s is negative":                                     xsaletest.WithLatency(-time.Second),
		"WithRandomLatency: 2s to 1s: the shortest must":                   xsaletest.WithRandomLatency(1, 2*time.Second, time.Second),
		"WithRandomFaults: rate 1.5 is not between 0 and 1":                xsaletest.WithRandomFaults(1, 1.5),
		"WithRandomFaults: Status(7): the status":                          xsaletest.WithRandomFaults(1, 1, xsaletest.Status(7)),
		"WithRandomFaults: Garbage().Times(2): Times and Always are for F": xsaletest.WithRandomFaults(1, 1, xsaletest.Garbage().Times(2)),
	} {
		if _, err := xsaletest.Start(option); err == nil || !strings.HasPrefix(err.Error(), "xsaletest: "+says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
