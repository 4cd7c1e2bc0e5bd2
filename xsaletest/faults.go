package xsaletest

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Fault is a failure to inject into a request, see [Sandbox.Fail] and [WithRandomFaults]. Faults
// are comparable values and may be reused. The zero Fault does nothing. Invalid faults, such as
// status 999, are rejected where they are installed.
type Fault struct {
	kind      faultKind
	status    int
	body      string
	hasBody   bool
	header    string // lines of a quoted name and value: a map would not be comparable
	delay     time.Duration
	bytes     int
	at        time.Time
	cut       CutPoint
	processed bool
	chunked   bool
	times     int // 0 for once
}

type faultKind int

const (
	noFault faultKind = iota
	statusFault
	retryAfterFault
	retryAtFault
	delayFault
	cutFault
	truncatedFault
	garbageFault
	trickleFault
	revokedTokenFault
	expiredIDTokenFault
	blockedAccountFault
	changedSigningKeyFault
)

const always = -1

// CutPoint is the point of a response at which [Cut] closes the connection.
type CutPoint int

// AfterHeaders and InBody always process the request first.
const (
	BeforeResponse CutPoint = iota // sends nothing; the request is processed only with [Fault.Processed]
	AfterHeaders                   // sends status and headers
	InBody                         // sends status, headers and half of the body
)

// Status responds with a status from 200 to 599 instead of processing the request. The body is
// sent as JSON if it is JSON, and as text/plain otherwise, see [Fault.WithHeader]. Without a
// body, the response has problem details; "" is an empty body.
func Status(code int, body ...string) Fault {
	return Fault{kind: statusFault, status: code, body: strings.Join(body, ""), hasBody: len(body) > 0}
}

// RetryAfter responds with 429 and a Retry-After header in whole seconds instead of processing the
// request. For another status use Status(503).WithHeader("Retry-After", "2").
func RetryAfter(wait time.Duration) Fault { return Fault{kind: retryAfterFault, delay: wait} }

// RetryAt is [RetryAfter] with a date instead of seconds. Fractions of a second are dropped.
func RetryAt(date time.Time) Fault { return Fault{kind: retryAtFault, at: date} }

// Delay waits before the request is processed, or with [Fault.Processed] before the response is
// sent. If the client disconnects or [Sandbox.Close] is called first, nothing more happens.
func Delay(wait time.Duration) Fault { return Fault{kind: delayFault, delay: wait} }

// Cut closes the connection at a point of the response.
func Cut(point CutPoint) Fault { return Fault{kind: cutFault, cut: point} }

// Truncated processes the request and sends half of the body with a matching Content-Length, so
// that only a JSON decoder notices. See [Cut] for a body that is incomplete at the HTTP level.
func Truncated() Fault { return Fault{kind: truncatedFault} }

// Garbage processes the request and sends its status and headers with a body that is neither JSON
// nor UTF-8.
func Garbage() Fault { return Fault{kind: garbageFault} }

// Trickle processes the request and sends the body in pieces of some bytes, with a pause between
// them. It ends if the client disconnects or [Sandbox.Close] is called.
func Trickle(bytes int, every time.Duration) Fault {
	return Fault{kind: trickleFault, bytes: bytes, delay: every}
}

// RevokedToken revokes all issued tokens: the request gets a 401.
func RevokedToken() Fault { return Fault{kind: revokedTokenFault} }

// ExpiredIDToken expires all issued ID tokens: the request gets a 401. Their access tokens stay
// valid, as with Auth0, whose ID tokens have a shorter lifetime.
func ExpiredIDToken() Fault { return Fault{kind: expiredIDTokenFault} }

// BlockedAccount revokes all tokens and blocks the account, like ten wrong passwords: the request
// gets a 401, and every login fails with too_many_attempts until [Sandbox.Unblock].
func BlockedAccount() Fault { return Fault{kind: blockedAccountFault} }

// ChangedSigningKey replaces the login service's key, including in its key set. Requests with
// tokens that the old key signed get a 401.
func ChangedSigningKey() Fault { return Fault{kind: changedSigningKeyFault} }

// Processed makes the sandbox process the request before the fault, as if the response got lost: a
// create takes effect. It applies to [Status], [RetryAfter], [RetryAt], [Delay] and [Cut]. The
// other faults with a body always process the request.
func (f Fault) Processed() Fault {
	f.processed = true
	return f
}

// Chunked sends the body in chunks, without a Content-Length. It applies to [Cut] after the
// headers, [Truncated], [Garbage] and [Trickle].
func (f Fault) Chunked() Fault {
	f.chunked = true
	return f
}

// WithHeader sets a header in the response of [Status], [RetryAfter] or [RetryAt].
func (f Fault) WithHeader(name, value string) Fault {
	f.header += strconv.Quote(http.CanonicalHeaderKey(name)) + " " + strconv.Quote(value) + "\n"
	return f
}

// Times injects the fault into the next count requests instead of one.
func (f Fault) Times(count int) Fault {
	f.times = count
	if count < 1 {
		f.times = always - 1 // rejected by Fail
	}
	return f
}

// Always injects the fault into all requests until [Sandbox.ClearFaults].
func (f Fault) Always() Fault {
	f.times = always
	return f
}

// IsZero reports whether f is the zero Fault.
func (f Fault) IsZero() bool { return f.kind == noFault }

// String returns the fault as a Go expression, without the body of a [Status] and the values of
// headers.
func (f Fault) String() string {
	var s strings.Builder
	switch f.kind {
	case noFault:
		return "no fault"
	case statusFault:
		fmt.Fprintf(&s, "Status(%d)", f.status)
	case retryAfterFault:
		fmt.Fprintf(&s, "RetryAfter(%v)", f.delay)
	case retryAtFault:
		fmt.Fprintf(&s, "RetryAt(%s)", f.at.UTC().Format(time.RFC3339))
	case delayFault:
		fmt.Fprintf(&s, "Delay(%v)", f.delay)
	case cutFault:
		fmt.Fprintf(&s, "Cut(%s)", f.cut)
	case truncatedFault:
		s.WriteString("Truncated()")
	case garbageFault:
		s.WriteString("Garbage()")
	case trickleFault:
		fmt.Fprintf(&s, "Trickle(%d, %v)", f.bytes, f.delay)
	case revokedTokenFault:
		s.WriteString("RevokedToken()")
	case expiredIDTokenFault:
		s.WriteString("ExpiredIDToken()")
	case blockedAccountFault:
		s.WriteString("BlockedAccount()")
	case changedSigningKeyFault:
		s.WriteString("ChangedSigningKey()")
	}
	for name := range f.headers() {
		fmt.Fprintf(&s, ".WithHeader(%q, …)", name)
	}
	if f.processed {
		s.WriteString(".Processed()")
	}
	if f.chunked {
		s.WriteString(".Chunked()")
	}
	switch {
	case f.times == always:
		s.WriteString(".Always()")
	case f.times != 0:
		fmt.Fprintf(&s, ".Times(%d)", max(f.times, 0))
	}
	return s.String()
}

// String returns the name of the point.
func (p CutPoint) String() string {
	switch p {
	case BeforeResponse:
		return "BeforeResponse"
	case AfterHeaders:
		return "AfterHeaders"
	case InBody:
		return "InBody"
	}
	return "CutPoint(" + strconv.Itoa(int(p)) + ")"
}

// headers yields the headers of WithHeader.
func (f Fault) headers() func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for line := range strings.Lines(f.header) {
			var name, value string
			_, _ = fmt.Sscanf(line, "%q %q", &name, &value)
			if !yield(name, value) {
				return
			}
		}
	}
}

// responds reports whether the fault replaces the response.
func (f Fault) responds() bool {
	return f.kind == statusFault || f.kind == retryAfterFault || f.kind == retryAtFault
}

// needsBody reports whether the fault changes the body of a response, so that there must be one.
func (f Fault) needsBody() bool {
	return f.kind == truncatedFault || f.kind == garbageFault || f.kind == trickleFault || f.kind == cutFault && f.cut != BeforeResponse
}

// affectsTokens reports whether the fault changes the login service, so that the API rejects the
// request.
func (f Fault) affectsTokens() bool { return f.kind >= revokedTokenFault }

// check returns why the fault is invalid for every operation.
func (f Fault) check() error {
	switch {
	case f.kind == noFault:
		return errors.New("the zero Fault does nothing: " + allFaults)
	case f.kind == statusFault && (f.status < 200 || f.status > 599):
		return fmt.Errorf("%v: the status must be from 200 to 599", f)
	case f.kind == statusFault && f.body != "" && (f.status == http.StatusNoContent || f.status == http.StatusNotModified):
		return fmt.Errorf("%v: a response with this status has no body: leave it out", f)
	case f.kind == retryAfterFault && (f.delay < 0 || f.delay%time.Second != 0):
		return fmt.Errorf("%v: the wait must be whole seconds, 0 or more", f)
	case f.kind == retryAtFault && f.at.IsZero():
		return fmt.Errorf("%v: the date is not set", f)
	case f.kind == delayFault && f.delay <= 0:
		return fmt.Errorf("%v: the wait must be positive", f)
	case f.kind == trickleFault && (f.bytes < 1 || f.delay <= 0):
		return fmt.Errorf("%v: bytes and pause must be positive", f)
	case f.kind == cutFault && (f.cut < BeforeResponse || f.cut > InBody):
		return fmt.Errorf("%v: the point must be BeforeResponse, AfterHeaders or InBody", f)
	case f.times < always:
		return fmt.Errorf("%v: Times must be at least 1", f)
	case f.processed && f.affectsTokens():
		return fmt.Errorf("%v: a request with rejected tokens is not processed: Processed is for Status, RetryAfter, RetryAt, Delay and Cut", f)
	case f.processed && f.needsBody():
		return fmt.Errorf("%v: the request is always processed: leave Processed out", f)
	case f.chunked && !f.needsBody():
		return fmt.Errorf("%v: Chunked is for Cut(AfterHeaders), Cut(InBody), Truncated, Garbage and Trickle", f)
	case f.header != "" && !f.responds():
		return fmt.Errorf("%v: WithHeader is for Status, RetryAfter and RetryAt", f)
	}
	for name, value := range f.headers() {
		if err := httpx.CheckResponseHeader(name, value); err != nil {
			return fmt.Errorf("%v: invalid header: %w", f, err)
		}
	}
	return nil
}

const allFaults = "use Status, RetryAfter, RetryAt, Delay, Cut, Truncated, Garbage, Trickle, RevokedToken, ExpiredIDToken, BlockedAccount or ChangedSigningKey"
