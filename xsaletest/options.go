package xsaletest

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/mock"
)

// Option configures a [Sandbox].
type Option func(*config)

type config struct {
	address       *net.TCPAddr
	listener      net.Listener // replaces the address
	tls           bool
	clock         func() time.Time
	settings      Settings
	orders        int
	seed          *Seed // replaces the orders
	random        randomFaults
	test          testing.TB // of New; nil for Start
	report        func(number int, findings string)
	allowsInvalid bool
	control       func(*Sandbox) http.Handler
	origins       []string // of web pages that may call the sandbox
	organizations []gen.OrganizationInfo
	otherSpec     []byte // replaces the spec of this module
	valueSeed     uint64
	handlers      []*handler
	plan          *mock.Plan // of the other spec
	err           error      // the first of an option
}

func (c *config) fail(err error) { c.err = cmp.Or(c.err, err) }

func defaultConfig() config {
	return config{
		address:   &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)},
		clock:     time.Now,
		settings:  defaultSettings(),
		orders:    300,
		valueSeed: 1,
	}
}

// WithAddress sets the address to listen on, such as 127.0.0.1:8080. Port 0 picks a free port; the
// default is 127.0.0.1:0. It must be on loopback, because everyone knows the sandbox's credentials.
func WithAddress(address string) Option {
	return func(c *config) {
		resolved, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			c.fail(fmt.Errorf("WithAddress: %w", err))
		} else if !resolved.IP.IsLoopback() {
			c.fail(fmt.Errorf("WithAddress: %s is not on loopback: everyone knows the sandbox's credentials, so only this machine may reach it", address))
		}
		c.address = resolved
	}
}

// WithListener accepts connections from a listener instead of an address, such as one in memory
// for testing/synctest. The sandbox closes the listener and uses its address in URLs; a client
// that cannot dial that address needs its own transport. The caller must make sure that nobody
// else can reach the listener, because everyone knows the sandbox's credentials.
func WithListener(listener net.Listener) Option {
	return func(c *config) {
		if listener == nil {
			c.fail(errors.New("WithListener: the listener is nil"))
		}
		c.listener = listener
	}
}

// WithTLS serves https, with a certificate authority that is created at the start and exists in
// memory only. See [Sandbox.HTTPClient] and [Sandbox.CertificatePEM].
func WithTLS() Option {
	return func(c *config) {
		c.tls = true
	}
}

// WithClock sets the clock for tokens, their expiry, login limits and the Date header. The function
// must be safe for concurrent use. The default is [time.Now]. TLS certificates use the real time.
func WithClock(clock func() time.Time) Option {
	return func(c *config) {
		if clock == nil {
			c.fail(errors.New("WithClock: the function is nil"))
		}
		c.clock = clock
	}
}

// WithTokenLifetimes sets the lifetimes of tokens in whole seconds, by default 24 hours for access
// tokens and 10 hours for ID tokens. The token endpoint's expires_in is that of the access token.
func WithTokenLifetimes(access, id time.Duration) Option {
	return func(c *config) {
		for _, lifetime := range []time.Duration{access, id} {
			if err := checkLifetime(lifetime); err != nil {
				c.fail(fmt.Errorf("WithTokenLifetimes: %w", err))
			}
		}
		c.settings.AccessTokenLifetime, c.settings.IDTokenLifetime = access, id
	}
}

// WithOrders sets the number of generated orders, 300 by default. The same number gives the same
// orders.
func WithOrders(count int) Option {
	return func(c *config) {
		if count < 0 {
			c.fail(fmt.Errorf("WithOrders: %d is negative", count))
		}
		c.orders = count
	}
}

// WithOrganizations sets the organizations of the user, the default one first. Orders and articles
// belong to it; the others start with the statuses only. Those of a [Seed] replace them.
func WithOrganizations(organizations ...xsale.OrganizationInfo) Option {
	return func(c *config) {
		c.organizations = slices.Clone(organizations)
	}
}

// WithReport calls a function for every request to a known operation that breaks the spec or has a
// query parameter that the spec does not list: with the number of the request, and a line for each
// finding and for the body, whose strings are masked. It is for a sandbox of [Start]; that of [New]
// fails its test instead, unless this option is set. The function must be safe for concurrent use.
func WithReport(report func(number int, findings string)) Option {
	return func(c *config) {
		if report == nil {
			c.fail(errors.New("WithReport: the function is nil: use WithInvalidRequests to report nothing"))
		}
		c.report = report
	}
}

// WithInvalidRequests keeps requests that break the spec from failing the test of [New], for tests
// that send them on purpose. Such requests get a 400 either way.
func WithInvalidRequests() Option {
	return func(c *config) {
		c.allowsInvalid = true
	}
}
