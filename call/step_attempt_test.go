package call

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"
)

func TestAttemptStepCountsWithoutHooks(t *testing.T) {
	state := &callState{}
	step := &attemptStep{next: &answers{script: []func() (*http.Response, error){status(200)}}}
	for range 3 {
		if _, err := step.Do(newRequest(t, "GET", "/me", "").WithContext(withCallState(t.Context(), state))); err != nil {
			t.Fatal(err)
		}
	}
	if state.attempts != 3 {
		t.Errorf("%d attempts counted", state.attempts)
	}
}

// What is not sent, because the call has ended, is no attempt.
func TestAttemptStepDoesNotSendForACallThatIsOverdue(t *testing.T) {
	state := &callState{deadline: time.Now(), callTimeout: time.Minute}
	next := &answers{script: []func() (*http.Response, error){status(200)}}
	_, err := (&attemptStep{next: next}).Do(newRequest(t, "GET", "/me", "").WithContext(withCallState(t.Context(), state)))
	if !errors.Is(err, errNotSent) || !errors.Is(err, context.DeadlineExceeded) || state.attempts != 0 || len(next.requests) != 0 {
		t.Errorf("%v after %d attempts", err, state.attempts)
	}
}

func TestAttemptStepDoesNotSendForACallThatHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the caller")
	cancel(stopped)
	state := &callState{}
	next := &answers{script: []func() (*http.Response, error){status(200)}}
	_, err := (&attemptStep{next: next}).Do(newRequest(t, "GET", "/me", "").WithContext(withCallState(ctx, state)))
	if !errors.Is(err, errNotSent) || !errors.Is(err, stopped) || state.attempts != 0 || len(next.requests) != 0 {
		t.Errorf("%v after %d attempts", err, state.attempts)
	}
}
