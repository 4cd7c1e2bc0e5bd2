package param_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/param"
)

type order struct {
	Note  string          `json:"note,omitempty"`
	Price wire.Decimal    `json:"price,omitzero"`
	Days  []wire.DateTime `json:"days,omitempty"`
	IDs   []int64         `json:"ids,omitempty"`
	To    *filter         `json:"to,omitempty"`
	Lines []filter        `json:"lines,omitempty"`
	Any   json.RawMessage `json:"any,omitempty"`
}

func TestForms(t *testing.T) {
	for _, test := range []struct {
		name  string
		order order
		tags  string
		want  string // or a part of the error
	}{
		{"nothing", order{}, "", ""},
		{"scalars", order{Note: "a&b=ż +", Price: wire.MustDecimal("1.50")}, "", "note=a%26b%3D%C5%BC+%2B&price=1.50"},
		{"lists", order{Days: []wire.DateTime{wire.NewDate(2024, 10, 25), wire.NewDate(2024, 10, 26)}, IDs: []int64{1, 2}}, "ids,joined", "days=2024-10-25&days=2024-10-26&ids=1,2"},
		{"a list joined by pipes", order{IDs: []int64{1, 2}}, "days,joined ids,pipeDelimited", "ids=1%7C2"},
		{"objects", order{To: &filter{City: "x", IDs: []int64{3}}, Lines: []filter{{City: "1"}, {Limit: 2}}}, "",
			"to%5Bcity%5D=x&to%5Bids%5D%5B0%5D=3&lines%5B0%5D%5Bcity%5D=1&lines%5B1%5D%5Blimit%5D=2"},
		{"null", order{Any: json.RawMessage("null")}, "", "any: null cannot be sent"},
		{"an object in a joined field", order{Lines: []filter{{City: "1"}}}, "lines,joined", "lines: element 0: lists and objects inside others"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tags := strings.Fields(test.tags)
			form, err := param.EncodeForm(test.order, tags...)
			if err != nil && test.want != "" && strings.Contains(err.Error(), test.want) {
				return
			}
			if err != nil || form != test.want {
				t.Fatalf("got %s, %v, want %s", form, err, test.want)
			}
			var bound order
			if err := param.BindForm(&bound, form, tags...); err != nil || !reflect.DeepEqual(bound, test.order) {
				t.Errorf("bound %+v, %v", bound, err)
			}
		})
	}
	for value, want := range map[any]string{7: "int has no fields", "x": "string has no fields"} {
		if _, err := param.EncodeForm(value); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v", value, err)
		}
	}
}
