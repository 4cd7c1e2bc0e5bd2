package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

// Unknown fields are found as known ones are: by the exact name, or by one with another case.
func TestGetFindsNamesWithAnotherCase(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"totalGross":1,"Code":2,"code":3,"Żółw":4,"\u0041bc":5,"twice":6,"twice":7,"Twin":8,"twin":9}`, &order)
	for name, want := range map[string]string{
		"TotalGross": "1", "totalGross": "1", "TOTALGROSS": "1", "Code": "2", "code": "3", "żÓŁW": "4", "ABC": "5", "Twice": "7", "twice": "7",
		"TWIN": "", "CODE": "", "absent": "", "Id": "", "": "",
	} {
		if got, ok := order.Get(name); string(got) != want || ok != (want != "") {
			t.Errorf("%s: %s, %v, want %s", name, got, ok, want)
		}
	}
}

func TestTypedGetters(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"s":"A\u002BB","n":12,"quoted":"12.50","d":"2024-10-25T08:15:00\u002B02:00","null":null,"bad":"\ud800","f":1.50,"o":{},"Twin":"a","twin":"b"}`, &order)
	for _, test := range []struct {
		name string
		get  func(name string) (any, bool, error)
		want string
		err  string
	}{
		{"s", anyOf(order.GetString), "A+B", ""},
		{"n", anyOf(order.GetString), "", "field n: want a string, got a number"},
		{"bad", anyOf(order.GetString), "", "field bad: a string that is not valid UTF-8, or has half of a surrogate pair"},
		{"null", anyOf(order.GetString), "", ""},
		{"absent", anyOf(order.GetString), "", ""},
		{"n", anyOf(order.GetInt), "12", ""},
		{"f", anyOf(order.GetInt), "", "field f: want an integer, got a number with a fraction or an exponent"},
		{"null", anyOf(order.GetInt), "", ""},
		{"f", anyOf(order.GetDecimal), "1.50", ""},
		{"quoted", anyOf(order.GetDecimal), "12.50", ""},
		{"s", anyOf(order.GetDecimal), "", "field s: not a decimal number: want JSON syntax, such as 12.50"},
		{"null", anyOf(order.GetDecimal), "", ""},
		{"D", anyOf(order.GetDateTime), `2024-10-25T08:15:00\u002B02:00`, ""},
		{"o", anyOf(order.GetDateTime), "", `field o: not a date: want a string such as "2024-10-25"`},
		{"absent", anyOf(order.GetDateTime), "", ""},
		{"TWIN", anyOf(order.GetString), "", "field TWIN may be Twin or twin: use the exact name"},
		{"twin", anyOf(order.GetString), "b", ""},
	} {
		value, ok, err := test.get(test.name)
		data, marshalErr := json.Marshal(value)
		if marshalErr != nil {
			t.Fatal(marshalErr)
		}
		if err == nil && test.err != "" || err != nil && err.Error() != test.err || ok != (test.want != "") {
			t.Errorf("%s: %s, %v, %v", test.name, data, ok, err)
		}
		if ok && string(data) != test.want && string(data) != `"`+test.want+`"` {
			t.Errorf("%s: got %s, want %s", test.name, data, test.want)
		}
	}
}

func anyOf[T any](get func(string) (T, bool, error)) func(string) (any, bool, error) {
	return func(name string) (any, bool, error) {
		value, ok, err := get(name)
		return value, ok, err
	}
}

func TestSetRejectsKnownFieldsOfAnObjectThatWasRead(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"Items":[]}`, &order)
	for _, name := range []string{"Id", "ITEMS"} {
		if err := order.Set(name, json.RawMessage(`1`)); err == nil {
			t.Errorf("%s was set", name)
		}
	}
	checkUnchanged(t, `{"Items":[]}`, order)
	var none wire.UnknownFields
	if got := none.Len(); got != 0 {
		t.Errorf("%d fields", got)
	}
}

// What Get finds, Set replaces and Delete removes.
func TestSetAndDeleteFindNamesWithAnotherCase(t *testing.T) {
	var order gen.Order
	mustUnmarshal(t, `{"Id":1,"totalGross":5,"Twin":1,"twin":2}`, &order)
	if err := order.Set("TotalGross", json.RawMessage(`7`)); err != nil {
		t.Fatal(err)
	}
	if err := order.Set("TWIN", json.RawMessage(`3`)); err == nil {
		t.Error("an ambiguous name was set")
	}
	order.UnknownFields.Delete("TWIN")
	if got, want := mustMarshal(t, order), `{"Id":1,"totalGross":7,"Twin":1,"twin":2}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	order.UnknownFields.Delete("TOTALGROSS")
	if got, want := mustMarshal(t, order), `{"Id":1,"Twin":1,"twin":2}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
