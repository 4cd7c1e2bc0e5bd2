package xsale

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
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
	hooks   []Hooks
}

func (s *retryStep) Do(request *http.Request) (*http.Response, error) {
	state := callStateOf(request)
	ctx := request.Context()
	var last *Error // of the attempt before
	for attempt := 0; ; attempt++ {
		response, err := s.next.Do(request)
		if last != nil && err != nil && (ctx.Err() != nil || endsWithin(ctx, state, 0) || !wasSent(err)) {
			return nil, last.endedBy(err, state) // the last answer says more than the attempt that did not come about
		}
		if attempt >= s.retries || !mayPass(ctx, response, err) || !isHarmless(state, response, err) {
			return response, err
		}
		again, ok := replay(request)
		if !ok {
			return response, err
		}
		wait := httpx.FullJitter(attempt, retryBase, maxRetryWait)
		if response != nil {
			if hint, ok := httpx.RetryAfter(response.Header, time.Now()); ok {
				if hint > maxRetryWait {
					return response, err
				}
				wait = max(wait, hint)
			}
		}
		if endsWithin(ctx, state, wait) {
			return response, err
		}
		if response != nil {
			last = errorFromResponse(state, response)
			response.Body.Close()
		} else if failed, ok := errors.AsType[*Error](err); ok { // the connection broke in the answer
			last = failed
		} else {
			last = newError(state, err)
		}
		s.tell(ctx, state, last, wait)
		if err := sleep(ctx, wait); err != nil {
			return nil, last.endedBy(err, state)
		}
		request = again
	}
}

// tell notes the wait and tells the hooks of it.
func (s *retryStep) tell(ctx context.Context, state *callState, last *Error, wait time.Duration) {
	state.retryWait = wait
	state.retriesWait += wait
	if len(s.hooks) == 0 {
		return
	}
	event := state.event()
	event.Attempt++
	event.Status, event.Err, event.Class, event.RetryWait = last.StatusCode, last, classOf(ctx, last.StatusCode, last), wait
	for _, hook := range s.hooks {
		if hook.Retry != nil {
			hook.Retry(ctx, event)
		}
	}
}

// endedBy returns the error with why there is no further attempt beside what the last one has brought. It is a copy, because
// hooks may have kept the error.
func (e *Error) endedBy(err error, state *callState) *Error {
	ended := *e
	ended.Attempts, ended.MaybeProcessed = state.attempts, state.maybeProcessed
	ended.Err = err
	if e.Err != nil {
		ended.Err = fmt.Errorf("%w; %w", err, e.Err)
	}
	return &ended
}

// wasSent reports whether an attempt that failed was one: not refused by this package, nor without a login.
func wasSent(err error) bool {
	_, isLogin := errors.AsType[*authn.Error](err)
	return !isLogin && !errors.Is(err, errNotSent)
}

// mayPass reports whether the failure may be gone at the next attempt.
func mayPass(ctx context.Context, response *http.Response, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		// Package authn has its own rules for repeating a login.
		return wasSent(err) && !errors.Is(err, authn.ErrClosed) && !errors.Is(err, ErrTooLarge)
	}
	switch response.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return response.StatusCode >= 500
}

// isHarmless reports whether the call may be sent again. A 429 says that it was not processed, and without a connection
// the server knows nothing of it; in every other case it may have been, so that its operation or the caller must allow for it.
func isHarmless(state *callState, response *http.Response, err error) bool {
	switch {
	case state.mayRepeat():
		return true
	case err != nil:
		return state.neverLeft
	}
	return response.StatusCode == http.StatusTooManyRequests
}

// drain reads what is left of a short body, so that its connection can serve the next request.
func drain(body io.ReadCloser) {
	io.Copy(io.Discard, io.LimitReader(body, maxErrorBody))
	body.Close()
}
