package hostile_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/call"
)

func TestHostileStatuses(t *testing.T) {
	var cases []hostileCase
	for _, status := range []struct {
		code int
		text string
		is   []error
	}{
		{300, "300 Multiple Choices", []error{call.ErrRedirect}},
		{301, "301 Moved Permanently", []error{call.ErrRedirect}}, // without a Location
		{304, "304 Not Modified", []error{call.ErrRedirect}},
		{305, "305 Use Proxy", []error{call.ErrRedirect}},
		{399, "399", []error{call.ErrRedirect}},
		{400, "400 Bad Request", []error{call.ErrBadRequest}},
		{402, "402 Payment Required", nil},
		{403, "403 Forbidden", []error{call.ErrForbidden}},
		{404, "404 Not Found", []error{call.ErrNotFound}},
		{405, "405 Method Not Allowed", nil},
		{406, "406 Not Acceptable", nil},
		{407, "407 Proxy Authentication Required", nil},
		{408, "408 Request Timeout", nil},
		{409, "409 Conflict", []error{call.ErrConflict}},
		{410, "410 Gone", nil},
		{411, "411 Length Required", nil},
		{412, "412 Precondition Failed", nil},
		{413, "413 Request Entity Too Large", nil},
		{414, "414 Request URI Too Long", nil},
		{415, "415 Unsupported Media Type", nil},
		{416, "416 Requested Range Not Satisfiable", nil},
		{417, "417 Expectation Failed", nil},
		{418, "418 I'm a teapot", nil},
		{421, "421 Misdirected Request", nil},
		{422, "422 Unprocessable Entity", []error{call.ErrBadRequest}},
		{423, "423 Locked", nil},
		{425, "425 Too Early", nil},
		{426, "426 Upgrade Required", nil},
		{428, "428 Precondition Required", nil},
		{429, "429 Too Many Requests", []error{call.ErrRateLimited}},
		{431, "431 Request Header Fields Too Large", nil},
		{451, "451 Unavailable For Legal Reasons", nil},
		{499, "499", nil},
		{500, "500 Internal Server Error", []error{call.ErrServer}},
		{501, "501 Not Implemented", []error{call.ErrServer}},
		{502, "502 Bad Gateway", []error{call.ErrServer}},
		{503, "503 Service Unavailable", []error{call.ErrServer}},
		{504, "504 Gateway Timeout", []error{call.ErrServer}},
		{505, "505 HTTP Version Not Supported", []error{call.ErrServer}},
		{507, "507 Insufficient Storage", []error{call.ErrServer}},
		{511, "511 Network Authentication Required", []error{call.ErrServer}},
		{520, "520", []error{call.ErrServer}},
		{600, "600", []error{call.ErrServer}}, // RFC 9110 section 15: what is out of range is treated as a 5xx
		{999, "999", []error{call.ErrServer}},
	} {
		cases = append(cases, hostileCase{
			name:  fmt.Sprint(status.code),
			serve: reply(status.code, "", "", "X-Request-Id", "r-1"),
			want:  outcome{status: status.code, is: status.is, requestID: "r-1", text: "GET /me: " + status.text},
		})
	}
	malformed := func(name, head, says string) hostileCase {
		return hostileCase{name: name, serve: wireBytes(head), want: outcome{text: "GET /me: " + says}}
	}
	const broken = "net/http: HTTP/1.x transport connection broken: "
	testHostile(t, append(cases,
		hostileCase{name: "401, and again after a new login", serve: reply(401, "text/plain", "who?"),
			want: outcome{status: 401, is: []error{call.ErrUnauthorized}, message: "who?", body: "who?", text: "GET /me: 401 Unauthorized: who? (after 2 attempts)"}},
		hostileCase{name: "401 to a create", serve: reply(401, "", ""), call: callCreate,
			want: outcome{value: "0", status: 401, is: []error{call.ErrUnauthorized}, text: "POST /{organizationName}/orders: 401 Unauthorized (after 2 attempts)"}},
		hostileCase{name: "401 to a generated call", serve: reply(401, "", ""), call: callFetch,
			want: outcome{status: 401, is: []error{call.ErrUnauthorized}, text: "GET /things/{id}: 401 Unauthorized"}},
		hostileCase{name: "409 to a create", serve: reply(409, "application/json", `{"Message":"twice"}`), call: callCreate,
			want: outcome{value: "0", status: 409, is: []error{call.ErrConflict}, message: "twice", body: `{"Message":"twice"}`, text: "POST /{organizationName}/orders: 409 Conflict: twice"}},
		hostileCase{name: "404 to a list", serve: reply(404, "application/json", `[]`), call: callList,
			want: outcome{value: "[]", status: 404, is: []error{call.ErrNotFound}, body: `[]`, text: "GET /{organizationName}/statuses: 404 Not Found"}},
		hostileCase{name: "415 to a command", serve: reply(415, "", ""), call: callSet,
			want: outcome{status: 415, text: "PUT /{organizationName}/articles/{id}/translations: 415 Unsupported Media Type"}},
		hostileCase{name: "403 to a raw call", serve: reply(403, "", ""), call: callRaw,
			want: outcome{status: 403, is: []error{call.ErrForbidden}, text: "GET /acme/things: 403 Forbidden"}},
		hostileCase{name: "204 to a call with a response body", serve: reply(204, "", ""),
			want: outcome{status: 204, is: []error{call.ErrDecode}, text: "GET /me: 204 No Content: cannot decode response: the response has no body"}},
		hostileCase{name: "204 to a list", serve: reply(204, "", ""), call: callList,
			want: outcome{value: "[]"}},
		hostileCase{name: "204 to a generated call", serve: reply(204, "", ""), call: callFetch,
			want: outcome{status: 204, is: []error{call.ErrDecode}, text: "GET /things/{id}: 204 No Content: cannot decode response: the response has no body"}},
		hostileCase{name: "204 to a create", serve: reply(204, "", ""), call: callCreate, want: outcome{value: "0"}},
		hostileCase{name: "205 to a call with a response body", serve: reply(205, "", ""),
			want: outcome{status: 205, is: []error{call.ErrDecode}, text: "GET /me: 205 Reset Content: cannot decode response: the response has no body"}},
		hostileCase{name: "206", serve: reply(206, "application/json", `{"Name":"a"}`, "Content-Range", "bytes 0-11/100"), want: outcome{value: "a"}},
		hostileCase{name: "299", serve: reply(299, "application/json", `{"Name":"a"}`), want: outcome{value: "a"}},
		hostileCase{name: "early hints before 200", serve: func(w http.ResponseWriter, request *http.Request) {
			w.Header().Set("Link", "</a.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusProcessing)
			reply(200, "application/json", `{"Name":"a"}`)(w, request)
		}, want: outcome{value: "a"}},
		hostileCase{name: "101 and a connection that stays open", serve: func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer connection.Close()
			io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: canary\r\nConnection: Upgrade\r\n\r\n")
			io.Copy(io.Discard, connection) // until the client closes it
		}, want: outcome{status: 101, text: `GET /me: 101 Switching Protocols: not a final status: "101 Switching Protocols"`}},
		hostileCase{name: "status 000", serve: wireBytes("HTTP/1.1 000 Nothing\r\nContent-Length: 6\r\n\r\ncanary"),
			want: outcome{text: `GET /me: not a final status: "000 Nothing"`}},
		hostileCase{name: "status 099", serve: wireBytes("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"),
			want: outcome{status: 99, text: `GET /me: 99: not a final status: "099 Low"`}},
		hostileCase{name: "a reason that acts on terminals", serve: wireBytes("HTTP/1.1 500 \x1b[2J canary\r\nContent-Length: 0\r\n\r\n"),
			want: outcome{status: 500, is: []error{call.ErrServer}, text: "GET /me: 500 Internal Server Error"}},
		malformed("a status of four digits", "HTTP/1.1 1000 Much\r\n\r\n", broken+`malformed HTTP status code "1000"`),
		malformed("a status of letters", "HTTP/1.1 abc OK\r\n\r\n", broken+`malformed HTTP status code "abc"`),
		malformed("no status", "HTTP/1.1\r\n\r\n", broken+`malformed HTTP response "HTTP/1.1"`),
		malformed("another protocol", "SSH-2.0-\x1b[2J\r\n", broken+`malformed HTTP response "SSH-2.0-\x1b[2J"`),
		malformed("another version", "HTTP/x.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", broken+`malformed HTTP version "HTTP/x.1"`),
		malformed("half a status line", "HTTP/1.1 20", broken+`malformed HTTP status code "20"`),
		malformed("a long first line", strings.Repeat("x", 2*maxHeaderBytes), broken+"net/http: server response headers exceeded 8192 bytes; aborted"),
		malformed("a connection that ends at once", "", "the connection ended before the response: EOF"),
		hostileCase{name: "a connection that ends at once, of a create", serve: wireBytes(""), call: callCreate, want: outcome{value: "0", is: []error{call.ErrMaybeProcessed}, text: "POST /{organizationName}/orders: the connection ended before the response: EOF; the request may have been processed"}},
		hostileCase{name: "a connection that ends at once, of a generated call", serve: wireBytes(""), call: callFetch, want: outcome{text: "GET /things/{id}: the connection ended before the response: EOF"}},
	))
}
