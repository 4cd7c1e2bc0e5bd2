// Package this makes the client of this module, with everything on that is on by default.
package this

import (
	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// New returns a client for an address that answers calls and logins.
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
