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

// sendStep sends one attempt and bounds its time.
type sendStep struct {
	client    *http.Client // of package httpclient, which follows no redirect
	timeout   time.Duration
	userAgent string
}

func (s *sendStep) Do(request *http.Request) (*http.Response, error) {
	state := callStateOf(request)
	timeout := cmp.Or(state.attemptTimeout, s.timeout)
	ctx, cancel := context.WithCancelCause(request.Context())
	timer := time.AfterFunc(timeout, func() {
		cancel(fmt.Errorf("no answer within %v (WithTimeout or AttemptTimeout): %w", timeout, context.DeadlineExceeded))
	})
	request = request.WithContext(ctx)
	introduce(request.Header, s.userAgent)
	response, err := s.client.Do(request)
	if err != nil {
		err = causeOf(ctx, err) // before the context is ended here
		timer.Stop()
		cancel(nil)
		return nil, err
	}
	body := &timedBody{ReadCloser: response.Body, ctx: ctx, timer: timer, cancel: cancel}
	if state.reading == readByElements && response.StatusCode/100 == 2 {
		timer.Stop()
		body.idle = timeout
	}
	response.Body = body
	return response, nil
}

// introduce sets the headers that every request has, where it does not have its own.
func introduce(header http.Header, userAgent string) {
	if header.Get("User-Agent") == "" {
		header.Set("User-Agent", userAgent)
	}
	if header.Get("Accept") == "" {
		header.Set("Accept", "application/json")
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

// causeOf prefers why the context ended to what the network made of it, and drops the address that net/http puts in
// front of an error: the query may hold personal data.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return withoutAddress(err)
}

func withoutAddress(err error) error {
	wrapped, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	if wrapped.Err == io.EOF {
		return fmt.Errorf("the connection ended before the answer: %w", io.EOF)
	}
	return wrapped.Err
}
