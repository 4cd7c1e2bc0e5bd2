package call

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// sendStep sends one attempt and bounds its time. It calls the transport directly, because
// http.Client follows redirects, or resolves their target, and adds a fifth to the memory of a
// small call.
type sendStep struct {
	transport http.RoundTripper
	timeout   time.Duration
	userAgent []string // values of the header
}

func (s *sendStep) Do(request *http.Request) (*http.Response, error) {
	call := stateOf(request)
	timeout := cmp.Or(call.attemptTimeout, s.timeout)
	ctx, cancel := context.WithCancelCause(request.Context())
	timer := cancelAfter(call, timeout, cancel)
	request = request.WithContext(ctx)
	introduce(request.Header, s.userAgent)
	response, err := s.transport.RoundTrip(request)
	if err != nil {
		err = httpx.Cause(ctx, err) // before the context is canceled here
		if errors.Is(err, ErrProxy) {
			err = fmt.Errorf("%w: %w", ErrNotSent, err)
		}
		timer.Stop()
		cancel(nil)
		return nil, err
	}
	body := &timedBody{ReadCloser: response.Body, ctx: ctx, timer: timer, cancel: cancel}
	if response.Body == nil { // of a transport for tests, say
		body.ReadCloser = http.NoBody
	}
	if (call.reading == readByElements || call.unbounded) && response.StatusCode/100 == 2 {
		timer.Stop()
		body.timer, body.idle = attemptTimer(timeout, cancel), timeout
		body.timer.Stop() // until something is read
	}
	response.Body = body
	return response, nil
}

// cancelAfter ends an attempt after its timeout, or with the whole call if that ends first.
func cancelAfter(call *state, timeout time.Duration, cancel context.CancelCauseFunc) *time.Timer {
	if left := time.Until(call.deadline); !call.deadline.IsZero() && left < timeout {
		return time.AfterFunc(left, func() { cancel(call.timedOut()) })
	}
	return attemptTimer(timeout, cancel)
}

func attemptTimer(timeout time.Duration, cancel context.CancelCauseFunc) *time.Timer {
	return time.AfterFunc(timeout, func() {
		cancel(fmt.Errorf("attempt timed out after %v (WithAttemptTimeout or call.AttemptTimeout): %w", timeout, context.DeadlineExceeded))
	})
}

// acceptJSON is shared by all requests, like the values of User-Agent: nobody changes the values of
// a header in place.
var acceptJSON = []string{"application/json"}

// introduce sets the headers of every request, unless the request has its own.
func introduce(header http.Header, userAgent []string) {
	if header.Get("User-Agent") == "" && userAgent != nil {
		header["User-Agent"] = userAgent
	}
	if header.Get("Accept") == "" {
		header["Accept"] = acceptJSON
	}
}

// timedBody ends the time limit when the body is closed. If the limit truncated the body, Read
// reports it.
type timedBody struct {
	io.ReadCloser
	ctx    context.Context
	timer  *time.Timer
	idle   time.Duration // of a list or a long body: how long each read may take; 0 when the timer runs for the whole body
	cancel context.CancelCauseFunc
}

func (b *timedBody) Read(p []byte) (int, error) {
	if b.idle > 0 {
		b.timer.Reset(b.idle)
		defer b.timer.Stop()
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = httpx.Cause(b.ctx, err)
	}
	return n, err
}

func (b *timedBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}
