package xsale

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// sendStep sends one attempt and bounds its time. It does without [http.Client], which follows redirects or looks at where
// they lead, and costs a fifth of the memory of a small call.
type sendStep struct {
	transport http.RoundTripper
	timeout   time.Duration
	userAgent []string // the header's values
}

func (s *sendStep) Do(request *http.Request) (*http.Response, error) {
	state := callStateOf(request)
	timeout := cmp.Or(state.attemptTimeout, s.timeout)
	ctx, cancel := context.WithCancelCause(request.Context())
	timer := limit(state, timeout, cancel)
	request = request.WithContext(ctx)
	introduce(request.Header, s.userAgent)
	response, err := s.transport.RoundTrip(request)
	if err != nil {
		err = causeOf(ctx, err) // before the context is ended here
		timer.Stop()
		cancel(nil)
		return nil, err
	}
	body := &timedBody{ReadCloser: response.Body, ctx: ctx, timer: timer, cancel: cancel}
	if response.Body == nil { // of a transport for tests, say
		body.ReadCloser = http.NoBody
	}
	if state.reading == readByElements && response.StatusCode/100 == 2 {
		timer.Stop()
		body.timer, body.idle = attemptTimer(timeout, cancel), timeout
		body.timer.Stop() // until something is read
	}
	response.Body = body
	return response, nil
}

// limit ends an attempt after its timeout, or with the time of the whole call if that is over before.
func limit(state *callState, timeout time.Duration, cancel context.CancelCauseFunc) *time.Timer {
	if left := time.Until(state.deadline); !state.deadline.IsZero() && left < timeout {
		return time.AfterFunc(left, func() { cancel(state.overdue()) })
	}
	return attemptTimer(timeout, cancel)
}

func attemptTimer(timeout time.Duration, cancel context.CancelCauseFunc) *time.Timer {
	return time.AfterFunc(timeout, func() {
		cancel(fmt.Errorf("no answer within %v (WithTimeout or AttemptTimeout): %w", timeout, context.DeadlineExceeded))
	})
}

// acceptJSON, like the values of User-Agent, is shared by all requests, because nobody changes what stands in a header.
var acceptJSON = []string{"application/json"}

// introduce sets the headers that every request has, where it does not have its own.
func introduce(header http.Header, userAgent []string) {
	if header.Get("User-Agent") == "" {
		header["User-Agent"] = userAgent
	}
	if header.Get("Accept") == "" {
		header["Accept"] = acceptJSON
	}
}

// timedBody ends the time limit when the body is closed, and says when the limit was what cut the body off.
type timedBody struct {
	io.ReadCloser
	ctx    context.Context
	timer  *time.Timer
	idle   time.Duration // of a list: how long each read may take; 0 when the timer runs for the whole body
	cancel context.CancelCauseFunc
}

func (b *timedBody) Read(p []byte) (int, error) {
	if b.idle > 0 {
		b.timer.Reset(b.idle)
		defer b.timer.Stop()
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = causeOf(b.ctx, err)
	}
	return n, err
}

func (b *timedBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}

// causeOf prefers why the context ended to what the network made of it.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return withoutAddress(err)
}

// withoutAddress drops the address that an [http.Client] puts in front of an error, because the query may hold personal
// data, and says what a bare EOF means.
func withoutAddress(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if err == io.EOF {
		return fmt.Errorf("the connection ended before the answer: %w", io.EOF)
	}
	return err
}
