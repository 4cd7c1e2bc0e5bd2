package stock

import (
	"context"
	"net/http"

	"github.com/xsale-go/xsale/bench/client/peer"
)

// New returns the client with the shared HTTP client, and the token headers set by a request
// editor.
func New(address string) (*ClientWithResponses, error) {
	editor := func(_ context.Context, request *http.Request) error {
		peer.SetHeaders(request.Header)
		return nil
	}
	return NewClientWithResponses(address, WithHTTPClient(peer.NewHTTPClient()), WithRequestEditorFn(editor))
}
