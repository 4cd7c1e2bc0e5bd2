package xsale_test

import (
	"net/http"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/conformance/stub"
)

// newTestClient returns a client whose API responds with serve.
func newTestClient(t *testing.T, serve func(*http.Request) (*http.Response, error), options ...xsale.Option) *xsale.Client {
	t.Helper()
	source, _ := stub.Source(t)
	client, err := xsale.New(append([]xsale.Option{
		xsale.WithTokenSource(source),
		xsale.WithOrganization("acme"),
		xsale.WithHTTPClient(&http.Client{Transport: stub.RoundTripFunc(serve)}),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
