package call

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/conformance/stub"
)

func TestErrorBoundsWhatItKeeps(t *testing.T) {
	e := errorFromResponse(&state{}, stub.Response(500, strings.Repeat("x", maxErrorBody+1), "Content-Type", "text/plain"))
	if len(e.Body) != maxErrorBody || !e.Truncated || len(e.Message) > maxMessage+len("…") {
		t.Errorf("%d bytes kept, truncated %v, message of %d", len(e.Body), e.Truncated, len(e.Message))
	}
	e = errorFromResponse(&state{}, stub.Response(500, strings.Repeat("x", maxErrorBody)))
	if len(e.Body) != maxErrorBody || e.Truncated {
		t.Errorf("%d bytes kept, truncated %v", len(e.Body), e.Truncated)
	}
}

func TestErrorText(t *testing.T) {
	e := &Error{
		StatusCode: 400, Method: "POST", Route: "/{organizationName}/orders", Code: "E7", Message: "not valid", Attempts: 3,
		Fields: []FieldError{{"BuyerId", "is required"}}, Body: []byte("canary"), Err: errors.New("and more"),
	}
	if got, want := e.Error(), "POST /{organizationName}/orders: 400 Bad Request [E7]: not valid; BuyerId: is required; and more (after 3 attempts)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	e = &Error{
		StatusCode: 400, Method: "POST", Route: "/x", Message: "not valid: BuyerId: is required",
		Fields: []FieldError{{"BuyerId", "is required"}, {"PayerId", "is required"}},
	}
	if got, want := e.Error(), "POST /x: 400 Bad Request: not valid: BuyerId: is required; PayerId: is required"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestErrorLogsByAllowList(t *testing.T) {
	var log bytes.Buffer
	e := &Error{StatusCode: 400, Method: "GET", Route: "/canary", Message: "canary", Body: []byte("canary"), Fields: []FieldError{{"canary", "canary"}}}
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "error", e)
	if strings.Contains(log.String(), "canary") || !strings.Contains(log.String(), `"status":400`) {
		t.Error(log.String())
	}
}
