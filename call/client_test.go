package call_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
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

func mustFail[T any](t *testing.T) func(T, error) error {
	return func(_ T, err error) error {
		t.Helper()
		if err == nil {
			t.Fatal("no error")
		}
		return err
	}
}

// newDoer returns a chain with another token source.
func newDoer(t *testing.T, source call.TokenSource, hooks ...call.Hooks) call.Doer {
	t.Helper()
	baseURL, err := url.Parse(xsale.DefaultBaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return call.NewDoer(call.Config{
		BaseURL: baseURL, Source: source, Transport: http.DefaultTransport,
		Timeout: 4 * time.Second, AttemptTimeout: time.Hour, MaxResponseBytes: 1 << 20, UserAgent: "test", Hooks: hooks,
	})
}
