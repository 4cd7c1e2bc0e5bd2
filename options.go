package xsale

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

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
	limiter          *rate.Limiter
	retries          int
	timeout          time.Duration
	maxResponseBytes int64
	userAgent        string
}

const defaultMaxResponseBytes = 64 << 20

func defaultConfig() config {
	return config{
		auth:             authn.Config{APIURL: DefaultBaseURL},
		logger:           slog.New(slog.DiscardHandler),
		retries:          3,
		timeout:          time.Minute,
		maxResponseBytes: defaultMaxResponseBytes,
		userAgent:        "xsale-go/" + Version,
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

// WithLogger logs each request at debug level, and failed logins and stores as warnings: operation, method, route,
// status, attempt and duration, never bodies, query values, tokens or passwords.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		c.logger = logger
		return nil
	}
}

// WithRetries sets how many times a call is sent again after a failure that may pass; 3 by default, 0 turns it off.
// A call is repeated after 429 whatever its method, and after 408, 5xx and a broken connection when its method is GET,
// HEAD, PUT or DELETE or it is marked with [Idempotent]. A POST that may have been processed is not repeated.
func WithRetries(count int) Option {
	return func(c *config) error {
		if count < 0 || count > 10 {
			return fmt.Errorf("WithRetries: %d is not between 0 and 10", count)
		}
		c.retries = count
		return nil
	}
}

// WithRateLimit sends at most perSecond requests a second on average, and at most burst at once. Calls wait for their
// turn, or fail when their context would end before it. By default there is no limit; the vendor publishes none.
func WithRateLimit(perSecond float64, burst int) Option {
	return func(c *config) error {
		if perSecond <= 0 || burst < 1 {
			return fmt.Errorf("WithRateLimit: %v requests a second in bursts of %d: both must be positive", perSecond, burst)
		}
		c.limiter = rate.NewLimiter(rate.Limit(perSecond), burst)
		return nil
	}
}

// WithTimeout bounds one attempt of a call, from connecting to the last byte of the answer; a minute by default. For a
// list it bounds the time to the first byte and each wait for more, because reading a long list may rightly take longer.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout <= 0 {
			return fmt.Errorf("WithTimeout: %v is not positive", timeout)
		}
		c.timeout = timeout
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
		c.userAgent = product + " xsale-go/" + Version
		return nil
	}
}
