package xsaletest

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is what goes wrong with an API request: see [Sandbox.Fail] and [WithRandomFaults]. It is a value that can be
// compared and used many times; the zero Fault is none. What cannot be, such as a status of 999, is refused by whoever takes
// the fault.
type Fault struct {
	kind      faultKind
	status    int
	body      string
	header    string // lines of a name and a value, both quoted: a text can be compared
	delay     time.Duration
	bytes     int
	at        time.Time
	cut       CutPoint
	processed bool
	chunked   bool
	times     int // 0 is once, always is for ever
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

// CutPoint is where [Cut] ends a connection.
type CutPoint int

// Where an answer can be cut. What comes behind the headers is the answer to a request that was processed.
const (
	BeforeResponse CutPoint = iota // nothing of the answer comes; the request was processed only with [Fault.Processed]
	AfterHeaders                   // status and headers come, and nothing of the body
	InBody                         // half of the body comes
)

// Status answers with a status from 200 to 599 and a body, or with problem details where none is given, and does not
// process the request. A body that is JSON has that Content-Type, another one text/plain; see [Fault.WithHeader].
func Status(code int, body ...string) Fault {
	return Fault{kind: statusFault, status: code, body: strings.Join(body, "")}
}

// RetryAfter answers 429 with the whole seconds to wait, 0 or more, and does not process the request. For another status
// use Status(503).WithHeader("Retry-After", "2").
func RetryAfter(wait time.Duration) Fault { return Fault{kind: retryAfterFault, delay: wait} }

// RetryAt is [RetryAfter] with a date in place of the seconds, which are cut off to whole ones.
func RetryAt(date time.Time) Fault { return Fault{kind: retryAtFault, at: date} }

// Delay waits before the request is processed and answered as ever, or with [Fault.Processed] between the two. A client that
// leaves meanwhile and [Sandbox.Close] end it: then nothing more is done.
func Delay(wait time.Duration) Fault { return Fault{kind: delayFault, delay: wait} }

// Cut ends the connection.
func Cut(point CutPoint) Fault { return Fault{kind: cutFault, cut: point} }

// Truncated processes the request and sends half of the body as if that were all of it: the Content-Length fits what comes,
// so that only a reader of the JSON notices. See [Cut] for a body that HTTP knows to be incomplete.
func Truncated() Fault { return Fault{kind: truncatedFault} }

// Garbage processes the request and sends the answer's status and headers with a body that is neither JSON nor UTF-8.
func Garbage() Fault { return Fault{kind: garbageFault} }

// Trickle processes the request and sends so many bytes of the body at a time, with a pause between them. A client that
// leaves and [Sandbox.Close] end it.
func Trickle(bytes int, every time.Duration) Fault {
	return Fault{kind: trickleFault, bytes: bytes, delay: every}
}

// RevokedToken revokes all tokens that were issued, so that the request is refused with 401.
func RevokedToken() Fault { return Fault{kind: revokedTokenFault} }

// ExpiredIDToken lets all ID tokens that were issued expire, so that the request is refused with 401. Their access tokens
// are still valid, as it happens with Auth0, whose ID tokens live shorter.
func ExpiredIDToken() Fault { return Fault{kind: expiredIDTokenFault} }

// BlockedAccount revokes all tokens and blocks the account, as ten wrong passwords do: the request is refused with 401, and
// every login with too_many_attempts until [Sandbox.Unblock].
func BlockedAccount() Fault { return Fault{kind: blockedAccountFault} }

// ChangedSigningKey gives the login service another key, which the key set has in place of the old one. Tokens of the old
// key are refused with 401, the request's own among them.
func ChangedSigningKey() Fault { return Fault{kind: changedSigningKeyFault} }

// Processed processes the request before the fault, as a server does whose answer gets lost: a create has created. It is for
// [Status], [RetryAfter], [RetryAt], [Delay] and [Cut]; the others with a body are so by themselves.
func (f Fault) Processed() Fault {
	f.processed = true
	return f
}

// Chunked sends the body in chunks, without a Content-Length. It is for [Cut] behind the headers, [Truncated], [Garbage] and
// [Trickle].
func (f Fault) Chunked() Fault {
	f.chunked = true
	return f
}

// WithHeader adds a header to the answer of [Status], [RetryAfter] or [RetryAt], in place of one of that name.
func (f Fault) WithHeader(name, value string) Fault {
	f.header += strconv.Quote(http.CanonicalHeaderKey(name)) + " " + strconv.Quote(value) + "\n"
	return f
}

// Times makes the fault that of so many requests, one after the other, in place of one.
func (f Fault) Times(count int) Fault {
	f.times = count
	if count < 1 {
		f.times = always - 1 // which Fail refuses
	}
	return f
}

// Always makes the fault that of all requests until [Sandbox.ClearFaults].
func (f Fault) Always() Fault {
	f.times = always
	return f
}

// IsZero reports whether there is no fault.
func (f Fault) IsZero() bool { return f.kind == noFault }

// String writes the fault as it is made in Go, without the body of a [Status] and the values of its headers.
func (f Fault) String() string {
	var text strings.Builder
	switch f.kind {
	case noFault:
		return "no fault"
	case statusFault:
		fmt.Fprintf(&text, "Status(%d)", f.status)
	case retryAfterFault:
		fmt.Fprintf(&text, "RetryAfter(%v)", f.delay)
	case retryAtFault:
		fmt.Fprintf(&text, "RetryAt(%s)", f.at.UTC().Format(time.RFC3339))
	case delayFault:
		fmt.Fprintf(&text, "Delay(%v)", f.delay)
	case cutFault:
		fmt.Fprintf(&text, "Cut(%s)", f.cut)
	case truncatedFault:
		text.WriteString("Truncated()")
	case garbageFault:
		text.WriteString("Garbage()")
	case trickleFault:
		fmt.Fprintf(&text, "Trickle(%d, %v)", f.bytes, f.delay)
	case revokedTokenFault:
		text.WriteString("RevokedToken()")
	case expiredIDTokenFault:
		text.WriteString("ExpiredIDToken()")
	case blockedAccountFault:
		text.WriteString("BlockedAccount()")
	case changedSigningKeyFault:
		text.WriteString("ChangedSigningKey()")
	}
	for name := range f.headers() {
		fmt.Fprintf(&text, ".WithHeader(%q, …)", name)
	}
	if f.processed {
		text.WriteString(".Processed()")
	}
	if f.chunked {
		text.WriteString(".Chunked()")
	}
	switch {
	case f.times == always:
		text.WriteString(".Always()")
	case f.times != 0:
		fmt.Fprintf(&text, ".Times(%d)", max(f.times, 0))
	}
	return text.String()
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

// headers yields the headers that were added.
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

// isAnswer reports whether the fault makes up an answer of its own.
func (f Fault) responds() bool {
	return f.kind == statusFault || f.kind == retryAfterFault || f.kind == retryAtFault
}

// needsBody reports whether the fault does something to the body of an answer, so that there must be one.
func (f Fault) needsBody() bool {
	return f.kind == truncatedFault || f.kind == garbageFault || f.kind == trickleFault || f.kind == cutFault && f.cut != BeforeResponse
}

// isAboutTokens reports whether the fault is of the login service, so that the API refuses the request by itself.
func (f Fault) affectsTokens() bool { return f.kind >= revokedTokenFault }

// check returns what about the fault cannot be, whatever the operation.
func (f Fault) check() error {
	switch {
	case f.kind == noFault:
		return errors.New("the zero Fault is none: " + allFaults)
	case f.kind == statusFault && (f.status < 200 || f.status > 599):
		return fmt.Errorf("%v: the status must be from 200 to 599", f)
	case f.kind == statusFault && f.body != "" && (f.status == http.StatusNoContent || f.status == http.StatusNotModified):
		return fmt.Errorf("%v: an answer with this status has no body: leave it out", f)
	case f.kind == retryAfterFault && (f.delay < 0 || f.delay%time.Second != 0):
		return fmt.Errorf("%v: the wait must be a number of whole seconds, 0 or more", f)
	case f.kind == retryAtFault && f.at.IsZero():
		return fmt.Errorf("%v: the date is not set", f)
	case f.kind == delayFault && f.delay <= 0:
		return fmt.Errorf("%v: the wait must be positive", f)
	case f.kind == trickleFault && (f.bytes < 1 || f.delay <= 0):
		return fmt.Errorf("%v: bytes and pause must be positive", f)
	case f.kind == cutFault && (f.cut < BeforeResponse || f.cut > InBody):
		return fmt.Errorf("%v: the point must be BeforeResponse, AfterHeaders or InBody", f)
	case f.times < always:
		return fmt.Errorf("%v: Times needs a number from 1", f)
	case f.processed && f.affectsTokens():
		return fmt.Errorf("%v: a request whose tokens are refused is not processed: Processed is for Status, RetryAfter, RetryAt, Delay and Cut", f)
	case f.processed && f.needsBody():
		return fmt.Errorf("%v: the request is processed anyhow: leave Processed out", f)
	case f.chunked && !f.needsBody():
		return fmt.Errorf("%v: Chunked is for Cut(AfterHeaders), Cut(InBody), Truncated, Garbage and Trickle", f)
	case f.header != "" && !f.responds():
		return fmt.Errorf("%v: WithHeader is for Status, RetryAfter and RetryAt", f)
	}
	for name, value := range f.headers() {
		if !isHeaderName(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return fmt.Errorf("%v: HTTP cannot send this header: a name is a word in ASCII, a value one line", f)
		}
	}
	return nil
}

const allFaults = "there are Status, RetryAfter, RetryAt, Delay, Cut, Truncated, Garbage, Trickle, RevokedToken, ExpiredIDToken, BlockedAccount and ChangedSigningKey"

// isHeaderName reports whether a name is a token of RFC 9110.
func isHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	})
}
