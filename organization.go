package xsale

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Organization is one organization of the user, with the services that work in it.
type Organization struct {
	Articles     *ArticlesService
	Integrations *IntegrationsService
	Orders       *OrdersService
	Statuses     *StatusesService

	client *Client
	name   string
	err    error // why the name cannot be used; every call returns it
}

// service is what the services share.
type service struct {
	*Organization
}

// Organization returns the organization of the given name, [OrganizationInfo.Name] of [Client.Me]. An empty name stands
// for the one of [WithOrganization] or XSALE_ORGANIZATION. It sends nothing; a name that cannot be used is the error of
// every call.
func (c *Client) Organization(name string) *Organization {
	if name == "" {
		name = c.organization
	}
	o := &Organization{client: c, name: name, err: checkSegment("organization", name)}
	if name == "" {
		o.err = fmt.Errorf("%w: no organization: name one, or set XSALE_ORGANIZATION; the names are in the answer of Me", ErrInvalid)
	}
	shared := &service{o}
	o.Articles = (*ArticlesService)(shared)
	o.Integrations = (*IntegrationsService)(shared)
	o.Orders = (*OrdersService)(shared)
	o.Statuses = (*StatusesService)(shared)
	return o
}

// Name returns the name that stands in the paths.
func (o *Organization) Name() string { return o.name }

// Call is [Client.Call] with a path below the organization: "/orders" for /{organizationName}/orders.
func (o *Organization) Call(ctx context.Context, method, path string, body any, options ...CallOption) (*Response, error) {
	if o.err != nil {
		return nil, o.err
	}
	if !strings.HasPrefix(path, "/") { // or it would be part of the organization's name
		return nil, fmt.Errorf("%w: path %q: write it as /orders, from a slash on", ErrInvalid, path)
	}
	return o.client.Call(ctx, method, "/"+url.PathEscape(o.name)+path, body, options...)
}
