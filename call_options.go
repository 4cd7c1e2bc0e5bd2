package xsale

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/xsale-go/xsale/gen"
)

// CallOption adds something to one call. One that cannot be used makes the call fail with [ErrInvalid] before anything is
// sent.
type CallOption func(*callOptions)

type callOptions struct {
	query          url.Values
	header         http.Header
	isIdempotent   *bool
	timeout        time.Duration
	attemptTimeout time.Duration
	rehearsed      **http.Request // of DryRun
	captured       **Response     // of Capture
	err            error
}

func (o *callOptions) refuse(format string, args ...any) {
	o.err = errors.Join(o.err, fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...)))
}

// Query adds a query parameter, for filters that the API description does not list.
func Query(name, value string) CallOption {
	return func(o *callOptions) {
		if o.query == nil {
			o.query = url.Values{}
		}
		o.query.Add(name, value)
	}
}

// Header adds a header. The two token headers and those that belong to the connection, such as Host and Content-Length,
// are refused.
func Header(name, value string) CallOption {
	return func(o *callOptions) {
		canonical := http.CanonicalHeaderKey(name)
		switch remedy := reservedHeaders[canonical]; {
		case remedy != "":
			o.refuse("Header: %s cannot be set: %s", canonical, remedy)
		case !isHeaderName(name):
			o.refuse("Header: %.80q is not the name of a header: use letters, digits and hyphens", name)
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			o.refuse("Header: the value of %s has a control character: encode it", canonical)
		default:
			if o.header == nil {
				o.header = http.Header{}
			}
			o.header.Add(name, value)
		}
	}
}

// reservedHeaders are what Header refuses, with what to do instead.
var reservedHeaders = func() map[string]string {
	const (
		tokens     = "the Client sets it from its token source; use WithTokenSource or WithCredentials for other tokens"
		connection = "it belongs to the connection, which net/http looks after; leave it out"
	)
	return map[string]string{
		"Authorization": tokens, "X-Id-Token": tokens,
		"Host":           "use WithBaseURL for another address",
		"Content-Length": "it follows from the body; leave it out",
		"Connection":     connection, "Keep-Alive": connection, "Proxy-Connection": connection, "Te": connection,
		"Trailer": connection, "Transfer-Encoding": connection, "Upgrade": connection, "Expect": connection,
		"Proxy-Authorization": "put the credentials into the proxy's address, in the transport of WithHTTPClient",
	}
}()

// isHeaderName reports whether a name is a token of RFC 9110 section 5.6.2.
func isHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		isToken := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r)
		return !isToken
	})
}

// Idempotent says whether sending the call twice does no harm, in the place of what its operation or method says. With
// true it is repeated after any failure that may pass; with false only where the server has not acted, and its error may be
// [ErrMaybeProcessed]. A create that is marked true may still have an error that is ErrMaybeProcessed: the mark allows the
// repetition, and says nothing about what the server did.
func Idempotent(is bool) CallOption {
	return func(o *callOptions) { o.isIdempotent = &is }
}

// Timeout bounds the whole call in the place of [WithCallTimeout]. Like [AttemptTimeout] and [Idempotent] it is for calls
// that are sent through a Client.
func Timeout(timeout time.Duration) CallOption {
	return func(o *callOptions) {
		if timeout <= 0 {
			o.refuse("Timeout: %v is not positive: leave it out for the timeout of the Client", timeout)
		}
		o.timeout = timeout
	}
}

// AttemptTimeout bounds each attempt of the call in the place of [WithTimeout].
func AttemptTimeout(timeout time.Duration) CallOption {
	return func(o *callOptions) {
		if timeout <= 0 {
			o.refuse("AttemptTimeout: %v is not positive: leave it out for the timeout of the Client", timeout)
		}
		o.attemptTimeout = timeout
	}
}

// DryRun does not send the call, nor log in. It stores the request as a Client would send it, with [redacted] in the place
// of the tokens, and the call fails with [ErrDryRun]. The body of the request can be read; one that came from a reader which
// cannot be read twice is that reader. Where the arguments are refused before there is a request, nil is stored.
func DryRun(request **http.Request) CallOption {
	return func(o *callOptions) {
		if request == nil {
			o.refuse("DryRun: the pointer is nil: pass the address of a *http.Request")
			return
		}
		*request = nil
		o.rehearsed = request
	}
}

// Capture stores the answer beside what the call returns: status, header and body, of a success and of a failure that was
// answered; nil without an answer, and of several attempts the last. The body is what the call reads of it: the whole of a
// success, what was read before it broke off, up to 64 KiB of a failure or where the call returns nothing but an error. Of a
// list, and of an answer that the caller reads, only status and header are kept. The whole body is in memory twice then.
func Capture(response **Response) CallOption {
	return func(o *callOptions) {
		if response == nil {
			o.refuse("Capture: the pointer is nil: pass the address of a *Response")
			return
		}
		*response = nil
		o.captured = response
	}
}

func applyOptions(options []CallOption) callOptions {
	var o callOptions
	for _, option := range options {
		option(&o)
	}
	return o
}

// edit has the form of a request editor of the generated client. It is the last one, so that the request is complete.
func (o *callOptions) edit(_ context.Context, request *http.Request) error {
	if len(o.query) > 0 {
		query := request.URL.Query()
		for name, values := range o.query {
			query[name] = append(query[name], values...)
		}
		request.URL.RawQuery = query.Encode()
	}
	for name, values := range o.header {
		request.Header[name] = values
	}
	if o.rehearsed != nil {
		*o.rehearsed = rehearse(request)
		return ErrDryRun
	}
	return nil
}

var _ gen.RequestEditorFn = (*callOptions)(nil).edit
