package traffic

import (
	"cmp"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/xsale-go/xsale/internal/contract"
)

// Validator is an [http.RoundTripper] that passes traffic on unchanged and checks it against a
// spec. It is safe for concurrent use.
type Validator struct {
	next   http.RoundTripper
	config *config
	err    error // of the options

	mu        sync.Mutex
	findings  findings
	calls     int
	responses int
	checked   int // responses
	unchecked int // bodies
}

// Validate returns a validator in front of another transport, such as that of the sandbox's
// HTTPClient, or in front of [http.DefaultTransport] for nil.
//
// It checks paths, methods, parameters, media types, statuses, listed headers, and all of a JSON or
// form body. Of the string formats it checks date, date-time, byte and uuid, as strictly as the
// types of this module read them, but no others, such as email and uri. It does not check tokens,
// nor requests to the login service.
//
// The caller gets the body of a response as it arrives. A copy is checked when the caller has read
// the body to its end, or closes it after a whole JSON value. Otherwise, or if the body is longer
// than [WithBodyLimit] or has a Content-Encoding, only the media type is checked, and the report
// counts the body as unchecked. The body of a request is read from its GetBody or, without one,
// buffered up to the same limit.
//
// Invalid options make every call and [Validator.Check] fail.
func Validate(next http.RoundTripper, options ...ValidateOption) *Validator {
	v := &Validator{next: cmp.Or(next, http.DefaultTransport)}
	if v.config, v.err = newConfig(options); v.err != nil {
		v.err = fmt.Errorf("traffic: Validate: %w", v.err)
		return v
	}
	v.findings = newFindings(v.config)
	return v
}

// ValidateFor is [Validate] with a [Validator.Check] at the end of the test and its subtests.
func ValidateFor(t testing.TB, next http.RoundTripper, options ...ValidateOption) *Validator {
	t.Helper()
	v := Validate(next, options...)
	if v.err != nil {
		t.Fatal(v.err)
	}
	t.Cleanup(func() { v.Check(t) })
	return v
}

// RoundTrip sends a request through the next transport and returns its response.
func (v *Validator) RoundTrip(request *http.Request) (*http.Response, error) {
	if v.err != nil {
		closeBody(request)
		return nil, v.err
	}
	forwarded, body, err := copyBody(request, v.config.bodyLimit)
	if err != nil {
		return nil, err
	}
	if loginRequest(request, body.data) {
		return v.next.RoundTrip(forwarded)
	}
	c := v.config.document.Call(request)
	var found []contract.Finding
	if body.whole {
		found = c.CheckRequest(body.data)
	}
	v.mu.Lock()
	v.calls++
	if !body.whole {
		v.unchecked++
	}
	v.mu.Unlock()
	v.add(found)
	response, err := v.next.RoundTrip(forwarded)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	v.responses++
	v.mu.Unlock()
	// The caller may change the header while it reads the body.
	status, header := response.StatusCode, response.Header.Clone()
	watched := &watchedBody{ReadCloser: response.Body, limit: v.config.bodyLimit}
	if header.Get("Content-Encoding") != "" {
		watched.limit = 0
	}
	watched.done = func(data []byte, whole bool) {
		var found []contract.Finding
		count := &v.checked
		if whole {
			found = c.CheckResponse(status, header, data)
		} else {
			found, count = c.CheckResponseHead(status, header), &v.unchecked
		}
		v.mu.Lock()
		*count++
		v.mu.Unlock()
		v.add(found)
	}
	if response.Body == nil || response.Body == http.NoBody || response.ContentLength == 0 || request.Method == http.MethodHead {
		watched.finish(true)
	} else {
		response.Body = watched
	}
	return response, nil
}

// add counts findings and reports the new ones.
func (v *Validator) add(found []contract.Finding) {
	v.mu.Lock()
	added := v.findings.add(found)
	v.mu.Unlock()
	if v.config.report != nil {
		for _, finding := range added {
			v.config.report(finding)
		}
	}
}
