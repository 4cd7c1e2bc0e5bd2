// # Traffic
//
// [Validate] checks the traffic of a client, with the sandbox or with the live API, against an API description. [Record]
// writes it to files, masked, and [Replay] answers from them without a network. All three are transports for
// [xsale.WithHTTPClient].
package xsaletest

import (
	"net/http"
	"sync"
	"testing"

	"github.com/xsale-go/xsale/internal/contract"
)

// Validator is an [http.RoundTripper] that passes traffic on unchanged and checks requests and responses against an API
// description. It is safe for concurrent use.
type Validator struct {
	next     http.RoundTripper
	document *contract.Document
	config   trafficConfig
	err      error // of the options

	mu        sync.Mutex
	findings  *findings
	calls     int
	unchecked int // bodies
}

// Validate returns a validator in front of another transport, such as that of [Sandbox.HTTPClient] or, for nil,
// [http.DefaultTransport]. It is made to be the Transport of the client that [xsale.WithHTTPClient] is given:
//
//	validator := xsaletest.Validate(nil)
//	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithHTTPClient(&http.Client{Transport: validator}))
//
// Checked are paths, methods, parameters, media types, statuses, described headers and bodies: of JSON against its schema,
// with every fault that it has, of forms, too. That a call has its tokens is for the server to check. Dates are as strict
// as [wire.DateTime]. Logins pass unchecked.
//
// The caller gets the body of a response as it comes, lists included, and it is checked when it was read to its end or
// closed behind a whole JSON value. For that a copy is kept until then. Where the body is broken off before, is longer than
// [WithBodyLimit] or has a Content-Encoding, only its media type is checked, and the report counts it as unchecked. The body
// of a request is read from its GetBody or, without one, held in memory up to the same limit before it is sent.
//
// Options that cannot be used make every call and [Validator.Check] fail.
func Validate(next http.RoundTripper, options ...TrafficOption) *Validator {
	v := &Validator{next: transportOr(next)}
	v.findings = newFindings(&v.config)
	v.config, v.err = newTrafficConfig("Validate", options)
	if v.err == nil {
		v.document, v.err = v.config.load()
	}
	return v
}

// ValidateFor is [Validate] with a [Validator.Check] when the test and its subtests have ended.
func ValidateFor(t testing.TB, next http.RoundTripper, options ...TrafficOption) *Validator {
	t.Helper()
	v := Validate(next, options...)
	if v.err != nil {
		t.Fatal(v.err)
	}
	t.Cleanup(func() { v.Check(t) })
	return v
}

func transportOr(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		return http.DefaultTransport
	}
	return next
}

// RoundTrip sends a request through the transport behind the validator, and returns what that returns.
func (v *Validator) RoundTrip(request *http.Request) (*http.Response, error) {
	if v.err != nil {
		closeBody(request)
		return nil, v.err
	}
	forwarded, body, err := copyBody(request, v.config.bodyLimit)
	if err != nil {
		return nil, err
	}
	if isLogin(request, body.data) {
		return v.next.RoundTrip(forwarded)
	}
	v.countCall(!body.isWhole)
	if body.isWhole {
		v.add(v.document.Call(request).CheckRequest(body.data))
	}
	response, err := v.next.RoundTrip(forwarded)
	if err != nil {
		return nil, err
	}
	v.watch(request, response)
	return response, nil
}

// watch has the response checked when its body has been read.
func (v *Validator) watch(request *http.Request, response *http.Response) {
	// The caller may change the header while it reads the body.
	status, header := response.StatusCode, response.Header.Clone()
	watched := &watchedBody{ReadCloser: response.Body, limit: v.config.bodyLimit}
	if header.Get("Content-Encoding") != "" {
		watched.limit = 0
	}
	watched.done = func(data []byte, isWhole bool) {
		if isWhole {
			v.add(v.document.Call(request).CheckResponse(status, header, data))
			return
		}
		v.mu.Lock()
		v.unchecked++
		v.mu.Unlock()
		v.add(v.document.Call(request).CheckResponseHead(status, header))
	}
	if response.Body == nil || response.Body == http.NoBody || response.ContentLength == 0 || request.Method == http.MethodHead {
		watched.finish(true)
		return
	}
	response.Body = watched
}

func (v *Validator) countCall(isUnchecked bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls++
	if isUnchecked {
		v.unchecked++
	}
}
