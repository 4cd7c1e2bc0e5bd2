package call

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// authStep sets both token headers as late as possible, so that a call that has waited does not
// carry tokens that have expired meanwhile. A 401 means that the server rejected the tokens and did
// not act: authStep sends the call once more if the source has other tokens.
type authStep struct {
	next   Doer
	source TokenSource
	origin *url.URL
}

func (s *authStep) Do(request *http.Request) (*http.Response, error) {
	if !httpx.SameOrigin(request.URL, s.origin) {
		return nil, fmt.Errorf("%w: the tokens are for %s: refusing to send them to %s", ErrNotSent, s.origin.Host, request.URL.Host)
	}
	call := stateOf(request)
	token := s.source.Current()
	if token == nil {
		ctx, cancel := call.bounded(request.Context())
		var err error
		token, err = s.source.Token(ctx)
		cancel()
		if err != nil {
			return nil, err
		}
	}
	response, err := s.send(request, request, token)
	if err != nil || response.StatusCode != http.StatusUnauthorized || outOfScope(response.Header) {
		if err == nil && response.StatusCode/100 == 2 && token.Suspect() {
			s.source.Confirm(token)
		}
		return response, err
	}
	if !s.source.Invalidate(token) {
		return response, nil
	}
	again, ok := replay(request)
	if !ok {
		return response, nil
	}
	ctx, cancel := call.bounded(request.Context())
	fresh, err := s.source.Replacement(ctx, token)
	cancel()
	if err == nil && fresh == nil {
		return response, nil
	}
	drain(response.Body)
	if err != nil {
		return nil, err
	}
	response, err = s.send(request, again, fresh)
	switch {
	case err != nil:
	case response.StatusCode/100 == 2: // an outage says nothing of the tokens
		s.source.Confirm(fresh)
	case response.StatusCode == http.StatusUnauthorized && !outOfScope(response.Header):
		s.source.Invalidate(fresh)
	}
	return response, err
}

// send sends a request, or its copy for a replay, and records the tokens.
func (s *authStep) send(original, request *http.Request, token *authn.Token) (*http.Response, error) {
	stateOf(original).token = token
	return s.next.Do(authorized(request, token))
}

// authorized returns a copy of the request with the token headers; the caller's request stays
// without them.
func authorized(request *http.Request, token *authn.Token) *http.Request {
	copied := *request
	copied.Header = maps.Clone(request.Header)
	token.SetHeaders(copied.Header)
	return &copied
}
