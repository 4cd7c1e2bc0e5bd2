package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/codegen/sample"
	"github.com/xsale-go/xsale/wire"
)

// An absent field, null, zero and any other value mean four different things in a request. Every Go
// type of an optional field must be able to express those that the spec allows.
func TestRequestsDistinguishAbsentNullAndZero(t *testing.T) {
	null := wire.Decimal{}
	mustUnmarshal(t, `null`, &null)
	nullDay := wire.DateTime{}
	mustUnmarshal(t, `null`, &nullDay)
	for _, test := range []struct {
		value any
		want  string
	}{
		{sample.OrderChange{}, `{}`},
		{changeWith(func(c *sample.OrderChange) { c.SendNull("Note") }), `{"Note":null}`},
		{changeWith(func(c *sample.OrderChange) { c.SendZero("Note") }), `{"Note":""}`},
		{sample.OrderChange{Note: "a"}, `{"Note":"a"}`},
		{changeWith(func(c *sample.OrderChange) { c.SendNull("Paid", "Due") }), `{"Due":null,"Paid":null}`},
		{changeWith(func(c *sample.OrderChange) { c.SendZero("Paid", "Priority", "Status") }), `{"Paid":false,"Priority":0,"Status":0}`},
		{changeWith(func(c *sample.OrderChange) { c.Paid = true; c.SendZero("Paid") }), `{"Paid":true}`},
		{changeWith(func(c *sample.OrderChange) { c.SendZero("Paid"); c.SendNull("Paid") }), `{"Paid":null}`},
		{sample.OrderChange{Paid: true, Priority: 1, Status: sample.OrderStatusPaid}, `{"Paid":true,"Priority":1,"Status":1}`},
		{sample.OrderChange{Due: nullDay}, `{"Due":null}`},
		{sample.OrderChange{Due: wire.NewDate(2024, 10, 25)}, `{"Due":"2024-10-25"}`},
		{gen.Translation{}, `{"LanguageId":0}`},
		{gen.Translation{Name: wire.Null[string]()}, `{"LanguageId":0,"Name":null}`},
		{gen.Translation{Name: wire.Some("")}, `{"LanguageId":0,"Name":""}`},
		{gen.CreateOrderItem{}, `{"OfferId":0,"Quantity":null,"VariantId":0}`},
		{gen.CreateOrderItem{PriceNet: null}, `{"OfferId":0,"PriceNet":null,"Quantity":null,"VariantId":0}`},
		{gen.CreateOrderItem{PriceNet: wire.MustDecimal("0")}, `{"OfferId":0,"PriceNet":0,"Quantity":null,"VariantId":0}`},
		{gen.CreateOrderItem{PriceNet: wire.MustDecimal("0.00")}, `{"OfferId":0,"PriceNet":0.00,"Quantity":null,"VariantId":0}`},
		{gen.CreateIntegration{}, `{"IntegrationType":0,"Name":""}`},
		{gen.CreateIntegration{IsActive: new(false)}, `{"IntegrationType":0,"IsActive":false,"Name":""}`},
		{gen.CreateIntegration{IsActive: new(true)}, `{"IntegrationType":0,"IsActive":true,"Name":""}`},
	} {
		if got := mustMarshal(t, test.value); got != test.want {
			t.Errorf("%+v: got %s, want %s", test.value, got, test.want)
		}
	}
	for _, s := range []string{
		`{}`, `{"Note":null}`, `{"Note":""}`, `{"Note":"a"}`, `{"Paid":null}`, `{"Paid":false}`, `{"Due":null}`, `{"Due":""}`, `{"Priority":0}`,
	} {
		var change sample.OrderChange
		mustUnmarshal(t, s, &change)
		if got := mustMarshal(t, change); got != s {
			t.Errorf("%s: round trip %s", s, got)
		}
	}
}

func changeWith(edit func(*sample.OrderChange)) sample.OrderChange {
	var change sample.OrderChange
	edit(&change)
	return change
}

// What is sent explicitly must be a field that the spec lists, and a value that it allows.
func TestExplicitValuesAreChecked(t *testing.T) {
	for _, test := range []struct {
		edit func(*sample.OrderChange)
		want string
	}{
		{func(c *sample.OrderChange) { c.SendNull("Nota") }, "OrderChange has no field Nota: pass the name that it has in JSON"},
		{func(c *sample.OrderChange) { c.SendZero("note") }, "OrderChange has no field note: write Note"},
		{func(c *sample.OrderChange) { c.SendNull("Priority") }, "OrderChange.Priority: the spec does not allow null"},
		{func(c *sample.OrderChange) { c.Note = "a"; c.SendNull("Note") }, "OrderChange.Note: SendNull is set, but the field has a value: clear the field"},
		{func(c *sample.OrderChange) { c.SendZero("Due") }, "OrderChange.Due: SendZero is set, but the type has no zero: set the field"},
	} {
		if data, err := json.Marshal(changeWith(test.edit)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s, %v, want %s", data, err, test.want)
		}
	}
}

// An object that was read takes explicit values, too, and a copy of it has its own.
func TestExplicitValuesOfAnObjectThatWasRead(t *testing.T) {
	const document = `{"Note":"a","Paid":true,"Else":1}`
	var read sample.OrderChange
	mustUnmarshal(t, document, &read)
	cleared := read
	cleared.Note, cleared.Paid = "", false
	cleared.SendNull("Note")
	cleared.SendZero("Priority")
	if got, want := mustMarshal(t, cleared), `{"Note":null,"Paid":false,"Else":1,"Priority":0}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	checkUnchanged(t, document, read)
}
