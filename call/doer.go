package call

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// Doer sends a request. Generated clients take one as their HTTP client; [*http.Client] is one,
// too.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Connection is what a generated client needs of a Client.
type Connection interface {
	BaseURL() string // without a slash at the end
	Doer() Doer
}

// TokenSource is what a Doer needs of an [authn.Source].
type TokenSource interface {
	// Current returns valid tokens, or nil. It does not wait.
	Current() *authn.Token

	// Token returns valid tokens, after a login if necessary.
	Token(context.Context) (*authn.Token, error)

	// Invalidate reports that the API rejected the tokens, and returns whether to try again with
	// new ones.
	Invalidate(*authn.Token) bool
}

// Config configures a Doer. All fields are required, except those that name a default.
type Config struct {
	BaseURL   *url.URL
	Source    TokenSource
	Transport http.RoundTripper

	Timeout          time.Duration // of a whole call
	AttemptTimeout   time.Duration
	MaxResponseBytes int64  // of a response, or of an element of a list; 64 MiB by default
	UserAgent        string // value of the header

	Retries       int     // none by default
	RatePerSecond float64 // no limit by default
	RateBurst     int     // with a limit
	Hooks         []Hooks // none by default
	Logger        *slog.Logger
}

// defaultMaxResponseBytes bounds the responses of a Doer that is not made by NewDoer.
const defaultMaxResponseBytes = 64 << 20

// NewDoer returns the Doer of a Client. It rejects requests to origins other than the base URL's.
// It is safe for concurrent use.
//
// The chain of steps is put together here, from the wire outwards. Read from the bottom, a call is
// shown instead of sent in a dry run, bounded in time, judged by its status, retried, given its
// tokens, held to the rate limit, counted, bounded in size, watched for what it may have done, and
// sent.
func NewDoer(c Config) Doer {
	if c.Logger != nil && c.Logger.Handler() != slog.DiscardHandler {
		c.Hooks = append([]Hooks{logHooks(c.Logger)}, c.Hooks...)
	}
	userAgent := []string{c.UserAgent}
	var chain Doer = &sendStep{transport: c.Transport, timeout: c.AttemptTimeout, userAgent: userAgent}
	chain = &processedStep{next: chain}
	chain = &bodyStep{next: chain, maxBytes: cmp.Or(c.MaxResponseBytes, defaultMaxResponseBytes)}
	chain = &attemptStep{next: chain, hooks: c.Hooks}
	chain = &rateLimitStep{next: chain, throttle: newThrottle(c.RatePerSecond, c.RateBurst)}
	chain = &authStep{next: chain, source: c.Source, origin: c.BaseURL}
	chain = &retryStep{next: chain, retries: c.Retries, hooks: c.Hooks}
	chain = &statusStep{next: chain}
	chain = &callStep{next: chain, timeout: c.Timeout, hooks: c.Hooks}
	return &rehearseStep{next: chain, userAgent: userAgent}
}

// Wrap returns a Doer that sends through doer and adds this package's errors, dry runs and response
// size limit (64 MiB) to the calls of a generated client. It adds no tokens, retries, timeouts or
// hooks. A Doer made by [NewDoer], directly or inside doer, keeps its own. Generated code calls it.
func Wrap(doer Doer) Doer {
	if own, ok := doer.(*rehearseStep); ok {
		return own
	}
	return &rehearseStep{next: &wrapped{doer}}
}

// wrapped judges the responses to the calls of this package, unless the chain of a Client below it
// has done so. Other requests, such as those of a raw client, go straight to the Doer.
type wrapped struct{ doer Doer }

func (w *wrapped) Do(request *http.Request) (*http.Response, error) {
	call := stateIn(request.Context())
	if call == nil {
		return w.doer.Do(request)
	}
	watch := &connectionWatch{}
	if call.mayDoHarm() {
		request = request.WithContext(watch.in(request.Context()))
	}
	response, err := w.doer.Do(request)
	if !call.deadline.IsZero() { // the chain of a Client has taken the call
		return response, err
	}
	if call.mayDoHarm() {
		call.note(watch, response, err)
	}
	sent := &bodyStep{next: result{response, err}, maxBytes: defaultMaxResponseBytes}
	return (&statusStep{next: sent}).Do(request)
}

// result is a Doer whose request has been sent.
type result struct {
	response *http.Response
	err      error
}

func (r result) Do(*http.Request) (*http.Response, error) { return r.response, r.err }

// replay returns the request with its body from the start, and whether that is possible. A request
// is never changed once it has been sent.
func replay(request *http.Request) (*http.Request, bool) {
	if request.Body == nil || request.Body == http.NoBody {
		return request, true
	}
	if request.GetBody == nil {
		return nil, false
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, false
	}
	again := *request
	again.Body = body
	return &again, true
}
