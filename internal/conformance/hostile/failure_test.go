package hostile_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// Bounds of an error, as documented.
const (
	maxErrorBody = 64 << 10
	maxErrorText = 4 << 10
	maxMessage   = 500
)

func fieldsOf(body stub.ErrorBody) []call.FieldError {
	var fields []call.FieldError
	for _, field := range body.Fields {
		fields = append(fields, call.FieldError{Field: field[0], Message: field[1]})
	}
	return fields
}

// Every known error body is read over HTTP as it is in memory, whichever call fails.
func TestHostileFailures(t *testing.T) {
	var cases []hostileCase
	for i, form := range stub.ErrorBodies {
		kind := []struct {
			hostileCall
			value string
		}{{callMe, ""}, {callList, "[]"}, {callCreate, "0"}, {callSet, ""}, {callRaw, ""}, {callFetch, ""}}[i%6]
		cases = append(cases, hostileCase{
			name:  form.Name,
			serve: reply(http.StatusUnprocessableEntity, form.ContentType, form.Body, "X-Correlation-Id", "r-1"),
			call:  kind.hostileCall,
			want: outcome{value: kind.value, status: 422, is: []error{call.ErrBadRequest}, code: form.Code, message: form.Message, fields: fieldsOf(form),
				requestID: "r-1", body: form.Body, says: ": 422 Unprocessable Entity"},
		})
	}
	page := "<html><title>Bad Gateway</title>" + strings.Repeat("x", maxErrorBody)
	testHostile(t, append(cases,
		hostileCase{name: "all in one line", serve: reply(400, "application/json", `{"code":"E\n1","message":"a\r\nb","errors":{"c\nd":["e","f"],"":["g"]}}`), call: callCreate,
			want: outcome{value: "0", status: 400, is: []error{call.ErrBadRequest}, code: "E 1", message: "a  b", fields: []call.FieldError{{Message: "g"}, {Field: "c d", Message: "e; f"}},
				body: `{"code":"E\n1","message":"a\r\nb","errors":{"c\nd":["e","f"],"":["g"]}}`,
				text: "POST /{organizationName}/orders: 400 Bad Request [E 1]: a  b; g; c d: e; f"}},
		hostileCase{name: "a large page", serve: reply(502, "text/html", page),
			want: outcome{status: 502, is: []error{call.ErrServer}, message: "Bad Gateway", body: page[:maxErrorBody], truncated: true, text: "GET /me: 502 Bad Gateway (an HTML page): Bad Gateway"}},
		hostileCase{name: "a large text", serve: reply(500, "text/plain", strings.Repeat("x", maxErrorBody+1)),
			want: outcome{status: 500, is: []error{call.ErrServer}, message: strings.Repeat("x", maxMessage) + "…", body: strings.Repeat("x", maxErrorBody), truncated: true,
				text: "GET /me: 500 Internal Server Error: " + strings.Repeat("x", maxMessage) + "…"}},
		hostileCase{name: "JSON that is too large to be read whole", serve: reply(400, "application/json", `{"message":"no","rest":"`+strings.Repeat("x", maxErrorBody)+`"}`),
			want: outcome{status: 400, is: []error{call.ErrBadRequest}, body: `{"message":"no","rest":"` + strings.Repeat("x", maxErrorBody-24), truncated: true, text: "GET /me: 400 Bad Request"}},
		hostileCase{name: "a body of exactly the bound", serve: reply(500, "", strings.Repeat("\x00", maxErrorBody)), call: callFetch,
			want: outcome{status: 500, is: []error{call.ErrServer}, body: strings.Repeat("\x00", maxErrorBody), text: "GET /things/{id}: 500 Internal Server Error"}},
	))
}

// The error of an abandoned call says so and names the call, whatever the server was doing.
func TestHostileServerWithoutAnAnswer(t *testing.T) {
	silent := func(_ http.ResponseWriter, request *http.Request) {
		io.Copy(io.Discard, request.Body) // or the server would not notice that the client is gone
		<-request.Context().Done()
	}
	stalled := func(w http.ResponseWriter, request *http.Request) {
		w.WriteHeader(http.StatusOK)
		http.NewResponseController(w).Flush()
		<-request.Context().Done()
	}
	cancelled := func(ctx context.Context, client *xsale.Client, plain *http.Client) (string, error) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return callFetch(ctx, client, plain)
	}
	short := []xsale.Option{xsale.WithAttemptTimeout(50 * time.Millisecond)}
	testHostile(t, []hostileCase{
		{name: "silence", serve: silent, options: short, want: outcome{text: "GET /me: attempt timed out after 50ms (WithAttemptTimeout or call.AttemptTimeout): context deadline exceeded"}},
		{name: "silence for a create", serve: silent, options: short, call: callCreate,
			want: outcome{value: "0", is: []error{call.ErrMaybeProcessed}, text: "POST /{organizationName}/orders: attempt timed out after 50ms (WithAttemptTimeout or call.AttemptTimeout): context deadline exceeded; the request may have been processed"}},
		{name: "silence in the body", serve: stalled, options: short,
			want: outcome{status: 200, is: []error{call.ErrDecode}, text: "GET /me: 200 OK: cannot decode response: attempt timed out after 50ms (WithAttemptTimeout or call.AttemptTimeout): context deadline exceeded"}},
		{name: "silence in a list", serve: stalled, options: short, call: callList,
			want: outcome{value: "[]", status: 200, is: []error{call.ErrDecode}, text: "GET /{organizationName}/statuses: 200 OK: cannot decode response: attempt timed out after 50ms (WithAttemptTimeout or call.AttemptTimeout): context deadline exceeded"}},
		{name: "a generated call that is given up", serve: silent, call: cancelled, want: outcome{text: "GET /things/{id}: context canceled"}},
	})
}
