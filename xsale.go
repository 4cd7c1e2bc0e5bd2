// Package xsale is a client for the REST API of xSale (https://xsale.ai), the online-sales platform
// of Futuriti.
//
// A [Client] logs in by itself, keeps the tokens for as long as they are valid, and turns every
// non-2xx response into an [*Error]:
//
//	client, err := xsale.New(xsale.FromEnvironment())
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	for order, err := range client.Orders.List(ctx, xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(order.ID, len(order.Items))
//	}
//
// The types of requests and responses are generated from the spec in package openapi, which
// contains what is public about the API. Fields that it does not list are kept: see Get, Set and All
// of each type. [Client.Call] reaches operations that it does not list.
//
// Package call has the options of single calls, the details of errors, hooks, the list helpers
// Collect and Map, and CreateOnce for creates whose response may get lost.
//
// A Client, its organizations and their services are safe for concurrent use. Programs make one
// Client per account and share it.
package xsale

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/httpx"
)

// DefaultBaseURL is the URL of the API in production.
const DefaultBaseURL = authn.DefaultAPIURL

// Client calls the API for one account. It is safe for concurrent use.
type Client struct {
	// Services of the default organization, see [WithOrganization].
	Articles     *ArticlesService
	Integrations *IntegrationsService
	Orders       *OrdersService
	Statuses     *StatusesService

	api          *gen.Client
	doer         call.Doer
	baseURL      *url.URL
	source       *authn.Source
	ownsSource   bool
	ownHTTP      *http.Client // nil if its connections are the caller's
	organization string
}

// New returns a Client. It sends nothing yet: the first call logs in. An invalid option is an error
// that names it; a nil option is ignored.
func New(options ...Option) (*Client, error) {
	c := defaultConfig()
	for _, option := range options {
		if option != nil {
			option(&c)
		}
	}
	if c.storeErr != nil {
		c.fail(c.storeErr)
	}
	if c.err != nil {
		return nil, fmt.Errorf("xsale: %w", c.err)
	}
	baseURL, err := httpx.ParseEndpoint("base URL", c.auth.APIURL)
	if err != nil {
		return nil, fmt.Errorf("xsale: %w", err)
	}
	source, err := c.tokenSource()
	if err != nil {
		return nil, err
	}
	if apiURL, err := httpx.ParseEndpoint("API URL", source.APIURL()); err != nil || !httpx.SameOrigin(apiURL, baseURL) {
		return nil, fmt.Errorf("xsale: token source is for %s: refusing to send its tokens to %s", source.APIURL(), baseURL)
	}
	httpClient, owned := httpx.NewClient(c.httpClient)
	httpClient.Transport = httpx.Hidden(httpClient.Transport)
	client := &Client{
		doer:         c.doer(httpClient, baseURL, source),
		baseURL:      baseURL,
		source:       source,
		ownsSource:   c.source == nil,
		organization: c.organization,
	}
	if owned {
		client.ownHTTP = httpClient
	}
	if client.api, err = gen.New(client); err != nil {
		return nil, fmt.Errorf("xsale: %w", err)
	}
	home := client.Organization("")
	client.Articles, client.Integrations, client.Orders, client.Statuses = home.Articles, home.Integrations, home.Orders, home.Statuses
	return client, nil
}

// tokenSource returns the source that was given, or a new one.
func (c *config) tokenSource() (*authn.Source, error) {
	if c.source != nil {
		return c.source, nil
	}
	if c.auth.Credentials == nil {
		return nil, errors.New("xsale: no credentials: use WithCredentials, WithCredentialsFunc, WithTokenSource or FromEnvironment")
	}
	if c.auth.Observer == nil {
		c.auth.Observer = authn.LogTo(c.logger)
	}
	return authn.New(c.auth)
}

func (c *config) doer(httpClient *http.Client, baseURL *url.URL, source *authn.Source) call.Doer {
	attemptTimeout := c.attemptTimeout
	if httpClient.Timeout > 0 {
		attemptTimeout = min(attemptTimeout, httpClient.Timeout)
	}
	return call.NewDoer(call.Config{
		BaseURL:          baseURL,
		Source:           source,
		Transport:        httpClient.Transport,
		Timeout:          c.timeout,
		AttemptTimeout:   attemptTimeout,
		MaxResponseBytes: c.maxResponseBytes,
		UserAgent:        c.userAgent,
		FailureWhen:      c.failureWhen,
		Retries:          c.retries,
		RetryBudget:      c.retryBudget,
		RatePerSecond:    c.ratePerSecond,
		RateBurst:        c.rateBurst,
		FixedRate:        c.fixedRate,
		Limiter:          c.limiter,
		Hooks:            c.hooks,
		Logger:           c.logger,
	})
}

// Doer returns what the Client sends its requests through, with tokens, retries, limits and typed
// errors. Pass it to a client generated from the vendor's own spec. Unlike [http.Client], it
// returns an [*Error] and no response for a non-2xx. Requests to origins other than the base URL's
// fail with [ErrNotSent]. The caller must close response bodies.
func (c *Client) Doer() call.Doer { return c.doer }

// TokenSource returns the source of the Client's tokens.
func (c *Client) TokenSource() *authn.Source { return c.source }

// BaseURL returns the URL of the API, without a slash at the end.
func (c *Client) BaseURL() string { return c.baseURL.String() }

// Close ends a login in progress and closes idle connections. Later calls fail with
// [authn.ErrClosed], unless the token source was passed to New: Close does not close such a source
// or HTTP client.
func (c *Client) Close() error {
	if c.ownHTTP != nil {
		c.ownHTTP.CloseIdleConnections()
	}
	if !c.ownsSource {
		return nil
	}
	return c.source.Close()
}
