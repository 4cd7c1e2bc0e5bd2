package sample

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

func request(t *testing.T, value any) string {
	t.Helper()
	data, err := codec.MarshalRequest(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func response(t *testing.T, value any) string {
	t.Helper()
	data, err := codec.MarshalResponse(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func profile(t *testing.T) Profile {
	t.Helper()
	p := Profile{Weight: wire.MustDecimal("1.50"), Born: wire.NewDate(2001, 2, 3)}
	if err := p.Payment.FromCashPayment(CashPayment{}); err != nil {
		t.Fatal(err)
	}
	return p
}

// A required field is always written, but null only where the spec allows it, and a field with one
// value has it without being set.
func TestRequiredFieldsWithoutAValue(t *testing.T) {
	const want = `{"born":"2001-02-03","labels":{},"level":0,"note":null,"payment":{"$type":"cash"},"stock":{},"tags":[],"version":"v2","weight":1.50}`
	if got := request(t, profile(t)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for field, unset := range map[string]func(*Profile){
		"weight":  func(p *Profile) { p.Weight = wire.Decimal{} },
		"born":    func(p *Profile) { p.Born = wire.DateTime{} },
		"payment": func(p *Profile) { p.Payment = Payment{} },
	} {
		p := profile(t)
		unset(&p)
		if data, err := codec.MarshalRequest(p); err == nil || err.Error() != "Profile."+field+" is required, but not set" {
			t.Errorf("%s: %s, %v", field, data, err)
		}
	}
}

// A property is sent only in its direction, also by an object that was read, and inside others.
func TestPropertiesOfOneDirection(t *testing.T) {
	made := profile(t)
	made.ID, made.Password = 7, "secret"
	if sent := request(t, made); strings.Contains(sent, `"id"`) || !strings.Contains(sent, `"password":"secret"`) {
		t.Errorf("request %s", sent)
	}
	if sent := response(t, made); !strings.Contains(sent, `"id":7`) || strings.Contains(sent, "password") {
		t.Errorf("response %s", sent)
	}
	var read Profile
	const document = `{"else":1,"id":7,"payment":{"$type":"card","receipt":"r"},"password":"secret","weight":null}`
	if err := json.Unmarshal([]byte(document), &read); err != nil {
		t.Fatal(err)
	}
	if got, want := request(t, read), `{"else":1,"payment":{"$type":"card"},"password":"secret","weight":null}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := response(t, []Profile{read}), `[{"else":1,"id":7,"payment":{"$type":"card","receipt":"r"},"weight":null}]`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var drawing Drawing
	if err := json.Unmarshal([]byte(`{"shapes":[{"KIND":"circle","area":3.14,"radius":1.0,"z":1},{"kind":"star","area":1}]}`), &drawing); err != nil {
		t.Fatal(err)
	}
	if got, want := request(t, drawing), `{"shapes":[{"KIND":"circle","radius":1.0,"z":1},{"kind":"star","area":1}]}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := drawing.Shapes[0].FromCircle(Circle{Area: wire.MustDecimal("3"), Radius: wire.MustDecimal("1")}); err != nil {
		t.Fatal(err)
	}
	if got, want := request(t, drawing.Shapes[0]), `{"kind":"circle","radius":1}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var payment Payment
	if err := payment.FromCardPayment(CardPayment{Amount: wire.MustDecimal("1"), Receipt: "r"}); err != nil {
		t.Fatal(err)
	}
	if got, want := request(t, map[string]Payment{"a": payment}), `{"a":{"$type":"card","amount":1}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := response(t, &payment), `{"$type":"card","amount":1,"receipt":"r"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNullWhereTheSpecAllowsIt(t *testing.T) {
	p := profile(t)
	p.SendNull("nicknames", "frame", "spare", "note")
	sent := request(t, p)
	for _, want := range []string{`"nicknames":null`, `"frame":null`, `"spare":null`, `"note":null`} {
		if !strings.Contains(sent, want) {
			t.Errorf("%s lacks %s", sent, want)
		}
	}
	p.SendNull("tags")
	if _, err := codec.MarshalRequest(p); err == nil {
		t.Error("null was sent for a list that cannot be null")
	}
	p = profile(t)
	p.SendZero("frame")
	if _, err := codec.MarshalRequest(p); err == nil {
		t.Error("SendZero accepts an object")
	}
	p = profile(t)
	p.SendZero("nicknames", "note", "retries")
	for _, want := range []string{`"nicknames":[]`, `"note":""`, `"retries":0`} {
		if sent := request(t, p); !strings.Contains(sent, want) {
			t.Errorf("%s lacks %s", sent, want)
		}
	}
}

// The discriminator is written first and automatically, and a value that contradicts it is an error.
func TestUnionsStartWithTheirDiscriminator(t *testing.T) {
	var payment Payment
	for _, test := range []struct {
		value CardPayment
		want  string
	}{
		{CardPayment{Amount: wire.MustDecimal("1.10")}, `{"$type":"card","amount":1.10}`},
		{CardPayment{Amount: wire.MustDecimal("1.10"), Type: "debit"}, `{"$type":"debit","amount":1.10}`},
	} {
		if err := payment.FromCardPayment(test.value); err != nil || request(t, payment) != test.want {
			t.Errorf("%s, %v, want %s", request(t, payment), err, test.want)
		}
	}
	if err := payment.FromCardPayment(CardPayment{Type: "cash"}); err == nil {
		t.Error("a card became cash")
	}
	if cash, err := payment.AsCashPayment(); fmt.Sprint(err) != `$type is "debit": want "cash"` {
		t.Errorf("a card is read as %v, %v", cash, err)
	}
	if value, err := payment.ValueByDiscriminator(); err != nil || value.(CardPayment).Type != "debit" {
		t.Error(value, err)
	}
	if err := json.Unmarshal([]byte(`{"$type":"voucher","code":1.10}`), &payment); err != nil {
		t.Fatal(err)
	}
	if value, err := payment.ValueByDiscriminator(); err == nil || request(t, payment) != `{"$type":"voucher","code":1.10}` {
		t.Error(value, err)
	}
}

func TestUnionOfScalars(t *testing.T) {
	for document, want := range map[string]string{`{"code":"A"}`: "A", `{"code":5}`: "5"} {
		var stock Stock
		if err := json.Unmarshal([]byte(document), &stock); err != nil {
			t.Fatal(err)
		}
		got, err := stock.Code.AsString()
		if err != nil {
			var number int64
			number, err = stock.Code.AsInt64()
			got = fmt.Sprint(number)
		}
		if err != nil || got != want || request(t, stock) != document {
			t.Errorf("%s: %s, %v", document, got, err)
		}
	}
	if text, err := (StockCode{}).AsString(); err == nil {
		t.Errorf("a union without a value is %q", text)
	}
	var made StockCode
	if err := made.FromInt64(0); err != nil || request(t, Stock{Code: &made}) != `{"code":0}` {
		t.Error(request(t, Stock{Code: &made}), err)
	}
}

// A base type takes derived values and returns them without loss, on every level.
func TestDerivedTypes(t *testing.T) {
	const document = `{"shapes":[{"kind":"circle","radius":1.50,"z":1},{"kind":"Square","corners":4,"side":2.0},{"kind":"star"}]}`
	var drawing Drawing
	if err := json.Unmarshal([]byte(document), &drawing); err != nil {
		t.Fatal(err)
	}
	circle, err := drawing.Shapes[0].AsCircle()
	if extra, _ := circle.Get("z"); err != nil || circle.Radius.String() != "1.50" || string(extra) != "1" {
		t.Error(circle, err)
	}
	square, err := drawing.Shapes[1].ValueByDiscriminator()
	if err != nil || square.(Square).Corners != 4 {
		t.Error(square, err)
	}
	polygon, err := drawing.Shapes[1].AsPolygon()
	if err != nil || polygon.Corners != 4 {
		t.Error(polygon, err)
	}
	if side, err := polygon.AsSquare(); err != nil || side.Side.String() != "2.0" {
		t.Error(side, err)
	}
	if value, err := (Polygon{Kind: "Polygon"}).ValueByDiscriminator(); err != nil || value.(Polygon).Kind != "Polygon" {
		t.Error(value, err)
	}
	if _, err := drawing.Shapes[0].AsSquare(); err == nil {
		t.Error("a circle is a square")
	}
	if _, err := drawing.Shapes[2].ValueByDiscriminator(); err == nil || request(t, drawing) != document {
		t.Error(request(t, drawing), err)
	}
	circle.Radius = wire.MustDecimal("3")
	if err := drawing.Shapes[2].FromCircle(circle); err != nil {
		t.Fatal(err)
	}
	if err := drawing.Shapes[1].FromSquare(Square{Name: "s"}); err != nil {
		t.Fatal(err)
	}
	if got, want := request(t, drawing), `{"shapes":[{"kind":"circle","radius":1.50,"z":1},{"kind":"Square","name":"s"},{"kind":"circle","radius":3,"z":1}]}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := drawing.Shapes[0].FromCircle(Circle{}); err == nil {
		t.Error("a circle without its radius was taken")
	}
	if got, want := request(t, Circle{Name: "c", Radius: wire.MustDecimal("1")}), `{"kind":"circle","name":"c","radius":1}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The properties of variants are fields of the object that they are next to.
func TestVariantsNextToProperties(t *testing.T) {
	account := Account{Name: "a", AccountType: AccountAccountTypeBusiness, Company: "c", Limit: json.RawMessage(`"5"`)}
	if got, want := request(t, account), `{"accountType":"business","company":"c","limit":"5","name":"a"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What cannot be sent is rejected before anything is sent.
func TestRequestsThatLackAValueAreNotSent(t *testing.T) {
	for _, body := range []any{Stock{Code: &StockCode{}}, []wire.DateTime{{}}, map[string]wire.Decimal{"a": {}}, []wire.Decimal{{}}} {
		if data, err := codec.MarshalRequest(body); err == nil {
			t.Errorf("%T without a value is sent: %s", body, data)
		}
	}
	client, requests := start(t, &service{})
	_, err := client.CreateOrder(t.Context(), Order{Number: "1"})
	if !errors.Is(err, call.ErrInvalid) || !strings.Contains(err.Error(), "Order.Total is required, but not set") || requests.Load() != 0 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

// A union without a discriminator takes that of its variants.
func TestUnionsWithoutADiscriminator(t *testing.T) {
	var figure Figure
	if err := json.Unmarshal([]byte(`{"kind":"Square","side":1}`), &figure); err != nil {
		t.Fatal(err)
	}
	if value, err := figure.ValueByDiscriminator(); err != nil || value.(Square).Side.String() != "1" {
		t.Error(value, err)
	}
	if circle, err := figure.AsCircle(); err == nil {
		t.Errorf("a square is read as %v", circle)
	}
	var notice Notice
	if err := notice.FromTextMessage(TextMessage{Number: "1"}); err != nil || request(t, notice) != `{"channel":"sms","number":"1"}` {
		t.Error(request(t, notice), err)
	}
	if mail, err := notice.AsMail(); err == nil {
		t.Errorf("a text message is read as %v", mail)
	}
}

func TestDerivedTypeOfABaseTypeThatListsNoDiscriminator(t *testing.T) {
	if got, want := request(t, Dog{Tail: true}), `{"$type":"Dog","tail":true}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestElementsThatMayBeNull(t *testing.T) {
	const document = `{"big":18446744073709551615,"hash":"","names":{"a":null},"points":[1,null],"prices":{"a":null,"b":1.0},"shapes":[null,{"kind":"circle","radius":1}]}`
	var series Series
	if err := json.Unmarshal([]byte(document), &series); err != nil {
		t.Fatal(err)
	}
	series.UnknownFields = wire.UnknownFields{}
	if got := request(t, series); got != document {
		t.Errorf("got  %s\nwant %s", got, document)
	}
	if got, want := request(t, Series{}), `{"big":0,"hash":"","points":[]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestStock(t *testing.T) {
	const document = `{"extra":{"a":"b"},"rows":[[null,"a"]],"unit":"kg","weight":null}`
	var stock Stock
	if err := json.Unmarshal([]byte(document), &stock); err != nil || len(stock.Rows[0]) != 2 || stock.Unit != "kg" {
		t.Fatal(stock, err)
	}
	if got, want := request(t, stock), `{"rows":[[null,"a"]],"unit":"kg","weight":null}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	made := Stock{Extra: map[string]string{"a": "b"}}
	made.SendNull("weight") // one of its variants may be null
	if got, want := request(t, made), `{"weight":null}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
