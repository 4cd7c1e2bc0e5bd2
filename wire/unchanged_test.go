package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/codegen/sample"
	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// checkUnchanged expects an object to be written as the document that it was read from.
func checkUnchanged(t *testing.T, document string, object any) {
	t.Helper()
	var compact, want bytes.Buffer
	if err := json.Compact(&compact, []byte(document)); err != nil {
		t.Fatal(err)
	}
	json.HTMLEscape(&want, compact.Bytes()) // as json.Marshal does
	if want.String() == "null" {
		want = *bytes.NewBufferString("{}")
	}
	if got := mustMarshal(t, object); got != want.String() {
		t.Fatalf("%s\nis written as\n%s", document, got)
	}
}

// Whatever an object had when it was read, it has when it is written: no field is lost, added,
// renamed or moved, and numbers stay as they are.
func TestObjectsAreWrittenAsTheyWereRead(t *testing.T) {
	for _, object := range []any{
		gen.CreateIntegration{}, gen.CreateOrder{}, gen.CreateOrderItem{}, gen.Created{}, gen.Me{}, gen.Order{}, gen.OrderItem{}, gen.OrderItemArticle{},
		gen.OrderSynchronization{}, gen.OrganizationInfo{}, gen.ParameterDefinition{}, gen.Status{}, gen.Translation{},
		sample.AddInvoiceResponse{}, sample.Buyer{}, sample.Category{}, sample.ClientModel{}, sample.Order{}, sample.OrderChange{},
		sample.OrderFilter{}, sample.OrderItemsItem{}, sample.OrderPaid{}, sample.OrderPlaced{}, sample.PagedResultOfOrder{}, sample.Party{}, sample.ProblemDetails{},
		sample.StartJobResponse{},
	} {
		kind := reflect.TypeOf(object)
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			random := newRandom(t)
			for range fewer.UnderRace(20_000, 500) {
				document := randomOf(random, kind, 3)
				read := reflect.New(kind)
				if err := codec.Unmarshal([]byte(document), read.Interface()); err != nil {
					t.Fatalf("%s: %v", document, err)
				}
				checkUnchanged(t, document, read.Elem().Interface())
			}
		})
	}
}

// randomOf returns random JSON for a type: an object has any of its fields, in any order and with
// names in any case, null, zero and empty values, and unknown fields.
func randomOf(random *rand.Rand, kind reflect.Type, depth int) string {
	choose := func(values ...string) string { return values[random.IntN(len(values))] }
	switch kind {
	case reflect.TypeFor[wire.Decimal]():
		return choose("null", "0", "-0", "0.00", `"1.50"`, randomNumber(random))
	case reflect.TypeFor[wire.DateTime]():
		return choose("null", `""`, `"2024-10-25"`, `"0001-01-01T00:00:00"`, `"2024-10-25T08:15:00.1200000\u002B02:00"`)
	case reflect.TypeFor[json.RawMessage]():
		return randomValue(random, depth)
	}
	if nullable, ok := kind.MethodByName("Get"); ok && strings.HasPrefix(kind.Name(), "Nullable[") {
		return choose("null", randomOf(random, nullable.Type.Out(0), depth))
	}
	switch kind.Kind() {
	case reflect.Struct:
		return randomFieldsOf(random, kind, depth)
	case reflect.Pointer:
		return choose("null", randomOf(random, kind.Elem(), depth))
	case reflect.String:
		return choose("null", `""`, `"a"`, `"\u0105<\/&>"`, mustQuote(randomString(random)))
	case reflect.Bool:
		return choose("null", "true", "false")
	case reflect.Int32, reflect.Int64:
		return choose("null", "0", "-0", "7", fmt.Sprint(random.Int32()))
	case reflect.Slice:
		if depth == 0 {
			return choose("null", "[]")
		}
		elements := make([]string, random.IntN(3))
		for i := range elements {
			for elements[i] = "null"; elements[i] == "null"; { // plain elements cannot be null
				elements[i] = randomOf(random, kind.Elem(), depth-1)
			}
		}
		return "[" + strings.Join(elements, " ,") + "]"
	case reflect.Map:
		return choose("null", "{}", `{"a":`+randomOf(random, kind.Elem(), 0)+`,"":`+randomOf(random, kind.Elem(), 0)+`}`)
	}
	panic("no random value of " + kind.String())
}

func randomFieldsOf(random *rand.Rand, kind reflect.Type, depth int) string {
	var fields []string
	for i := range kind.NumField() {
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
		if name == "-" || random.IntN(4) == 0 {
			continue
		}
		value := randomOf(random, kind.Field(i).Type, depth)
		if random.IntN(8) == 0 {
			fields = append(fields, mustQuote(strings.ToLower(name))+":"+value)
			continue
		}
		fields = append(fields, mustQuote(name)+" : "+value)
		if random.IntN(8) == 0 && strings.ToUpper(name) != name {
			fields = append(fields, mustQuote(strings.ToUpper(name))+":"+randomValue(random, 1)) // after the exact name, a field of its own
		}
	}
	for i := range random.IntN(3) {
		fields = append(fields, mustQuote(fmt.Sprint(i, randomString(random)))+":"+randomValue(random, depth))
	}
	return "{ " + strings.Join(fields, ",\n") + "}"
}

func mustQuote(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// After a change, an object is written with that change only.
func TestChangesOfObjectsThatWereRead(t *testing.T) {
	const me = `{"Name":"","extra":-0,"id":0,"EmailVerified":true,"Organizations":[{"Id":1,"Z":1.50},{"ShortName":null}],"Nickname":"a"}`
	for _, test := range []struct {
		change func(*gen.Me)
		want   string
	}{
		{func(*gen.Me) {}, me},
		{func(m *gen.Me) { m.ID = 5 }, strings.Replace(me, `"id":0`, `"id":5`, 1)},
		{func(m *gen.Me) { m.EmailVerified = false }, strings.Replace(me, "true", "false", 1)},
		{func(m *gen.Me) { m.Nickname = "" }, strings.Replace(me, `"Nickname":"a"`, `"Nickname":""`, 1)},
		{func(m *gen.Me) { m.Email = "a<b" }, strings.TrimSuffix(me, "}") + `,"Email":"a\u003cb"}`},
		{func(m *gen.Me) { m.Organizations[0].ID = 2 }, strings.Replace(me, `{"Id":1`, `{"Id":2`, 1)},
		{func(m *gen.Me) { m.Organizations[1].ShortName = "s" }, strings.Replace(me, `"ShortName":null`, `"ShortName":"s"`, 1)},
		{func(m *gen.Me) { m.Organizations = m.Organizations[1:] }, strings.Replace(me, `{"Id":1,"Z":1.50},`, "", 1)},
		{func(m *gen.Me) { m.Organizations = []gen.OrganizationInfo{} }, strings.Replace(me, `[{"Id":1,"Z":1.50},{"ShortName":null}]`, "[]", 1)},
		{func(m *gen.Me) { m.Organizations = nil }, strings.Replace(me, `"Organizations":[{"Id":1,"Z":1.50},{"ShortName":null}],`, "", 1)},
		{func(m *gen.Me) { m.UnknownFields.Delete("extra") }, strings.Replace(me, `"extra":-0,`, "", 1)},
		{func(m *gen.Me) { m.UnknownFields = wire.UnknownFields{} },
			`{"EmailVerified":true,"Nickname":"a","Organizations":[{"Id":1,"Z":1.50},{"ShortName":null}]}`},
	} {
		var m gen.Me
		mustUnmarshal(t, me, &m)
		test.change(&m)
		if got := mustMarshal(t, m); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// The unknown fields of an object can be given to one of another type.
func TestUnknownFieldsOfAnotherType(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"Id":7,"Comment":"a","Items":[]}`, &order)
	translation := gen.Translation{LanguageID: 2, UnknownFields: order.UnknownFields}
	if got, want := mustMarshal(t, translation), `{"LanguageId":2,"Comment":"a"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNamesThatDifferByCaseOnlyAreBothKept(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"Id":5,"id":6}`, &order)
	if twin, ok := order.Get("id"); order.ID != 5 || !ok || string(twin) != "6" {
		t.Errorf("Id %d, id %s", order.ID, twin)
	}
	checkUnchanged(t, `{"Id":5,"id":6}`, order)
	var folded gen.Order
	mustUnmarshal(t, `{"id":1,"ID":2}`, &folded)
	if twin, ok := folded.Get("ID"); folded.ID != 1 || !ok || string(twin) != "2" {
		t.Errorf("id %d, ID %s", folded.ID, twin)
	}
	folded.ID = 9
	if got, want := mustMarshal(t, folded), `{"id":9,"ID":2}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, document := range []string{`{"id":6,"Id":5}`, `{"Id":5,"Id":6}`, `{"Id":5,"\u0049d":6}`} {
		if err := json.Unmarshal([]byte(document), &order); err == nil || !strings.Contains(err.Error(), "a field that comes twice") {
			t.Errorf("%s: %v", document, err)
		}
	}
}
