package call

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Waits between two attempts. A longer Retry-After ends the call instead and is reported in the
// error.
const (
	retryBase    = 500 * time.Millisecond
	maxRetryWait = 30 * time.Second
)

// retryStep repeats a call after a temporary failure, if that cannot do harm and the budget allows
// it. A 429 takes nothing from the budget, because the rate limit slows down all calls after it.
type retryStep struct {
	next    Doer
	retries int
	budget  *retryBudget
	hooks   []Hooks
}

func (s *retryStep) Do(request *http.Request) (*http.Response, error) {
	call := stateOf(request)
	ctx := request.Context()
	var last *Error // of the previous attempt
	for attempt := 0; ; attempt++ {
		response, err := s.next.Do(request)
		if last != nil && err != nil && (ctx.Err() != nil || call.endsWithin(ctx, 0) || !wasSent(err)) {
			return nil, last.endedBy(err, call) // the last response is more useful than the attempt that was not made
		}
		if err == nil && !httpx.TemporaryStatus(response.StatusCode) {
			s.budget.succeeded(time.Now(), attempt > 0)
			return response, nil
		}
		if attempt >= s.retries || !transient(ctx, response, err) || !harmless(call, response, err) {
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
		if call.endsWithin(ctx, wait) {
			return response, err
		}
		if limited := response != nil && response.StatusCode == http.StatusTooManyRequests; !limited && !s.budget.take(time.Now()) {
			call.budgetSpent = true
			if failed, ok := errors.AsType[*Error](err); ok { // hooks may have kept it
				copied := *failed
				copied.budgetSpent = true
				err = &copied
			}
			return response, err
		}
		if response != nil {
			last = errorFromResponse(call, response)
			response.Body.Close()
		} else if failed, ok := errors.AsType[*Error](err); ok { // the body was truncated
			last = failed
		} else {
			last = newError(call, err)
		}
		call.waits = waits{wait: wait, waitedFor: call.attempts + 1, waited: call.waited + wait}
		s.notify(ctx, call, last)
		if err := sleep(ctx, wait); err != nil {
			return nil, last.endedBy(err, call)
		}
		request = again
	}
}

func (s *retryStep) notify(ctx context.Context, call *state, last *Error) {
	if len(s.hooks) == 0 {
		return
	}
	event := call.event()
	event.Attempt, event.RetryWait = call.waitedFor, call.wait
	event.Status, event.Err, event.Class = last.StatusCode, last, classOf(ctx, last.StatusCode, last)
	for _, hook := range s.hooks {
		if hook.Retry != nil {
			hook.Retry(ctx, event)
		}
	}
}

// endedBy returns the error with the reason why no further attempt was made. It is a copy, because
// hooks may have kept the error.
func (e *Error) endedBy(err error, call *state) *Error {
	ended := *e
	ended.Attempts, ended.MaybeProcessed = call.attempts, call.maybeProcessed
	ended.Err = err
	if e.Err != nil {
		ended.Err = fmt.Errorf("%w; %w", err, e.Err)
	}
	return &ended
}

// wasSent reports whether a failed attempt reached the network: it was not stopped by this package,
// nor by a failed login.
func wasSent(err error) bool {
	_, login := errors.AsType[*authn.Error](err)
	return !login && (!errors.Is(err, ErrNotSent) || errors.Is(err, ErrProxy))
}

// transient reports whether the failure may be gone at the next attempt.
func transient(ctx context.Context, response *http.Response, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		// Package authn has its own rules for retrying a login.
		return wasSent(err) && !errors.Is(err, authn.ErrClosed) && !errors.Is(err, ErrTooLarge) && !httpx.PermanentProxy(err) && !httpx.Unrecorded(err)
	}
	return httpx.TemporaryStatus(response.StatusCode)
}

// harmless reports whether the call may be sent again. After a 429, or without a connection, the
// server has not processed it. In any other case it may have, so the operation or the caller must
// allow a repetition.
func harmless(call *state, response *http.Response, err error) bool {
	switch {
	case call.mayRepeat():
		return true
	case err != nil:
		return call.neverLeft
	}
	return response.StatusCode == http.StatusTooManyRequests
}

// sleep waits, or ends with the context and returns the cause.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return httpx.ContextError(ctx)
	}
}
