package authn

import (
	"context"
	"fmt"
	"net/http"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Edit sets `Authorization: Bearer {access_token}` and `x-id-token: {id_token}` on the request, logging in first when
// there is no valid pair. It has the form of oapi-codegen's RequestEditorFn and is safe for concurrent use.
//
// It refuses a request to another origin than the API's, so that the tokens reach no other host. It cannot see a redirect:
// give the HTTP client a CheckRedirect that returns [http.ErrUseLastResponse], because net/http forwards x-id-token to
// any host. The clients of package xsale do.
//
// The error is an [*Error] when the login failed, or the context's when ctx ended first.
func (s *Source) Edit(ctx context.Context, request *http.Request) error {
	if !httpx.SameOrigin(request.URL, s.apiURL) {
		return fmt.Errorf("authn: the tokens are for %s://%s and are not sent to %s://%s",
			s.apiURL.Scheme, s.apiURL.Host, request.URL.Scheme, request.URL.Host)
	}
	token, err := s.Token(ctx)
	if err != nil {
		return err
	}
	token.SetHeaders(request.Header)
	return nil
}
