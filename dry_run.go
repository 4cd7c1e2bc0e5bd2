package xsale

import (
	"context"
	"net/http"
)

// redacted stands in the place of a token.
const redacted = "[redacted]"

// rehearse returns a copy of a request that is complete but for what the steps of a call add, with that and without the
// tokens. It does not belong to the call any more.
func rehearse(request *http.Request) *http.Request {
	shown := request.Clone(context.Background())
	introduce(shown.Header, []string{defaultUserAgent})
	shown.Header.Set("Authorization", "Bearer "+redacted)
	shown.Header.Set("X-Id-Token", redacted)
	return shown
}
