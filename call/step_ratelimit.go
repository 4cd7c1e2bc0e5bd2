package call

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// rateLimitStep delays each attempt until its turn, and reports to the throttle how the server
// responds.
type rateLimitStep struct {
	next     Doer
	throttle throttle
}

func (s *rateLimitStep) Do(request *http.Request) (*http.Response, error) {
	if !s.throttle.free() {
		if err := s.wait(request.Context(), stateOf(request)); err != nil {
			return nil, err
		}
	}
	sent := time.Now()
	s.throttle.starting(sent)
	response, err := s.next.Do(request)
	switch {
	case err != nil:
	case response.StatusCode == http.StatusTooManyRequests:
		hint, ok := httpx.RetryAfter(response.Header, time.Now())
		if !ok {
			hint = noHint
		}
		s.throttle.limited(sent, hint)
	case response.StatusCode/100 == 2:
		s.throttle.succeeded(sent)
	}
	return response, err
}

// wait returns at the turn of the call, or at once when the call ends before it.
func (s *rateLimitStep) wait(ctx context.Context, call *state) error {
	var held turn
	for {
		turn := s.throttle.reserve(ctx, held, call.left(ctx))
		if turn.wait <= 0 {
			return nil
		}
		if ctx.Err() != nil {
			s.throttle.release(turn)
			return fmt.Errorf("%w: %w", ErrNotSent, httpx.ContextError(ctx))
		}
		if turn.late {
			return fmt.Errorf("%w: rate limit: next slot in %v, after the call's deadline: %w", ErrNotSent, turn.wait.Round(time.Millisecond), context.DeadlineExceeded)
		}
		if err := sleep(ctx, turn.wait); err != nil {
			s.throttle.release(turn)
			return fmt.Errorf("%w: waiting for the rate limit: %w", ErrNotSent, err)
		}
		held = turn
	}
}

// left returns the time until the call must end.
func (l *limit) left(ctx context.Context) time.Duration {
	left := time.Duration(math.MaxInt64)
	if !l.deadline.IsZero() {
		left = time.Until(l.deadline)
	}
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline))
	}
	return left
}
