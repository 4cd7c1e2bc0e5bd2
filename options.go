package xsale

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Option configures a [Client].
type Option func(*config)

type config struct {
	auth             authn.Config
	source           *authn.Source
	organization     string
	httpClient       *http.Client
	logger           *slog.Logger
	hooks            []call.Hooks
	failureWhen      []call.FailureSign
	ratePerSecond    float64 // 0 without a limit
	rateBurst        int
	fixedRate        bool
	limiter          call.Limiter
	retries          int
	retryBudget      int
	timeout          time.Duration
	attemptTimeout   time.Duration
	maxResponseBytes int64
	userAgent        string
	storeErr         error // of a setting that WithTokenStore may still replace
	err              error // of all options, on one line
}

const defaultUserAgent = "xsale-go/" + Version

func defaultConfig() config {
	return config{
		auth:           authn.Config{APIURL: DefaultBaseURL},
		logger:         slog.New(slog.DiscardHandler),
		retries:        3,
		timeout:        5 * time.Minute,
		attemptTimeout: time.Minute,
		userAgent:      defaultUserAgent,
	}
}

// fail records why an option is invalid.
func (c *config) fail(err error) {
	if c.err != nil {
		err = fmt.Errorf("%w; %w", c.err, err)
	}
	c.err = err
}

// FromEnvironment configures a Client from environment variables. XSALE_CLIENT_ID,
// XSALE_CLIENT_SECRET, XSALE_USERNAME and XSALE_PASSWORD are read at each login; if one is missing,
// the first login fails, not [New]. These are optional:
//
//   - XSALE_ORGANIZATION, see [WithOrganization];
//   - XSALE_BASE_URL, XSALE_TOKEN_URL, XSALE_AUDIENCE and XSALE_SCOPE, see the matching options;
//   - XSALE_TOKEN_STORE, see [authn.ParseStore].
//
// Options after it take precedence.
func FromEnvironment() Option {
	return func(c *config) {
		c.auth.Credentials = authn.FromEnvironment
		for _, variable := range []struct {
			name   string
			option func(string) Option
		}{
			{"XSALE_ORGANIZATION", WithOrganization},
			{"XSALE_BASE_URL", WithBaseURL},
			{"XSALE_TOKEN_URL", WithTokenURL},
			{"XSALE_AUDIENCE", WithAudience},
			{"XSALE_SCOPE", WithScope},
		} {
			if value := os.Getenv(variable.name); value != "" {
				variable.option(value)(c)
			}
		}
		if setting := os.Getenv("XSALE_TOKEN_STORE"); setting != "" {
			store, err := authn.ParseStore(setting)
			if err != nil {
				err = fmt.Errorf("XSALE_TOKEN_STORE: %w", err)
			}
			c.auth.Store, c.storeErr = store, err
		}
	}
}

// WithOptionsFunc applies the options that a function returns, in their order, when [New] is called.
// New returns the function's error. Packages that read settings from elsewhere build their Options
// with it; see package account.
func WithOptionsFunc(options func() ([]Option, error)) Option {
	return func(c *config) {
		if options == nil {
			c.fail(errors.New("WithOptionsFunc: the function is nil"))
			return
		}
		found, err := options()
		if err != nil {
			c.fail(err)
			return
		}
		for _, option := range found {
			if option != nil {
				option(c)
			}
		}
	}
}

// WithCredentials logs in with the same credentials each time.
func WithCredentials(credentials authn.Credentials) Option {
	return WithCredentialsFunc(authn.Static(credentials))
}

// WithCredentialsFunc asks for the credentials at each login.
func WithCredentialsFunc(credentials authn.CredentialsFunc) Option {
	return func(c *config) {
		if credentials == nil {
			c.fail(errors.New("WithCredentialsFunc: the function is nil"))
		}
		c.auth.Credentials = credentials
	}
}

// WithTokenSource takes the tokens from a source for the same origin, which Clients may share.
// Options about logging in then have no effect, and [Client.Close] does not close the source.
func WithTokenSource(source *authn.Source) Option {
	return func(c *config) {
		if source == nil {
			c.fail(errors.New("WithTokenSource: the source is nil"))
		}
		c.source = source
	}
}

// WithTokenStore shares the tokens with other programs through a store.
func WithTokenStore(store authn.Store) Option {
	return func(c *config) {
		c.auth.Store, c.storeErr = store, nil
	}
}

// WithTokenObserver reports logins to observer: new tokens, failed logins and store failures,
// instead of the logger. API calls are reported to [WithHooks].
func WithTokenObserver(observer authn.Observer) Option {
	return func(c *config) {
		c.auth.Observer = observer
	}
}

// WithOnDemandLogin logs in only when a call needs it, never ahead of expiry. It suits programs
// that run for seconds.
func WithOnDemandLogin() Option {
	return func(c *config) {
		c.auth.OnDemand = true
	}
}

// WithOrganization sets the default organization, which [Client.Orders] and the Client's other
// services use. [Client.Me] returns the names.
func WithOrganization(name string) Option {
	return func(c *config) {
		c.organization = name
		if err := httpx.CheckSegment(name); err != nil {
			c.fail(fmt.Errorf("%w: WithOrganization or XSALE_ORGANIZATION: %w", ErrInvalid, err))
		}
	}
}

// WithBaseURL sets the URL of the API, such as a sandbox's. The default is [DefaultBaseURL]. It
// must be https, except on loopback.
func WithBaseURL(baseURL string) Option {
	return func(c *config) {
		c.auth.APIURL = strings.TrimRight(baseURL, "/")
	}
}

// WithTokenURL sets the URL of the login service. The default is [authn.DefaultTokenURL]. It must
// be https, except on loopback.
func WithTokenURL(tokenURL string) Option {
	return func(c *config) {
		c.auth.TokenURL = tokenURL
	}
}

// WithAudience sets the API that tokens are for. The default is [authn.DefaultAudience].
func WithAudience(audience string) Option {
	return func(c *config) {
		c.auth.Audience = audience
	}
}

// WithScope sets the scope, which must include openid. The default is [authn.DefaultScope].
func WithScope(scope string) Option {
	return func(c *config) {
		c.auth.Scope = scope
	}
}

// WithHTTPClient sends calls and logins through a copy of client, for a proxy, certificates or a
// custom transport. The copy keeps no cookies and follows no redirects, which could leak tokens.
// Its Timeout bounds each login request, and each attempt unless [call.AttemptTimeout] is set. An
// *http.Transport with a Proxy is copied, too, with connections of its own, so that a refusal of
// the proxy is an [ErrProxy], and plain http, which is for loopback only, never reaches the proxy.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) {
		if client == nil {
			c.fail(errors.New("WithHTTPClient: the client is nil"))
		}
		c.httpClient = client
		c.auth.HTTPClient = client
	}
}

// WithLogger logs requests, retries and finished calls at debug level: operation, method, route,
// status, class of the failure, attempts, durations and sizes. Unless [WithTokenObserver] or
// [WithTokenSource] is set, it logs new tokens at info level, and failed logins and store failures
// as warnings. It never logs bodies, query values, headers, secrets or the paths of raw calls.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) {
		if logger == nil {
			c.fail(errors.New("WithLogger: the logger is nil"))
		}
		c.logger = logger
	}
}

// WithHooks reports the Client's API calls to hooks, for metrics and traces. Repeated options add
// up. [WithTokenObserver] reports logins.
func WithHooks(hooks call.Hooks) Option {
	return func(c *config) {
		c.hooks = append(c.hooks, hooks)
	}
}

// WithFailureWhen makes a 2xx response a failure, with [ErrReportedFailure], if a top-level field
// of its body has one of the values, compared as JSON. Without values, every value means a failure
// except null, false, 0, "", the zero date and GUID of .NET, and lists and objects of nothing else.
// The name is matched case-insensitively. Repeated options add up. It holds for every call whose
// body this module reads, raw ones included, so not for files, nor beyond the first 64 KiB of a
// response that is discarded. Common forms are known without it, such as "Success":false without a
// result, or with a reason in the response of a create. In a spec, x-failure-when does the same.
func WithFailureWhen(field string, values ...any) Option {
	return func(c *config) {
		if field == "" {
			c.fail(errors.New("WithFailureWhen: the name of the field is empty"))
		}
		for _, value := range values {
			if _, err := json.Marshal(value); err != nil {
				c.fail(fmt.Errorf("WithFailureWhen: value of %s: %w", field, err))
			}
		}
		c.failureWhen = append(c.failureWhen, call.FailureSign{Field: field, Values: values})
	}
}

// WithRetries sets how many times a call is retried after a temporary failure, from 0 to 10; 3 by
// default. Every call is retried after a 429, and if no connection was made, because the server has
// not acted. Idempotent calls are also retried after 408, 5xx except 501 and 505, and a broken
// connection. GET, HEAD, PUT, DELETE, OPTIONS and TRACE are idempotent, unless the spec or
// [call.Idempotent] says otherwise. The error of any other call that may have been processed is
// [ErrMaybeProcessed].
//
// A call is not retried if its body cannot be read again, if Retry-After is over 30 seconds, or if
// the wait would outlast the call's deadline. [WithRetryBudget] limits the retries of all calls.
func WithRetries(count int) Option {
	return func(c *config) {
		if count < 0 || count > 10 {
			c.fail(fmt.Errorf("WithRetries: %d: want 0 to 10", count))
		}
		c.retries = count
	}
}

// WithRetryBudget sets how many retries all calls of a Client may make beyond those that successes
// earn; 15 by default. It keeps the load in an outage near what it is without retries. A retry
// takes one, which comes back if it succeeds; a call without a retry that does not fail temporarily
// adds 0.2, and 10 seconds add one. Retries after a 429, which [WithRateLimit] describes, and
// logins take none. With an empty budget, failures are returned at once, and their message says so.
// A program that must outlast failures of most calls, such as a test with random faults, sets a
// large number.
func WithRetryBudget(retries int) Option {
	return func(c *config) {
		if retries < 1 {
			c.fail(fmt.Errorf("WithRetryBudget: %d: want at least 1; WithRetries(0) makes no retries", retries))
		}
		c.retryBudget = retries
	}
}

// WithRateLimit sends at most perSecond requests a second on average, and at most burst at once. By
// default there is no limit; the vendor publishes none. With or without it, all calls of a Client
// pause after a 429, for as long as Retry-After asks but at most 30 seconds, or else for a random
// time. They resume at a lower rate, which successes restore; see [WithRateLearning]. Calls wait
// for their turn. If that is after the deadline, they fail at once with [ErrNotSent], wrapping
// [context.DeadlineExceeded]. [WithLimiter] shares the limit with other Clients and programs.
//
// A limit of n calls in any window of time w is kept by a rate of (n-1)/w and a burst of 1. Take a
// little less, because requests do not all take the same time to arrive.
func WithRateLimit(perSecond float64, burst int) Option {
	return func(c *config) {
		if !(perSecond > 0) || math.IsInf(perSecond, 1) || burst < 1 { // NaN is not positive either
			c.fail(fmt.Errorf("WithRateLimit: %v requests a second in bursts of %d: both must be positive; leave it out for no limit", perSecond, burst))
		}
		c.ratePerSecond, c.rateBurst = perSecond, burst
	}
}

// WithRateLearning sets whether a Client learns the server's rate from 429s; true by default. It
// then resumes at half the rate that was too high, after a first 429 at 10 requests a second or
// more and for one second, and raises the rate step by step after 429s in a row. With false, a 429
// only pauses all calls for its Retry-After, at most 30 seconds. Tests of how a program deals with
// 429s are faster then.
func WithRateLearning(on bool) Option {
	return func(c *config) {
		c.fixedRate = !on
	}
}

// WithLimiter shares the limit of [WithRateLimit], the pauses and the rate learned from 429s with
// all Clients that use the same limiter for the same API, in this program and others. Give all of
// them the same limit; a Client without one keeps the lowest that the others have, and it pauses
// with them. While the limiter fails, each Client goes on with its share of the limit, and logs a
// warning. See [call.Limiter], and packages filelimit and redislimit.
func WithLimiter(limiter call.Limiter) Option {
	return func(c *config) {
		if limiter == nil {
			c.fail(errors.New("WithLimiter: the limiter is nil"))
		}
		c.limiter = limiter
	}
}

// WithTimeout bounds a whole call: logins, all attempts, the waits between them, and reading the
// response; 5 minutes by default. For a list it bounds the time to the first byte; from then on
// WithAttemptTimeout bounds each wait for more. The error wraps [context.DeadlineExceeded].
// [call.Timeout] sets it for one call.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) {
		if timeout <= 0 {
			c.fail(fmt.Errorf("WithTimeout: %v is not positive", timeout))
		}
		c.timeout = timeout
	}
}

// WithAttemptTimeout bounds one attempt of a call, from connecting to the last byte of the
// response; a minute by default. For a list it bounds the time to the first byte and each wait for
// more, because reading a long list may take longer. [call.AttemptTimeout] sets it for one call.
func WithAttemptTimeout(timeout time.Duration) Option {
	return func(c *config) {
		if timeout <= 0 {
			c.fail(fmt.Errorf("WithAttemptTimeout: %v is not positive", timeout))
		}
		c.attemptTimeout = timeout
	}
}

// WithMaxResponseBytes bounds a response, or one element of a list; 64 MiB by default. A larger one
// fails with [ErrTooLarge], although the server has processed the call.
func WithMaxResponseBytes(count int64) Option {
	return func(c *config) {
		if count <= 0 {
			c.fail(fmt.Errorf("WithMaxResponseBytes: %d is not positive", count))
		}
		c.maxResponseBytes = count
	}
}

// WithUserAgent names your program in the User-Agent header, in front of this module's own name.
func WithUserAgent(product string) Option {
	return func(c *config) {
		if strings.ContainsFunc(product, func(r rune) bool { return r < ' ' || r > '~' }) {
			c.fail(errors.New("WithUserAgent: the name has a character that is not visible ASCII"))
		}
		c.userAgent = product + " " + defaultUserAgent
	}
}
