package xsaletest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

const statusPattern = "PUT /{organizationName}/orders/{id}/status"

// handleStatus serves a status change as these tests want it.
func handleStatus(t testing.TB, sandbox *xsaletest.Sandbox) {
	t.Helper()
	err := sandbox.HandleFunc(statusPattern, func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		var change struct{ Status string }
		err = errors.Join(err, json.NewDecoder(r.Body).Decode(&change))
		if err == nil {
			err = sandbox.Orders(r.PathValue("organizationName")).SetStatus(id, change.Status)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHandlerChangesAStatus(t *testing.T) {
	c := newCaller(t, xsaletest.WithSeed(xsaletest.Seed{
		Organizations: []xsale.OrganizationInfo{{ID: 5, Name: "A"}, {ID: 6, Name: "B"}},
		Orders:        []xsaletest.SeedOrder{{Order: `{"Id":7}`}, {Order: `{"Id":8}`}},
	}))
	handleStatus(t, c.sandbox)
	if _, err := c.sandbox.Orders("B").Add(xsaletest.SeedOrder{Order: `{"Id":7}`}); err != nil {
		t.Fatal(err)
	}
	if reply := c.call(http.MethodPut, "/A/orders/7/status", `{"Status":"Anulowane"}`); reply.status != http.StatusNoContent || reply.body != "" {
		t.Errorf("status %d, body %q", reply.status, reply.body)
	}
	for path, want := range map[string]string{
		"/A/orders?statusnamein=Nowe":      `[{"Id":8}]`,
		"/A/orders?statusnamein=Anulowane": `[{"Id":7}]`,
		"/B/orders?statusnamein=Nowe":      `[{"Id":7}]`,
	} {
		if reply := c.call(http.MethodGet, path, ""); strings.TrimSpace(reply.body) != want {
			t.Errorf("%s: %s, want %s", path, reply.body, want)
		}
	}
	for _, path := range []string{"/A/orders/9/status", "/A/orders/x/status"} {
		if reply := c.call(http.MethodPut, path, `{"Status":"Nowe"}`); reply.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", path, reply.status)
		}
	}
	wantProblem(t, c.call(http.MethodPut, "/C/orders/7/status", `{"Status":"Nowe"}`), http.StatusNotFound, "path organizationName")
}

func TestHandlerIsACallLikeOthers(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(2), xsaletest.WithUnknownFields())
	handleStatus(t, c.sandbox)
	const path = "/" + xsaletest.Organization + "/orders/2/status"

	wantProblem(t, send(t, c.sandbox, http.MethodPut, path, `{"Status":"Nowe"}`, nil), http.StatusUnauthorized, "header Authorization", "header x-id-token")
	if err := c.sandbox.Fail(statusPattern, xsaletest.Status(http.StatusServiceUnavailable).Processed(), xsaletest.Truncated()); err != nil {
		t.Fatal(err)
	}
	c.sandbox.Orders("").SetStatus(2, "Nowe")
	for _, want := range []int{503, 204} { // a truncated response without a body is whole
		if reply := c.call(http.MethodPut, path, `{"Status":"Anulowane"}`); reply.status != want {
			t.Errorf("status %d, want %d", reply.status, want)
		}
		if _, status, err := c.sandbox.Orders("").Get(2); status != "Anulowane" {
			t.Errorf("%s, %v", status, err)
		}
	}
	requests := c.sandbox.Requests(statusPattern)
	if len(requests) != 3 || c.sandbox.Calls() != 3 {
		t.Fatalf("%d requests of %d", len(requests), c.sandbox.Calls())
	}
	got := requests[1]
	if got.Operation != statusPattern || got.Route != "/{organizationName}/orders/{id}/status" || got.PathValues["id"] != "2" ||
		got.Status != 503 || got.Fault.IsZero() || string(got.Body) != `{"Status":"Anulowane"}` {
		t.Errorf("%+v", got)
	}
	for method, allowed := range map[string]string{http.MethodGet: "PUT", http.MethodDelete: "PUT"} {
		reply := c.call(method, path, "")
		if reply.status != http.StatusMethodNotAllowed || reply.header.Get("Allow") != allowed {
			t.Errorf("%s: status %d, Allow %q", method, reply.status, reply.header.Get("Allow"))
		}
	}
}

func TestHandlerGetsTheRequest(t *testing.T) {
	c := newCaller(t, xsaletest.WithUnknownFields())
	const pattern = "POST /files/{rest...}"
	err := c.sandbox.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if r.Pattern != pattern || err != nil {
			t.Errorf("pattern %q, %v", r.Pattern, err)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"Got":%q}`, r.PathValue("rest")+" "+r.URL.Query().Get("q")+" "+string(body))
	})
	if err != nil {
		t.Fatal(err)
	}
	reply := c.call(http.MethodPost, "/files/a/b%2Fc?q=1", "2")
	if got := decode[map[string]any](t, reply); reply.status != http.StatusOK || got["Got"] != "a/b/c 1 2" || got["AddedArray"] == nil {
		t.Errorf("status %d, body %s", reply.status, reply.body)
	}
	wantProblem(t, c.call(http.MethodPost, "/files/a", strings.Repeat("x", 11<<20)), http.StatusRequestEntityTooLarge)
}

// A path that the spec has keeps its operations and gets further methods.
func TestHandlerNextToAnOperation(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(1))
	served := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	for _, pattern := range []string{"DELETE /{organizationName}/orders", "GET /{organizationName}/{rest...}", "GET /{rest...}"} {
		if err := c.sandbox.HandleFunc(pattern, served); err != nil {
			t.Fatal(err)
		}
	}
	for path, status := range map[string]int{"DELETE :/orders": 418, "GET :/orders": 200, "GET :/statuses": 200, "GET :/parcels": 418, "GET /me": 200, "GET /swagger/": 418, "GET /swagger/v1/swagger.json": 200, "GET /parcels": 418} {
		method, path, _ := strings.Cut(path, " ")
		if reply := c.call(method, path, ""); reply.status != status {
			t.Errorf("%s %s: status %d, want %d", method, path, reply.status, status)
		}
	}
	reply := c.call(http.MethodPatch, ":/orders", "")
	if allowed := reply.header.Get("Allow"); reply.status != http.StatusMethodNotAllowed || allowed != "DELETE, GET, POST" {
		t.Errorf("status %d, Allow %q", reply.status, allowed)
	}
}

func TestHandleFuncRejectsPatterns(t *testing.T) {
	recorded := &recordedTest{TB: t}
	sandbox := xsaletest.New(recorded)
	handleStatus(t, sandbox)
	for pattern, says := range map[string]string{
		"":                                 "want a method and a path",
		"/parcels":                         "want a method and a path",
		"put /parcels":                     "want a method and a path",
		"PUT  /parcels":                    "want a method and a path",
		"PUT parcels":                      "want a method and a path",
		"PUT example.com/parcels":          "want a method and a path",
		"PUT /":                            "want a method and a path",
		"PUT /parcels/":                    "want a method and a path",
		"PUT /parcels/{$}":                 "want a method and a path",
		"PUT /{rest...}/parcels":           "want a method and a path",
		"PUT /parcels({id})":               "want a method and a path",
		"PUT /{id}/parcels/{id...}":        "a variable occurs twice",
		"PUT /parcels/%zz":                 "invalid URL escape",
		"GET /{organizationName}/orders":   "the spec already has it as listOrders",
		"HEAD /{name}/orders":              "the spec already has it as listOrders",
		"GET /Futuriti/orders":             "the spec already has it as listOrders",
		"POST /oauth/token":                "the sandbox itself serves it",
		"GET /swagger/v1/swagger.json":     "the sandbox itself serves it",
		"GET /_sandbox/status":             "the sandbox itself serves it",
		statusPattern:                      "registered twice",
		"PUT /{shop}/orders/{name}/status": "registered twice",
	} {
		err := sandbox.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		if prefix := fmt.Sprintf("xsaletest: HandleFunc(%q): ", pattern); err == nil || !strings.HasPrefix(err.Error(), prefix) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", pattern, err)
		}
		if len(recorded.errors) == 0 || recorded.errors[len(recorded.errors)-1] != fmt.Sprint(err) {
			t.Errorf("%q: the test does not fail", pattern)
		}
	}
	if err := sandbox.HandleFunc("PUT /parcels", nil); err == nil || !strings.Contains(err.Error(), "the function is nil") {
		t.Error(err)
	}
	if err := sandbox.Fail("PUT /parcels", xsaletest.Garbage()); err == nil || !strings.Contains(err.Error(), statusPattern) {
		t.Errorf("the error does not list the patterns: %v", err)
	}
}

func TestHandlersAndOrdersAreSafeForConcurrentUse(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(0))
	handleStatus(t, c.sandbox)
	orders := c.sandbox.Orders("")
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for round := range 10 {
				id, err := orders.Add(xsaletest.SeedOrder{Order: `{}`})
				if err != nil {
					t.Error(err)
				}
				if err := c.sandbox.HandleFunc(fmt.Sprintf("GET /own/%d/%d", worker, round), http.NotFound); err != nil {
					t.Error(err)
				}
				c.call(http.MethodGet, ":/orders", "")
				c.call(http.MethodPut, fmt.Sprintf(":/orders/%d/status", id), `{"Status":"Anulowane"}`)
				if _, status, err := orders.Get(id); status != "Anulowane" {
					t.Errorf("order %d is %s, %v", id, status, err)
				}
			}
		})
	}
	group.Wait()
	if listed := c.listOrders("?statusnamein=Anulowane"); len(listed) != 40 {
		t.Errorf("%d orders", len(listed))
	}
}
