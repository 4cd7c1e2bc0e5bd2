package call

import (
	"context"
	"fmt"
	"net/http"
)

// redacted replaces a token that is shown.
const redacted = "[redacted]"

// rehearseStep stores the request of a dry run instead of sending it.
type rehearseStep struct {
	next      Doer
	userAgent []string // values of the header
}

func (s *rehearseStep) Do(request *http.Request) (*http.Response, error) {
	call := stateIn(request.Context())
	if call == nil || call.rehearsed == nil {
		return s.next.Do(request)
	}
	shown := request.Clone(context.Background()) // it leaves the call
	introduce(shown.Header, s.userAgent)
	shown.Header.Set("Authorization", "Bearer "+redacted)
	shown.Header.Set("X-Id-Token", redacted)
	*call.rehearsed = shown
	if call.invalid != nil {
		return nil, fmt.Errorf("%w: %w", ErrDryRun, call.invalid)
	}
	return nil, ErrDryRun
}
