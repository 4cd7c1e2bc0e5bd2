package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

// orderDocument has unknown fields on every level, with values that a float or a map would change.
const orderDocument = `{
	"Id": 9007199254740993,
	"Number": "ZAM/1/2024",
	"Total": 12345678901234567890.123,
	"Rates": [1.10, -0.00, 1E3, 1.0e+2],
	"Comment": null,
	"Paid": false,
	"Buyer": {"Name": "Żółw & <syn>", "Address": {"City": "Łódź", "Zip": "90-001"}, "Tags": []},
	"Items": [
		{
			"OrderItemArticles": [
				{"Code": "A-1", "Quantity": 2.500, "Stock": {"Warehouse": "MAG-1", "Left": 0.1000000000000000000001}},
				{}
			],
			"Price": 10.50,
			"Vat": {"Rate": 23.00}
		},
		{"Price": "11.00"}
	],
	"": "an empty name"
}`

func TestNestedUnknownFieldsAreKept(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, orderDocument, &order)
	if order.ID != 9007199254740993 || len(order.Items) != 2 || len(order.Items[0].OrderItemArticles) != 2 {
		t.Fatalf("got %+v", order)
	}
	for _, field := range []struct {
		object interface {
			Get(string) (json.RawMessage, bool)
		}
		name, want string
	}{
		{order, "Total", `12345678901234567890.123`},
		{order, "Rates", `[1.10, -0.00, 1E3, 1.0e+2]`},
		{order, "Comment", `null`},
		{order, "Buyer", `{"Name": "Żółw & <syn>", "Address": {"City": "Łódź", "Zip": "90-001"}, "Tags": []}`},
		{order, "", `"an empty name"`},
		{order.Items[0], "Price", `10.50`},
		{order.Items[0], "Vat", `{"Rate": 23.00}`},
		{order.Items[1], "Price", `"11.00"`},
		{order.Items[0].OrderItemArticles[0], "Quantity", `2.500`},
		{order.Items[0].OrderItemArticles[0], "Stock", `{"Warehouse": "MAG-1", "Left": 0.1000000000000000000001}`},
	} {
		got, found := field.object.Get(field.name)
		if !found || string(got) != field.want {
			t.Errorf("%s: got %s, %v, want %s", field.name, got, found, field.want)
		}
	}
	for _, name := range []string{"Id", "Items", "id", "Absent"} {
		if got, found := order.Get(name); found {
			t.Errorf("%s is an unknown field: %s", name, got)
		}
	}
	var names []string
	for name := range order.UnknownFields.All() {
		names = append(names, name)
	}
	if want := []string{"Number", "Total", "Rates", "Comment", "Paid", "Buyer", ""}; !slices.Equal(names, want) || order.UnknownFields.Len() != len(want) {
		t.Errorf("unknown fields: %q", names)
	}
	if got := order.Items[0].OrderItemArticles[1].UnknownFields; got.Len() != 0 {
		t.Errorf("got unknown fields %v, want none", got)
	}
}

func TestObjectRoundTrip(t *testing.T) {
	for _, test := range []struct {
		object   any
		document string
	}{
		{&gen.Order{}, orderDocument},
		{&gen.Order{}, `{}`},
		{&gen.OrderItemArticle{}, `{"Code":"A-1","Quantity":2.500}`},
		{&gen.CreateOrder{}, `{"IntegrationId":1,"PaymentFormId":2,"PurchaseDate":"2024-10-25T08:15:00.1234567","BuyerId":3,"RecipientId":4,
			"PayerId":5,"Items":[{"OfferId":6,"VariantId":7,"Quantity":1.000,"PriceGross":"10.50","Discount":0.50}],"Currency":"PLN"}`},
		{&gen.CreateIntegration{}, `{"Name":"a","IntegrationType":28,"IsActive":false,"OrderSynchronization":{"ExportWithoutTransport":false,"Series":[1e2]}}`},
		{&gen.Translation{}, `{"LanguageId":2,"Name":null,"Description":"<p>Opis</p>","Slug":null}`},
		{&gen.Translation{}, `{"LanguageId":2,"Name":""}`},
	} {
		mustUnmarshal(t, test.document, test.object)
		if got := mustMarshal(t, test.object); !sameJSON(t, []byte(got), []byte(test.document)) {
			t.Errorf("%s\nround trip: %s", test.document, got)
		}
	}
}

func TestUnknownFieldsFollowKnownInOrder(t *testing.T) {
	order := gen.Order{ID: 7, Items: []gen.OrderItem{{}}}
	err := errors.Join(
		order.Set("b", json.RawMessage(`2`)),
		order.Set("a", json.RawMessage(` [ 1 ] `)),
		order.Set("C", json.RawMessage(`{"x":1}`)),
		order.Set("\"<", json.RawMessage(`null`)),
		order.Items[0].Set("z", json.RawMessage(`10.50`)),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := mustMarshal(t, order), `{"Id":7,"Items":[{"z":10.50}],"b":2,"a":[1],"C":{"x":1},"\"\u003c":null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	article := gen.OrderItemArticle{}
	if err := article.Set("only", json.RawMessage(`1`)); err != nil {
		t.Fatal(err)
	}
	if got, want := mustMarshal(t, article), `{"only":1}`; got != want {
		t.Errorf("without known fields: got %s, want %s", got, want)
	}
	order.UnknownFields.Delete("C")
	if err := errors.Join(order.Set("b", json.RawMessage(`3`)), order.Set("c", json.RawMessage(`4`))); err != nil {
		t.Fatal(err)
	}
	order.UnknownFields.Delete("absent")
	if got, want := mustMarshal(t, order), `{"Id":7,"Items":[{"z":10.50}],"b":3,"a":[1],"\"\u003c":null,"c":4}`; got != want {
		t.Errorf("after changes: got %s, want %s", got, want)
	}
	article.UnknownFields.Delete("only")
	if got := mustMarshal(t, article); got != `{}` || article.Len() != 0 {
		t.Errorf("without fields: got %s", got)
	}
}

func TestMarshalRejectsUnknownFieldWithKnownName(t *testing.T) {
	for _, name := range []string{"Id", "id", "ID", "iD", "Items", "ITEMS", "itemſ"} {
		order := gen.Order{ID: 7}
		if err := order.Set(name, json.RawMessage(`8`)); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(order)
		if err == nil || !strings.Contains(err.Error(), "field "+name+" is also in UnknownFields") {
			t.Errorf("%s: got %s, %v", name, data, err)
		}
	}
	nested := gen.Order{Items: []gen.OrderItem{{}}}
	if err := nested.Items[0].Set("orderItemArticles", json.RawMessage(`[]`)); err != nil {
		t.Fatal(err)
	}
	if data, err := json.Marshal(nested); err == nil {
		t.Errorf("nested: got %s", data)
	}
}

func TestSetRejectsInvalidJSON(t *testing.T) {
	for _, value := range []string{"", " ", "{", "}", "1 2", "1,", "+1", "NaN", "abc", `"a`, "[1,]", "{\"a\":1},\"Id\":8,\"b\":{}", "\xff"} {
		order := gen.Order{ID: 7}
		if err := order.Set("Kept", json.RawMessage(`1`)); err != nil {
			t.Fatal(err)
		}
		err := order.Set("Broken", json.RawMessage(value))
		if err == nil || err.Error() != "value of field Broken is not valid JSON" {
			t.Errorf("%q: got %v", value, err)
		}
		if got, want := mustMarshal(t, order), `{"Id":7,"Kept":1}`; got != want {
			t.Errorf("%q: got %s", value, got)
		}
	}
	var order gen.Order
	if err := order.Set("Nil", nil); err == nil {
		t.Error("Set accepts nil")
	}
}

func TestCopyIsIndependent(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"Id":1,"A":1}`, &order)
	changed := order
	if err := changed.Set("A", json.RawMessage(`2`)); err != nil {
		t.Fatal(err)
	}
	if got := mustMarshal(t, order); got != `{"Id":1,"A":1}` {
		t.Errorf("original changed to %s", got)
	}
}

func TestNamesMatchCaseInsensitively(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"id":7,"ITEMS":[{"orderItemArticles":[{"code":"A-1"}]}],"Code":"x"}`, &order)
	if order.ID != 7 || len(order.Items) != 1 || len(order.Items[0].OrderItemArticles) != 1 || order.UnknownFields.Len() != 1 {
		t.Fatalf("got %+v", order)
	}
	if got, want := mustMarshal(t, order), `{"id":7,"ITEMS":[{"orderItemArticles":[{"code":"A-1"}]}],"Code":"x"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	order.ID = 8
	if got, want := mustMarshal(t, order), `{"id":8,"ITEMS":[{"orderItemArticles":[{"code":"A-1"}]}],"Code":"x"}`; got != want {
		t.Errorf("after a change: got %s, want %s", got, want)
	}

	// Unknown names that differ only in case are different names.
	mustUnmarshal(t, `{"code":1,"Code":2,"CODE":3}`, &order)
	if got := order.UnknownFields.Len(); got != 3 {
		t.Errorf("got %d unknown fields, want 3", got)
	}
}

func TestUnmarshalReplacesUnknownFields(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"Id":1,"Old":1}`, &order)
	mustUnmarshal(t, `{"Id":2,"New":2}`, &order)
	if got, want := mustMarshal(t, order), `{"Id":2,"New":2}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNullObject(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `null`, &order)
	if !reflect.DeepEqual(order, gen.Order{}) {
		t.Errorf("got %+v", order)
	}
	if got := mustMarshal(t, order); got != `{}` {
		t.Errorf("marshals as %s", got)
	}
	var fields struct {
		Pointer *gen.Order                      `json:"pointer"`
		Wrapped wire.Nullable[gen.Order]        `json:"wrapped"`
		List    []gen.OrderItem                 `json:"list"`
		Object  gen.Order                       `json:"object"`
		Map     map[string]gen.OrderItemArticle `json:"map"`
	}
	mustUnmarshal(t, `{"pointer":null,"wrapped":null,"list":[{},{"a":1}],"object":null,"map":{"a":null}}`, &fields)
	if fields.Pointer != nil || !fields.Wrapped.IsNull() || len(fields.List) != 2 || fields.Object.ID != 0 || len(fields.Map) != 1 {
		t.Errorf("got %+v", fields)
	}
}

func TestObjectRejectsOtherValues(t *testing.T) {
	for _, document := range []string{``, ` `, `[]`, `[{}]`, `"a"`, `""`, `1`, `true`, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{} {}`, `{"a":1}}`, `nul`} {
		var order gen.Order
		if err := order.UnmarshalJSON([]byte(document)); err == nil {
			t.Errorf("%s: got %+v, want an error", document, order)
		}
	}
	for _, document := range []string{`{"Id":"7a"}`, `{"Id":"07"}`, `{"Id":""}`, `{"Id":"9223372036854775808"}`, `{"Id":7.5}`, `{"Id":1e3}`, `{"Id":9223372036854775808}`, `{"Items":{}}`, `{"Items":[1]}`, `{"Items":[[]]}`} {
		var order gen.Order
		if err := json.Unmarshal([]byte(document), &order); err == nil {
			t.Errorf("%s: got %+v, want an error", document, order)
		}
	}
}

func randomValue(random *rand.Rand, depth int) string {
	kinds := 6
	if depth == 0 {
		kinds = 4
	}
	switch random.IntN(kinds) {
	case 0:
		return []string{"null", "true", "false"}[random.IntN(3)]
	case 1, 2:
		return randomNumber(random)
	case 3:
		data, err := json.Marshal(randomString(random))
		if err != nil {
			panic(err)
		}
		return string(data)
	case 4:
		elements := make([]string, random.IntN(4))
		for i := range elements {
			elements[i] = randomValue(random, depth-1)
		}
		return "[" + strings.Join(elements, " , ") + "]"
	}
	fields := make([]string, random.IntN(4))
	for i := range fields {
		fields[i] = fmt.Sprintf("%q :%s", fmt.Sprint("Id", i), randomValue(random, depth-1))
	}
	return "{" + strings.Join(fields, ",") + "}"
}
