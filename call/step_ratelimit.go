package call

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// rateLimitStep delays each attempt until its turn, and reports to the throttle how the server
// responds.
type rateLimitStep struct {
	next     Doer
	throttle *throttle
}

func (s *rateLimitStep) Do(request *http.Request) (*http.Response, error) {
	if err := s.wait(request.Context(), stateOf(request)); err != nil {
		return nil, err
	}
	sent := time.Now()
	s.throttle.sent.add(sent)
	response, err := s.next.Do(request)
	switch {
	case err != nil:
	case response.StatusCode == http.StatusTooManyRequests:
		now := time.Now()
		hint, ok := httpx.RetryAfter(response.Header, now)
		if !ok {
			hint = noHint
		}
		s.throttle.limited(now, sent, hint)
	case response.StatusCode/100 == 2:
		s.throttle.succeeded(time.Now(), sent)
	}
	return response, err
}

// wait returns at the turn of the call, or at once when the call ends before it.
func (s *rateLimitStep) wait(ctx context.Context, call *state) error {
	for {
		turn := s.throttle.reserve(time.Now())
		if turn.wait <= 0 {
			return nil
		}
		if ctx.Err() != nil {
			turn.reservation.Cancel()
			return fmt.Errorf("%w: %w", ErrNotSent, httpx.ContextError(ctx))
		}
		if call.endsWithin(ctx, turn.wait) {
			turn.reservation.Cancel()
			return fmt.Errorf("%w: rate limit: next slot in %v, after the call's deadline: %w", ErrNotSent, turn.wait.Round(time.Millisecond), context.DeadlineExceeded)
		}
		if err := sleep(ctx, turn.wait); err != nil {
			turn.reservation.Cancel()
			return fmt.Errorf("%w: waiting for the rate limit: %w", ErrNotSent, err)
		}
		if s.throttle.valid(turn) {
			return nil
		}
	}
}
