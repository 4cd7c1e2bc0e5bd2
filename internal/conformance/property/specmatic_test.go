// Package property lets Specmatic, which shares no code with this module, generate valid and invalid
// requests from the spec that a sandbox serves. The sandbox must accept the valid ones and reject
// the invalid ones, and Specmatic checks the responses.
package property

import (
	"net/http"
	"os/exec"
	"strconv"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// expectedStatus is the header in which Specmatic sends the status that it expects: 400 for every
// invalid request.
const expectedStatus = "Specmatic-Response-Code"

// existing is the number of articles and integrations of the sandbox. The ids that Specmatic
// generates have at most three digits.
const existing = 1000

func TestSpecmatic(t *testing.T) {
	if _, err := exec.LookPath("java"); err != nil || jar() == "" {
		t.Skip("needs java and specmatic on the PATH: install a Java runtime, and run make property, which fetches Specmatic with npm")
	}
	sandbox := newSandbox(t)
	output, err := runSpecmatic(t, jar(), sandbox)
	if err != nil {
		t.Errorf("specmatic: %v\n%s", err, output)
	}
	valid, invalid := map[string]int{}, map[string]int{}
	for _, request := range sandbox.Requests() {
		want, err := strconv.Atoi(request.Header.Get(expectedStatus))
		if err != nil {
			continue // of newSandbox
		}
		if want == http.StatusBadRequest {
			invalid[request.Operation]++
			want = rejection(request)
		} else {
			valid[request.Operation]++
		}
		if request.Status != want {
			t.Errorf("got %d, want %d: %s %s %v?%s %s", request.Status, want, request.Method, request.Route, request.PathValues, request.Query.Encode(), request.Body)
		}
	}
	for _, operation := range sandbox.Operations() {
		if valid[operation.ID] == 0 || invalid[operation.ID] == 0 && operation.ID != "getMe" { // which has no input
			t.Errorf("%s: %d valid and %d invalid requests", operation.ID, valid[operation.ID], invalid[operation.ID])
		}
	}
	t.Logf("valid requests: %v", valid)
	t.Logf("invalid requests: %v", invalid)
}

// rejection returns the status for an invalid request. An unknown organization gets a 404: the list
// of the names is an adaptation of the test, and any other name is valid, too.
func rejection(request xsaletest.Request) int {
	if name, ok := request.PathValues["organizationName"]; ok && name != xsaletest.Organization {
		return http.StatusNotFound
	}
	return http.StatusBadRequest
}

// newSandbox starts a sandbox with the articles and integrations that Specmatic asks for.
func newSandbox(t *testing.T) *xsaletest.Sandbox {
	t.Helper()
	seed := xsaletest.Seed{Translations: map[int64][]xsale.Translation{}}
	for id := range int64(existing) {
		seed.Translations[id+1] = []xsale.Translation{{LanguageID: 9}}
	}
	sandbox := xsaletest.New(t, xsaletest.WithSeed(seed), xsaletest.WithInvalidRequests())
	integrations := sandbox.Client(t).Integrations
	for {
		created, err := integrations.Create(t.Context(), xsale.CreateIntegration{Name: "shop", IntegrationType: xsale.IntegrationTypeOwnShop})
		if err != nil {
			t.Fatal(err)
		}
		if created.ID >= existing {
			return sandbox
		}
	}
}
