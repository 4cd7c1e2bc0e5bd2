package xsale

import (
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
	ratePerSecond    float64 // 0 without a limit
	rateBurst        int
	retries          int
	timeout          time.Duration
	attemptTimeout   time.Duration
	maxResponseBytes int64
	userAgent        string
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
// XSALE_CLIENT_SECRET, XSALE_USERNAME and XSALE_PASSWORD are required, and read again at each
// login. These are optional:
//
//   - XSALE_ORGANIZATION, see [WithOrganization];
//   - XSALE_BASE_URL, XSALE_TOKEN_URL, XSALE_AUDIENCE and XSALE_SCOPE, see the options of those names;
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
				c.fail(fmt.Errorf("XSALE_TOKEN_STORE: %w", err))
			}
			c.auth.Store = store
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

// WithTokenSource takes the tokens from a source that clients share. Options about logging in then
// have no effect. The source must be made for the same origin; [New] rejects any other.
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
		c.auth.Store = store
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

// WithOrganization sets the default organization: the one of [Client.Orders] and the other services
// of the Client. It is Organizations[].Name of [Client.Me].
func WithOrganization(name string) Option {
	return func(c *config) {
		c.organization = name
		if err := httpx.CheckSegment(name); err != nil {
			c.fail(fmt.Errorf("%w: WithOrganization or XSALE_ORGANIZATION: %w", ErrInvalid, err))
		}
	}
}

// WithBaseURL calls another URL than [DefaultBaseURL], such as a sandbox. It must be https, except
// on loopback.
func WithBaseURL(baseURL string) Option {
	return func(c *config) {
		c.auth.APIURL = strings.TrimRight(baseURL, "/")
	}
}

// WithTokenURL logs in at another URL than [authn.DefaultTokenURL]. It must be https, except on
// loopback.
func WithTokenURL(tokenURL string) Option {
	return func(c *config) {
		c.auth.TokenURL = tokenURL
	}
}

// WithAudience requests tokens for another API than [authn.DefaultAudience].
func WithAudience(audience string) Option {
	return func(c *config) {
		c.auth.Audience = audience
	}
}

// WithScope requests another scope than [authn.DefaultScope]. It must include openid.
func WithScope(scope string) Option {
	return func(c *config) {
		c.auth.Scope = scope
	}
}

// WithHTTPClient sends calls and logins through a copy of client, for a proxy, certificates or a
// custom transport. The copy follows no redirects and keeps no cookies, because they could carry
// the tokens elsewhere. A Timeout of the client bounds each attempt.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) {
		if client == nil {
			c.fail(errors.New("WithHTTPClient: the client is nil"))
		}
		c.httpClient = client
		c.auth.HTTPClient = client
	}
}

// WithLogger logs each request, each wait before another attempt and the end of each call at debug
// level, and failed logins and stores as warnings: operation, method, route, status, class of the
// failure, attempts, durations and sizes. Bodies, query values, headers, tokens, passwords and the
// paths of raw calls are never logged.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) {
		if logger == nil {
			c.fail(errors.New("WithLogger: the logger is nil"))
		}
		c.logger = logger
	}
}

// WithHooks reports the Client's API calls to hooks, for metrics and traces. Repeated options add
// up. Logins are reported to [WithTokenObserver].
func WithHooks(hooks call.Hooks) Option {
	return func(c *config) {
		c.hooks = append(c.hooks, hooks)
	}
}

// WithRetries sets how many times a call is sent again after a transient failure, from 0 to 10; 3
// by default. Every call is retried after 429 and where no connection was made, because the server
// has not acted then. After 408, 5xx except 501 and 505, and a broken connection a call is retried
// when it is idempotent: as the spec or [call.Idempotent] says, or by default when its method is
// GET, HEAD, PUT, DELETE, OPTIONS or TRACE. A POST that may have been processed is not retried, and
// its error is [ErrMaybeProcessed]. A wait beyond the call's deadline is not started.
func WithRetries(count int) Option {
	return func(c *config) {
		if count < 0 || count > 10 {
			c.fail(fmt.Errorf("WithRetries: %d: want 0 to 10", count))
		}
		c.retries = count
	}
}

// WithRateLimit sends at most perSecond requests a second on average, and at most burst at once. By
// default there is no limit; the vendor publishes none. With and without it, a Client learns from
// 429: all its calls pause for as long as the server asks, 30 seconds at most, and go on at half
// the rate, which successes restore step by step. Calls wait for their turn, or fail at once when
// it comes after their deadline.
func WithRateLimit(perSecond float64, burst int) Option {
	return func(c *config) {
		if !(perSecond > 0) || math.IsInf(perSecond, 1) || burst < 1 { // NaN is not positive either
			c.fail(fmt.Errorf("WithRateLimit: %v requests a second in bursts of %d: both must be positive; leave it out for no limit", perSecond, burst))
		}
		c.ratePerSecond, c.rateBurst = perSecond, burst
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
// more, because reading a long list may take longer.
// [call.AttemptTimeout] sets it for one call.
func WithAttemptTimeout(timeout time.Duration) Option {
	return func(c *config) {
		if timeout <= 0 {
			c.fail(fmt.Errorf("WithAttemptTimeout: %v is not positive", timeout))
		}
		c.attemptTimeout = timeout
	}
}

// WithMaxResponseBytes bounds a response, or one element of a list; 64 MiB by default.
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
