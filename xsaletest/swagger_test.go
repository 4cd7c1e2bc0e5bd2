package xsaletest_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

func getWithoutTokens(t *testing.T, sandbox *xsaletest.Sandbox, path string) (*http.Response, string) {
	t.Helper()
	response, err := sandbox.HTTPClient().Get(sandbox.URL() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// The served spec is the one in package openapi, with the sandbox as the server.
func TestSwaggerDocument(t *testing.T) {
	sandbox := xsaletest.New(t)
	response, body := getWithoutTokens(t, sandbox, "/swagger/v1/swagger.json")
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Fatalf("%s, %s", response.Status, response.Header)
	}
	served, err := openapi3.NewLoader().LoadFromData([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := served.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if len(served.Servers) != 1 || served.Servers[0].URL != sandbox.URL() {
		t.Errorf("servers %v", served.Servers)
	}
	original, err := openapi3.NewLoader().LoadFromData(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range original.Paths.Map() {
		for method, operation := range item.Operations() {
			other := served.Paths.Value(path).GetOperation(method)
			if other == nil || other.OperationID != operation.OperationID || other.Extensions["x-evidence"] != operation.Extensions["x-evidence"] {
				t.Errorf("%s %s was lost", method, path)
			}
		}
	}
	if sandbox.Calls() != 0 {
		t.Errorf("reading the spec counts as %d calls", sandbox.Calls())
	}
}
