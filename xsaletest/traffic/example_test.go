package traffic_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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
	var report strings.Builder
	if err := validator.WriteReport(&report); err != nil {
		log.Fatal(err)
	}
	fmt.Print(strings.ReplaceAll(report.String(), ", request", ",\n\trequest"))
	// Output:
	// notice: listOrders (GET /{organizationName}/orders),
	// 	request at query page: a query parameter, want none of this name
	// calls: 1, unchecked bodies: 0, errors: 0, notices: 1, ignored: 0
}

// Checks against another spec, and reports fields that it does not list as errors.
func ExampleValidator_Findings() {
	spec := []byte(`{"openapi":"3.0.3","info":{"title":"Shop","version":"1"},"paths":{"/me":{"get":{"operationId":"getMe",
		"responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"object",
			"properties":{"Id":{"type":"integer"},"Email":{"type":"string"}}}}}}}}}}}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"Id":"seven","Email":null,"Phone":"600100200"}`)
	}))
	defer server.Close()
	validator := traffic.Validate(nil,
		traffic.WithSpec(spec),
		traffic.WithStrict(),
		traffic.WithBodyLimit(1<<20),
		traffic.WithIgnored("getMe", "/Email", "known since May"))
	response, err := (&http.Client{Transport: validator}).Get(server.URL + "/me")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		log.Fatal(err)
	}
	response.Body.Close()

	for _, finding := range validator.Findings() {
		fmt.Println(finding)
	}
	report, err := json.Marshal(validator)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(report) > 0)
	// Output:
	// error: getMe (GET /me), response 200 at /Email: null, want string (ignored: known since May)
	// error: getMe (GET /me), response 200 at /Id: string, want integer
	// error: getMe (GET /me), response 200 at /Phone: string, but the spec lists no field of this name
	// true
}

// Checks the traffic of a test so far.
func ExampleValidator_Check() {
	_ = func(t *testing.T) {
		sandbox := xsaletest.New(t)
		validator := traffic.Validate(sandbox.HTTPClient().Transport)
		client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: validator}))

		if _, err := client.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
		validator.Check(t)
	}
}

// Nobody can test a guess against a placeholder without the key.
func ExampleWithMaskKey() {
	key := os.Getenv("RECORDING_KEY")
	_ = func() error {
		recorder, err := traffic.Record(nil, "testdata/recording", traffic.WithMaskKey(key))
		if err != nil {
			return err
		}
		_ = xsale.WithHTTPClient(&http.Client{Transport: recorder})

		replayer, err := traffic.Replay("testdata/recording", traffic.WithMaskKey(key))
		if err != nil {
			return err
		}
		_ = xsale.WithHTTPClient(&http.Client{Transport: replayer})
		return nil
	}
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

	recorder, err := traffic.Record(sandbox.HTTPClient().Transport, dir,
		traffic.WithUnmasked("listStatuses", "/*/Name"), traffic.WithHeaders("Link", "X-Total-Count"))
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

// Writes the traffic of a program to a file that browsers and proxies show.
func ExampleArchive() {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()
	dir, err := os.MkdirTemp("", "archive")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "traffic.har")
	archiver, err := traffic.Archive(sandbox.HTTPClient().Transport, path)
	if err != nil {
		log.Fatal(err)
	}
	validator := traffic.Validate(archiver, traffic.WithReport(func(finding traffic.Finding) { fmt.Println(finding) }))
	client, err := xsale.New(append(sandbox.Options(), xsale.WithHTTPClient(&http.Client{Transport: validator}))...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Call(context.Background(), http.MethodGet, "/me", nil, call.Query("page", "2")); err != nil {
		log.Fatal(err)
	}
	if err := archiver.Close(); err != nil {
		log.Fatal(err)
	}

	var archive struct {
		Log struct {
			Entries []struct{ Request struct{ Method, URL string } }
		}
	}
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &archive) != nil {
		log.Fatal(err)
	}
	for _, entry := range archive.Log.Entries {
		fmt.Println(entry.Request.Method, strings.TrimPrefix(entry.Request.URL, sandbox.URL()))
	}
	// Output:
	// notice: getMe (GET /me), request at query page: a query parameter, want none of this name
	// POST /oauth/token
	// GET /me?page=2
}
