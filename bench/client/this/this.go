// Package this makes this module's client with its default settings.
package this

import (
	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// New returns a client for the API and the login service at address.
func New(address string) (*xsale.Client, error) {
	return xsale.New(
		xsale.WithBaseURL(address),
		xsale.WithTokenURL(address+"/oauth/token"),
		xsale.WithCredentials(authn.Credentials{
			ClientID: "client", ClientSecret: authn.NewSecret("client secret"),
			Username: "user@example.com", Password: authn.NewSecret("password"),
		}),
	)
}
