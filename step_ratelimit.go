package xsale

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// rateLimitStep holds each attempt back until its turn, and tells the throttle how the server has answered.
type rateLimitStep struct {
	next     Doer
	throttle *throttle
}

func newRateLimitStep(next Doer, perSecond float64, burst int) *rateLimitStep {
	return &rateLimitStep{next, newThrottle(perSecond, burst)}
}

func (s *rateLimitStep) Do(request *http.Request) (*http.Response, error) {
	if err := s.wait(request.Context(), callStateOf(request)); err != nil {
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
		s.throttle.refused(now, sent, hint)
	case response.StatusCode/100 == 2:
		s.throttle.succeeded(time.Now(), sent)
	}
	return response, err
}

// wait returns at the turn of the call, or at once when the call has to be over by then.
func (s *rateLimitStep) wait(ctx context.Context, state *callState) error {
	for {
		turn := s.throttle.reserve(time.Now())
		if turn.wait <= 0 {
			return nil
		}
		if endsWithin(ctx, state, turn.wait) {
			turn.reservation.Cancel()
			return fmt.Errorf("%w: its turn at the rate limit comes in %v, when the call has to be over: %w", errNotSent, turn.wait.Round(time.Millisecond), context.DeadlineExceeded)
		}
		if err := sleep(ctx, turn.wait); err != nil {
			turn.reservation.Cancel()
			return fmt.Errorf("%w: it waited for the rate limit: %w", errNotSent, err)
		}
		if s.throttle.holds(turn) {
			return nil
		}
	}
}
