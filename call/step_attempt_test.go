package call

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func TestAttemptStepCountsWithoutHooks(t *testing.T) {
	state := &state{}
	step := &attemptStep{next: &stub.Responses{Script: []func() (*http.Response, error){stub.Status(200)}}}
	for range 3 {
		if _, err := step.Do(stub.Request(t, "GET", "/me", "").WithContext(withState(t.Context(), state))); err != nil {
			t.Fatal(err)
		}
	}
	if state.attempts != 3 {
		t.Errorf("%d attempts counted", state.attempts)
	}
}

// A request that is not sent, because the call has ended, does not count as an attempt.
func TestAttemptStepDoesNotSendForACallThatIsOverdue(t *testing.T) {
	state := &state{record: record{limit: limit{deadline: time.Now(), allowed: time.Minute}}}
	next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(200)}}
	_, err := (&attemptStep{next: next}).Do(stub.Request(t, "GET", "/me", "").WithContext(withState(t.Context(), state)))
	if !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) || state.attempts != 0 || len(next.Requests) != 0 {
		t.Errorf("%v after %d attempts", err, state.attempts)
	}
}

func TestAttemptStepDoesNotSendForACallThatHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the caller")
	cancel(stopped)
	state := &state{}
	next := &stub.Responses{Script: []func() (*http.Response, error){stub.Status(200)}}
	_, err := (&attemptStep{next: next}).Do(stub.Request(t, "GET", "/me", "").WithContext(withState(ctx, state)))
	if !errors.Is(err, ErrNotSent) || !errors.Is(err, stopped) || state.attempts != 0 || len(next.Requests) != 0 {
		t.Errorf("%v after %d attempts", err, state.attempts)
	}
}
