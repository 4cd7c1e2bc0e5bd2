package xsaletest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Sign returns a token with the sandbox's own signature, for claims that it would not issue.
func (s *Sandbox) Sign(t testing.TB, claims jwt.MapClaims) string {
	t.Helper()
	token, err := s.identity.tokens.sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Replace replaces an operation.
func Replace(s *Sandbox, operationID string, handler http.HandlerFunc) {
	var data backend = &replaced{s.backend(), operationID, handler}
	s.data.Store(&data)
}

type replaced struct {
	backend
	operationID string
	handler     http.HandlerFunc
}

func (b *replaced) respond(c *apiCall) (*response, error) {
	if c.OperationID() != b.operationID {
		return b.backend.respond(c)
	}
	r := &response{}
	b.handler(r, nil)
	return r, nil
}

// FillRequests logs requests as if they had arrived.
func FillRequests(s *Sandbox, count int) {
	for range count {
		r := httptest.NewRequest(http.MethodGet, "/me", nil)
		s.requests.begin(nil, &apiCall{Call: s.spec.Call(r), request: r}, time.Now())
	}
}
