package xsale

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// Option sets up a [Client].
type Option func(*config) error

type config struct {
	auth             authn.Config
	source           *authn.Source
	organization     string
	httpClient       *http.Client
	logger           *slog.Logger
	hooks            []Hooks
	ratePerSecond    float64 // 0 without a limit
	rateBurst        int
	retries          int
	timeout          time.Duration
	callTimeout      time.Duration
	maxResponseBytes int64
	userAgent        string
}

const (
	defaultMaxResponseBytes = 64 << 20
	defaultUserAgent        = "xsale-go/" + Version
)

func defaultConfig() config {
	return config{
		auth:             authn.Config{APIURL: DefaultBaseURL},
		logger:           slog.New(slog.DiscardHandler),
		retries:          3,
		timeout:          time.Minute,
		callTimeout:      5 * time.Minute,
		maxResponseBytes: defaultMaxResponseBytes,
		userAgent:        defaultUserAgent,
	}
}

// WithCredentials logs in with the same credentials each time.
func WithCredentials(credentials authn.Credentials) Option {
	return WithCredentialsFunc(authn.Static(credentials))
}

// WithCredentialsFunc asks for the credentials at each login.
func WithCredentialsFunc(credentials authn.CredentialsFunc) Option {
	return func(c *config) error {
		if credentials == nil {
			return errors.New("WithCredentialsFunc: the function is nil")
		}
		c.auth.Credentials = credentials
		return nil
	}
}

// WithTokenSource takes the tokens from a source that other clients share. Options about logging in have no effect then.
// The source must be made for the same address of the API; another one is refused by [New].
func WithTokenSource(source *authn.Source) Option {
	return func(c *config) error {
		if source == nil {
			return errors.New("WithTokenSource: the source is nil")
		}
		c.source = source
		return nil
	}
}

// WithTokenStore shares the tokens with other programs through a store.
func WithTokenStore(store authn.Store) Option {
	return func(c *config) error {
		c.auth.Store = store
		return nil
	}
}

// WithTokenObserver tells an observer of new tokens, failed logins and store failures, in the place of the logger.
func WithTokenObserver(observer authn.Observer) Option {
	return func(c *config) error {
		c.auth.Observer = observer
		return nil
	}
}

// WithOnDemandLogin logs in only when a call needs it, never ahead of expiry. It suits programs that run for seconds.
func WithOnDemandLogin() Option {
	return func(c *config) error {
		c.auth.OnDemand = true
		return nil
	}
}

// WithOrganization sets the organization that [Client.Organization] returns for an empty name.
func WithOrganization(name string) Option {
	return func(c *config) error {
		c.organization = name
		return checkSegment("organization", name)
	}
}

// WithBaseURL calls another address than [DefaultBaseURL], such as a sandbox. It must be https, except on loopback.
func WithBaseURL(address string) Option {
	return func(c *config) error {
		c.auth.APIURL = strings.TrimRight(address, "/")
		return nil
	}
}

// WithTokenURL logs in at another address than [authn.DefaultTokenURL]. It must be https, except on loopback.
func WithTokenURL(address string) Option {
	return func(c *config) error {
		c.auth.TokenURL = address
		return nil
	}
}

// WithAudience asks for tokens for another API than [authn.DefaultAudience].
func WithAudience(audience string) Option {
	return func(c *config) error {
		c.auth.Audience = audience
		return nil
	}
}

// WithScope asks for another scope than [authn.DefaultScope]. It needs openid.
func WithScope(scope string) Option {
	return func(c *config) error {
		c.auth.Scope = scope
		return nil
	}
}

// WithHTTPClient sends calls and logins through a copy of client, for a proxy, certificates or a transport of your own.
// Redirects and cookies are turned off in the copy, because they could carry the tokens elsewhere.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		c.httpClient = client
		c.auth.HTTPClient = client
		return nil
	}
}

// WithLogger logs at debug level a line for each request, for each wait before another attempt and for the end of each
// call, and failed logins and stores as warnings: operation, method, route, status, class of the failure, attempts,
// durations and sizes, never bodies, query values, headers, tokens, passwords or the paths of raw calls.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		c.logger = logger
		return nil
	}
}

// WithHooks tells hooks what the calls do, for metrics and traces. It adds to those of an earlier WithHooks.
func WithHooks(hooks Hooks) Option {
	return func(c *config) error {
		c.hooks = append(c.hooks, hooks)
		return nil
	}
}

// WithRetries sets how many times a call is sent again after a failure that may pass; 3 by default, 0 turns it off.
// Every call is repeated after 429 and where no connection was made, because the server has not acted then; after 408, 5xx
// but 501 and 505, and a broken connection a call is repeated when it is idempotent: when the API description or
// [Idempotent] says so or, by default, when its method is GET, HEAD, PUT, DELETE, OPTIONS or TRACE. A POST that may have been
// processed is not repeated, and its error is [ErrMaybeProcessed]. A wait that the call has no time for is not begun.
func WithRetries(count int) Option {
	return func(c *config) error {
		if count < 0 || count > 10 {
			return fmt.Errorf("WithRetries: %d is not between 0 and 10", count)
		}
		c.retries = count
		return nil
	}
}

// WithRateLimit sends at most perSecond requests a second on average, and at most burst at once. By default there is no
// limit; the vendor publishes none. With and without it, a Client learns from 429: all its calls pause for as long as the
// server asks, 30 seconds at most, and then go on at half the rate, which successes bring back step by step. Calls wait for
// their turn, or fail at once when they would have to be over before it.
func WithRateLimit(perSecond float64, burst int) Option {
	return func(c *config) error {
		if !(perSecond > 0) || math.IsInf(perSecond, 1) || burst < 1 { // NaN is not positive either
			return fmt.Errorf("WithRateLimit: %v requests a second in bursts of %d: both must be positive; leave it out for no limit", perSecond, burst)
		}
		c.ratePerSecond, c.rateBurst = perSecond, burst
		return nil
	}
}

// WithTimeout bounds one attempt of a call, from connecting to the last byte of the answer; a minute by default. For a
// list it bounds the time to the first byte and each wait for more, because reading a long list may rightly take longer.
// [AttemptTimeout] sets it for one call.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout <= 0 {
			return fmt.Errorf("WithTimeout: %v is not positive", timeout)
		}
		c.timeout = timeout
		return nil
	}
}

// WithCallTimeout bounds a whole call: logins, all attempts, the waits between them, and reading the answer; 5 minutes by
// default. For a list it bounds the time to the first byte; from then on WithTimeout bounds each wait for more. The error
// wraps [context.DeadlineExceeded]. [Timeout] sets it for one call.
func WithCallTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout <= 0 {
			return fmt.Errorf("WithCallTimeout: %v is not positive", timeout)
		}
		c.callTimeout = timeout
		return nil
	}
}

// WithMaxResponseBytes bounds an answer, or one element of a list; 64 MiB by default.
func WithMaxResponseBytes(count int64) Option {
	return func(c *config) error {
		if count <= 0 {
			return fmt.Errorf("WithMaxResponseBytes: %d is not positive", count)
		}
		c.maxResponseBytes = count
		return nil
	}
}

// WithUserAgent names your program in the User-Agent header, in front of this module's own name.
func WithUserAgent(product string) Option {
	return func(c *config) error {
		if strings.ContainsFunc(product, func(r rune) bool { return r < ' ' || r > '~' }) {
			return errors.New("WithUserAgent: the name has a character that is not visible ASCII")
		}
		c.userAgent = product + " " + defaultUserAgent
		return nil
	}
}
