package gateway

import (
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/internal/redact"
)

// WithoutTokens returns a transport that removes the tokens of a request from its response: header
// and body, also of a success. A server may echo them. Mark and asterisks of the same length replace
// them, so that a body keeps its length. It drops trailers.
func WithoutTokens(next http.RoundTripper) http.RoundTripper { return withoutTokens{next} }

type withoutTokens struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t withoutTokens) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	secrets := tokens(request.Header)
	if len(secrets) == 0 { // a login
		return response, nil
	}
	clean := *response // net/http puts the trailers into the original
	clean.Trailer = nil
	clean.Header = make(http.Header, len(response.Header))
	for name, values := range response.Header {
		for _, value := range values {
			clean.Header[name] = append(clean.Header[name], secrets.Text(value))
		}
	}
	if response.Body != nil {
		clean.Body = passed{secrets.Reader(response.Body), response.Body}
	}
	return &clean, nil
}

// tokens returns the tokens of a request, and their parts that nobody else knows.
func tokens(header http.Header) redact.Literals {
	var all redact.Literals
	for _, token := range []string{strings.TrimPrefix(header.Get("Authorization"), "Bearer "), header.Get("X-Id-Token")} {
		if token == "" {
			continue
		}
		all = append(all, token)
		if parts := strings.Split(token, "."); len(parts) == 3 { // of a JWT
			all = append(all, parts[2])
		}
	}
	return all
}
