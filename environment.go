package xsale

import (
	"fmt"
	"os"

	"github.com/xsale-go/xsale/authn"
)

// FromEnvironment sets up a Client from environment variables. Needed are XSALE_CLIENT_ID, XSALE_CLIENT_SECRET,
// XSALE_USERNAME and XSALE_PASSWORD, which are read anew at each login. Optional are
//
//   - XSALE_ORGANIZATION, see [WithOrganization];
//   - XSALE_BASE_URL, XSALE_TOKEN_URL, XSALE_AUDIENCE and XSALE_SCOPE, see the options of those names;
//   - XSALE_TOKEN_STORE, see [authn.ParseStore].
//
// Options after it take precedence.
func FromEnvironment() Option {
	return func(c *config) error {
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
				if err := variable.option(value)(c); err != nil {
					return fmt.Errorf("%s: %w", variable.name, err)
				}
			}
		}
		if setting := os.Getenv("XSALE_TOKEN_STORE"); setting != "" {
			store, err := authn.ParseStore(setting)
			if err != nil {
				return fmt.Errorf("XSALE_TOKEN_STORE: %w", err)
			}
			c.auth.Store = store
		}
		return nil
	}
}
