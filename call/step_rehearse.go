package call

import (
	"context"
	"fmt"
	"net/http"
)

// redacted replaces a token that is shown.
const redacted = "[redacted]"

// rehearseStep is the first step: it checks that a request can be sent, and stores the request of a
// dry run instead of sending it.
type rehearseStep struct {
	next      Doer
	userAgent []string // values of the header
}

func (s *rehearseStep) Do(request *http.Request) (*http.Response, error) {
	if request.URL == nil {
		return nil, fmt.Errorf("%w: request has no URL", ErrInvalid)
	}
	if request.Header == nil { // as net/http allows
		copied := *request
		copied.Header = make(http.Header)
		request = &copied
	}
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
