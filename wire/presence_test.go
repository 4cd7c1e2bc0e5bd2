package wire_test

import (
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
		{sample.OrderChange{Note: wire.Null[string]()}, `{"Note":null}`},
		{sample.OrderChange{Note: wire.Some("")}, `{"Note":""}`},
		{sample.OrderChange{Note: wire.Some("a")}, `{"Note":"a"}`},
		{sample.OrderChange{Paid: wire.Null[bool]()}, `{"Paid":null}`},
		{sample.OrderChange{Paid: wire.Some(false)}, `{"Paid":false}`},
		{sample.OrderChange{Paid: wire.Some(true)}, `{"Paid":true}`},
		{sample.OrderChange{Priority: new(int32(0))}, `{"Priority":0}`},
		{sample.OrderChange{Priority: new(int32(1))}, `{"Priority":1}`},
		{sample.OrderChange{Status: new(sample.OrderStatusNew)}, `{"Status":0}`},
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
