package xsaletest_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// orderWith returns a valid order with strings in it replaced.
func orderWith(oldnew ...string) string {
	for change := range slices.Chunk(oldnew, 2) {
		if !strings.Contains(validOrder, change[0]) {
			panic("the order does not contain " + change[0])
		}
	}
	return strings.NewReplacer(oldnew...).Replace(validOrder)
}

func TestRejectsRequestsThatBreakTheSpec(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(0), xsaletest.WithInvalidRequests())
	const twoItems = `"PriceGross":149.90},{"OfferId":502,"VariantId":1,"Quantity":"Kowalski","PriceNet":1}`
	for name, test := range map[string]struct {
		method, path, body string
		pointers           []string
		words              string
	}{
		"missing field":           {"POST", ":/orders", orderWith(`"BuyerId":7,`, ``), []string{"/BuyerId"}, "missing"},
		"string for an id":        {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":"Kowalski"`), []string{"/BuyerId"}, "integer"},
		"fraction for an id":      {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":7.5`), []string{"/BuyerId"}, "integer"},
		"null for an id":          {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":null`), []string{"/BuyerId"}, "null"},
		"two fields":              {"POST", ":/orders", `{"IntegrationId":1,"PurchaseDate":"Kowalski","BuyerId":7,"RecipientId":8,"PayerId":9,"Items":[]}`, []string{"/PaymentFormId", "/PurchaseDate", "/Items"}, "missing"},
		"no lines":                {"POST", ":/orders", orderWith(`[{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}]`, `[]`), []string{"/Items"}, "1"},
		"neither price":           {"POST", ":/orders", orderWith(`,"PriceGross":149.90`, ``), []string{"/Items/0"}, "at least one of PriceGross, PriceNet"},
		"empty line":              {"POST", ":/orders", orderWith(`{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}`, `{"Quantity":null}`), []string{"/Items/0", "/Items/0/OfferId", "/Items/0/VariantId", "/Items/0/Quantity"}, "null"},
		"duplicate field":         {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":7,"BuyerId":8`), []string{"/BuyerId"}, "duplicate"},
		"second line":             {"POST", ":/orders", orderWith(`"PriceGross":149.90}`, twoItems), []string{"/Items/1/Quantity"}, "number"},
		"other form of a date":    {"POST", ":/orders", orderWith("2024-10-25", "25.10.2024"), []string{"/PurchaseDate"}, "2024-10-25"},
		"day that does not exist": {"POST", ":/orders", orderWith("2024-10-25", "2024-02-30"), []string{"/PurchaseDate"}, "another format"},
		"id out of range":         {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":99999999999999999999`), []string{"/BuyerId"}, "out of range"},
		"id below the range":      {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":-99999999999999999999`), []string{"/BuyerId"}, "out of range"},
		"id next to the range":    {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":9223372036854775808`), []string{"/BuyerId"}, "out of range"},
		"quantity out of range":   {"POST", ":/orders", orderWith("2.50", "1e-401"), []string{"/Items/0/Quantity"}, "out of range"},
		"number beyond floats":    {"POST", ":/orders", orderWith("2.50", "1e999"), []string{"/Items/0/Quantity"}, "out of range"},
		"list for an object":      {"POST", ":/orders", `["Kowalski"]`, []string{""}, "object"},
		"not JSON":                {"POST", ":/orders", `{"Name":Kowalski}`, []string{""}, "invalid JSON"},
		"two values":              {"POST", ":/orders", validOrder + `{"Name":"Kowalski"}`, []string{""}, "more than one"},
		"no body":                 {"POST", ":/orders", "", []string{""}, "the body is missing"},
		"inside an allOf":         {"POST", ":/integrations", `{"Name":"shop","IntegrationType":28,"OrderSynchronization":{"ExportToWarehouse":5}}`, []string{"/OrderSynchronization/ExportToWarehouse"}, "string"},
		"integration":             {"POST", ":/integrations", `{"IsActive":true}`, []string{"/Name", "/IntegrationType"}, "missing"},
		"definition":              {"POST", ":/integrations/1/categories/1/parameters", `[]`, []string{""}, "object"},
		"translation":             {"PUT", ":/articles/16519/translations", `{"LanguageId":"Kowalski"}`, []string{"/LanguageId"}, "integer"},
		"query":                   {"GET", ":/orders?statusidin=1&statusidin=Kowalski", "", []string{"query statusidin"}, "string, want integer"},
		"empty query":             {"GET", ":/orders?statusidin=", "", []string{"query statusidin"}, "empty"},
		"query in hexadecimal":    {"GET", ":/orders?statusidin=0x10", "", []string{"query statusidin"}, "string, want integer"},
		"path":                    {"GET", ":/articles/Kowalski/translations", "", []string{"path id"}, "string, want integer"},
		"path in hexadecimal":     {"GET", ":/articles/0x10/translations", "", []string{"path id"}, "string, want integer"},
		"second path parameter":   {"POST", ":/integrations/1/categories/Kowalski/parameters", `{}`, []string{"path categoryId"}, "string, want integer"},
	} {
		t.Run(name, func(t *testing.T) {
			reply := c.call(test.method, test.path, test.body)
			p := wantProblem(t, reply, http.StatusBadRequest, test.pointers...)
			if !slices.ContainsFunc(p.Errors, func(e problemError) bool { return strings.Contains(e.Detail, test.words) }) {
				t.Errorf("got %s, want %q", reply.body, test.words)
			}
			if strings.Contains(reply.body, "Kowalski") || strings.Contains(reply.body, "99999999") || strings.Contains(reply.body, "9223372036854775808") {
				t.Errorf("the response repeats a value: %s", reply.body)
			}
		})
	}
	if orders := c.listOrders(""); len(orders) != 0 {
		t.Errorf("got %d orders, want 0", len(orders))
	}
}

func TestRejectsOtherMediaTypes(t *testing.T) {
	c := newCaller(t, xsaletest.WithInvalidRequests())
	header := c.tokens.header()
	header.Set("Content-Type", "text/plain")
	wantProblem(t, send(t, c.sandbox, http.MethodPost, "/"+xsaletest.Organization+"/orders", validOrder, header), http.StatusBadRequest, "header Content-Type")
	header.Set("Content-Type", "application/json; charset=utf-8")
	if reply := send(t, c.sandbox, http.MethodPost, "/"+xsaletest.Organization+"/orders", validOrder, header); reply.status != http.StatusCreated {
		t.Errorf("with a charset: status %d, %s", reply.status, reply.body)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	c := newCaller(t)
	limit := 10 << 20
	if reply := c.call(http.MethodPost, ":/orders", validOrder+strings.Repeat(" ", limit-len(validOrder))); reply.status != http.StatusCreated {
		t.Errorf("at the limit: status %d, %s", reply.status, reply.body)
	}
	wantProblem(t, c.call(http.MethodPost, ":/orders", validOrder+strings.Repeat(" ", limit-len(validOrder)+1)), http.StatusRequestEntityTooLarge)
}

func TestUnknownQueryParametersAndFieldsPass(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(3), xsaletest.WithInvalidRequests())
	if orders := c.listOrders("?a-filter=of+the+Swagger"); len(orders) != 3 {
		t.Errorf("%d orders", len(orders))
	}
	c.create(":/integrations", `{"Name":"shop","IntegrationType":28,"Unlisted":{"a":[1]}}`)
}

func TestResponsesAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		path        string
		status      int
		contentType string
		body        string
		pointers    []string // none: the response passes
	}{
		"valid":                {"/me", 200, "application/json", `{"Id":1,"Unlisted":true}`, nil},
		"failure without body": {"/me", 404, "", "", nil},
		"failure as a problem": {"/me", 418, "application/problem+json", `{"detail":"teapot"}`, nil},
		"field":                {"/me", 200, "application/json", `{"Id":"Kowalski"}`, []string{"/Id"}},
		"two fields":           {"/me", 200, "application/json", `{"Email":7,"Organizations":[{},{"Id":"Kowalski"}]}`, []string{"/Email", "/Organizations/1/Id"}},
		"array for object":     {"/me", 200, "application/json", `["Kowalski"]`, []string{""}},
		"not JSON":             {"/me", 200, "application/json", `{"Name":Kowalski`, []string{""}},
		"other media type":     {"/me", 200, "text/html", `<p>Kowalski</p>`, []string{"header Content-Type"}},
		"element of a list":    {":/orders", 200, "application/json", `[{"Id":1},{"Id":"Kowalski"}]`, []string{"/1/Id"}},
		"other success status": {":/statuses", 206, "application/json", `{"Name":"Kowalski"}`, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCaller(t)
			operations := map[string]string{"/me": "getMe", ":/orders": "listOrders", ":/statuses": "listStatuses"}
			xsaletest.Replace(c.sandbox, operations[test.path], func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.contentType)
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			reply := c.call(http.MethodGet, test.path, "")
			if test.pointers == nil {
				if reply.status != test.status || reply.body != test.body || reply.header.Get("Content-Type") != test.contentType {
					t.Errorf("the response was changed: %+v", reply)
				}
				return
			}
			wantProblem(t, reply, http.StatusInternalServerError, test.pointers...)
			if strings.Contains(reply.body, "Kowalski") {
				t.Errorf("the response repeats a value: %s", reply.body)
			}
		})
	}
}

// Servers respond to HEAD as to GET, without a body; so do the sandbox and generated fakes.
func TestHeadIsGetWithoutABody(t *testing.T) {
	c := newCaller(t)
	if reply := c.call(http.MethodHead, "/me", ""); reply.status != http.StatusOK || reply.body != "" {
		t.Errorf("%d %q", reply.status, reply.body)
	}
	if requests := c.sandbox.Requests("getMe"); len(requests) != 1 {
		t.Errorf("%d requests of getMe", len(requests))
	}
}
