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
// not act: authStep drops them and sends the call once more.
type authStep struct {
	next   Doer
	source TokenSource
	origin *url.URL
}

func (s *authStep) Do(request *http.Request) (*http.Response, error) {
	if !httpx.SameOrigin(request.URL, s.origin) {
		return nil, fmt.Errorf("%w: the tokens are for %s: refusing to send them to %s", ErrNotSent, s.origin.Host, request.URL.Host)
	}
	token, err := s.token(request)
	if err != nil {
		return nil, err
	}
	response, err := s.next.Do(authorized(request, token))
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	if !s.source.Invalidate(token) {
		return response, nil
	}
	again, ok := replay(request)
	if !ok {
		return response, nil
	}
	drain(response.Body)
	if token, err = s.token(request); err != nil {
		return nil, err
	}
	return s.next.Do(authorized(again, token))
}

// token returns the tokens for a request and records them. A call that waits for a login does so
// within its time.
func (s *authStep) token(request *http.Request) (token *authn.Token, err error) {
	call := stateOf(request)
	if token = s.source.Current(); token == nil {
		ctx, cancel := call.bounded(request.Context())
		defer cancel()
		token, err = s.source.Token(ctx)
	}
	call.token = token
	return token, err
}

// authorized returns a copy of the request with the token headers; the caller's request stays
// without them.
func authorized(request *http.Request, token *authn.Token) *http.Request {
	copied := *request
	copied.Header = maps.Clone(request.Header)
	token.SetHeaders(copied.Header)
	return &copied
}
