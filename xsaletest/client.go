package xsaletest

import (
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// Credentials returns the credentials of the only account.
func (s *Sandbox) Credentials() authn.Credentials {
	return authn.Credentials{
		ClientID:     ClientID,
		ClientSecret: authn.NewSecret(ClientSecret),
		Username:     Username,
		Password:     authn.NewSecret(Password),
	}
}

// Options returns the options for [xsale.New] to use the sandbox and its default organization. They
// turn [xsale.WithRateLearning] off, so that a 429 does not slow the rest of a test down.
func (s *Sandbox) Options() []xsale.Option {
	return []xsale.Option{
		xsale.WithBaseURL(s.URL()),
		xsale.WithTokenURL(s.TokenURL()),
		xsale.WithCredentials(s.Credentials()),
		xsale.WithOrganization(s.backend().names()[0]),
		xsale.WithHTTPClient(s.HTTPClient()),
		xsale.WithRateLearning(false),
	}
}

// Client returns a client of the sandbox and its default organization. It is closed when the test
// ends. The options override those of [Sandbox.Options].
func (s *Sandbox) Client(t testing.TB, options ...xsale.Option) *xsale.Client {
	t.Helper()
	client, err := xsale.New(append(s.Options(), options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}
