package xsale

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestRateLimitStepSpacesRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &answers{script: []func() (*http.Response, error){status(200)}}
		step := newRateLimitStep(next, 2, 1)
		start := time.Now()
		for range 5 {
			if _, err := step.Do(newRequest(t, "GET", "/me", "")); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("5 requests at 2 a second took %v", took)
		}
	})
}

func TestRateLimitStepGivesUpWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &answers{script: []func() (*http.Response, error){status(200)}}
		step := newRateLimitStep(next, 1.0/3600, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		request := newRequest(t, "GET", "/me", "").WithContext(ctx)
		if _, err := step.Do(request); err != nil {
			t.Fatal(err)
		}
		if _, err := step.Do(request); !errors.Is(err, errNotSent) || len(next.requests) != 1 {
			t.Errorf("%d requests, %v", len(next.requests), err)
		}
	})
}
