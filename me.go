package xsale

import (
	"context"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
)

// Me is a user of xSale and the user's organizations; see [gen.Me] for the fields.
type Me = gen.Me

// OrganizationInfo is an organization of a user. [Client.Organization] takes its Name.
type OrganizationInfo = gen.OrganizationInfo

// Me returns the user that the tokens belong to.
//
// GET /me, documented at https://xsale.ai/?p=17248.
func (c *Client) Me(ctx context.Context, options ...call.Option) (Me, error) {
	return c.api.GetMe(ctx, options...)
}
