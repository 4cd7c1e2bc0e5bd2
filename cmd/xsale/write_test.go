package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// A translation is changed field by field: what is not named stays, unknown fields included.
func TestTranslationsSetKeepsWhatIsNotNamed(t *testing.T) {
	const before = `{"LanguageId":9,"Name":"Biurko","Description":"<p>Dąb</p>","Tags":[1.50,null],"Seo":{"Title":""}}`
	for name, test := range map[string]struct {
		stdin     string
		arguments []string
		want      string
	}{
		"name": {"", []string{"--language", "9", "--name", "Stół"},
			`{"LanguageId":9,"Name":"Stół","Description":"<p>Dąb</p>","Tags":[1.50,null],"Seo":{"Title":""}}`},
		"erase the description": {"", []string{"--language", "9", "--description", ""},
			`{"LanguageId":9,"Name":"Biurko","Description":"","Tags":[1.50,null],"Seo":{"Title":""}}`},
		"both": {"", []string{"--language", "9", "--name", "a", "--description", "b"},
			`{"LanguageId":9,"Name":"a","Description":"b","Tags":[1.50,null],"Seo":{"Title":""}}`},
		"file": {`{"LanguageId":9,"Description":null}`, []string{"--file", "-"},
			`{"LanguageId":9,"Name":"Biurko","Description":null,"Tags":[1.50,null],"Seo":{"Title":""}}`},
		"unknown field": {`{"LanguageId":9,"Seo":{"Title":"x"},"New":1e2}`, []string{"--file", "-"},
			`{"LanguageId":9,"Name":"Biurko","Description":"<p>Dąb</p>","Tags":[1.50,null],"Seo":{"Title":"x"},"New":1e2}`},
		"missing language": {"", []string{"--language", "3", "--name", "Desk"}, `{"LanguageId":3,"Name":"Desk"}`},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := useSandbox(t)
			execute(t, before, "api", "PUT", "/{organizationName}/articles/16519/translations", "-f", "-").expect(t, exitOK)
			execute(t, test.stdin, append([]string{"articles", "translations", "set", "16519"}, test.arguments...)...).expect(t, exitOK)
			sent := sandbox.Requests("setTranslation")
			if got := sameFields(t, string(sent[len(sent)-1].Body)); got != sameFields(t, test.want) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// sameFields sorts the fields of an object; the values stay as written.
func sameFields(t *testing.T, object string) string {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(sorted)
}

// Without the current translation, nothing is written.
func TestTranslationsSetNeedsTheCurrentOne(t *testing.T) {
	set := []string{"articles", "translations", "set", "16519", "--language", "9", "--name", "x"}
	list := func(body string) xsaletest.Fault {
		return xsaletest.Status(http.StatusOK, body).WithHeader("Content-Type", "application/json")
	}
	for name, fault := range map[string]xsaletest.Fault{
		"404":  xsaletest.Status(http.StatusNotFound),
		"cut":  xsaletest.Cut(xsaletest.InBody),
		"HTML": xsaletest.Garbage(),
		// The one to change may be among these.
		"no language":   list(`[{"LanguageId":null,"Name":"old","Description":"d"}]`),
		"negative":      list(`[{"LanguageId":-9,"Name":"old"},{"LanguageId":9,"Name":"old"}]`),
		"two spellings": list(`[{"LanguageId":9,"Name":"old","name":"two"}]`),
		"two of one":    list(`[{"LanguageId":9,"Name":"old"},{"LanguageId":9,"Name":"two"}]`),
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := useSandbox(t)
			if err := sandbox.Fail("listTranslations", fault.Always()); err != nil {
				t.Fatal(err)
			}
			if r := execute(t, "", set...); r.code == exitOK || r.stderr == "" {
				t.Errorf("exit code %d, %s", r.code, r.stderr)
			}
			if sent := sandbox.Requests("setTranslation"); len(sent) != 0 {
				t.Errorf("wrote %s", sent[0].Body)
			}
		})
	}
}

func TestTranslationsSetNamesWhatIsMissing(t *testing.T) {
	sandbox := useSandbox(t)
	for input, want := range map[string]string{
		`{"Name":"x"}`:                               "standard input: /LanguageId is missing: want integer of the format int64; 'xsale api' sends it unchecked",
		`{"Name":"x","LanguageId":0}`:                "standard input: LanguageId is 0: want the id of the language, from 1 up",
		`{"name":"x","LanguageId":9}`:                "standard input: /name: the spec has no such field: did you mean Name?; 'xsale api' sends it unchecked",
		`{"LanguageId":2}`:                           "nothing to change in language 2: pass --name, --description or a --file with fields",
		`{"LanguageId":2,"Nme":"x"}`:                 "standard input: /Nme: the spec has no such field: did you mean Name?; 'xsale api' sends it unchecked",
		`{"LanguageId":2,"Name":"x","name":"y"}`:     "standard input: /name: the field Name is there as well: want one of them; 'xsale api' sends it unchecked",
		`{"LanguageId":2,"Name":"x","LanguageId":9}`: "standard input: /LanguageId: a duplicate field, want one field of this name; 'xsale api' sends it unchecked",
	} {
		r := execute(t, input, "articles", "translations", "set", "16519", "--file", "-").expect(t, exitUsage)
		if r.stderr != "xsale: "+want+"\n" {
			t.Errorf("%s: got %swant %s", input, r.stderr, want)
		}
	}
	if sandbox.Calls() != 0 {
		t.Errorf("%d calls", sandbox.Calls())
	}
}

// A misspelled field would be ignored by the API, and a repeated one lose a value. Other unknown
// fields are sent, because only part of the API is public.
func TestCreateRejectsFieldsThatCannotBeMeant(t *testing.T) {
	sandbox := useSandbox(t)
	replace := func(old, new string) string { return strings.Replace(orderJSON, old, new, 1) }
	for input, want := range map[string]string{
		replace(`"BuyerId"`, `"BuyerId":8,"BuyerId"`):                        "/BuyerId: a duplicate field, want one field of this name",
		replace(`"BuyerId"`, `"buyerId":8,"BuyerId"`):                        "/buyerId: the field BuyerId is there as well: want one of them",
		replace(`"Quantity"`, `"quantity":1,"Quantity"`):                     "/Items/0/quantity: the field Quantity is there as well: want one of them",
		replace(`"PriceGross":149.90`, `"PriceGross":"149.90"`):              "/Items/0/PriceGross: string, want number",
		replace(`"PriceGross":149.90`, `"PriceGross":149.90,"Price_Nett":1`): "/Items/0/Price_Nett: the spec has no such field: did you mean PriceNet?",
		replace(`"PriceGross"`, `"PriceGros"`):                               "/Items/0/PriceGros: the spec has no such field: did you mean PriceGross?",
		replace(`"PaymentFormId"`, `"PaymentFromId"`):                        "/PaymentFromId: the spec has no such field: did you mean PaymentFormId?",
		replace(`"Items"`, `"Item"`):                                         "/Item: the spec has no such field: did you mean Items?",
	} {
		execute(t, input, "orders", "create", "-f", "-").expect(t, exitUsage, want)
	}
	execute(t, `{"Name":"x","IntegrationType":28,"OrderSynchronization":{"ExportToWarehose":"M"}}`, "integrations", "create", "-f", "-").
		expect(t, exitUsage, "/OrderSynchronization/ExportToWarehose: the spec has no such field: did you mean ExportToWarehouse?")
	if sandbox.Calls() != 0 {
		t.Fatalf("%d calls", sandbox.Calls())
	}
	execute(t, replace(`"BuyerId"`, `"OrderId":"A+B","Comment":null,"BuyerId"`), "orders", "create", "-f", "-").expect(t, exitOK)
	sent, err := xsaletest.Decode[xsale.CreateOrder](sandbox.Requests("createOrder")[0])
	if number, _ := sent.Get("OrderId"); string(number) != `"A+B"` || err != nil {
		t.Errorf("sent %s, %v", number, err)
	}
}

// What a file says is sent as the file says it: null, -0, the digits of numbers, unknown fields, and
// their order.
func TestCreateSendsTheFile(t *testing.T) {
	sandbox := useSandbox(t)
	const (
		order = `{"Number":"A+B Łódź","Items":[{"Quantity":1.50,"OfferId":501,"VariantId":1,"PriceGross":1.4990e2,"Zero":-0,"Tags":[]}],` +
			`"PurchaseDate":"2024-10-25","IntegrationId":1,"PaymentFormId":1,"BuyerId":7,"RecipientId":7,"PayerId":7,"Comment":null,"Empty":{}}`
		integration = `{"IntegrationType":28,"Color":"","Name":"shop","OrderSynchronization":{"ExportToWarehouse":"","Extra":1e2}}`
		translation = `{"Name":"Desk","LanguageId":2,"Description":null,"Weight":1.50}`
		parameter   = `{"Values":[],"Name":null}`
	)
	for operation, command := range map[string]struct{ body, line string }{
		"createOrder":       {order, "orders create --file -"},
		"createIntegration": {integration, "integrations create --file -"},
		"setTranslation":    {translation, "articles translations set 16519 --file -"},
		"createParameter":   {parameter, "api POST /{organizationName}/integrations/1/categories/1/parameters --file -"},
	} {
		execute(t, "\n"+command.body+"\n", strings.Fields(command.line)...).expect(t, exitOK)
		if got := string(sandbox.Requests(operation)[0].Body); got != command.body {
			t.Errorf("%s:\ngot  %s\nwant %s", operation, got, command.body)
		}
	}
}

// The body of a raw call is JSON, sent byte by byte.
func TestAPISendsTheBodyAsItIs(t *testing.T) {
	sandbox := useSandbox(t)
	for input, want := range map[string]string{
		"":    "standard input is empty: want JSON",
		"{\n": "standard input: invalid JSON at line 2, column 0",
	} {
		execute(t, input, "api", "POST", "/{organizationName}/orders", "-f", "-").expect(t, exitUsage, want)
	}
	body := strings.Replace(orderJSON, `149.90`, `1.4990e2,"Zero":-0,"Null":null,"Empty":[],"é":"\u002B<&>"`, 1)
	execute(t, body+"\n", "api", "POST", "/{organizationName}/orders", "-f", "-").expect(t, exitOK)
	if got := string(sandbox.Requests("createOrder")[0].Body); got != body {
		t.Errorf("got %s", got)
	}
}

// Names are passed exactly, and repeated filters are sent as they are.
func TestOrdersListPassesFilters(t *testing.T) {
	sandbox := useSandbox(t)
	execute(t, "", "orders", "list", "--status-name", "Wysłane, opłacone", "--status-name", "Nowe", "--status-name", "Nowe", "--status-id", "1,2", "--status-id", "2").expect(t, exitOK)
	query := sandbox.Requests("listOrders")[0].Query
	if got := query["statusnamein"]; len(got) != 3 || got[0] != "Wysłane, opłacone" || got[2] != "Nowe" {
		t.Errorf("names %q", got)
	}
	if got := strings.Join(query["statusidin"], " "); got != "1 2 2" {
		t.Errorf("ids %s", got)
	}
}
