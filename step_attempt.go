package xsale

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// attemptStep counts the requests of a call and tells the hooks of each.
type attemptStep struct {
	next  Doer
	hooks []Hooks
}

func (s *attemptStep) Do(request *http.Request) (*http.Response, error) {
	state := callStateOf(request)
	ctx := request.Context()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, context.Cause(ctx))
	}
	if !state.deadline.IsZero() && !time.Now().Before(state.deadline) {
		return nil, fmt.Errorf("%w: %w", errNotSent, state.overdue())
	}
	state.attempts++
	if len(s.hooks) == 0 {
		return s.next.Do(request)
	}
	start := time.Now()
	response, err := s.next.Do(request)
	state.lastStatus, state.requestSize, state.responseSize = 0, requestSize(request), -1
	if err == nil {
		state.lastStatus, state.responseSize = response.StatusCode, response.ContentLength
	} else if failed := state.failure; failed != nil && err == error(failed) { // the body broke off behind a status
		state.lastStatus = failed.StatusCode
	}
	event := state.event()
	event.Status, event.Err, event.Class = state.lastStatus, err, classOf(ctx, state.lastStatus, err)
	event.Duration, event.RetryWait = time.Since(start), state.retryWait
	state.retryWait = 0
	for _, hook := range s.hooks {
		if hook.AttemptDone != nil {
			hook.AttemptDone(ctx, event)
		}
	}
	return response, err
}
