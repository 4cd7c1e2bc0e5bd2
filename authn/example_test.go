package authn_test

import (
	"context"
	"log"
	"log/slog"
	"net/http"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/gen"
)

// A Source serves any client that oapi-codegen generates.
func ExampleSource_Edit() {
	source, err := authn.New(authn.Config{Credentials: authn.FromEnvironment})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()

	// net/http would forward x-id-token to the target of a redirect.
	noRedirect := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client, err := gen.NewClient(authn.DefaultAPIURL, gen.WithHTTPClient(noRedirect), gen.WithRequestEditorFn(source.Edit))
	if err != nil {
		log.Fatal(err)
	}
	response, err := client.GetMe(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
}

func ExampleNew() {
	store, err := authn.NewCacheStore()
	if err != nil {
		log.Fatal(err)
	}
	source, err := authn.New(authn.Config{
		Credentials: authn.File("/run/secrets/xsale.json"),
		Store:       store,
		Observer:    authn.LogTo(slog.Default()),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
}
