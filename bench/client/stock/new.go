package stock

import (
	"context"
	"net/http"

	"github.com/xsale-go/xsale/bench/client/peer"
)

// New returns a client with the shared HTTP client. A request editor sets the token headers.
func New(address string) (*ClientWithResponses, error) {
	editor := func(_ context.Context, request *http.Request) error {
		peer.SetHeaders(request.Header)
		return nil
	}
	return NewClientWithResponses(address, WithHTTPClient(peer.NewHTTPClient()), WithRequestEditorFn(editor))
}
