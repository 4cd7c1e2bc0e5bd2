// Package byhand calls the API with only net/http and encoding/json, as most people would write it.
package byhand

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/xsale-go/xsale/bench/client/peer"
)

// Client calls the API at an address.
type Client struct {
	address string
	http    *http.Client
}

// New returns a client with the shared HTTP client.
func New(address string) *Client {
	return &Client{address: address, http: peer.NewHTTPClient()}
}

func (c *Client) Me(ctx context.Context) (*Me, error) {
	var me Me
	if err := c.get(ctx, "/me", &me); err != nil {
		return nil, err
	}
	return &me, nil
}

func (c *Client) Orders(ctx context.Context, organization string) ([]Order, error) {
	var orders []Order
	err := c.get(ctx, "/"+url.PathEscape(organization)+"/orders", &orders)
	return orders, err
}

func (c *Client) get(ctx context.Context, path string, result any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address+path, nil)
	if err != nil {
		return err
	}
	peer.SetHeaders(request.Header)
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return json.Unmarshal(body, result)
}
