package xsale

import (
	"bytes"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

func TestErrorReadsKnownBodies(t *testing.T) {
	for _, test := range []struct {
		name, contentType, body string
		code, message           string
		fields                  []FieldError
	}{
		{"problem details", "application/problem+json", `{"type":"about:blank","title":"Bad","status":400,"detail":"The order is not valid"}`, "", "The order is not valid", nil},
		{"ASP.NET validation", "application/problem+json", `{"title":"One or more validation errors occurred.","errors":{"Items[0].Quantity":["must be positive","must be whole"],"BuyerId":["is required"]}}`,
			"", "One or more validation errors occurred.", []FieldError{{"BuyerId", "is required"}, {"Items[0].Quantity", "must be positive; must be whole"}}},
		{"Web API", "application/json; charset=utf-8", `{"Message":"The request is invalid.","ModelState":{"order.BuyerId":["is required"]}}`,
			"", "The request is invalid.", []FieldError{{"order.BuyerId", "is required"}}},
		{"ServiceStack", "application/json", `{"ResponseStatus":{"ErrorCode":"NotEmpty","Message":"'Name' must not be empty.","Errors":[{"ErrorCode":"NotEmpty","FieldName":"Name","Message":"must not be empty"}]}}`,
			"NotEmpty", "'Name' must not be empty.", []FieldError{{"Name", "must not be empty"}}},
		{"a list of errors", "application/problem+json", `{"title":"Bad","errors":[{"pointer":"/Items/0","detail":"missing"}]}`, "", "Bad", []FieldError{{"/Items/0", "missing"}}},
		{"code and message", "application/json", `{"code":"E7","message":"no"}`, "E7", "no", nil},
		{"a text", "application/json", `"just text"`, "", "just text", nil},
		{"plain text", "text/plain", " it failed\n", "", "it failed", nil},
		{"text that acts on terminals", "text/plain", "it\x1b[2J\r\nfailed", "", "it [2J  failed", nil},
		{"HTML", "text/html", "<html>502</html>", "", "", nil},
		{"nothing", "", "", "", "", nil},
		{"truncated", "application/json", `{"message":"no`, "", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := errorFromResponse(&callState{}, answer(400, test.body, "Content-Type", test.contentType))
			if e.Code != test.code || e.Message != test.message || !reflect.DeepEqual(e.Fields, test.fields) {
				t.Errorf("code %q, message %q, fields %v", e.Code, e.Message, e.Fields)
			}
			if string(e.Body) != test.body || e.Truncated {
				t.Errorf("body %q", e.Body)
			}
		})
	}
}

func TestErrorBoundsWhatItKeeps(t *testing.T) {
	e := errorFromResponse(&callState{}, answer(500, strings.Repeat("x", maxErrorBody+1), "Content-Type", "text/plain"))
	if len(e.Body) != maxErrorBody || !e.Truncated || len(e.Message) > maxMessage+len("…") {
		t.Errorf("%d bytes kept, truncated %v, message of %d", len(e.Body), e.Truncated, len(e.Message))
	}
	e = errorFromResponse(&callState{}, answer(500, strings.Repeat("x", maxErrorBody)))
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
}

func TestErrorLogsByAllowList(t *testing.T) {
	var log bytes.Buffer
	e := &Error{StatusCode: 400, Method: "GET", Route: "/canary", Message: "canary", Body: []byte("canary"), Fields: []FieldError{{"canary", "canary"}}}
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "error", e)
	if strings.Contains(log.String(), "canary") || !strings.Contains(log.String(), `"status":400`) {
		t.Error(log.String())
	}
}
