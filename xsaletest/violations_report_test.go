package xsaletest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// reports returns what a test is told of one request to a sandbox of its own.
func reports(t *testing.T, method, path, body string, options ...xsaletest.Option) []string {
	t.Helper()
	test := &recordedTest{TB: t}
	sandbox := xsaletest.New(test, append(options, xsaletest.WithOrders(0))...)
	(&caller{t, sandbox, login(t, sandbox)}).call(method, path, body)
	if err := sandbox.Close(); err != nil { // after which every handler has ended
		t.Error(err)
	}
	return test.errors
}

func TestRequestsThatBreakTheContractFailTheTest(t *testing.T) {
	const personal = `{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"25.10.2024","BuyerId":7,"RecipientId":8,"PayerId":9,
		"Nip":"5260001246","Total":"149.90","Buyer":{"Name":"Kowalski","Tags":["Kowalski",null,true]},
		"Items":[{"OfferId":501,"VariantId":1,"Quantity":"Kowalski","PriceGross":149.90}]}`
	for _, test := range []struct{ method, path, body, report string }{
		{"POST", ":/orders", personal, `xsaletest: request 1, createOrder (POST /{organizationName}/orders), breaks the API description and was answered 400; WithInvalidRequests allows it:
  /Items/0/Quantity: value must be a number
    sent: a string
    described: number, required: Quantity (ilość), a decimal.
  /PurchaseDate: string doesn't match the format "date" (a day of the calendar, written as 2024-10-25)
    sent: a string
    described: string (date), required: Date of the order (data zamówienia).
  body, with its texts masked: {"Buyer":{"Name":"…","Tags":["…",null,true]},"BuyerId":7,"IntegrationId":1,"Items":[{"OfferId":501,"PriceGross":149.90,"Quantity":"…","VariantId":1}],"Nip":"…","PayerId":9,"PaymentFormId":2,"PurchaseDate":"25.10.2024","RecipientId":8,"Total":"149.90"}`},
		{"POST", ":/integrations", `{"Name":"shop","IntegrationType":2.5,"OrderSynchronization":{"ExportToWarehouse":5}}`, `xsaletest: request 1, createIntegration (POST /{organizationName}/integrations), breaks the API description and was answered 400; WithInvalidRequests allows it:
  /IntegrationType: value must be an integer
    sent: a number with a fraction or an exponent
    described: integer (int64), required: Kind of the integration.
  /OrderSynchronization/ExportToWarehouse: value must be a string
    sent: an integer
    described: string: Code of the warehouse (magazyn) in the connected ERP: Comarch ERP Optima, Comarch ERP XL or Subiekt GT.
  body, with its texts masked: {"IntegrationType":2.5,"Name":"…","OrderSynchronization":{"ExportToWarehouse":5}}`},
		{"POST", ":/integrations/1/categories/1/parameters", `[1]`, `xsaletest: request 1, createParameter (POST /{organizationName}/integrations/{id}/categories/{categoryId}/parameters), breaks the API description and was answered 400; WithInvalidRequests allows it:
  the body: value must be an object
    sent: an array of 1
    described: ParameterDefinition, required: The definition of a parameter.
  body, with its texts masked: [1]`},
		{"PUT", ":/articles/16519/translations", `{"LanguageId":`, `xsaletest: request 1, setTranslation (PUT /{organizationName}/articles/{id}/translations), breaks the API description and was answered 400; WithInvalidRequests allows it:
  the body: the body is not valid JSON
    described: Translation, required: The name and the description of an article in one language (tłumaczenie).
  body: 14 bytes, not one JSON value`},
		{"GET", ":/orders?statusidin=1&statusidin=Kowalski", "", `xsaletest: request 1, listOrders (GET /{organizationName}/orders), breaks the API description and was answered 400; WithInvalidRequests allows it:
  statusidin: does not have the type that the API description gives it
    sent: 2 in the query
    described: list of integer in query: Only orders whose status id is in this list.`},
		{"GET", ":/articles/Kowalski/translations", "", `xsaletest: request 1, listTranslations (GET /{organizationName}/articles/{id}/translations), breaks the API description and was answered 400; WithInvalidRequests allows it:
  id: does not have the type that the API description gives it
    sent: a text of 8 characters in the path
    described: integer in path: Id of the article, as xSale gives it.`},
		{"POST", ":/orders", strings.Replace(validOrder, "2.50", "1e-401", 1), `xsaletest: request 1, createOrder (POST /{organizationName}/orders), breaks the API description and was answered 400; WithInvalidRequests allows it:
  /Items/0/Quantity: number is out of range
    sent: a number with a fraction or an exponent
    described: number, required: Quantity (ilość), a decimal.
  body, with its texts masked: {"BuyerId":7,"IntegrationId":1,"Items":[{"OfferId":501,"PriceGross":149.90,"Quantity":1e-401,"VariantId":1}],"PayerId":9,"PaymentFormId":2,"PurchaseDate":"2024-10-25","RecipientId":8}`},
	} {
		if got := reports(t, test.method, test.path, test.body); !slices.Equal(got, []string{test.report}) {
			t.Errorf("%s %s:\n%s\ninstead of\n%s", test.method, test.path, strings.Join(got, "\n"), test.report)
		}
		if got := reports(t, test.method, test.path, test.body, xsaletest.WithInvalidRequests()); len(got) != 0 {
			t.Errorf("%s %s, which is allowed: %s", test.method, test.path, got)
		}
	}
}

// What is not a matter of the description's form is not a reason to fail.
func TestOtherRefusalsDoNotFailTheTest(t *testing.T) {
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

// A request that was given a fault fails the test, too, where the sandbox has looked at it.
func TestAFaultHidesNoViolation(t *testing.T) {
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

func TestALongBodyIsReportedInPart(t *testing.T) {
	got := reports(t, http.MethodPost, ":/integrations", `{"Numbers":[`+strings.Repeat("1,", 10_000)+`1]}`)
	if len(got) != 1 || len(got[0]) > 5<<10 || !strings.HasSuffix(got[0], "1,…") && !strings.HasSuffix(got[0], ",1…") {
		t.Errorf("%q", got)
	}
}
