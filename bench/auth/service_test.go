package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	tokenPath     = "/oauth/token"
	loginTime     = 100 * time.Millisecond
	loginLimit    = 20 // logins of an account in any minute
	rightPassword = "password"
)

// service is the login service and the API of one account. Like Auth0, it rejects logins beyond the
// limit with too_many_logins. Those do not count for the limit.
type service struct {
	lifetime  time.Duration // of tokens; a day by default
	challenge string        // in a 401

	mu      sync.Mutex
	failure *rejection // of the next logins
	passing bool       // the failure ends with the next login
	logins  []time.Time
	counted []time.Time          // those within the limit
	tokens  map[string]time.Time // when they expire
}

// rejection is the response to a login without tokens.
type rejection struct {
	status int
	body   string
}

var (
	tooManyLogins = &rejection{http.StatusTooManyRequests, `{"error":"too_many_logins","error_description":"Too many logins."}`}
	wrongPassword = &rejection{http.StatusForbidden, `{"error":"invalid_grant","error_description":"Wrong email or password."}`}
)

// fail makes all logins fail from now on, or only the next one. nil ends that.
func (s *service) fail(failure *rejection, once bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure, s.passing = failure, once
}

func (s *service) logIn(password string) (status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.logins = append(s.logins, now)
	recent := 0
	for _, at := range s.counted {
		if now.Sub(at).Abs() < time.Minute { // a clock may be set back
			recent++
		}
	}
	if recent >= loginLimit {
		return tooManyLogins.status, tooManyLogins.body
	}
	s.counted = append(s.counted, now)
	var failed *rejection
	switch {
	case s.failure != nil:
		failed = s.failure
		if s.passing {
			s.failure = nil
		}
	case password != rightPassword:
		failed = wrongPassword
	}
	if failed != nil {
		return failed.status, failed.body
	}
	lifetime := s.lifetime
	if lifetime == 0 {
		lifetime = 24 * time.Hour
	}
	if s.tokens == nil {
		s.tokens = map[string]time.Time{}
	}
	token := fmt.Sprint("access-", len(s.logins))
	s.tokens[token] = now.Add(loginTime + lifetime)
	return http.StatusOK, fmt.Sprintf(`{"access_token":%q,"id_token":"id-%d","expires_in":%d,"token_type":"Bearer"}`, token, len(s.logins), int(lifetime.Seconds()))
}

// most returns the largest number of logins in any such time.
func (s *service) most(window time.Duration) (most int) {
	for i, from := range s.logins {
		for j, at := range s.logins[i:] {
			if at.Sub(from).Abs() < window {
				most = max(most, j+1)
			}
		}
	}
	return most
}

// status is that of the API: 401 for calls of the organization "denied" and for expired tokens.
func (s *service) status(request *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	expires := s.tokens[strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")]
	if !time.Now().Before(expires) || strings.HasPrefix(request.URL.Path, "/denied/") {
		return http.StatusUnauthorized
	}
	return http.StatusOK
}

// network connects one program to the service.
type network struct {
	*service
	stopped chan struct{} // unless nil, the program stops before a login until it is closed
}

func (n *network) Do(request *http.Request) (*http.Response, error) { return n.RoundTrip(request) }

func (n *network) RoundTrip(request *http.Request) (*http.Response, error) {
	response := &http.Response{Header: http.Header{}, Request: request}
	body := `{}`
	if request.URL.Path == tokenPath {
		var grant struct{ Password string }
		if err := json.NewDecoder(request.Body).Decode(&grant); err != nil {
			return nil, err
		}
		if n.stopped != nil {
			<-n.stopped
			return nil, io.ErrUnexpectedEOF
		}
		response.StatusCode, body = n.logIn(grant.Password)
		time.Sleep(loginTime)
		if err := request.Context().Err(); err != nil {
			return nil, err
		}
	} else if response.StatusCode = n.status(request); response.StatusCode == http.StatusUnauthorized && n.challenge != "" {
		response.Header.Set("WWW-Authenticate", n.challenge)
	}
	response.Header.Set("Content-Type", contentType(body))
	response.Body = io.NopCloser(strings.NewReader(body))
	return response, nil
}

func contentType(body string) string {
	switch {
	case strings.HasPrefix(body, "{"):
		return "application/json"
	case strings.HasPrefix(body, "<"):
		return "text/html"
	}
	return "text/plain"
}
