package call

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire"
)

// Option changes one call. An invalid one makes the call fail with [ErrInvalid] before anything is
// sent; a nil one is ignored.
type Option func(*facts)

func (f *facts) rejectf(format string, args ...any) {
	f.reject(fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...)))
}

// reject makes the call fail.
func (f *facts) reject(err error) {
	if f.invalid != nil {
		err = fmt.Errorf("%w; %w", f.invalid, err)
	}
	f.invalid = err
}

// Reject makes the call fail with err before anything is sent; nil changes nothing. It is for
// checks of arguments. [DryRun] still stores the request.
func Reject(err error) Option {
	return func(f *facts) {
		if err != nil {
			f.reject(err)
		}
	}
}

// Name names a raw call in its [Error], hooks and logs, which have no path for it. It has at most
// 128 letters, digits and characters of -_.:;|/+= and must not contain personal data. A call of the
// spec has its operationId and rejects a name.
func Name(name string) Option {
	return func(f *facts) {
		switch {
		case name == "" || loggableID(name) != name:
			f.rejectf("Name: %.80q: use 1 to %d letters, digits or characters of -_.:;|/+=", name, maxLoggedID)
		case f.ID != "":
			f.rejectf("Name: the call has the name %s from the spec: leave the option out", f.ID)
		default:
			f.name = name
		}
	}
}

// Query adds a query parameter, for filters that the spec does not list.
func Query(name, value string) Option {
	return func(f *facts) {
		if f.query == nil {
			f.query = map[string][]string{}
		}
		f.query[name] = append(f.query[name], value)
	}
}

// Header sets a header, replacing the values that the request already has. Repeated options for one
// header add values. The token headers and those of the connection, such as Host and
// Content-Length, are rejected.
func Header(name, value string) Option {
	return func(f *facts) {
		canonical := http.CanonicalHeaderKey(name)
		switch remedy := reservedHeaders[canonical]; {
		case remedy != "":
			f.rejectf("Header: %s cannot be set: %s", canonical, remedy)
		case !httpx.ValidHeaderName(name):
			f.rejectf("Header: %.80q is not a header name: use letters, digits and hyphens", name)
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			f.rejectf("Header: the value of %s has a control character: encode it", canonical)
		default:
			if f.header == nil {
				f.header = http.Header{}
			}
			f.header.Add(name, value)
		}
	}
}

// reservedHeaders are the headers that Header rejects, with the remedy.
var reservedHeaders = func() map[string]string {
	const (
		tokens     = "the Client sets it from its token source; use WithTokenSource or WithCredentials for other tokens"
		connection = "net/http manages it for the connection; leave it out"
	)
	return map[string]string{
		"Authorization": tokens, "X-Id-Token": tokens,
		"Host":           "use WithBaseURL for another address",
		"Content-Length": "it follows from the body; leave it out",
		"Connection":     connection, "Keep-Alive": connection, "Proxy-Connection": connection, "Te": connection,
		"Trailer": connection, "Transfer-Encoding": connection, "Upgrade": connection, "Expect": connection,
		"Proxy-Authorization": "put the credentials into the URL of the proxy, in the transport of WithHTTPClient",
	}
}()

// Idempotent overrides whether the call is safe to send more than once. With true it is retried
// after any temporary failure; with false only if the server has not acted, and its error may be
// [ErrMaybeProcessed]. A create with true may still fail with ErrMaybeProcessed: the option allows
// retries, and does not change what the server did.
func Idempotent(safe bool) Option {
	return func(f *facts) { f.repeatable = &safe }
}

// Timeout bounds the whole call instead of the Client's WithTimeout. Like [AttemptTimeout] and
// [Idempotent], it takes effect only in calls that a Client sends.
func Timeout(timeout time.Duration) Option {
	return func(f *facts) {
		if timeout <= 0 {
			f.rejectf("Timeout: %v is not positive: leave it out for the Client's timeout", timeout)
		}
		f.timeout = timeout
	}
}

// AttemptTimeout bounds each attempt of the call instead of the Client's WithAttemptTimeout.
func AttemptTimeout(timeout time.Duration) Option {
	return func(f *facts) {
		if timeout <= 0 {
			f.rejectf("AttemptTimeout: %v is not positive: leave it out for the Client's timeout", timeout)
		}
		f.attemptTimeout = timeout
	}
}

// Unbounded lets the response to a call of [Open] have any size, and arrive for as long as it takes:
// the attempt timeout bounds each wait for more of it, as for a list, and the timeout of the call ends
// with the first byte. A response of up to 1 MiB is read within the call, which is repeated if the
// connection breaks, and fails if the response reports a failure.
func Unbounded() Option {
	return func(f *facts) { f.unbounded = true }
}

// DryRun neither logs in nor sends the call. It stores the request as a Client would send it, with
// [redacted] for the tokens, and the call fails with [ErrDryRun]. The body of the request can be
// read; if it came from a reader that cannot be read twice, it is that reader. If a check rejects
// the arguments, the request is stored and the error wraps [ErrInvalid] as well. If no request can
// be built, nil is stored, so check it before use.
func DryRun(request **http.Request) Option {
	return func(f *facts) {
		if request == nil {
			f.rejectf("DryRun: the pointer is nil: pass the address of a *http.Request")
			return
		}
		*request = nil
		f.rehearsed = request
	}
}

// Capture stores the status, header and body of the response in addition to what the call returns.
// After retries, it stores the last response; without a response, nil. The body of a success is
// complete, but empty for lists and [Open]. If it is cut off or larger than the Client allows, the
// call fails, even where the method returns only an error. The body of a failure and a truncated
// body are at most 64 KiB. A captured body is in memory twice. Do not share the pointer between
// concurrent calls.
func Capture(response **Response) Option {
	return func(f *facts) {
		if response == nil {
			f.rejectf("Capture: the pointer is nil: pass the address of a *Response")
			return
		}
		*response = nil
		f.captured = response
	}
}

// Envelope stores the fields next to a list in its response, such as a total count or the address
// of the next page. Those before the list are there at its first element, all of them after its
// end. They are empty for a response that is an array, and for other calls. Of a list in pages, they
// are those of the latest page. Do not share the pointer between concurrent calls.
func Envelope(fields *wire.UnknownFields) Option {
	return func(f *facts) {
		if fields == nil {
			f.rejectf("Envelope: the pointer is nil: pass the address of a wire.UnknownFields")
			return
		}
		*fields = wire.UnknownFields{}
		f.envelope = fields
	}
}

// edit applies the options to a request. It is the last request editor, so the request is complete.
func (f *facts) edit(_ context.Context, request *http.Request) error {
	if f.Accept != "" {
		request.Header.Set("Accept", f.Accept)
	}
	if len(f.query) > 0 {
		request.URL.RawQuery = joinQuery(request.URL.RawQuery, url.Values(f.query).Encode())
	}
	maps.Copy(request.Header, f.header)
	if f.pages != nil {
		return f.pages.edit(request)
	}
	return nil
}
