package hostile_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"

	"github.com/xsale-go/xsale/internal/httpx"
)

const hostileJSON = `{"Name":"a"}`

func TestHostileHeaders(t *testing.T) {
	var cases []hostileCase
	for _, hint := range []struct {
		value string
		want  time.Duration
	}{
		{"7", 7 * time.Second},
		{" 7 ", 7 * time.Second},
		{"-7", 0},
		{"7.5", 0},
		{"soon", 0},
		{"0", 0},
		{"9223372037", httpx.Forever},
		{strings.Repeat("9", 4000), httpx.Forever},
		{"Wed, 21 Oct 2015 07:28:00 GMT", 0},
		{"Fri, 31 Dec 9999 23:59:59 GMT", httpx.Forever},
		{"Fri, 32 Dec 9999 23:59:59 GMT", 0},
	} {
		cases = append(cases, hostileCase{name: "Retry-After " + hint.value[:min(len(hint.value), 40)], serve: reply(429, "", "", "Retry-After", hint.value),
			want: outcome{status: 429, is: []error{call.ErrRateLimited}, retryAfter: hint.want, text: "GET /me: 429 Too Many Requests"}})
	}
	for _, contentType := range []string{
		"", "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json; charset=\"UTF-8\"; x",
		"text/json", "text/html", "text/plain", "application/octet-stream", "nonsense", ";;;", "application/hal+json",
	} {
		cases = append(cases, hostileCase{name: "JSON as " + contentType, serve: reply(200, contentType, hostileJSON), want: outcome{value: "a"}})
	}
	head := func(lines string) http.HandlerFunc {
		return wireBytes("HTTP/1.1 200 OK\r\n" + lines + "\r\n" + hostileJSON)
	}
	broken := func(name, lines, text string) hostileCase {
		return hostileCase{name: name, serve: head(lines), want: outcome{text: "GET /me: net/http: HTTP/1.x transport connection broken: " + text}}
	}
	compressed := func(body string) string {
		var buffer bytes.Buffer
		writer := gzip.NewWriter(&buffer)
		io.WriteString(writer, body)
		writer.Close()
		return buffer.String()
	}
	bomb := compressed(strings.Repeat(" ", 4<<20))
	testHostile(t, append(cases,
		hostileCase{name: "no length, and the end of the connection", serve: head(""), want: outcome{value: "a"}},
		hostileCase{name: "the same length twice", serve: head("Content-Length: 12\r\nContent-Length: 12\r\n"), want: outcome{value: "a"}},
		hostileCase{name: "a length that is too small", serve: head("Connection: close\r\nContent-Length: 11\r\n"),
			want: outcome{status: 200, is: []error{call.ErrDecode}, body: `{"Name":"a"`, says: "GET /me: 200 OK: cannot decode response: "}},
		hostileCase{name: "a length that is too large", serve: head("Content-Length: 13\r\n"),
			want: outcome{status: 200, is: []error{call.ErrDecode}, body: hostileJSON, text: "GET /me: 200 OK: cannot decode response: the connection ended before the response was complete: unexpected EOF"}},
		hostileCase{name: "a length that is too large, of a failure", serve: wireBytes("HTTP/1.1 409 Conflict\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\ntwice"),
			want: outcome{status: 409, is: []error{call.ErrConflict}, message: "twice", body: "twice", text: "GET /me: 409 Conflict: twice; read the response: unexpected EOF"}},
		broken("two lengths", "Content-Length: 12\r\nContent-Length: 13\r\n", `http: message cannot contain multiple Content-Length headers; got ["12" "13"]`),
		broken("a negative length", "Content-Length: -1\r\n", `bad Content-Length "-1"`),
		broken("a length beyond all bounds", "Content-Length: 99999999999999999999\r\n", `bad Content-Length "99999999999999999999"`),
		broken("an unknown transfer coding", "Transfer-Encoding: canary\r\n", `unsupported transfer encoding: "canary"`),
		broken("a header without a colon", "canary\x1b\r\n", `malformed MIME header: missing colon: "canary\x1b"`),
		broken("a header with a NUL", "X-A: a\x00b\r\n", `malformed MIME header line: "X-A: a\x00b"`),
		broken("headers that are too long", "X-A: "+strings.Repeat("x", 2*maxHeaderBytes)+"\r\n", "net/http: server response headers exceeded 8192 bytes; aborted"),
		broken("headers without an end", strings.Repeat("X-A: b\r\n", maxHeaderBytes), "net/http: server response headers exceeded 8192 bytes; aborted"),
		hostileCase{name: "invalid chunks", serve: wireBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
			want: outcome{status: 200, is: []error{call.ErrDecode}, text: "GET /me: 200 OK: cannot decode response: invalid byte in chunk length"}},
		hostileCase{name: "chunks without an end", serve: wireBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n" + hostileJSON + "\r\n"),
			want: outcome{status: 200, is: []error{call.ErrDecode}, body: hostileJSON, text: "GET /me: 200 OK: cannot decode response: the connection ended before the response was complete: unexpected EOF"}},
		hostileCase{name: "ids of the request", serve: reply(500, "", "", "Request-Id", "second", "X-Correlation-Id", "third"),
			want: outcome{status: 500, is: []error{call.ErrServer}, requestID: "second", text: "GET /me: 500 Internal Server Error"}},
		hostileCase{name: "gzip", serve: reply(200, "application/json", compressed(hostileJSON), "Content-Encoding", "gzip"), want: outcome{value: "a"}},
		hostileCase{name: "gzip of a failure", serve: reply(400, "application/json", compressed(`{"code":7}`), "Content-Encoding", "GZIP"),
			want: outcome{status: 400, is: []error{call.ErrBadRequest}, code: "7", body: `{"code":7}`, text: "GET /me: 400 Bad Request [7]"}},
		hostileCase{name: "invalid gzip", serve: reply(200, "application/json", hostileJSON, "Content-Encoding", "gzip"),
			want: outcome{status: 200, is: []error{call.ErrDecode}, text: "GET /me: 200 OK: cannot decode response: gzip: invalid header"}},
		hostileCase{name: "invalid gzip, of a failure", serve: reply(503, "text/plain", "sorry, no gzip", "Content-Encoding", "gzip"),
			want: outcome{status: 503, is: []error{call.ErrServer}, text: "GET /me: 503 Service Unavailable: read the response: gzip: invalid header"}},
		hostileCase{name: "gzip without its end", serve: reply(200, "application/json", compressed(hostileJSON)[:len(compressed(hostileJSON))-4], "Content-Encoding", "gzip"),
			want: outcome{status: 200, is: []error{call.ErrDecode}, body: hostileJSON, text: "GET /me: 200 OK: cannot decode response: the connection ended before the response was complete: unexpected EOF"}},
		hostileCase{name: "a gzip bomb", serve: reply(200, "application/json", bomb, "Content-Encoding", "gzip"), options: []xsale.Option{xsale.WithMaxResponseBytes(1 << 20)},
			want: outcome{status: 200, is: []error{call.ErrDecode, call.ErrTooLarge}, body: strings.Repeat(" ", maxErrorBody), truncated: true,
				text: "GET /me: 200 OK: cannot decode response: response too large: more than 1048576 bytes"}},
		hostileCase{name: "a gzip bomb as a list", serve: reply(200, "application/json", bomb, "Content-Encoding", "gzip"), call: callList, options: []xsale.Option{xsale.WithMaxResponseBytes(1 << 20)},
			want: outcome{value: "[]", status: 200, is: []error{call.ErrDecode, call.ErrTooLarge}, body: strings.Repeat(" ", maxErrorBody), truncated: true, says: "response too large: an element of more than 1048576 bytes"}},
		hostileCase{name: "a gzip bomb as a failure", serve: reply(500, "text/plain", bomb, "Content-Encoding", "gzip"),
			want: outcome{status: 500, is: []error{call.ErrServer}, body: strings.Repeat(" ", maxErrorBody), truncated: true, text: "GET /me: 500 Internal Server Error"}},
		hostileCase{name: "a coding that was not asked for", serve: reply(200, "application/json", "\x0b\x02\x80{}\x03", "Content-Encoding", "br"),
			want: outcome{status: 200, is: []error{call.ErrDecode}, body: "\x0b\x02\x80{}\x03", text: "GET /me: 200 OK: cannot decode response: the response is encoded as br, which the request did not ask for"}},
	))
}
