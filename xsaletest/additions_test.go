package xsaletest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

const addedName = "added \"quoted\" \\ / żółw"

// objectsIn calls a function for each object in a JSON value.
func objectsIn(t *testing.T, text string, visit func(map[string]any)) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			visit(value)
			for name, member := range value {
				if !strings.HasPrefix(name, "Added") {
					walk(member)
				}
			}
		case []any:
			for _, element := range value {
				walk(element)
			}
		}
	}
	walk(value)
}

func TestAdditionsAreInEveryObject(t *testing.T) {
	plain, added := newCaller(t, xsaletest.WithInvalidRequests()), newCaller(t, xsaletest.WithUnknownFields(), xsaletest.WithInvalidRequests())
	for _, test := range []struct {
		method, path, body string
		objects            int
	}{
		{"GET", "/me", "", 2},
		{"GET", ":/statuses", "", 9},
		{"GET", ":/articles/16519/translations", "", 1},
		{"POST", ":/orders", validOrder, 1},
		{"POST", ":/integrations", `{"Name":"shop","IntegrationType":28}`, 1},
		{"POST", ":/integrations/1/categories/1/parameters", `{}`, 1},
		{"POST", ":/integrations", `{}`, 3}, // a problem with two errors
		{"GET", "/no/such/path", "", 1},
	} {
		without, with := plain.call(test.method, test.path, test.body), added.call(test.method, test.path, test.body)
		objects := 0
		objectsIn(t, with.body, func(object map[string]any) {
			objects++
			value, hasNull := object["AddedNull"]
			decimal, _ := object["AddedDecimal"].(json.Number)
			_, hasObject := object["AddedObject"].(map[string]any)
			_, hasArray := object["AddedArray"].([]any)
			if !hasNull || value != nil || decimal != "12345678901234567890.123456789012345678" || !hasObject || !hasArray || object[addedName] != "ą\t😀" || object["AddedText"] != "" {
				t.Errorf("%s: %v", test.path, object)
			}
			for _, name := range []string{"AddedObject", "AddedArray", "AddedDecimal", "AddedNull", "AddedText", addedName} {
				delete(object, name)
			}
		})
		if objects != test.objects || with.status != without.status || with.header.Get("X-Sandbox-Addition") != "1" || without.header.Get("X-Sandbox-Addition") != "" {
			t.Errorf("%s: %d objects, status %d, %v", test.path, objects, with.status, with.header)
		}
		again := newCaller(t, xsaletest.WithUnknownFields(), xsaletest.WithInvalidRequests())
		if repeated := again.call(test.method, test.path, test.body); test.method == "GET" && repeated.body != with.body {
			t.Errorf("%s: different in the next run", test.path)
		}
	}
}

// Except for the additions nothing changes, down to the digits and the order of fields.
func TestAdditionsKeepTheRest(t *testing.T) {
	plain, added := newCaller(t), newCaller(t, xsaletest.WithUnknownFields("listOrders"))
	without, with := plain.call("GET", ":/orders", "").body, added.call("GET", ":/orders", "").body
	const members = `"AddedObject":{"Code":"PL","Nested":{"List":[1,{"Deep":null}]}},"AddedArray":[{"Id":1},"text",[],null,true],"AddedDecimal":12345678901234567890.123456789012345678,"AddedNull":null,"AddedText":"","added \"quoted\" \\ \/ \u017c\u00f3\u0142w":"\u0105\t\ud83d\ude00"`
	if restored := strings.ReplaceAll(with, ","+members, ""); restored != without || with == without {
		t.Errorf("%.300s\nwant:\n%.300s", restored, without)
	}
	if reply := added.call("GET", "/me", ""); strings.Contains(reply.body, "Added") || reply.header.Get("X-Sandbox-Addition") != "" {
		t.Errorf("another operation has additions: %s", reply.body)
	}
	if statuses := added.call("GET", ":/statuses", "").body; strings.Contains(statuses, "Dodany") {
		t.Errorf("another operation has another status: %s", statuses)
	}
}

// The escapes are those of System.Text.Json's default encoder.
func TestStringsAreEscapedAsASPNETDoes(t *testing.T) {
	const text = `A+B "Ł/ó" <&> 'x' a\\b ` + "`y` \u007f 😀 \\t"
	for name, option := range map[string]xsaletest.Option{"escapes": xsaletest.WithEscapedStrings(), "unknown fields": xsaletest.WithUnknownFields()} {
		c := newCaller(t, option, xsaletest.WithOrders(0))
		encoded, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		c.create(":/orders", strings.Replace(validOrder, `{`, `{"Numer+":`+string(encoded)+`,"Sum":1.50e2,"Zero":-0,`, 1))
		const want = `"Numer\u002B":"A\u002BB \u0022\u0141/\u00F3\u0022 \u003C\u0026\u003E \u0027x\u0027 a\\\\b \u0060y\u0060 \u007F \uD83D\uDE00 \\t","Sum":1.50e2,"Zero":-0,`
		if body := c.call("GET", ":/orders", "").body; !strings.Contains(body, want) {
			t.Errorf("%s: got  %s\nwant %s", name, body, want)
		}
		if body := c.call("GET", ":/statuses", "").body; !strings.Contains(body, `"Wys\u0142ane"`) {
			t.Errorf("%s: got %s", name, body)
		}
	}
}

// A client may send back what it has read.
func TestAdditionsAreNotRepeated(t *testing.T) {
	c := newCaller(t, xsaletest.WithUnknownFields(), xsaletest.WithOrders(0))
	c.create(":/orders", strings.Replace(validOrder, `{`, `{"addednull":1,"AddedText":"kept",`, 1))
	body := c.call("GET", ":/orders", "").body
	// The line and its article get both, the order neither.
	if strings.Count(body, `AddedText`) != 3 || !strings.Contains(body, `"AddedText":"kept"`) || strings.Count(body, `ddedNull`) != 2 || strings.Count(body, "addednull") != 1 {
		t.Errorf("got %s", body)
	}
}

func TestAddedNamesAreNotInTheSpec(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	for name, schema := range document.Components.Schemas {
		for member := range schema.Value.Properties {
			if strings.HasPrefix(strings.ToLower(member), "added") {
				t.Errorf("%s has %s", name, member)
			}
		}
	}
}

func TestAddedStatusBelongsToTheAccount(t *testing.T) {
	c := newCaller(t, xsaletest.WithUnknownFields("listStatuses"))
	if body := c.call(http.MethodGet, ":/statuses", "").body; !strings.Contains(body, `{"Id":9,"Name":"Dodany przez sandbox",`) {
		t.Errorf("got %s", body)
	}
	if orders := c.listOrders("?statusidin=9"); len(orders) != 0 {
		t.Errorf("got %d orders with the added status, want 0", len(orders))
	}
}

func TestAdditionsNeedKnownOperation(t *testing.T) {
	if _, err := xsaletest.Start(xsaletest.WithUnknownFields("listOrder")); err == nil || !strings.Contains(err.Error(), `WithUnknownFields: no such operation "listOrder": want one of createIntegration`) {
		t.Errorf("got %v", err)
	}
}

// The client reads every response, keeps the additions to the digit, and sends them back.
func TestClientKeepsAdditions(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithUnknownFields(), xsaletest.WithOrders(3))
	client := sandbox.Client(t)
	shop := client.Organization("")
	if me, err := client.Me(t.Context()); err != nil || len(me.Organizations) != 1 {
		t.Errorf("%+v, %v", me, err)
	}
	if statuses, err := call.Collect(shop.Statuses.List(t.Context())); err != nil || len(statuses) != 9 {
		t.Errorf("%d statuses, %v", len(statuses), err)
	}
	orders, err := call.Collect(shop.Orders.List(t.Context(), xsale.ListOrdersParams{}))
	if err != nil || len(orders) != 3 {
		t.Fatalf("%d orders, %v", len(orders), err)
	}
	if value, _ := orders[2].Get("AddedDecimal"); string(value) != "12345678901234567890.123456789012345678" {
		t.Errorf("AddedDecimal %s", value)
	}
	if value, _ := orders[0].Items[0].Get(addedName); string(value) != `"\u0105\t\ud83d\ude00"` {
		t.Errorf("%s: %s", addedName, value)
	}
	for translation, err := range shop.Articles.ListTranslations(t.Context(), 16519) {
		if err != nil {
			t.Fatal(err)
		}
		if err := shop.Articles.SetTranslation(t.Context(), 16519, translation); err != nil {
			t.Error(err)
		}
	}
	sent, err := xsaletest.Decode[xsale.Translation](sandbox.Requests("setTranslation")[0])
	if value, _ := sent.Get("AddedNull"); err != nil || string(value) != "null" {
		t.Errorf("AddedNull was sent back as %q, %v", value, err)
	}
}
