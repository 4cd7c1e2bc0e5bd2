package xsaletest

import (
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

// UnderContract serves one operation of the API description, such as "GET /me", with another handler than the sandbox's.
func UnderContract(t testing.TB, pattern string, handler http.HandlerFunc) http.Handler {
	t.Helper()
	document, err := processDocument()
	if err != nil {
		t.Fatal(err)
	}
	mux := contractMux{http.NewServeMux(), document}
	mux.HandleFunc(pattern, handler)
	return mux
}

// FillRequests notes requests as if they had come.
func FillRequests(s *Sandbox, count int) {
	for range count {
		s.requests.begin(httptest.NewRequest(http.MethodGet, "/me", nil), nil, nil)
	}
}
