package xsaletest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

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
	s.operations = maps.Clone(s.operations)
	s.operations[operationID] = func(*state, *apiCall) (*response, error) {
		r := &response{}
		handler(r, nil)
		return r, nil
	}
}

// FillRequests logs requests as if they had arrived.
func FillRequests(s *Sandbox, count int) {
	for range count {
		r := httptest.NewRequest(http.MethodGet, "/me", nil)
		s.requests.begin(nil, &apiCall{Call: s.spec.Call(r), request: r})
	}
}
