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

func TestRequestID(t *testing.T) {
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	for _, test := range []struct {
		body   string
		header []string
		want   string
	}{
		{`{"title":"Bad","traceId":"00-1-2-00"}`, nil, "00-1-2-00"},
		{`{"title":"Bad","extensions":{"traceId":"00-1-2-00"}}`, nil, "00-1-2-00"},
		{`{"TraceId":"t-1"}`, nil, "t-1"},
		{`{"ResponseStatus":{"ErrorCode":"E1","RequestId":"r-1"}}`, nil, "r-1"},
		{`{"error":{"code":"E1","innerError":{"request-id":"r-1"}}}`, nil, "r-1"},
		{`{"correlation_id":"c-1","requestId":17}`, nil, "17"},
		{`{"traceId":"t-1"}`, []string{"Cf-Ray", "ray", "X-Request-Id", "r-1"}, "r-1"},
		{`{"traceId":"t-1"}`, []string{"Cf-Ray", "ray"}, "ray"},
		{``, []string{"Traceparent", "00-" + trace + "-00f067aa0ba902b7-01", "X-Azure-Ref", "a"}, trace},
		{``, []string{"Traceparent", "00-" + strings.Repeat("0", 32) + "-00f067aa0ba902b7-01", "X-Azure-Ref", "a"}, "a"},
		{``, []string{"Traceparent", "nonsense"}, ""},
		{``, []string{"X-Amzn-Trace-Id", "Root=1-67891233-abc", "X-Trace-Id", "t-1"}, "t-1"},
		{`{"traceId":{"a":1}}`, nil, ""},
	} {
		if e := errorFromResponse(&state{}, stub.Response(500, test.body, test.header...)); e.RequestID != test.want {
			t.Errorf("%s, %q: got %q, want %q", test.body, test.header, e.RequestID, test.want)
		}
	}
	var log bytes.Buffer
	e := errorFromResponse(&state{}, stub.Response(500, `{"traceId":"Jan Kowalski"}`))
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "error", e)
	if strings.Contains(log.String(), "Kowalski") {
		t.Error(log.String())
	}
}
