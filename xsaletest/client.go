package xsaletest

import (
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// Credentials returns the account that the sandbox knows.
func (s *Sandbox) Credentials() authn.Credentials {
	return authn.Credentials{
		ClientID:     ClientID,
		ClientSecret: authn.NewSecret(ClientSecret),
		Username:     Username,
		Password:     authn.NewSecret(Password),
	}
}

// Options returns what [xsale.New] needs to work against the sandbox, in its organization.
func (s *Sandbox) Options() []xsale.Option {
	return []xsale.Option{
		xsale.WithBaseURL(s.URL()),
		xsale.WithTokenURL(s.TokenURL()),
		xsale.WithCredentials(s.Credentials()),
		xsale.WithOrganization(s.organization),
		xsale.WithHTTPClient(s.HTTPClient()),
	}
}

// Client returns a client that works against the sandbox, in its organization, until the test ends. Options come after
// those of [Sandbox.Options] and take precedence.
func (s *Sandbox) Client(t testing.TB, options ...xsale.Option) *xsale.Client {
	t.Helper()
	client, err := xsale.New(append(s.Options(), options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}
