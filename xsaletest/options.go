package xsaletest

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"
)

// Option sets up a [Sandbox].
type Option func(*config) error

type config struct {
	address        *net.TCPAddr
	listener       net.Listener // in place of the address
	tls            bool
	clock          func() time.Time
	accessLifetime time.Duration
	idLifetime     time.Duration
	orders         int
	seed           *Seed // in place of the orders
	latency        latency
	random         randomFaults
	additions      bool
	addTo          []string   // ids of operations; empty is all
	test           testing.TB // of New; nil for Start
	allowsInvalid  bool
}

func defaultConfig() config {
	return config{
		address:        &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)},
		clock:          time.Now,
		accessLifetime: 24 * time.Hour, // as the vendor documents
		idLifetime:     10 * time.Hour, // Auth0's default
		orders:         300,
	}
}

// WithAddress listens at an address on loopback, such as 127.0.0.1:8080. Port 0 is a free one; the default is
// 127.0.0.1:0. Any other address is refused, because everyone knows the sandbox's credentials.
func WithAddress(address string) Option {
	return func(c *config) error {
		resolved, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			return fmt.Errorf("WithAddress: %w", err)
		}
		if !resolved.IP.IsLoopback() {
			return fmt.Errorf("WithAddress: %s is not on loopback: the sandbox has well-known credentials, so nobody else may reach it", address)
		}
		c.address = resolved
		return nil
	}
}

// WithListener takes its connections from a listener, such as one in memory for a test under testing/synctest. It takes the
// place of an address, and the sandbox closes it. The listener's address is the one of the sandbox; a client that cannot
// dial it needs a transport of its own. That nobody else reaches the listener is for the caller to see to, because everyone
// knows the sandbox's credentials.
func WithListener(listener net.Listener) Option {
	return func(c *config) error {
		if listener == nil {
			return errors.New("WithListener: the listener is nil")
		}
		c.listener = listener
		return nil
	}
}

// WithTLS serves https, with a certificate of an authority that is made at the start and lives in memory only. See
// [Sandbox.HTTPClient] and [Sandbox.CertificatePEM].
func WithTLS() Option {
	return func(c *config) error {
		c.tls = true
		return nil
	}
}

// WithClock takes the time from a function: that of tokens, their expiry, login limits and the Date header. It must be
// safe for concurrent use. The default is [time.Now]. TLS certificates go by the real time.
func WithClock(clock func() time.Time) Option {
	return func(c *config) error {
		if clock == nil {
			return errors.New("WithClock: the function is nil")
		}
		c.clock = clock
		return nil
	}
}

// WithTokenLifetimes sets for how long tokens are valid, in whole seconds: 24 hours for access tokens and 10 hours for ID
// tokens by default. The token endpoint's expires_in is the lifetime of the access token.
func WithTokenLifetimes(access, id time.Duration) Option {
	return func(c *config) error {
		for _, lifetime := range []time.Duration{access, id} {
			if lifetime < time.Second || lifetime%time.Second != 0 {
				return fmt.Errorf("WithTokenLifetimes: %v is not a positive number of whole seconds", lifetime)
			}
		}
		c.accessLifetime, c.idLifetime = access, id
		return nil
	}
}

// WithOrders sets how many generated orders the sandbox starts with; 300 by default. The same count gives the same
// orders.
func WithOrders(count int) Option {
	return func(c *config) error {
		if count < 0 {
			return fmt.Errorf("WithOrders: %d is negative", count)
		}
		c.orders = count
		return nil
	}
}

// WithInvalidRequests lets requests that break the API description go by with the answer 400, for tests that send such on
// purpose. Without it, a sandbox of [New] fails its test with what is wrong. A sandbox of [Start] never does more than answer.
func WithInvalidRequests() Option {
	return func(c *config) error {
		c.allowsInvalid = true
		return nil
	}
}
