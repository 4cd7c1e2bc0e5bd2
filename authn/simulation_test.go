package authn_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// simulatedLogin is a login service that fails at random. Its access tokens live for 24 hours,
// its ID tokens for 10.
type simulatedLogin struct {
	random          *rand.Rand
	failing         float64 // share of requests
	requests, fails int
}

func (s *simulatedLogin) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(300 * time.Millisecond)
	s.requests++
	status, body := http.StatusOK, fmt.Sprintf(`{"access_token":%q,"id_token":%q,"expires_in":86400,"token_type":"Bearer"}`,
		unsignedToken(24*time.Hour), unsignedToken(10*time.Hour))
	if s.random.Float64() < s.failing {
		s.fails++
		status, body = []int{429, 500, 502, 503}[s.random.IntN(4)], `{}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func unsignedToken(lifetime time.Duration) string {
	encode := base64.RawURLEncoding.EncodeToString
	claims := fmt.Sprintf(`{"iat":%d,"exp":%d}`, time.Now().Unix(), time.Now().Add(lifetime).Unix())
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + "."
}

// A program restarts every hour and asks for tokens every minute, for a month.
func TestSimulatedMonth(t *testing.T) {
	const (
		month    = 30 * 24 * time.Hour
		lifetime = 10 * time.Hour // of the ID token
	)
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-34s %8s %8s %8s %10s %8s\n", "", "calls", "failed", "logins", "lifetimes", "requests")
	for _, run := range []struct {
		name     string
		failing  float64
		onDemand bool
	}{
		{"no failures", 0, false},
		{"3 % of logins fail", 0.03, false},
		{"3 % fail, on demand", 0.03, true},
		{"30 % fail", 0.3, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			service := &simulatedLogin{random: rand.New(rand.NewPCG(1, 2)), failing: run.failing}
			store := &authn.MemoryStore{}
			calls, failed, logins := 0, 0, 0
			for hour := range int(month / time.Hour) {
				source, err := authn.New(authn.Config{
					Credentials: authn.Static(authn.Credentials{
						ClientID: "client", ClientSecret: authn.NewSecret("secret"), Username: "user", Password: authn.NewSecret("password"),
					}),
					HTTPClient: &http.Client{Transport: service},
					Store:      store,
					OnDemand:   run.onDemand,
				})
				if err != nil {
					t.Fatal(err)
				}
				for range 60 {
					calls++
					if token, err := source.Token(t.Context()); err != nil {
						failed++
					} else if !token.ExpiresAt().After(time.Now()) {
						t.Errorf("hour %d: got expired tokens", hour)
					}
					time.Sleep(time.Minute)
				}
				logins += source.Logins()
				source.Close()
			}
			lifetimes := int(month / lifetime)
			fmt.Fprintf(&table, "%-34s %8d %8d %8d %10d %8d\n", run.name, calls, failed, logins, lifetimes, service.requests)
			if logins > lifetimes*105/100 {
				t.Errorf("%s: %d logins in %d lifetimes", run.name, logins, lifetimes)
			}
			if failed > 0 {
				t.Errorf("%s: %d of %d calls failed", run.name, failed, calls)
			}
			if run.failing > 0 && service.fails == 0 {
				t.Errorf("%s: no login failed", run.name)
			}
		})
	}
	t.Log(table.String())
}
