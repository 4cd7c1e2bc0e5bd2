package control_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/control"
)

// api is a sandbox with its control API. It checks each response against the spec.
type api struct {
	*testing.T
	sandbox *xsaletest.Sandbox
	spec    *contract.Document
}

func newAPI(t *testing.T, options ...xsaletest.Option) *api {
	t.Helper()
	sandbox, err := xsaletest.Start(append(options, xsaletest.WithControl(control.New), xsaletest.WithOrders(3))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sandbox.Close() })
	return &api{t, sandbox, loadSpec(t)}
}

func loadSpec(t testing.TB) *contract.Document {
	t.Helper()
	document, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := contract.Load(document)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// reply is a whole response.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request below /_sandbox/. A body is JSON.
func (a *api) send(method, path, body string) reply {
	a.Helper()
	request, err := http.NewRequestWithContext(a.Context(), method, a.sandbox.URL()+"/_sandbox/"+path, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return a.do(request)
}

func (a *api) do(request *http.Request) reply {
	a.Helper()
	response, err := a.sandbox.HTTPClient().Do(request)
	if err != nil {
		a.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		a.Fatal(err)
	}
	if call := a.spec.Call(request); call.Operation != nil {
		for _, finding := range call.CheckResponse(response.StatusCode, response.Header, body) {
			a.Errorf("%v\n%s", finding, body)
		}
	}
	return reply{response.StatusCode, response.Header, string(body)}
}

// do sends a request that must succeed, and returns the JSON of the response.
func do[T any](a *api, method, path, body string) (value T) {
	a.Helper()
	reply := a.send(method, path, body)
	if reply.status/100 != 2 {
		a.Fatalf("%s %s: %d %s", method, path, reply.status, reply.body)
	}
	if reply.body != "" {
		if err := json.Unmarshal([]byte(reply.body), &value); err != nil {
			a.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return value
}

// call calls the API of the sandbox with tokens that it issues.
func (a *api) call(method, path, body string) int {
	a.Helper()
	tokens, err := a.sandbox.IssueTokens()
	if err != nil {
		a.Fatal(err)
	}
	path = strings.Replace(path, ":", "/"+a.sandbox.Organizations()[0], 1)
	request, err := http.NewRequestWithContext(a.Context(), method, a.sandbox.URL()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		a.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+tokens.AccessToken)
	request.Header.Set("x-id-token", tokens.IDToken)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := a.sandbox.HTTPClient().Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func TestFaultsAreQueuedAndListed(t *testing.T) {
	a := newAPI(t)
	do[any](a, "POST", "faults", `{"operation":"listStatuses","faults":[{"fault":"status","status":503,"headers":{"Retry-After":"2"},"times":2},{"fault":"cut","at":"beforeResponse"}]}`)
	if status := a.call("GET", ":/statuses", ""); status != 503 {
		t.Errorf("status %d", status)
	}
	const want = `{"faults":[{"fault":"status","headers":{"Retry-After":"2"},"left":1,"operation":"listStatuses","status":503},` +
		`{"at":"beforeResponse","fault":"cut","left":1,"operation":"listStatuses"}]}`
	if got := a.send("GET", "faults", ""); strings.TrimSpace(got.body) != want {
		t.Errorf("got %s", got.body)
	}
	do[any](a, "DELETE", "faults", "")
	if status := a.call("GET", ":/statuses", ""); status != 200 {
		t.Errorf("after DELETE: %d", status)
	}
}

// Digits, bodies and byte order marks survive.
func TestFaultsAreListedAsTheyCame(t *testing.T) {
	a := newAPI(t)
	do[any](a, "POST", "faults", "\ufeff"+`{"operation":"getMe","faults":[{"fault":"status","status":503,"body":12345678901234567890.10,"times":999999999},{"fault":"status","status":503,"body":""}]}`)
	const want = `{"faults":[{"body":12345678901234567890.10,"fault":"status","left":999999999,"operation":"getMe","status":503},` +
		`{"body":"","fault":"status","left":1,"operation":"getMe","status":503}]}`
	if got := a.send("GET", "faults", ""); strings.TrimSpace(got.body) != want {
		t.Errorf("got %s", got.body)
	}
}

func TestRequestsAreListed(t *testing.T) {
	a := newAPI(t)
	a.call("GET", ":/orders?page=1", "")
	a.call("POST", ":/orders", `{}`)
	type list struct {
		Requests []struct {
			Number    int
			Operation string
			Status    int
			Query     map[string][]string
			Headers   map[string]string
			Findings  []xsaletest.Finding
		}
		Complete bool
	}
	got := do[list](a, "GET", "requests/wait?count=2&seconds=50", "")
	if len(got.Requests) != 2 || !got.Complete {
		t.Fatalf("%+v", got)
	}
	if first := got.Requests[0]; first.Operation != "listOrders" || first.Findings[0].Location != "query page" || first.Headers["Authorization"] != "[redacted]" {
		t.Errorf("%+v", first)
	}
	if got := do[list](a, "GET", "requests?operation=createOrder&status=400", ""); len(got.Requests) != 1 || got.Requests[0].Number != 2 {
		t.Errorf("%+v", got)
	}
	if got := do[list](a, "GET", "requests?limit=1", ""); len(got.Requests) != 1 || got.Requests[0].Number != 2 {
		t.Errorf("%+v", got)
	}
	do[any](a, "DELETE", "requests", "")
	if got := do[list](a, "GET", "requests", ""); len(got.Requests) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestReset(t *testing.T) {
	a := newAPI(t)
	do[any](a, "POST", "faults", `{"operation":"*","faults":[{"fault":"status","status":503,"always":true}]}`)
	a.call("GET", "/me", "")
	do[any](a, "POST", "reset", "")
	status := do[struct{ Requests int }](a, "GET", "status", "")
	if status.Requests != 0 || a.call("GET", "/me", "") != 200 {
		t.Errorf("%+v", status)
	}
}

func TestEverythingElseResponds(t *testing.T) {
	a := newAPI(t)
	for _, path := range []string{"openapi.json", "status", "environment", "environment?format=dotenv", "logins"} {
		if reply := a.send("GET", path, ""); reply.status != 200 {
			t.Errorf("%s: %d %s", path, reply.status, reply.body)
		}
	}
	for _, path := range []string{"tokens", "tokens/revoke", "tokens/expire-id"} {
		if reply := a.send("POST", path, ""); reply.status/100 != 2 {
			t.Errorf("%s: %d %s", path, reply.status, reply.body)
		}
	}
	do[any](a, "POST", "users/unblock", `{"username":"loremipsum@futuriti.pl"}`)
}

func TestClock(t *testing.T) {
	a := newAPI(t)
	type clock struct {
		Now    time.Time
		Frozen bool
	}
	got := do[clock](a, "PATCH", "clock", `{"frozen":true,"now":"2025-03-31T12:00:00Z","advanceSeconds":3600}`)
	if want := time.Date(2025, 3, 31, 13, 0, 0, 0, time.UTC); !got.Now.Equal(want) || !got.Frozen || !a.sandbox.Clock().Now().Equal(want) {
		t.Errorf("got %+v", got)
	}
	if got := do[clock](a, "PATCH", "clock", `{"frozen":false}`); got.Frozen || got.Now.Year() != 2025 {
		t.Errorf("got %+v", got)
	}
	do[any](a, "POST", "reset", "")
	if got := do[clock](a, "GET", "clock", ""); got.Frozen || time.Since(got.Now).Abs() > time.Hour {
		t.Errorf("got %+v", got)
	}
}

func TestSettings(t *testing.T) {
	a := newAPI(t)
	const start = `{"accessTokenSeconds":86400,"idTokenSeconds":36000,"latency":{"seconds":0},"unknownFields":false,"escapedStrings":false,"redirectUrls":["http://localhost:8976/callback"]}`
	if got := a.send("GET", "settings", ""); strings.TrimSpace(got.body) != start {
		t.Errorf("got %s", got.body)
	}
	for _, change := range []string{
		`{"accessTokenSeconds":60,"idTokenSeconds":30,"latency":{"from":0.001,"to":0.002,"seed":7},"unknownFields":true,"escapedStrings":true,"redirectUrls":[]}`,
		`{"accessTokenSeconds":60,"idTokenSeconds":30,"latency":{"seconds":0.001},"unknownFields":["getMe"],"escapedStrings":false,"redirectUrls":["https://shop.example/callback"]}`,
		start,
	} {
		if got := a.send("PATCH", "settings", change); strings.TrimSpace(got.body) != change {
			t.Errorf("%s: got %s", change, got.body)
		}
		want := strings.Contains(change, "true") || strings.Contains(change, "getMe")
		tokens, err := a.sandbox.IssueTokens()
		if err != nil || (tokens.ExpiresIn == 60) != want {
			t.Errorf("%s: expires_in %d, %v", change, tokens.ExpiresIn, err)
		}
		if got := a.sandbox.Settings().Latency.Longest != 0; got != want {
			t.Errorf("%s: latency %v", change, a.sandbox.Settings().Latency)
		}
	}
	do[any](a, "PATCH", "settings", `{"unknownFields":true,"escapedStrings":true}`)
	if got := do[map[string]any](a, "PATCH", "settings", `{"unknownFields":[]}`); got["unknownFields"] != false || got["escapedStrings"] != true {
		t.Errorf("got %v", got)
	}
}

func TestDataIsReplaced(t *testing.T) {
	a := newAPI(t)
	do[any](a, "PUT", "seed", `{"Organizations":[{"Id":1,"Name":"Shop","Extra":1}],"Statuses":[{"Id":5,"Name":"Ready"}],
		"Orders":[{"Order":{"Id":7,"Total":1.50},"Status":"Ready"},{"Order":{}}],"Translations":{"42":[{"LanguageId":2,"Name":"Desk"}]}}`)
	if status := a.call("GET", "/Shop/articles/42/translations", ""); status != 200 {
		t.Errorf("status %d", status)
	}
	const want = `{"order":{"Id":7,"Total":1.50},"status":"Ready"}`
	if got := a.send("GET", "orders/7", ""); strings.TrimSpace(got.body) != want {
		t.Errorf("got %s", got.body)
	}
	if variables := do[map[string]string](a, "GET", "environment", ""); variables["XSALE_ORGANIZATION"] != "Shop" {
		t.Errorf("variables %v", variables)
	}
	do[any](a, "POST", "reset", "")
	if reply := a.send("GET", "orders/7", ""); reply.status != 404 {
		t.Errorf("after the reset: %d", reply.status)
	}
}

// Another spec has collections instead of orders.
func TestResourcesAreReplaced(t *testing.T) {
	spec, err := os.ReadFile("../testdata/pets.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t, xsaletest.WithSpec(spec))
	do[any](a, "PUT", "seed", `{"Resources":{"/pets":[]}}`)
	if reply := a.send("PUT", "seed", `{"Orders":[{"Order":{}}]}`); reply.status != 400 {
		t.Errorf("%d %s", reply.status, reply.body)
	}
	if reply := a.send("GET", "orders/1", ""); reply.status != 404 {
		t.Errorf("%d %s", reply.status, reply.body)
	}
	do[any](a, "POST", "reset", "")
	status := do[struct {
		Spec       struct{ Title string }
		Operations []struct{ Stateful bool }
	}](a, "GET", "status", "")
	if status.Spec.Title == "" || len(status.Operations) == 0 || !status.Operations[0].Stateful {
		t.Errorf("%+v", status)
	}
}

func TestOrders(t *testing.T) {
	a := newAPI(t)
	added := do[struct{ ID int64 }](a, "POST", "orders", `{"order":{"Total":1.50},"status":"Nowe"}`)
	do[any](a, "PUT", fmt.Sprintf("orders/%d/status", added.ID), `{"status":"Anulowane"}`)
	want := fmt.Sprintf(`{"order":{"Total":1.50,"Id":%d},"status":"Anulowane"}`, added.ID)
	if got := a.send("GET", fmt.Sprintf("orders/%d?organization=%s", added.ID, xsaletest.Organization), ""); strings.TrimSpace(got.body) != want {
		t.Errorf("got %s", got.body)
	}
	if reply := a.send("PUT", "orders/999/status", `{"status":"Anulowane"}`); reply.status != 404 {
		t.Errorf("%d %s", reply.status, reply.body)
	}
}

func TestHandlers(t *testing.T) {
	a := newAPI(t)
	const pattern = "PUT /{organizationName}/orders/{id}/status"
	do[any](a, "POST", "handlers", `{"pattern":"`+pattern+`","status":202,"headers":{"X-Test":"1"},"body":{"Done":true}}`)
	do[any](a, "POST", "faults", `{"operation":"`+pattern+`","faults":[{"fault":"retryAfter","seconds":0}]}`)
	for _, want := range []int{429, 202} {
		if status := a.call("PUT", ":/orders/1/status", "{}"); status != want {
			t.Errorf("status %d, want %d", status, want)
		}
	}
	do[any](a, "DELETE", "handlers", "")
	if status := a.call("PUT", ":/orders/1/status", "{}"); status != 404 {
		t.Errorf("after DELETE: status %d", status)
	}
}
