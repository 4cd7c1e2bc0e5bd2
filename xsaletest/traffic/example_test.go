package traffic_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// Fails a test for every request and response that breaks the spec.
func ExampleValidateFor() {
	_ = func(t *testing.T) {
		sandbox := xsaletest.New(t)
		validator := traffic.ValidateFor(t, sandbox.HTTPClient().Transport,
			traffic.WithIgnored("createOrder", "/BuyerNip", "the vendor's own Swagger has it"))
		client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: validator}))

		if _, err := call.Collect(client.Organization("").Statuses.List(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
}

// Reports the traffic of a program, here with a sandbox instead of the live API.
func ExampleValidate() {
	sandbox, err := xsaletest.Start(xsaletest.WithOrders(0))
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	validator := traffic.Validate(sandbox.HTTPClient().Transport)
	client, err := xsale.New(append(sandbox.Options(), xsale.WithHTTPClient(&http.Client{Transport: validator}))...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	unlisted := call.Query("page", "2")
	if _, err := call.Collect(client.Organization("").Orders.List(context.Background(), xsale.ListOrdersParams{}, unlisted)); err != nil {
		log.Fatal(err)
	}
	if err := validator.WriteReport(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// notice: listOrders (GET /{organizationName}/orders), request at query page: a query parameter, want none of this name
	// calls: 1, unchecked bodies: 0, errors: 0, notices: 1, ignored: 0
}

// Records once, and replays in every test without a network.
func ExampleReplay() {
	sandbox, err := xsaletest.Start(xsaletest.WithOrders(0)) // or the live API
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "recording")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	countStatuses := func(through http.RoundTripper) {
		client, err := xsale.New(append(sandbox.Options(), xsale.WithHTTPClient(&http.Client{Transport: through}))...)
		if err != nil {
			log.Fatal(err)
		}
		defer client.Close()
		statuses, err := call.Collect(client.Organization("").Statuses.List(context.Background()))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(statuses) > 0)
	}

	recorder, err := traffic.Record(sandbox.HTTPClient().Transport, dir, traffic.WithUnmasked("listStatuses", "/*/Name"))
	if err != nil {
		log.Fatal(err)
	}
	countStatuses(recorder)
	if err := sandbox.Close(); err != nil {
		log.Fatal(err)
	}

	replayer, err := traffic.Replay(dir)
	if err != nil {
		log.Fatal(err)
	}
	countStatuses(replayer)

	files, err := filepath.Glob(filepath.Join(dir, "*.exchange.json"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(files), len(replayer.Unused()))
	// Output:
	// true
	// true
	// 1 0
}
