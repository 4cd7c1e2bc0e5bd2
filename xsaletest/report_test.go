package xsaletest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// reports returns the failures of a test after one request to a new sandbox.
func reports(t *testing.T, method, path, body string, options ...xsaletest.Option) []string {
	t.Helper()
	test := &recordedTest{TB: t}
	sandbox := xsaletest.New(test, append(options, xsaletest.WithOrders(0))...)
	(&caller{t, sandbox, login(t, sandbox)}).call(method, path, body)
	if err := sandbox.Close(); err != nil { // waits for the handler
		t.Error(err)
	}
	return test.errors
}

func TestRequestsThatBreakTheSpecFailTheTest(t *testing.T) {
	const personal = `{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"25.10.2024","BuyerId":7,"RecipientId":8,"PayerId":9,
		"Nip":"5260001246","Total":"149.90","Buyer":{"Name":"Kowalski","Tags":["Kowalski",null,true]},
		"Items":[{"OfferId":501,"VariantId":1,"Quantity":"Kowalski","PriceGross":149.90}]}`
	for _, test := range []struct{ method, path, body, report string }{
		{"POST", ":/orders", personal, `
  error: createOrder (POST /{organizationName}/orders), request at /Items/0/Quantity: string, want number
  error: createOrder (POST /{organizationName}/orders), request at /PurchaseDate: string of another format, want string of the format date, such as 2024-10-25
  notice: createOrder (POST /{organizationName}/orders), request at /Buyer: object, but the spec lists no field of this name
  notice: createOrder (POST /{organizationName}/orders), request at /Nip: string, but the spec lists no field of this name
  notice: createOrder (POST /{organizationName}/orders), request at /Total: string, but the spec lists no field of this name
  body, strings masked: {"Buyer":{"Name":"…","Tags":["…",null,true]},"BuyerId":7,"IntegrationId":1,"Items":[{"OfferId":501,"PriceGross":149.90,"Quantity":"…","VariantId":1}],"Nip":"…","PayerId":9,"PaymentFormId":2,"PurchaseDate":"25.10.2024","RecipientId":8,"Total":"149.90"}`},
		{"POST", ":/integrations", `{"Name":"shop","IntegrationType":2.5,"OrderSynchronization":{"ExportToWarehouse":5}}`, `
  error: createIntegration (POST /{organizationName}/integrations), request at /IntegrationType: number, want integer of the format int64
  error: createIntegration (POST /{organizationName}/integrations), request at /OrderSynchronization/ExportToWarehouse: integer, want string
  body, strings masked: {"IntegrationType":2.5,"Name":"…","OrderSynchronization":{"ExportToWarehouse":5}}`},
		{"POST", ":/integrations/1/categories/1/parameters", `[1]`, `
  error: createParameter (POST /{organizationName}/integrations/{id}/categories/{categoryId}/parameters), request: array, want object
  body, strings masked: [1]`},
		{"PUT", ":/articles/16519/translations", `{"LanguageId":`, `
  error: setTranslation (PUT /{organizationName}/articles/{id}/translations), request: invalid JSON, want JSON
  body: 14 bytes, not one JSON value`},
		{"GET", ":/orders?statusidin=1&statusidin=Kowalski", "", `
  error: listOrders (GET /{organizationName}/orders), request at query statusidin: string, want integer of the format int64`},
		{"GET", ":/articles/Kowalski/translations", "", `
  error: listTranslations (GET /{organizationName}/articles/{id}/translations), request at path id: string, want integer of the format int64`},
		{"POST", ":/orders", strings.Replace(validOrder, "2.50", "1e-401", 1), `
  error: createOrder (POST /{organizationName}/orders), request at /Items/0/Quantity: number out of range, want number
  body, strings masked: {"BuyerId":7,"IntegrationId":1,"Items":[{"OfferId":501,"PriceGross":149.90,"Quantity":1e-401,"VariantId":1}],"PayerId":9,"PaymentFormId":2,"PurchaseDate":"2024-10-25","RecipientId":8}`},
		// What a Go program sends for an order whose line and date are zero values.
		{"POST", ":/orders", orderWith(`"2024-10-25"`, "null", `{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}`, `{"OfferId":0,"VariantId":0,"Quantity":null}`), `
  error: createOrder (POST /{organizationName}/orders), request at /Items/0: object that fits no alternative, want at least one of PriceGross, PriceNet
  error: createOrder (POST /{organizationName}/orders), request at /Items/0/Quantity: null, want number
  error: createOrder (POST /{organizationName}/orders), request at /PurchaseDate: null, want string of the format date, such as 2024-10-25
  body, strings masked: {"BuyerId":7,"IntegrationId":1,"Items":[{"OfferId":0,"Quantity":null,"VariantId":0}],"PayerId":9,"PaymentFormId":2,"PurchaseDate":null,"RecipientId":8}`},
	} {
		if got := reports(t, test.method, test.path, test.body); !slices.Equal(got, []string{"xsaletest: request 1 breaks the spec; WithInvalidRequests allows it:" + test.report}) {
			t.Errorf("%s %s:\n%s\nwant:\n%s", test.method, test.path, strings.Join(got, "\n"), test.report)
		}
		if got := reports(t, test.method, test.path, test.body, xsaletest.WithInvalidRequests()); len(got) != 0 {
			t.Errorf("%s %s with WithInvalidRequests: got %s", test.method, test.path, got)
		}
	}
}

func TestOtherErrorsDoNotFailTheTest(t *testing.T) {
	for _, test := range []struct{ method, path, body string }{
		{http.MethodPost, ":/orders", validOrder},
		{http.MethodPost, ":/orders", strings.Replace(validOrder, `"IntegrationId":1`, `"IntegrationId":4711`, 1)},
		{http.MethodGet, ":/articles/1/translations", ""},
		{http.MethodGet, "/no/such/path", ""},
		{http.MethodDelete, "/me", ""},
		{http.MethodGet, "/other/orders", ""},
	} {
		if got := reports(t, test.method, test.path, test.body); len(got) != 0 {
			t.Errorf("%s %s: %s", test.method, test.path, got)
		}
	}
}

// A processed request fails the test even if a fault breaks the response.
func TestFaultsHideNoFindings(t *testing.T) {
	test := &recordedTest{TB: t}
	sandbox := xsaletest.New(test)
	c := &caller{t, sandbox, login(t, sandbox)}
	sandbox.Fail("createIntegration", xsaletest.Cut(xsaletest.InBody))
	request, err := http.NewRequest(http.MethodPost, sandbox.URL()+"/"+xsaletest.Organization+"/integrations", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = c.tokens.header()
	request.Header.Set("Content-Type", "application/json")
	if response, err := sandbox.HTTPClient().Do(request); err == nil {
		response.Body.Close()
	}
	if err := sandbox.Close(); err != nil {
		t.Error(err)
	}
	if len(test.errors) != 1 || !strings.Contains(test.errors[0], "/IntegrationType") {
		t.Errorf("%q", test.errors)
	}
}

// A misspelled filter lists all orders, so it fails the test. The sandbox ignores it, as a server
// would.
func TestUnknownQueryParametersFailTheTest(t *testing.T) {
	for query, want := range map[string]string{
		"statusidin=1&statusnamein=Nowe": "",
		"statusid=1":                     "statusid",
		"statusidin[]=1":                 "statusidin[]",
		"statusidin[0]=1":                "statusidin[0]",
		"jan%40kowalski.pl[]=1":          "*[]",
		"statusIdIn=1":                   "statusIdIn",
		"page=1":                         "page",
	} {
		test := &recordedTest{TB: t}
		sandbox := xsaletest.New(test, xsaletest.WithOrders(0))
		c := &caller{t, sandbox, login(t, sandbox)}
		c.call(http.MethodGet, ":/orders?"+query, "")
		c.call(http.MethodPost, ":/integrations", `{"Name":"shop","IntegrationType":28,"Unlisted":1}`)
		if err := sandbox.Close(); err != nil {
			t.Error(err)
		}
		finding := "listOrders (GET /{organizationName}/orders), request at query " + want + ":"
		if want == "" && len(test.errors) > 0 || want != "" && (len(test.errors) != 1 || !strings.Contains(test.errors[0], finding)) {
			t.Errorf("%s: got errors %q", query, test.errors)
		}
	}
	c := newCaller(t, xsaletest.WithInvalidRequests())
	c.call(http.MethodGet, ":/orders?page=1", "")
}

func TestReportTruncatesLongBodies(t *testing.T) {
	got := reports(t, http.MethodPost, ":/integrations", `{"Numbers":[`+strings.Repeat("1,", 10_000)+`1]}`)
	if len(got) != 1 || len(got[0]) > 5<<10 || !strings.HasSuffix(got[0], "1,…") && !strings.HasSuffix(got[0], ",1…") {
		t.Errorf("%q", got)
	}
}

// The error of a client contains each finding once.
func TestFindingsAreReportedOnce(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithInvalidRequests())
	order := json.RawMessage(orderWith(`"2024-10-25"`, "null",
		`{"OfferId":501,"VariantId":1,"Quantity":2.50,"PriceGross":149.90}`, `{"OfferId":0,"VariantId":0,"Quantity":null}`))
	_, err := sandbox.Client(t).Call(t.Context(), http.MethodPost, "/"+xsaletest.Organization+"/orders", order)
	failure, ok := errors.AsType[*xsale.Error](err)
	if !ok || len(failure.Fields) != 3 {
		t.Fatalf("got %v", err)
	}
	for _, field := range failure.Fields {
		if count := strings.Count(err.Error(), field.Message); count != 1 {
			t.Errorf("got %q %d times in %v", field.Message, count, err)
		}
	}
}
