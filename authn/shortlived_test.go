package authn

import (
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Taken out: minLifetime. Then a pair of a millisecond was logged in for at each call, a thousand times.
func TestPairsOfLessThanASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, step{body: pair("access", "id", 0.001)})
		source := server.source(t)
		for range 500 {
			if _, err := source.Token(t.Context()); !errors.Is(err, ErrInvalidReply) {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if server.posts() != 1 {
			t.Errorf("%d logins in half a second", server.posts())
		}
	})
}

// Taken out: the bound on the year. Then ten minutes in milliseconds were taken for a week.
func TestClaimsInMilliseconds(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	token := unsigned(map[string]any{"iat": now.UnixMilli(), "exp": now.Add(10 * time.Minute).UnixMilli()})
	body, err := json.Marshal(map[string]string{"access_token": token, "id_token": token})
	if err != nil {
		t.Fatal(err)
	}
	reply, err := parseReply(body)
	if err != nil {
		t.Fatal(err)
	}
	if lifetime, err := reply.lifetime(now, now); err != nil || lifetime != fallbackLifetime {
		t.Errorf("%v, %v", lifetime, err)
	}
}
