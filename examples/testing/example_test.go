package orderimport

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// The traffic of a program with the live API is checked, too. It is not run here, because it needs an account.
func Example_checkTheLiveAPI() {
	ctx := context.Background()

	validator := xsaletest.Validate(nil) // nil is http.DefaultTransport
	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithHTTPClient(&http.Client{Transport: validator}))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Me(ctx); err != nil {
		log.Fatal(err)
	}
	if err := validator.WriteReport(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// It is recorded once, with an account, and played in every test.
func Example_recordAndReplay() {
	recorder, err := xsaletest.Record(nil, "testdata/recording")
	if err != nil {
		log.Fatal(err)
	}
	replayer, err := xsaletest.Replay("testdata/recording")
	if err != nil {
		log.Fatal(err)
	}
	_, _ = xsale.WithHTTPClient(&http.Client{Transport: recorder}), xsale.WithHTTPClient(&http.Client{Transport: replayer})
}
