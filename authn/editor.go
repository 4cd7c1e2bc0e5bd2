package authn

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Edit sets `Authorization: Bearer {access_token}` and `x-id-token: {id_token}` on the request,
// whose Header may be nil. It logs in first if there are no valid tokens. Its type is
// oapi-codegen's RequestEditorFn, and it is safe for concurrent use.
//
// Edit rejects a request to any origin but the API's, so that tokens reach no other host. It cannot
// see redirects, and net/http forwards x-id-token to any host: give the HTTP client a CheckRedirect
// that returns [http.ErrUseLastResponse], as the clients of package xsale do.
//
// The error is an [*Error] if the login failed, or the error of ctx if ctx ended first.
func (s *Source) Edit(ctx context.Context, request *http.Request) error {
	if request.URL == nil {
		return errors.New("authn: request has no URL: refusing to set tokens")
	}
	if !httpx.SameOrigin(request.URL, s.apiURL) {
		return fmt.Errorf("authn: tokens are for %s://%s: refusing to send them to %s://%s",
			s.apiURL.Scheme, s.apiURL.Host, request.URL.Scheme, request.URL.Host)
	}
	token, err := s.Token(ctx)
	if err != nil {
		return err
	}
	if request.Header == nil {
		request.Header = make(http.Header)
	}
	token.SetHeaders(request.Header)
	return nil
}
