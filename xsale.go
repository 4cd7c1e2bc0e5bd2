// Package xsale is a client for the REST API of xSale (https://xsale.ai), the online-sales platform of Futuriti.
//
// A [Client] logs in by itself, keeps the tokens for as long as they are valid, and turns every answer that is not a
// success into an [*Error]:
//
//	client, err := xsale.New(xsale.FromEnvironment())
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	orders := client.Organization("").Orders
//	for order, err := range orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(order.ID, len(order.Items))
//	}
//
// The types of requests and answers are generated from the API description in package openapi, which holds what is
// public about the API. Members that it does not list are kept: see the AdditionalProperties, Get and Set of each type.
// Operations that it does not list are reached by [Client.Call].
//
// A Client, its organizations and their services are safe for concurrent use. Programs make one Client per account and
// share it.
package xsale

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/httpx"
)

// DefaultBaseURL is the address of the API in production.
const DefaultBaseURL = authn.DefaultAPIURL

// Client calls the API for one account.
type Client struct {
	api          *gen.Client
	doer         Doer
	baseURL      *url.URL
	source       *authn.Source
	ownsSource   bool
	ownHTTP      *http.Client // nil when it was given
	organization string
	userAgent    []string // the header's values
}

// Doer sends a request. It is what generated clients take as their HTTP client; [*http.Client] is one too.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// New returns a Client. It sends nothing yet: the first call logs in. An option that cannot be used is an error that
// names it.
func New(options ...Option) (*Client, error) {
	c := defaultConfig()
	var problems []error
	for _, option := range options {
		problems = append(problems, option(&c))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("xsale: %w", err)
	}
	baseURL, err := httpx.ParseEndpoint("base URL", c.auth.APIURL)
	if err != nil {
		return nil, fmt.Errorf("xsale: %w", err)
	}
	source := c.source
	if source == nil {
		if c.auth.Credentials == nil {
			return nil, errors.New("xsale: no credentials: use WithCredentials, WithCredentialsFunc, WithTokenSource or FromEnvironment")
		}
		if c.auth.Observer == nil {
			c.auth.Observer = authn.LogTo(c.logger)
		}
		if source, err = authn.New(c.auth); err != nil {
			return nil, err
		}
	}
	if apiURL, err := httpx.ParseEndpoint("API URL", source.APIURL()); err != nil || !httpx.SameOrigin(apiURL, baseURL) {
		return nil, fmt.Errorf("xsale: the token source is for %s, and its tokens are not sent to %s", source.APIURL(), baseURL)
	}
	if c.logger.Handler() != slog.DiscardHandler {
		c.hooks = append([]Hooks{logHooks(c.logger)}, c.hooks...)
	}
	httpClient := httpx.NewClient(c.httpClient)
	client := &Client{
		doer:         newChain(&c, httpClient, baseURL, source),
		baseURL:      baseURL,
		source:       source,
		ownsSource:   c.source == nil,
		organization: c.organization,
		userAgent:    []string{c.userAgent},
	}
	if c.httpClient == nil {
		client.ownHTTP = httpClient
	}
	if client.api, err = gen.NewClient(baseURL.String(), gen.WithHTTPClient(client.doer), gen.WithRequestEditorFn(client.SetUserAgent)); err != nil {
		return nil, fmt.Errorf("xsale: %w", err)
	}
	return client, nil
}

// Doer returns what the Client sends its requests through: tokens, retries, limits and typed errors included. Give it to
// a client that you have generated from the vendor's own description. It refuses requests to other origins than the base
// URL.
func (c *Client) Doer() Doer { return c.doer }

// SetUserAgent is a request editor that names this module and, with [WithUserAgent], the program. The [Client.Doer] does so,
// too; generated clients set the header earlier, so that [DryRun] shows it.
func (c *Client) SetUserAgent(_ context.Context, request *http.Request) error {
	if request.Header.Get("User-Agent") == "" {
		request.Header["User-Agent"] = c.userAgent
	}
	return nil
}

// TokenSource returns the source of the Client's tokens.
func (c *Client) TokenSource() *authn.Source { return c.source }

// BaseURL returns the address of the API, without a slash at the end.
func (c *Client) BaseURL() string { return c.baseURL.String() }

// Close ends a login in progress and closes idle connections. A token source and an HTTP client that were given to the
// Client are left as they are.
func (c *Client) Close() error {
	if c.ownHTTP != nil {
		c.ownHTTP.CloseIdleConnections()
	}
	if !c.ownsSource {
		return nil
	}
	return c.source.Close()
}
