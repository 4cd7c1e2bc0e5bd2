package orderimport

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// Checks the traffic of a program with the live API. It needs an account, so it has no output to
// compare.
func Example_checkTheLiveAPI() {
	ctx := context.Background()

	validator := traffic.Validate(nil) // nil is http.DefaultTransport
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

// Records traffic once, with an account, and replays it in every test.
func Example_recordAndReplay() {
	recorder, err := traffic.Record(nil, "testdata/recording")
	if err != nil {
		log.Fatal(err)
	}
	_ = xsale.WithHTTPClient(&http.Client{Transport: recorder})

	replayer, err := traffic.Replay("testdata/recording")
	if err != nil {
		log.Fatal(err)
	}
	_ = xsale.WithHTTPClient(&http.Client{Transport: replayer})
}
