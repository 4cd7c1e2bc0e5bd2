package call

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// attemptStep counts the attempts of a call and reports each to the hooks.
type attemptStep struct {
	next  Doer
	hooks []Hooks
}

func (s *attemptStep) Do(request *http.Request) (*http.Response, error) {
	call := stateOf(request)
	ctx := request.Context()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotSent, httpx.ContextError(ctx))
	}
	if !call.deadline.IsZero() && !time.Now().Before(call.deadline) {
		return nil, fmt.Errorf("%w: %w", ErrNotSent, call.timedOut())
	}
	call.attempts++
	if len(s.hooks) == 0 {
		return s.next.Do(request)
	}
	start := time.Now()
	response, err := s.next.Do(request)
	call.status, call.requestBytes, call.responseBytes = 0, requestSize(request), -1
	if err == nil {
		call.status, call.responseBytes = response.StatusCode, response.ContentLength
	} else if failed, ok := errors.AsType[*Error](err); ok && errors.Is(err, ErrDecode) { // the body was truncated
		call.status = failed.StatusCode
	}
	event := call.event()
	event.Status, event.Err, event.Class = call.status, err, classOf(ctx, call.status, err)
	event.Duration = time.Since(start)
	if call.waitedFor == call.attempts {
		event.RetryWait = call.wait
	}
	for _, hook := range s.hooks {
		if hook.AttemptDone != nil {
			hook.AttemptDone(ctx, event)
		}
	}
	return response, err
}
