package xsaletest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// orderWith returns a valid order with one text in it replaced.
func orderWith(old, replacement string) string {
	changed := strings.Replace(validOrder, old, replacement, 1)
	if changed == validOrder {
		panic("the order has no " + old)
	}
	return changed
}

func TestRequestsThatBreakTheContract(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(0), xsaletest.WithInvalidRequests())
	const twoItems = `"PriceGross":149.90},{"OfferId":502,"VariantId":1,"Quantity":"Kowalski","PriceNet":1}`
	for name, test := range map[string]struct {
		method, path, body string
		pointers           []string
		words              string
	}{
		"member missing":          {"POST", ":/orders", orderWith(`"BuyerId":7,`, ``), []string{"/BuyerId"}, "missing"},
		"text for an id":          {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":"Kowalski"`), []string{"/BuyerId"}, "integer"},
		"fraction for an id":      {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":7.5`), []string{"/BuyerId"}, "integer"},
		"null for an id":          {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":null`), []string{"/BuyerId"}, "null"},
		"two members":             {"POST", ":/orders", `{"IntegrationId":1,"PurchaseDate":"Kowalski","BuyerId":7,"RecipientId":8,"PayerId":9,"Items":[]}`, []string{"/PaymentFormId", "/PurchaseDate", "/Items"}, "missing"},
		"no lines":                {"POST", ":/orders", orderWith(`[{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}]`, `[]`), []string{"/Items"}, "1"},
		"neither price":           {"POST", ":/orders", orderWith(`,"PriceGross":149.90`, ``), []string{"/Items/0"}, "at least one of PriceGross, PriceNet is needed"},
		"second line":             {"POST", ":/orders", orderWith(`"PriceGross":149.90}`, twoItems), []string{"/Items/1/Quantity"}, "number"},
		"other form of a date":    {"POST", ":/orders", orderWith("2024-10-25", "25.10.2024"), []string{"/PurchaseDate"}, "2024-10-25"},
		"day that does not exist": {"POST", ":/orders", orderWith("2024-10-25", "2024-02-30"), []string{"/PurchaseDate"}, "calendar"},
		"id out of range":         {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":99999999999999999999`), []string{"/BuyerId"}, "out of range"},
		"id below the range":      {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":-99999999999999999999`), []string{"/BuyerId"}, "out of range"},
		"id next to the range":    {"POST", ":/orders", orderWith(`"BuyerId":7`, `"BuyerId":9223372036854775808`), []string{"/BuyerId"}, "out of range"},
		"quantity out of range":   {"POST", ":/orders", orderWith("2.50", "1e-401"), []string{"/Items/0/Quantity"}, "out of range"},
		"number beyond floats":    {"POST", ":/orders", orderWith("2.50", "1e999"), []string{"/Items/0/Quantity"}, "number"},
		"list for an object":      {"POST", ":/orders", `["Kowalski"]`, []string{""}, "object"},
		"not JSON":                {"POST", ":/orders", `{"Name":Kowalski}`, []string{""}, "not valid JSON"},
		"two values":              {"POST", ":/orders", validOrder + `{"Name":"Kowalski"}`, []string{""}, "more than one"},
		"no body":                 {"POST", ":/orders", "", []string{""}, "body is missing"},
		"inside an allOf":         {"POST", ":/integrations", `{"Name":"shop","IntegrationType":28,"OrderSynchronization":{"ExportToWarehouse":5}}`, []string{"/OrderSynchronization/ExportToWarehouse"}, "string"},
		"integration":             {"POST", ":/integrations", `{"IsActive":true}`, []string{"/Name", "/IntegrationType"}, "missing"},
		"definition":              {"POST", ":/integrations/1/categories/1/parameters", `[]`, []string{""}, "object"},
		"translation":             {"PUT", ":/articles/16519/translations", `{"LanguageId":"Kowalski"}`, []string{"/LanguageId"}, "integer"},
		"query":                   {"GET", ":/orders?statusidin=1&statusidin=Kowalski", "", []string{"statusidin"}, "type"},
		"empty query":             {"GET", ":/orders?statusidin=", "", []string{"statusidin"}, "empty"},
		"query in hexadecimal":    {"GET", ":/orders?statusidin=0x10", "", []string{"statusidin"}, "type"},
		"path":                    {"GET", ":/articles/Kowalski/translations", "", []string{"id"}, "type"},
		"path in hexadecimal":     {"GET", ":/articles/0x10/translations", "", []string{"id"}, "type"},
		"second path parameter":   {"POST", ":/integrations/1/categories/Kowalski/parameters", `{}`, []string{"categoryId"}, "type"},
	} {
		t.Run(name, func(t *testing.T) {
			reply := c.call(test.method, test.path, test.body)
			p := wantProblem(t, reply, http.StatusBadRequest, test.pointers...)
			if !strings.Contains(p.Errors[0].Detail, test.words) && !strings.Contains(p.Detail, test.words) {
				t.Errorf("%s does not say %q", reply.body, test.words)
			}
			for _, e := range p.Errors {
				if !strings.Contains(p.Detail, e.Pointer) || !strings.Contains(p.Detail, e.Detail) {
					t.Errorf("the detail alone does not tell everything: %s", reply.body)
				}
			}
			if strings.Contains(reply.body, "Kowalski") || strings.Contains(reply.body, "99999999") || strings.Contains(reply.body, "9223372036854775808") {
				t.Errorf("the answer repeats a value: %s", reply.body)
			}
		})
	}
	if orders := c.listOrders(""); len(orders) != 0 {
		t.Errorf("%d orders came of it", len(orders))
	}
}

func TestRequestOfAnotherMediaType(t *testing.T) {
	c := newCaller(t, xsaletest.WithInvalidRequests())
	header := c.tokens.header()
	header.Set("Content-Type", "text/plain")
	wantProblem(t, send(t, c.sandbox, http.MethodPost, "/"+xsaletest.Organization+"/orders", validOrder, header), http.StatusBadRequest, "Content-Type")
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

func TestUnknownQueryParametersAndMembersPass(t *testing.T) {
	c := newCaller(t, xsaletest.WithOrders(3))
	if orders := c.listOrders("?a-filter=of+the+Swagger"); len(orders) != 3 {
		t.Errorf("%d orders", len(orders))
	}
	c.create(":/integrations", `{"Name":"shop","IntegrationType":28,"Unlisted":{"a":[1]}}`)
}

func TestResponsesAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		pattern     string
		status      int
		contentType string
		body        string
		pointers    []string // none: the response passes
	}{
		"valid":                 {"GET /me", 200, "application/json", `{"Id":1,"Unlisted":true}`, nil},
		"failure without words": {"GET /me", 404, "", "", nil},
		"failure as a problem":  {"GET /me", 418, "application/problem+json", `{"detail":"teapot"}`, nil},
		"member":                {"GET /me", 200, "application/json", `{"Id":"Kowalski"}`, []string{"/Id"}},
		"two members":           {"GET /me", 200, "application/json", `{"Email":7,"Organizations":[{},{"Id":"Kowalski"}]}`, []string{"/Email", "/Organizations/1/Id"}},
		"array for object":      {"GET /me", 200, "application/json", `["Kowalski"]`, []string{""}},
		"not JSON":              {"GET /me", 200, "application/json", `{"Name":Kowalski`, []string{""}},
		"other media type":      {"GET /me", 200, "text/html", `<p>Kowalski</p>`, []string{"Content-Type"}},
		"element of a list":     {"GET /{organizationName}/orders", 200, "application/json", `[{"Id":1},{"Id":"Kowalski"}]`, []string{"/1/Id"}},
		"other success status":  {"GET /{organizationName}/statuses", 206, "application/json", `{"Name":"Kowalski"}`, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(xsaletest.UnderContract(t, test.pattern, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.contentType)
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			defer server.Close()
			path := strings.Replace(strings.TrimPrefix(test.pattern, "GET "), "{organizationName}", "shop", 1)
			response, err := http.Get(server.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			reply := answer{response.StatusCode, response.Header, string(body)}
			if test.pointers == nil {
				if reply.status != test.status || reply.body != test.body || reply.header.Get("Content-Type") != test.contentType {
					t.Errorf("the response did not come as it was: %+v", reply)
				}
				return
			}
			wantProblem(t, reply, http.StatusInternalServerError, test.pointers...)
			if strings.Contains(reply.body, "Kowalski") {
				t.Errorf("the answer repeats a value: %s", reply.body)
			}
		})
	}
}
