package authn

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// storm calls Token 100 times a second.
func storm(t *testing.T, source *Source, duration time.Duration) {
	t.Helper()
	var calls sync.WaitGroup
	for range int(duration / (10 * time.Millisecond)) {
		calls.Go(func() {
			if _, err := source.Token(t.Context()); err == nil {
				t.Error("a call succeeded")
			}
		})
		time.Sleep(10 * time.Millisecond)
	}
	calls.Wait()
}

// Without the check of failure.until, five logins were sent in three seconds, and a known
// failure took seconds to return.
func TestF03_FailureStorm(t *testing.T) {
	for name, response := range map[string]step{
		"429": oauthError(429, "too_many_requests", "slow down").after(20 * time.Millisecond),
		"500": (step{status: 500}).after(20 * time.Millisecond),
		"403": wrongPassword().after(20 * time.Millisecond),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, response)
				source := server.source(t)
				end := time.Now().Add(3 * time.Second)
				storm(t, source, 3*time.Second)
				posts := 0
				for _, request := range server.recorded() {
					if !request.at.After(end) { // the login of the last callers may continue
						posts++
					}
				}
				if posts > 3 {
					t.Errorf("%d logins in 3 s", posts)
				}
				_, first := source.Token(t.Context())
				start := time.Now()
				_, remembered := source.Token(t.Context())
				if took := time.Since(start); took >= time.Millisecond || remembered != first {
					t.Errorf("a remembered failure took %v: %v", took, remembered)
				}
				failure, ok := errors.AsType[*Error](remembered)
				if !ok || !failure.Reason.Permanent() && !failure.RetryAt.After(start) {
					t.Errorf("the error has no RetryAt: %#v", remembered)
				}
			})
		})
	}
}

var permanentFailures = map[string]struct {
	response step
	reason   Reason
}{
	"wrong password":        {wrongPassword(), ErrInvalidCredentials},
	"blocked, 429":          {oauthError(429, "too_many_attempts", "Your account has been blocked after multiple consecutive login attempts"), ErrBlocked},
	"blocked, 403":          {oauthError(403, "invalid_grant", "You've reached the maximum number of attempts"), ErrBlocked},
	"blocked, legacy":       {oauthError(401, "unauthorized", "user is blocked"), ErrBlocked},
	"leaked password":       {oauthError(401, "password_leaked", "This login has been blocked"), ErrBlocked},
	"MFA":                   {step{status: 403, body: `{"error":"mfa_required","error_description":"Multifactor","mfa_token":"canary-mfa"}`}, ErrMFARequired},
	"wrong secret":          {oauthError(401, "invalid_client", "Unauthorized"), ErrInvalidClient},
	"verification":          {oauthError(401, "requires_verification", "Suspicious request requires verification"), ErrVerificationRequired},
	"grant not enabled":     {oauthError(403, "unauthorized_client", "Grant type 'password' not allowed for the client."), ErrConfiguration},
	"no audience":           {oauthError(403, "access_denied", "No audience parameter was provided"), ErrConfiguration},
	"missing parameter":     {oauthError(400, "invalid_request", "Missing required parameter: username"), ErrConfiguration},
	"other code and object": {step{status: 401, body: `{"code":"invalid_user_password","description":{"rules":[1]}}`}, ErrInvalidCredentials},
}

// Without the comparison of the credentials in fetch, a login was sent every second, 600 in ten
// minutes.
func TestF04_PermanentFailureLatches(t *testing.T) {
	for name, test := range permanentFailures {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, test.response)
				observer := &recordingObserver{}
				source := server.source(t, func(c *Config) { c.Observer = observer })
				for range 600 {
					if _, err := source.Token(t.Context()); !errors.Is(err, test.reason) {
						t.Fatalf("got %v", err)
					}
					time.Sleep(time.Second)
				}
				if server.posts() != 1 {
					t.Errorf("%d logins in ten minutes", server.posts())
				}
				if failures := observer.failed(); len(failures) != 1 {
					t.Errorf("the observer received %d failures for one failed login", len(failures))
				}
				server.set(success(2))
				if _, err := source.Token(t.Context()); err == nil || server.posts() != 1 {
					t.Error("the source logged in again without Reset")
				}
				source.Reset()
				if _, err := source.Token(t.Context()); err != nil || server.posts() != 2 {
					t.Errorf("after Reset: %v, %d logins", err, server.posts())
				}
			})
		})
	}
}

// When ErrInvalidCredentials was not permanent, the account was blocked within ten minutes.
func TestF05_AccountIsNeverBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var blocked atomic.Bool
		server := newFakeServer(t)
		server.respond = func(n int) step {
			if n > 10 {
				blocked.Store(true)
				return oauthError(429, "too_many_attempts", "Your account has been blocked")
			}
			return wrongPassword()
		}
		source := server.source(t)
		var callers sync.WaitGroup
		for range 64 {
			callers.Go(func() {
				for range 600 {
					source.Token(t.Context())
					time.Sleep(time.Second)
				}
			})
		}
		callers.Wait()
		if blocked.Load() || server.posts() > 10 {
			t.Errorf("%d logins with a wrong password", server.posts())
		}
	})
}

// When only the status decided, six rows failed, and a blocked account was tried four times.
func TestF22_ErrorResponses(t *testing.T) {
	for name, test := range map[string]struct {
		response step
		reason   Reason
		posts    int
	}{
		"too_many_requests":            {oauthError(429, "too_many_requests", ""), ErrRateLimited, 4},
		"global limit, 429":            {oauthError(429, "access_denied", "Global limit has been reached"), ErrRateLimited, 4},
		"global limit, 500":            {oauthError(500, "access_denied", "Global limit has been reached"), ErrRateLimited, 4},
		"rate limit message":           {oauthError(429, "Rate limit reached", "Access Denied"), ErrRateLimited, 4},
		"429 from a proxy":             {step{status: 429, body: "<html>slow down</html>"}, ErrRateLimited, 4},
		"429, truncated":               {step{status: 429, body: `{"error":"too_`}, ErrRateLimited, 4},
		"too_many_logins":              {oauthError(429, "too_many_logins", ""), ErrRateLimited, 1},
		"too_many_attempts":            {oauthError(429, "too_many_attempts", ""), ErrBlocked, 1},
		"access_denied, 403":           {oauthError(403, "access_denied", ""), ErrConfiguration, 1},
		"temporarily_unavailable":      {oauthError(503, "temporarily_unavailable", ""), ErrUnavailable, 4},
		"500":                          {step{status: 500}, ErrUnavailable, 2},
		"502 from a proxy":             {step{status: 502, body: "<html>"}, ErrUnavailable, 2},
		"unsupported":                  {oauthError(501, "unsupported_response_type", ""), ErrUnavailable, 1},
		"404":                          {step{status: 404, body: "<html>"}, ErrUnavailable, 1},
		"405":                          {oauthError(405, "method_not_allowed", ""), ErrUnavailable, 1},
		"302":                          {step{status: 302}, ErrInvalidResponse, 1},
		"204":                          {step{status: 204}, ErrInvalidResponse, 1},
		"invalid_grant with a 400":     {oauthError(400, "invalid_grant", "Wrong email or password."), ErrInvalidCredentials, 1},
		"invalid_grant with a 500":     {oauthError(500, "invalid_grant", "Wrong email or password."), ErrInvalidCredentials, 1},
		"too_many_attempts with a 403": {oauthError(403, "too_many_attempts", ""), ErrBlocked, 1},
		"mfa_required in other fields": {step{status: 403, body: `{"code":"mfa_required","description":"x"}`}, ErrMFARequired, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, test.response)
				_, err := server.source(t).Token(t.Context())
				failure, ok := errors.AsType[*Error](err)
				if !ok || failure.Reason != test.reason || failure.StatusCode != test.response.status || failure.Attempts != test.posts || server.posts() != test.posts {
					t.Errorf("%d logins, %#v", server.posts(), err)
				}
			})
		})
	}
}

// When the Source kept the first credentials, the new password was never used.
func TestF36_PasswordRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, wrongPassword(), success(2))
		var mu sync.Mutex
		password := "canary-old"
		source := server.source(t, func(c *Config) {
			c.Credentials = func(context.Context) (Credentials, error) {
				mu.Lock()
				defer mu.Unlock()
				credentials := testCredentials()
				credentials.Password = NewSecret(password)
				return credentials, nil
			}
		})
		if _, err := source.Token(t.Context()); !errors.Is(err, ErrInvalidCredentials) {
			t.Fatal(err)
		}
		mu.Lock()
		password = "canary-new"
		mu.Unlock()
		time.Sleep(credentialsInterval)
		if _, err := source.Token(t.Context()); err != nil || server.posts() != 2 {
			t.Fatalf("%v, %d logins", err, server.posts())
		}
		if requests := server.recorded(); requests[0].body == requests[1].body {
			t.Error("the new password was not sent")
		}
	})
}

// Without recover in guarded, fly and notify, the test binary died.
func TestF38_UserPanics(t *testing.T) {
	panics := true
	check := func() {
		if panics {
			panic("canary-" + canaryPassword)
		}
	}
	for name, change := range map[string]func(*Config){
		"credentials": func(c *Config) {
			given := c.Credentials
			c.Credentials = func(ctx context.Context) (Credentials, error) { check(); return given(ctx) }
		},
		"store load": func(c *Config) { c.Store = panickyStore{&MemoryStore{}, check} },
		"observer":   func(c *Config) { c.Observer = panickyObserver{check} },
		"verify": func(c *Config) {
			c.Store = &MemoryStore{}
			c.VerifyStored = func(context.Context, *Token) error { check(); return nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				panics = true
				server := newFakeServer(t)
				source := server.source(t, change)
				if _, err := source.Token(t.Context()); err != nil && fmt.Sprint(err) != "login failed: credentials unavailable: panic of type string during the login" {
					t.Errorf("got %v", err)
				}
				panics = false
				time.Sleep(maxCoolDown)
				if _, err := source.Token(t.Context()); err != nil {
					t.Errorf("next call: %v", err)
				}
			})
		})
	}
}

type panickyStore struct {
	*MemoryStore
	check func()
}

func (s panickyStore) Load(ctx context.Context, key string) (Entry, error) {
	s.check()
	return s.MemoryStore.Load(ctx, key)
}

type panickyObserver struct{ check func() }

func (o panickyObserver) TokenChanged(*Token, bool)   { o.check() }
func (o panickyObserver) LoginFailed(*Error)          { o.check() }
func (o panickyObserver) StoreDegraded(string, error) { o.check() }
