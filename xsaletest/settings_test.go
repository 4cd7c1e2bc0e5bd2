package xsaletest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/xsaletest"
)

func TestChange(t *testing.T) {
	recorded := &recordedTest{TB: t}
	sandbox := xsaletest.New(recorded)
	for field, change := range map[string]func(*xsaletest.Settings){
		"AccessTokenLifetime": func(s *xsaletest.Settings) { s.AccessTokenLifetime = 0 },
		"IDTokenLifetime":     func(s *xsaletest.Settings) { s.IDTokenLifetime = time.Second / 2 },
		"Latency":             func(s *xsaletest.Settings) { s.Latency.Shortest = time.Second },
		"UnknownFields":       func(s *xsaletest.Settings) { s.UnknownFields = []string{"listOrder"} },
	} {
		before := len(recorded.errors)
		err := sandbox.Change(func(s *xsaletest.Settings) {
			s.EscapedStrings = true
			change(s)
		})
		if err == nil || !strings.HasPrefix(err.Error(), "xsaletest: Change: "+field+": ") {
			t.Errorf("%s: %v", field, err)
		}
		if len(recorded.errors) != before+1 {
			t.Errorf("%s: the test does not fail", field)
		}
	}
	if sandbox.Settings().EscapedStrings {
		t.Error("an invalid change has an effect")
	}
}

// Neither the function of Change nor what Settings returned keeps a hold on the settings.
func TestSettingsAreCopied(t *testing.T) {
	c := newCaller(t)
	operations := []string{"getMe"}
	if err := c.sandbox.Change(func(s *xsaletest.Settings) { s.UnknownFields = operations }); err != nil {
		t.Fatal(err)
	}
	operations[0] = "listStatuses"
	c.sandbox.Settings().UnknownFields[0] = "listStatuses"
	if reply := c.call(http.MethodGet, "/me", ""); !strings.Contains(reply.body, "AddedArray") {
		t.Errorf("body %s", reply.body)
	}
}

func TestTokensExpireByTheClock(t *testing.T) {
	c := newCaller(t, xsaletest.WithTokenLifetimes(2*time.Hour, time.Hour))
	clock := c.sandbox.Clock()
	clock.Freeze()
	for _, step := range []struct {
		advance time.Duration
		status  int
	}{{time.Hour - time.Second, 200}, {time.Second, 401}, {-time.Second, 200}, {3 * time.Hour, 401}} {
		clock.Advance(step.advance)
		reply := c.call(http.MethodGet, "/me", "")
		if reply.status != step.status || reply.header.Get("Date") != clock.Now().UTC().Format(http.TimeFormat) {
			t.Errorf("at %v: status %d, Date %s", clock.Now(), reply.status, reply.header.Get("Date"))
		}
	}
}

// What a fault has expired stays expired, whatever the clock shows later.
func TestExpiredIDTokensStayExpired(t *testing.T) {
	c := newCaller(t)
	c.sandbox.ExpireIDTokens()
	c.sandbox.Clock().Advance(-time.Hour)
	if reply := c.call(http.MethodGet, "/me", ""); reply.status != http.StatusUnauthorized {
		t.Errorf("status %d", reply.status)
	}
}

func TestClockGoesOn(t *testing.T) {
	real := time.Date(2025, time.March, 31, 12, 0, 0, 0, time.UTC)
	sandbox := xsaletest.New(t, xsaletest.WithClock(func() time.Time { return real }))
	clock := sandbox.Clock()
	expect := func(want time.Time) {
		t.Helper()
		if got := clock.Now(); !got.Equal(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	other := time.Date(2030, time.January, 1, 0, 0, 0, 0, time.UTC)
	expect(real)
	clock.Set(other)
	real = real.Add(time.Minute)
	expect(other.Add(time.Minute))
	clock.Freeze()
	real = real.Add(time.Hour)
	expect(other.Add(time.Minute))
	clock.Resume()
	real = real.Add(time.Second)
	expect(other.Add(time.Minute + time.Second))
	if err := sandbox.Reset(); err != nil {
		t.Fatal(err)
	}
	expect(real)
}
