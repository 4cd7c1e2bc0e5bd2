package agent

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/contract"
)

func testPrivacy(t *testing.T) *privacy {
	t.Helper()
	document, err := contract.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	p := newPrivacy(document, false)
	p.key = []byte("key")
	return p
}

func noRules(any) contract.Rules { return nil }

// seen returns what an agent sees of JSON in the response of a path.
func seen(t *testing.T, p *privacy, path, body string) string {
	t.Helper()
	masked, ok := p.body("", path, []byte(body), noRules)
	if !ok || !json.Valid(masked) {
		t.Fatalf("%s became %q", body, masked)
	}
	return string(masked)
}

// Each value is personal data of a person who does not exist.
var canaries = map[string]string{
	"name":            "Grażyna Żółć-Kowalska",
	"name in capital": "GRAŻYNA ŻÓŁĆ-KOWALSKA",
	"one name":        "Grażyna",
	"email":           "grazyna.zolc+sklep@poczta.example.pl",
	"escaped email":   "grazyna%40poczta.example.pl",
	"phone":           "+48 601 234 567",
	"plain phone":     "601234567",
	"grouped phone":   "601-234-567",
	"foreign phone":   "0049 30 1234567",
	"street":          "ul. Kwiatowa 7/12",
	"full address":    "Kwiatowa 7 m. 12, 30-001 Kraków",
	"postal code":     "30-001",
	"city":            "Kraków",
	"NIP":             "526-104-08-28",
	"plain NIP":       "5261040828",
	"NIP with prefix": "PL5261040828",
	"PESEL":           "44051401359",
	"IBAN":            "PL61 1090 1014 0000 0712 1981 2874",
	"plain account":   "61109010140000071219812874",
	"card":            "4111 1111 1111 1111",
	"IPv4":            "203.0.113.77",
	"IPv6":            "2001:db8::ff00:42:8329",
	"note":            "proszę zostawić u sąsiadki Haliny pod trójką",
}

// shapes are the places that a value may be in, in any API: whatever the field is called, nobody can
// list all of them.
var shapes = map[string]string{
	"order":                  `[{"Id":1,"Buyer":{"Id":7,"Name":%s,"FirstName":%[1]s,"Email":%[1]s,"Phones":[%[1]s]}}]`,
	"flat":                   `[{"BuyerName":%s,"buyer_email":%[1]s,"customer-phone":%[1]s,"clientName":%[1]s,"DeliveryStreet":%[1]s}]`,
	"lower case":             `[{"buyername":%s,"customeremail":%[1]s,"phonenumber":%[1]s,"deliveryaddress":%[1]s}]`,
	"capitals":               `[{"BUYER_NAME":%s,"BUYER_EMAIL":%[1]s,"NIP":%[1]s}]`,
	"Polish":                 `[{"nabywca":{"imię":%s,"nazwisko":%[1]s,"ulica":%[1]s,"telefon":%[1]s},"uwagi":%[1]s,"adresDostawy":%[1]s}]`,
	"unknown names":          `[{"Foo":%s,"x1":%[1]s,"Extra":{"Bar":[{"Baz":%[1]s}]}}]`,
	"custom fields":          `[{"CustomFields":[{"Name":"Grawer","Value":%s}],"Parameters":[{"Name":"To","Value":%[1]s}]}]`,
	"history":                `[{"History":[{"ChangedBy":%s,"Message":%[1]s,"Status":"Nowe"}]}]`,
	"in an address":          `[{"Addresses":[{"Line1":%s,"Line":%[1]s,"Country":%[1]s,"Label":%[1]s,"Type":%[1]s}]}]`,
	"in a person":            `[{"User":{"Status":%s,"Type":%[1]s,"Title":%[1]s,"Group":{"X":%[1]s}}}]`,
	"JSON in a string":       `[{"Payload":"{\"buyer\":{\"name\":` + `%[2]s` + `}}"}]`,
	"JSON in JSON in JSON":   `[{"Data":"{\"Raw\":\"{\\\"Name\\\":` + `%[3]s` + `}\"}"}]`,
	"keys":                   `{"ByBuyer":{%s:1},"ByDay":{%[1]s:1,"Nowak":2}}`,
	"list of strings":        `[%s]`,
	"one string":             `%s`,
	"identifiers":            `[{"Contact":{"LoginId":%s},"EmailId":%[1]s}]`,
	"envelope":               `{"Items":[{"Name":%s,"Title":%[1]s}],"Data":{"Results":[{"Name":%[1]s}]}}`,
	"documents":              `[{"Documents":[{"Title":%s,"FileName":%[1]s,"Description":%[1]s}]}]`,
	"duplicate fields":       `[{"Status":{"Buyer":%s},"Status":{"Buyer":%[1]s}}]`,
	"shipment":               `[{"Shipment":{"Name":%s,"DeliveryName":%[1]s,"Point":%[1]s,"TrackingUrl":%[1]s}}]`,
	"in a list with numbers": `[[1,%s],[2,[%[1]s]]]`,
}

func TestCanaries(t *testing.T) {
	p := testPrivacy(t)
	for name, canary := range canaries {
		once, _ := json.Marshal(canary)
		inString, _ := json.Marshal(string(once))
		twice, _ := json.Marshal(string(inString[1 : len(inString)-1]))
		for shape, template := range shapes {
			for _, path := range []string{"/{organizationName}/orders", "/{organizationName}/customers", "/{organizationName}/statuses/{id}/users", "/me", "/x"} {
				body := fmt.Sprintf(template+"%.0[1]s%.0[2]s%.0[3]s", once, inString[1:len(inString)-1], twice[1:len(twice)-1])
				if !json.Valid([]byte(body)) {
					t.Fatalf("%s in %s is not JSON: %s", name, shape, body)
				}
				if masked := seen(t, p, path, body); leaks(masked, canary) {
					t.Errorf("%s in %s of %s: %s", name, shape, path, masked)
				}
			}
		}
	}
}

// leaks reports whether a text contains a canary, or a word of it that is not a number.
func leaks(text, canary string) bool {
	var plain any
	_ = json.Unmarshal([]byte(text), &plain)
	text = strings.ToLower(fmt.Sprint(plain))
	for _, word := range strings.FieldsFunc(strings.ToLower(canary), func(r rune) bool { return strings.ContainsRune(" ,.-/", r) }) {
		if len(word) > 3 && strings.Contains(text, word) {
			return true
		}
	}
	return strings.Contains(text, strings.ToLower(canary))
}

// Numbers are personal, too.
func TestNumbersAreMasked(t *testing.T) {
	p := testPrivacy(t)
	for _, test := range []string{
		`{"Nip":5261040828}`, `{"Pesel":44051401359}`, `{"Phone":601234567}`, `{"Telefon":48601234567}`, `{"Buyer":{"Regon":123456785}}`,
		`{"Zip":30001}`, `{"HouseNumber":71234}`, `{"CardNumber":4111111111111111}`, `{"Number":601234567}`, `{"Pin":48213}`, `{"Latitude":50.0614300}`,
	} {
		digits := strings.Trim(test[strings.LastIndex(test, ":")+1:], "}")
		if masked := seen(t, p, "/x", test); strings.Contains(masked, digits) {
			t.Errorf("%s became %s", test, masked)
		}
	}
}

// What an agent needs to work stays.
func TestBusinessStays(t *testing.T) {
	p := testPrivacy(t)
	for path, bodies := range map[string][]string{
		"/{organizationName}/orders": {
			`[{"Id":123456789012,"StatusName":"Do obsługi ręcznej","Status":{"Id":1,"Name":"Nowe"},"PurchaseDate":"2026-11-27T10:00:00Z"}]`,
			`[{"OrderItems":[{"Name":"Buty trekkingowe 42","Sku":"BT-42","Ean":"5901234123457","Quantity":2,"PriceGross":"149.90","Unit":"szt."}]}]`,
			`[{"Currency":"PLN","PaymentFormName":"Przelew","DeliveryMethod":{"Name":"Kurier InPost"},"Warehouse":"MAG-1","IsPaid":true,"Note":null}]`,
			`[{"ExternalNumber":"ZAM/2026/11/1001","OrderNumber":"202611001","BuyerId":7,"Buyer":{"Id":"0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"}}]`,
			`[{"Customer":{"Id":902,"OrderCount":12,"Spent":1402.50,"CreatedAt":"2026-01-02","Active":true}}]`,
			`[{"TotalGross":1234567.89,"ItemsCount":12,"CountryCode":"PL","Integration":{"Name":"Mój sklep"},"Type":"B2C"}]`,
		},
		"/{organizationName}/statuses":                   {`[{"Id":1,"Name":"Zaimportowano do ERP"}]`, `{"Items":[{"Name":"Wysłane"}],"NextPageToken":"eyJpZCI6MTB9","Total":1}`},
		"/{organizationName}/articles/{id}/translations": {`[{"Language":"pl","Name":"Kubek","Description":"<p>Kubek 300 ml</p>"}]`},
		"/me": {`{"Organizations":[{"Id":1,"ShortName":"Futuriti","Name":"Futuriti_bb7b2a13-84e7-4261-8550-0250op0f9b55"}]}`},
	} {
		for _, body := range bodies {
			if masked := seen(t, p, path, body); masked != body {
				t.Errorf("%s:\n%s became\n%s", path, body, masked)
			}
		}
	}
}

// What an agent needs for the next call stays, by the paths of the spec.
func TestVariablesOfPathsStay(t *testing.T) {
	document, err := contract.Load([]byte(`{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/s/{referenceNumber}/{email}":{
		"parameters":[{"name":"referenceNumber","in":"path","required":true,"schema":{"type":"string"}},{"name":"email","in":"path","required":true,"schema":{"type":"string"}}],
		"get":{"operationId":"a","responses":{"200":{"description":"ok"}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	p := newPrivacy(document, false)
	const body = `{"referenceNumber":"20250928-SO-F47A-01","continuationToken":"W3sidG9rZW4iOiIrUklEOn4="}`
	if masked := seen(t, p, "/s", body); masked != body {
		t.Errorf("%s became %s", body, masked)
	}
	for _, body := range []string{`{"referenceNumber":"Grażyna"}`, `{"referenceNumber":"a@example.pl"}`, `{"email":"grazyna7"}`, `{"Buyer":{"referenceNumber":"grazyna7"}}`} {
		if masked := seen(t, p, "/s", body); masked == body {
			t.Errorf("%s is not masked", body)
		}
	}
}

// In texts that stay, patterns are found.
func TestPatternsInTexts(t *testing.T) {
	p := testPrivacy(t)
	for name, canary := range canaries {
		switch name {
		case "name", "name in capital", "one name", "city", "note", "full address":
			continue // have no pattern
		}
		body, _ := json.Marshal(map[string]any{"Description": "Kubek, zapytaj: " + canary + ", dziękujemy!"})
		if masked := seen(t, p, "/articles", string(body)); leaks(masked, canary) || !strings.Contains(masked, "Kubek, zapytaj: ") {
			t.Errorf("%s: %s", name, masked)
		}
	}
}

// The same person has the same pseudonym, in whatever way somebody wrote the name or the number.
func TestPseudonymsGroup(t *testing.T) {
	p := testPrivacy(t)
	for _, same := range [][]string{
		{`{"Buyer":{"Name":"Jan Nowak"}}`, `{"Buyer":{"Name":"JAN  NOWAK "}}`},
		{`{"Phone":"601234567"}`, `{"Phone":"+48 601-234-567"}`, `{"Phone":601234567}`},
		{`{"Nip":"5261040828"}`, `{"Nip":"PL 526-104-08-28"}`, `{"Nip":5261040828}`},
		{`{"Phone":"brak"}`, `{"Phone":" Brak"}`},
		{`{"Email":"Jan@Example.pl"}`, `{"Email":"jan@example.pl"}`},
	} {
		for _, other := range same[1:] {
			if a, b := seen(t, p, "/orders", same[0]), seen(t, p, "/orders", other); a != b {
				t.Errorf("%s is %s, and %s is %s", same[0], a, other, b)
			}
		}
	}
	for _, different := range [][2]string{{`{"Email":"a@example.pl"}`, `{"Email":"b@example.pl"}`}, {`{"Phone":"none"}`, `{"Phone":"ask"}`}} {
		if a, b := seen(t, p, "/orders", different[0]), seen(t, p, "/orders", different[1]); a == b {
			t.Errorf("%v became %s", different, a)
		}
	}
	other := *p
	other.key = []byte("another start")
	if a, b := seen(t, p, "/orders", `{"Email":"a@example.pl"}`), seen(t, &other, "/orders", `{"Email":"a@example.pl"}`); a == b {
		t.Errorf("two starts give %s", a)
	}
}

// Nobody sees secrets, not even with --unmask.
func TestSecretsAreNeverShown(t *testing.T) {
	for _, unmask := range []bool{false, true} {
		p := testPrivacy(t)
		p.unmask = unmask
		for _, body := range []string{
			`{"Password":"canary1"}`, `{"apiKey":"canary1"}`, `{"client_secret":"canary1"}`, `{"AccessToken":"canary1"}`, `{"hasło":"canary1"}`,
			`{"x":"eyJhbGciOiJSUzI1NiJ9.canary1.c2ln"}`, `{"Name":"Bearer canary1canary1"}`, `{"Pin":"canary1"}`, `{"Data":"{\"token\":\"canary1\"}"}`,
			`{"KodOdbioru":"canary1"}`,
		} {
			if masked := seen(t, p, "/articles", body); strings.Contains(masked, "canary1") {
				t.Errorf("unmask %v: %s became %s", unmask, body, masked)
			}
		}
	}
}

// The names in a map of persons are their names.
func TestNamesOfPersonsAreMasked(t *testing.T) {
	p := testPrivacy(t)
	for _, body := range []string{`{"ByBuyer":{"canary":1,"nowak":2}}`, `{"Users":{"Canary":{"Status":"x"}}}`, `{"Counts":{"Jan Nowak":1,"canary":2}}`, `[{"Totals":{"601234567":1,"canary":2}}]`} {
		if masked := seen(t, p, "/orders", body); strings.Contains(strings.ToLower(masked), "canary") {
			t.Errorf("%s became %s", body, masked)
		}
	}
	for _, body := range []string{`{"ByStatus":{"Nowe":1}}`, `{"Buyer":{"Id":1,"Unheard":2}}`, `{"@odata.count":1,"value":[]}`} {
		if masked := seen(t, p, "/orders", body); !strings.Contains(masked, `"Nowe":1`) && !strings.Contains(masked, `"Unheard":2`) && !strings.Contains(masked, `"value":[]`) {
			t.Errorf("%s became %s", body, masked)
		}
	}
}

func TestUnmask(t *testing.T) {
	p := testPrivacy(t)
	p.unmask = true
	const body = `[{"Buyer":{"Name":"Jan Nowak","Phone":601234567,"Note":"pod trójką"}}]`
	if shown := seen(t, p, "/orders", body); shown != body {
		t.Errorf("%s became %s", body, shown)
	}
}

// Invisible characters could hide instructions.
func TestInvisibleCharactersAreRemoved(t *testing.T) {
	for _, unmask := range []bool{false, true} {
		p := testPrivacy(t)
		p.unmask = unmask
		got := seen(t, p, "/articles", `[{"Name":"Ku\u001b[31mbek\u202e\u200b\udb40\udc41 \u0000x"}]`)
		if want := `[{"Name":"Ku[31mbek x"}]`; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMessages(t *testing.T) {
	p := testPrivacy(t)
	for message, want := range map[string]string{
		"The field PurchaseDate is required.":                       "The field PurchaseDate is required.",
		"Value 12 for Quantity must be greater than 0":              "Value 12 for Quantity must be greater than 0",
		"Nie znaleziono zamówienia o numerze 1234":                  "Nie znaleziono zamówienia o numerze 1234",
		"Buyer Grażyna Żółć-Kowalska not found":                     "Buyer […] not found",
		"grażyna is unknown":                                        "[…] is unknown",
		"There is no user 'jan.kowalski'":                           "There is no user '[…].[…]'",
		"Order of jan@example.pl (tel. 601 234 567) already exists": "Order of email-X ([…]. phone-X) already exists",
		"Duplicate key: NIP 5261040828":                             "Duplicate key: […] tax-number-X",
		"Contact Kwiatowa 7":                                        "Contact […] 7",
	} {
		got := pseudonyms.ReplaceAllStringFunc(p.prose(message), func(found string) string { return found[:strings.LastIndex(found, "-")] + "-X" })
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", message, got, want)
		}
	}
	for name, canary := range canaries {
		for _, template := range []string{"The buyer %s was not found.", "%s", "Cannot send to '%s': invalid", `{"error":"%s"}`} {
			if message := p.prose(fmt.Sprintf(template, canary)); name != "postal code" && leaks(`"`+message+`"`, canary) {
				t.Errorf("%s: %s", name, message)
			}
		}
	}
}
