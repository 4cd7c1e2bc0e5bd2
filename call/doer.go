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

// Doer sends a request, like [*http.Client]. Generated clients take one as their HTTP client.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Connection is the part of a Client that a generated client uses.
type Connection interface {
	BaseURL() string // without a slash at the end
	Doer() Doer
}

// TokenSource is the part of an [authn.Source] that a Doer uses.
type TokenSource interface {
	// Current returns valid tokens, or nil. It does not wait.
	Current() *authn.Token

	// Token returns valid tokens, after a login if necessary.
	Token(context.Context) (*authn.Token, error)

	// Invalidate reports that the API rejected the tokens, and returns whether there may be others.
	Invalidate(*authn.Token) bool

	// Replacement returns other tokens than those, after a login if necessary, or nil.
	Replacement(context.Context, *authn.Token) (*authn.Token, error)

	// Confirm reports that the API accepted tokens that were suspect, or those of a call that was
	// sent again.
	Confirm(*authn.Token)
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

	FailureWhen   []FailureSign // of successes that report a failure; the common forms are known
	Retries       int           // of a call; none by default
	RetryBudget   int           // retries beyond those that successes earn; 15 by default
	RatePerSecond float64       // no limit by default
	RateBurst     int           // with a limit
	FixedRate     bool          // a 429 pauses the calls for its Retry-After, and does not change the rate
	Limiter       Limiter       // shares the limit, and what 429s taught; none by default
	Hooks         []Hooks       // none by default
	Logger        *slog.Logger  // none by default
}

// defaultMaxResponseBytes bounds the responses of a Doer that is not made by NewDoer.
const defaultMaxResponseBytes = 64 << 20

// NewDoer returns the Doer of a Client. It rejects requests to origins other than the base URL's.
// It is safe for concurrent use.
func NewDoer(c Config) Doer {
	if c.Logger != nil && c.Logger.Handler() != slog.DiscardHandler {
		c.Hooks = append([]Hooks{logHooks(c.Logger)}, c.Hooks...)
	}
	limit := cmp.Or(c.MaxResponseBytes, defaultMaxResponseBytes)
	// From the wire outwards: a call runs through the steps from the last to the first.
	userAgent, throttle := []string{c.UserAgent}, newThrottle(c)
	budget := newRetryBudget(cmp.Or(c.RetryBudget, defaultRetryBudget))
	var chain Doer = &sendStep{transport: c.Transport, timeout: c.AttemptTimeout, userAgent: userAgent}
	chain = &processedStep{next: chain}                                                 // may the server have acted?
	chain = &bodyStep{next: chain, maxBytes: limit, signs: c.FailureWhen}               // limit the size
	chain = &attemptStep{next: chain, hooks: c.Hooks}                                   // count the attempt
	chain = &rateLimitStep{next: chain, throttle: throttle}                             // wait for a turn
	chain = &authStep{next: chain, source: c.Source, origin: c.BaseURL}                 // set the tokens
	chain = &retryStep{next: chain, retries: c.Retries, budget: budget, hooks: c.Hooks} // repeat attempts
	chain = &statusStep{next: chain}                                                    // non-2xx to Error
	chain = &callStep{next: chain, timeout: c.Timeout, hooks: c.Hooks}                  // deadline
	return &rehearseStep{next: chain, userAgent: userAgent}                             // dry runs end here
}

// Wrap returns a Doer that sends through doer and adds this package's errors, dry runs and response
// size limit (64 MiB) to a generated client's calls. It adds no tokens, retries, timeouts or hooks.
// A Doer made by [NewDoer], directly or inside doer, keeps its own. Generated code calls it.
func Wrap(doer Doer) Doer {
	if own, ok := doer.(*rehearseStep); ok {
		return own
	}
	return &rehearseStep{next: &wrapped{doer}}
}

// wrapped adds errors and the size limit to calls from this package, unless the chain of a Client
// below has done so. Other requests, such as those of a raw client, go straight to doer.
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

// replay returns the request with its body from the start, and whether that is possible. It returns
// a copy, because a sent request must not change.
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
