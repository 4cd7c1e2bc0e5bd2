package xsale

import (
	"fmt"
	"net/http"

	"golang.org/x/time/rate"
)

// rateLimitStep holds each attempt back until its turn.
type rateLimitStep struct {
	next    Doer
	limiter *rate.Limiter // nil without a limit
}

func (s *rateLimitStep) Do(request *http.Request) (*http.Response, error) {
	if s.limiter != nil {
		if err := s.limiter.Wait(request.Context()); err != nil {
			return nil, fmt.Errorf("%w: rate limit of the client: %w", errNotSent, err)
		}
	}
	return s.next.Do(request)
}
