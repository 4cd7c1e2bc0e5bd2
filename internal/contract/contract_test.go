package contract

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/openapi"
)

// load loads a spec, or the shipped one for an empty string.
func load(t testing.TB, spec string) *Document {
	t.Helper()
	data := openapi.Spec()
	if spec != "" {
		data = []byte(spec)
	}
	document, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// canary is in every value and name that findings must not contain.
const canary = "Kowalski"

// wantFindings compares findings in the form severity|kind|location|got|want and looks for
// canaries.
func wantFindings(t *testing.T, got []Finding, want ...string) {
	t.Helper()
	var lines []string
	for _, f := range got {
		lines = append(lines, fmt.Sprintf("%s|%s|%s|%s|%s", f.Severity, f.Kind, f.Location, f.Got, f.Want))
		if text := fmt.Sprintf("%+v %s", f, f); strings.Contains(text, canary) || strings.Contains(text, "kowalski") {
			t.Errorf("a finding contains a value: %s", text)
		}
	}
	if a, b := strings.Join(lines, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("got:\n%s\nwant:\n%s", a, b)
	}
}

const validOrder = `{"IntegrationId":1,"PaymentFormId":1,"PurchaseDate":"2024-10-25","BuyerId":7,"RecipientId":8,"PayerId":9,
	"Items":[{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}]}`

func orderWith(old, replacement string) string {
	changed := strings.Replace(validOrder, old, replacement, 1)
	if changed == validOrder {
		panic("the order does not contain " + old)
	}
	return changed
}

func TestRequests(t *testing.T) {
	document := load(t, "")
	for name, test := range map[string]struct {
		method, path, body string
		want               []string
	}{
		"order":                  {"POST", "/Kowalski/orders", validOrder, nil},
		"beyond floats":          {"POST", "/Kowalski/orders", orderWith("2.50", "12345678901234567890.123456789012345678901234567890"), nil},
		"beyond the range":       {"POST", "/Kowalski/orders", orderWith("2.50", "1e999"), []string{"error|value|/Items/0/Quantity|number out of range|number"}},
		"local time":             {"POST", "/Kowalski/orders", orderWith("2024-10-25", "2024-10-25T08:15:00"), nil},
		"zoned time":             {"POST", "/Kowalski/orders", orderWith("2024-10-25", "2024-10-25T08:15:00.1234567+02:00"), nil},
		"byte order mark":        {"POST", "/Kowalski/orders", "\ufeff" + validOrder, nil},
		"tiny":                   {"POST", "/Kowalski/orders", orderWith("2.50", "1e-401"), []string{"error|value|/Items/0/Quantity|number out of range|number"}},
		"empty line":             {"POST", "/Kowalski/orders", orderWith(`{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}`, `{"Quantity":null}`), []string{"error|value|/Items/0|object that fits no alternative|at least one of PriceGross, PriceNet", "error|value|/Items/0/OfferId|missing|integer of the format int64", "error|value|/Items/0/VariantId|missing|integer of the format int64", "error|value|/Items/0/Quantity|null|number"}},
		"duplicate field":        {"POST", "/Kowalski/orders", orderWith(`"BuyerId":7`, `"BuyerId":7,"BuyerId":7`), []string{"error|body|/BuyerId|a duplicate field|one field of this name"}},
		"no such day":            {"POST", "/Kowalski/orders", orderWith("2024-10-25", "2024-02-30"), []string{"error|value|/PurchaseDate|string of another format|string of the format date, such as 2024-10-25"}},
		"missing field":          {"POST", "/Kowalski/orders", orderWith(`"BuyerId":7,`, ``), []string{"error|value|/BuyerId|missing|integer of the format int64"}},
		"string for an id":       {"POST", "/Kowalski/orders", orderWith(`"BuyerId":7`, `"BuyerId":"Kowalski"`), []string{"error|value|/BuyerId|string|integer of the format int64"}},
		"fraction for an id":     {"POST", "/Kowalski/orders", orderWith(`"BuyerId":7`, `"BuyerId":7.5`), []string{"error|value|/BuyerId|number|integer of the format int64"}},
		"null for an id":         {"POST", "/Kowalski/orders", orderWith(`"BuyerId":7`, `"BuyerId":null`), []string{"error|value|/BuyerId|null|integer of the format int64"}},
		"id beyond the range":    {"POST", "/Kowalski/orders", orderWith(`"BuyerId":7`, `"BuyerId":9223372036854775808`), []string{"error|value|/BuyerId|integer out of range|integer of the format int64"}},
		"id at the range":        {"POST", "/Kowalski/orders", orderWith(`"BuyerId":7`, `"BuyerId":9223372036854775807`), nil},
		"no lines":               {"POST", "/Kowalski/orders", orderWith(`[{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}]`, `[]`), []string{"error|value|/Items|array of another length|an array of at least 1 elements"}},
		"neither price":          {"POST", "/Kowalski/orders", orderWith(`,"PriceGross":149.90`, ``), []string{"error|value|/Items/0|object that fits no alternative|at least one of PriceGross, PriceNet"}},
		"everything of an order": {"POST", "/Kowalski/orders", `{"PurchaseDate":"Kowalski","BuyerId":"Kowalski","RecipientId":8,"PayerId":9,"IntegrationId":true,"Items":[{"OfferId":1,"VariantId":2,"Quantity":1,"PriceNet":3},{"Quantity":"Kowalski"}],"Note":"Kowalski","jan@kowalski.pl":1}`, []string{"error|value|/PaymentFormId|missing|integer of the format int64", "error|value|/BuyerId|string|integer of the format int64", "error|value|/IntegrationId|boolean|integer of the format int64", "error|value|/Items/1|object that fits no alternative|at least one of PriceGross, PriceNet", "error|value|/Items/1/OfferId|missing|integer of the format int64", "error|value|/Items/1/VariantId|missing|integer of the format int64", "error|value|/Items/1/Quantity|string|number", "error|value|/PurchaseDate|string of another format|string of the format date, such as 2024-10-25", "notice|addition|/Note|string|no field of this name is listed", "notice|addition|/*|integer|no field of this name is listed"}},
		"list for an object":     {"POST", "/Kowalski/orders", `["Kowalski"]`, []string{"error|value||array|object"}},
		"not JSON":               {"POST", "/Kowalski/orders", `{"Name":Kowalski}`, []string{"error|body||invalid JSON|JSON"}},
		"two values":             {"POST", "/Kowalski/orders", validOrder + `{"Name":"Kowalski"}`, []string{"error|body||more than one JSON value|one JSON value"}},
		"no body":                {"POST", "/Kowalski/orders", "", []string{"error|body||no body|a body"}},
		"inside an allOf":        {"POST", "/Kowalski/integrations", `{"Name":"Kowalski","IntegrationType":28,"OrderSynchronization":{"ExportToWarehouse":5}}`, []string{"error|value|/OrderSynchronization/ExportToWarehouse|integer|string"}},
		"unpublished fields":     {"POST", "/Kowalski/integrations/1/categories/2/parameters", `{"Anything":{"Kowalski":1}}`, nil},
		"unexpected body":        {"GET", "/me", `{"Name":"Kowalski"}`, []string{"notice|addition||a body|none"}},
		"query":                  {"GET", "/Kowalski/orders?statusidin=1&statusidin=22&statusnamein=Kowalski", "", nil},
		"wrong query":            {"GET", "/Kowalski/orders?statusidin=1&statusidin=Kowalski", "", []string{"error|parameter|query statusidin|string|integer of the format int64"}},
		"query in hexadecimal":   {"GET", "/Kowalski/orders?statusidin=0x10", "", []string{"error|parameter|query statusidin|string|integer of the format int64"}},
		"empty query":            {"GET", "/Kowalski/orders?statusidin=", "", []string{"error|parameter|query statusidin|empty|array"}},
		"broken query":           {"GET", "/Kowalski/orders?statusidin=%zz&statusnamein=Nowe", "", []string{"error|parameter|query|not all pairs can be read|names and values, percent-encoded and joined by &"}},
		"query with semicolons":  {"GET", "/Kowalski/orders?statusidin=1;page=2", "", []string{"error|parameter|query|not all pairs can be read|names and values, percent-encoded and joined by &"}},
		"unknown query":          {"GET", "/Kowalski/orders?page=Kowalski&jan%40kowalski.pl=1", "", []string{"notice|addition|query *|a query parameter|none of this name", "notice|addition|query page|a query parameter|none of this name"}},
		"path":                   {"GET", "/shop/articles/Kowalski/translations", "", []string{"error|parameter|path id|string|integer of the format int64"}},
		"repeated path":          {"GET", "/shop/articles/1/2/translations", "", []string{"error|path||/*/articles/*/*/translations|a path of the spec"}},
		"unknown path":           {"GET", "/Kowalski/orders/Kowalski", "", []string{"error|path||/*/orders/*|a path of the spec"}},
		"unknown method":         {"DELETE", "/Kowalski/orders", "", []string{"error|method||DELETE|GET, POST"}},
	} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequest(test.method, test.path, nil)
			request.Header.Set("Content-Type", "application/json")
			wantFindings(t, document.Call(request).CheckRequest([]byte(test.body)), test.want...)
		})
	}
}

func TestResponses(t *testing.T) {
	document := load(t, "")
	for name, test := range map[string]struct {
		method, path string
		status       int
		contentType  string
		body         string
		want         []string
	}{
		"another charset":      {"GET", "/me", 200, "application/json; charset=windows-1250", `{"Id":1}`, []string{"error|content type|header Content-Type|another charset|UTF-8"}},
		"me":                   {"GET", "/me", 200, "application/json; charset=utf-8", `{"Id":1,"Name":"Kowalski"}`, nil},
		"failure without body": {"GET", "/me", 404, "", "", nil},
		"failure as a problem": {"GET", "/me", 418, "application/problem+json", `{"detail":"Kowalski"}`, nil},
		"two fields":           {"GET", "/me", 200, "application/json", `{"Email":7,"Organizations":[{},{"Id":"Kowalski"}]}`, []string{"error|value|/Email|integer|string", "error|value|/Organizations/1/Id|string|integer of the format int64"}},
		"not JSON":             {"GET", "/me", 200, "application/json", `{"Name":Kowalski`, []string{"error|body||invalid JSON|JSON"}},
		"other media type":     {"GET", "/me", 200, "text/html", `<p>Kowalski</p>`, []string{"error|content type|header Content-Type|text/html|application/json"}},
		"odd media type":       {"GET", "/me", 200, "Kowalski", `<p>Kowalski</p>`, []string{"error|content type|header Content-Type|another media type|application/json"}},
		"no media type":        {"GET", "/me", 200, "", `{}`, []string{"error|content type|header Content-Type|no content type|application/json"}},
		"no body":              {"GET", "/me", 200, "application/json", ``, []string{"error|body||no body|application/json"}},
		"body on 204":          {"GET", "/me", 204, "application/json", `{}`, []string{"error|body||a body|none, because of the status 204"}},
		"nothing on 204":       {"GET", "/me", 204, "", ``, nil},
		"unlisted body":        {"PUT", "/shop/articles/1/translations", 200, "application/json", `{"Kowalski":1}`, []string{"notice|addition||a body|none"}},
		"element of a list":    {"GET", "/shop/orders", 206, "application/json", `[{"Id":1},{"Id":"Kowalski","Items":[{"Price":"Kowalski","OrderItemArticles":[{"Sku":"Kowalski"}]}]}]`, []string{"error|value|/1/Id|string|integer of the format int64", "notice|addition|/1/Items/0/Price|string|no field of this name is listed"}},
		"unknown path":         {"GET", "/Kowalski/nowhere", 200, "application/json", `{}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if test.contentType != "" {
				header.Set("Content-Type", test.contentType)
			}
			wantFindings(t, document.Call(httptest.NewRequest(test.method, test.path, nil)).CheckResponse(test.status, header, []byte(test.body)), test.want...)
		})
	}
}

func TestFindingDetail(t *testing.T) {
	for want, f := range map[string]Finding{
		"string, want integer":                               {Got: "string", Want: "integer"},
		"no body, want application/json":                     {Got: "no body", Want: "application/json"},
		"the body is missing":                                {Got: "no body", Want: "a body"},
		"integer, but the spec lists no field of this name":  {Got: "integer", Want: "no field of this name is listed"},
		"integer, but the spec allows no field of this name": {Got: "integer", Want: "no field of this name"},
	} {
		if got := f.Detail(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The values of a request decide between paths that differ only in the names of variables, as the
// constraints of ASP.NET do. Operations of other methods and the rest of a path are routed, too.
func TestLoadRoutes(t *testing.T) {
	operation := func(id, parameter string) string {
		return `{"operationId": "` + id + `", "parameters": [{"in": "path", "required": true, ` + parameter + `}], "responses": {"200": {"description": "OK"}}}`
	}
	d, err := Load([]byte(`{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
		"/orders/{id}": {"get": ` + operation("byID", `"name": "id", "schema": {"type": "integer"}`) + `},
		"/orders/{number}": {"get": ` + operation("byNumber", `"name": "number", "schema": {"type": "string"}`) + `,
			"x-oai-additionalOperations": {"COPY": ` + operation("copy", `"name": "number", "schema": {"type": "string"}`) + `}},
		"/files/{path}": {"get": ` + operation("file", `"name": "path", "x-catch-all": true, "schema": {"type": "string"}`) + `}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]string{
		"GET /orders/7": "byID", "GET /orders/A-7": "byNumber", "COPY /orders/7": "copy", "GET /files/a/b.txt": "file", "PUT /orders/7": "",
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := d.Call(httptest.NewRequest(method, path, nil)).OperationID(); got != want {
			t.Errorf("%s: got %q, want %q", request, got, want)
		}
	}
	_, err = Load([]byte(`{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
		"/a/{b}": {"get": ` + operation("b", `"name": "b", "schema": {"type": "string"}`) + `},
		"/a/{c}": {"get": ` + operation("c", `"name": "c", "schema": {"type": "string"}`) + `}}}`))
	if err == nil || !strings.Contains(err.Error(), "ambiguous") {
		t.Errorf("got error %v", err)
	}
}

// ASP.NET reads JSON of several types. The normal form keeps one.
func TestOtherTypesOfJSON(t *testing.T) {
	document := load(t, `{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/v":{"post":{
		"requestBody":{"content":{"application/json":{"schema":{"type":"integer"},"x-other-media-types":["text/json","application/*+json"]}}},
		"responses":{"200":{"description":"x"}}}}}}`)
	for contentType, want := range map[string][]string{
		"text/json; charset=utf-8":     {"error|value||boolean|integer"},
		"application/merge-patch+json": {"error|value||boolean|integer"},
		"application/xml":              {"error|content type|header Content-Type|application/xml|application/json"},
	} {
		request := httptest.NewRequest("POST", "/v", nil)
		request.Header.Set("Content-Type", contentType)
		wantFindings(t, document.Call(request).CheckRequest([]byte("true")), want...)
	}
}
