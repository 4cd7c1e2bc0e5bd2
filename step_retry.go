package xsale

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/backoff"
)

// Waits between two attempts. A Retry-After beyond the longest ends the call instead, and stands on the error.
const (
	retryBase    = 500 * time.Millisecond
	maxRetryWait = 30 * time.Second
)

// retryStep repeats a call after a failure that may pass, where that cannot do harm.
type retryStep struct {
	next    Doer
	retries int
}

func (s *retryStep) Do(request *http.Request) (*http.Response, error) {
	state := callStateOf(request)
	ctx := request.Context()
	for attempt := 0; ; attempt++ {
		response, err := s.next.Do(request)
		if attempt >= s.retries || !mayPass(ctx, response, err) || !isHarmless(state, response) {
			return response, err
		}
		again, ok := replay(request)
		if !ok {
			return response, err
		}
		wait := backoff.FullJitter(attempt, retryBase, maxRetryWait)
		if response != nil {
			if hint, ok := backoff.RetryAfter(response.Header, time.Now()); ok {
				if hint > maxRetryWait {
					return response, err
				}
				wait = max(wait, hint)
			}
		}
		var last *Error
		if response != nil {
			last = errorFromResponse(state, response)
			response.Body.Close()
		} else if failed, ok := errors.AsType[*Error](err); ok { // the connection broke in the answer
			last = failed
		} else {
			last = newError(state, err)
		}
		if err := sleep(ctx, wait); err != nil {
			last.Err = errors.Join(err, last.Err) // both the context's end and the last answer are on the error
			return nil, last
		}
		request = again
	}
}

// mayPass reports whether the failure may be gone at the next attempt.
func mayPass(ctx context.Context, response *http.Response, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		if _, ok := errors.AsType[*authn.Error](err); ok {
			return false // package authn has its own rules for repeating a login
		}
		return !errors.Is(err, errNotSent) && !errors.Is(err, authn.ErrClosed) && !errors.Is(err, ErrTooLarge)
	}
	switch response.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return response.StatusCode >= 500
}

// isHarmless reports whether the call may be sent again. A 429 says that it was not processed; in every other case it may
// have been, so that its method or the caller must allow for it.
func isHarmless(state *callState, response *http.Response) bool {
	if state.idempotent || response != nil && response.StatusCode == http.StatusTooManyRequests {
		return true
	}
	switch state.method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return true
	}
	return false
}

func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// drain reads what is left of a short body, so that its connection can serve the next request.
func drain(body io.ReadCloser) {
	io.Copy(io.Discard, io.LimitReader(body, maxErrorBody))
	body.Close()
}
