package xsale

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Organization is one organization of the user, with the services that work in it. It is safe for
// concurrent use.
type Organization struct {
	Articles     *ArticlesService
	Integrations *IntegrationsService
	Orders       *OrdersService
	Statuses     *StatusesService

	client *Client
	name   string
	err    error // why the name cannot be used; every call returns it
}

// service is the base of the services.
type service struct {
	*Organization
}

// checked returns the options of a call that is not sent if the organization or an argument is
// invalid.
func (o *Organization) checked(options []call.Option, problems ...error) []call.Option {
	checked := append(slices.Clip(options), call.Reject(o.err))
	for _, problem := range problems {
		checked = append(checked, call.Reject(problem))
	}
	return checked
}

// field is a field of an argument, and whether it is set.
type field struct {
	name string
	set  bool
}

// unset returns an error that names the fields that are not set, or nil.
func unset(fields ...field) error {
	var names []string
	for _, field := range fields {
		if !field.set {
			names = append(names, field.name)
		}
	}
	switch len(names) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%w: %s is not set", ErrInvalid, names[0])
	}
	return fmt.Errorf("%w: %s are not set", ErrInvalid, strings.Join(names, ", "))
}

// notID returns an error that names an id that cannot exist, or nil.
func notID(name string, ids ...int64) error {
	for _, id := range ids {
		if id <= 0 {
			return fmt.Errorf("%w: %s %d: want an id from 1 up", ErrInvalid, name, id)
		}
	}
	return nil
}

// Organization returns the organization of the given name, [gen.OrganizationInfo.Name] of
// [Client.Me]. An empty name is the default organization of [WithOrganization] or
// XSALE_ORGANIZATION. It sends nothing; an invalid name is the error of every call.
func (c *Client) Organization(name string) *Organization {
	if name == "" {
		name = c.organization
	}
	o := &Organization{client: c, name: name}
	if name == "" {
		o.err = fmt.Errorf("%w: no organization: use WithOrganization or set XSALE_ORGANIZATION; Me returns the names", ErrInvalid)
	} else if err := httpx.CheckSegment(name); err != nil {
		o.err = fmt.Errorf("%w: organization: %w", ErrInvalid, err)
	}
	shared := &service{o}
	o.Articles = (*ArticlesService)(shared)
	o.Integrations = (*IntegrationsService)(shared)
	o.Orders = (*OrdersService)(shared)
	o.Statuses = (*StatusesService)(shared)
	return o
}

// Name returns the organization's name, as it appears in paths.
func (o *Organization) Name() string { return o.name }

// Call is [Client.Call] with a path below the organization: "/orders" for
// /{organizationName}/orders.
func (o *Organization) Call(ctx context.Context, method, path string, body any, options ...call.Option) (*call.Response, error) {
	var err error
	if !strings.HasPrefix(path, "/") { // or it would become part of the organization's name
		err = fmt.Errorf("%w: path %q: want /orders, with a leading slash", ErrInvalid, path)
	}
	return o.client.Call(ctx, method, "/"+url.PathEscape(o.name)+path, body, o.checked(options, err)...)
}
