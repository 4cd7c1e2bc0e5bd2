package xsale

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// sendStep sends one attempt and bounds its time.
type sendStep struct {
	client    *http.Client
	timeout   time.Duration
	userAgent string
}

// newSendStep never follows a redirect: net/http would forward x-id-token to any host.
func newSendStep(given *http.Client, timeout time.Duration, userAgent string) *sendStep {
	client := &http.Client{}
	if given != nil {
		*client = *given
	}
	if client.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		transport.MaxIdleConnsPerHost = 32 // all calls go to one host; the default of 2 would close connections under load
		client.Transport = transport
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	return &sendStep{client, timeout, userAgent}
}

func (s *sendStep) Do(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	timer := time.AfterFunc(s.timeout, func() {
		cancel(fmt.Errorf("no complete answer within %v: %w", s.timeout, context.DeadlineExceeded))
	})
	request = request.WithContext(ctx)
	if request.Header.Get("User-Agent") == "" {
		request.Header.Set("User-Agent", s.userAgent)
	}
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", "application/json")
	}
	response, err := s.client.Do(request)
	if err != nil {
		timer.Stop()
		cancel(nil)
		return nil, causeOf(ctx, err)
	}
	if callStateOf(request).streaming {
		timer.Stop()
	}
	response.Body = &timedBody{response.Body, ctx, timer, cancel}
	return response, nil
}

// timedBody ends the time limit when the body is closed, and says when the limit was what cut the body off.
type timedBody struct {
	io.ReadCloser
	ctx    context.Context
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

func (b *timedBody) Read(p []byte) (int, error) {
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
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
