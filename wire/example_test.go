package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/shopspring/decimal"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

// Arithmetic is exact, and numbers keep their decimal places in JSON.
func ExampleDecimal() {
	var line struct {
		Price    wire.Decimal
		Quantity wire.Decimal
		Total    wire.Decimal
	}
	if err := json.Unmarshal([]byte(`{"Price": 149.90, "Quantity": "0.750"}`), &line); err != nil {
		log.Fatal(err)
	}
	line.Total = wire.NewDecimal(line.Price.Decimal().Mul(line.Quantity.Decimal()))

	data, err := json.Marshal(line)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(data))
	// Output: {"Price":149.90,"Quantity":"0.750","Total":112.42500}
}

func ExampleNewDecimal() {
	fmt.Println(wire.NewDecimal(decimal.New(14990, -2)))
	// Output: 149.90
}

func ExampleMustDecimal() {
	fmt.Println(wire.MustDecimal("149.90"))
	// Output: 149.90
}

func ExampleParseDecimal() {
	price, err := wire.ParseDecimal("149.90")
	fmt.Println(price, err)

	_, err = wire.ParseDecimal("149,90")
	fmt.Println(err)
	// Output:
	// 149.90 <nil>
	// "149,90" is not a decimal number: want JSON syntax, such as 12.50
}

// == compares literals; Compare compares numbers.
func ExampleDecimal_Compare() {
	a, b := wire.MustDecimal("1.5"), wire.MustDecimal("1.50")
	fmt.Println(a.Compare(b), a == b)
	// Output: 0 false
}

// An absent number, null and 0 are three different values.
func ExampleDecimal_IsSet() {
	var prices struct{ Absent, Null, Zero wire.Decimal }
	if err := json.Unmarshal([]byte(`{"Null": null, "Zero": 0}`), &prices); err != nil {
		log.Fatal(err)
	}
	for _, price := range []wire.Decimal{prices.Absent, prices.Null, prices.Zero} {
		fmt.Printf("%q set: %t null: %t\n", price.String(), price.IsSet(), price.IsNull())
	}
	// Output:
	// "" set: false null: false
	// "" set: false null: true
	// "0" set: true null: false
}

// Decimal works with database/sql: drivers call Value and Scan.
func ExampleDecimal_Scan() {
	stored, err := wire.MustDecimal("149.90").Value()
	if err != nil {
		log.Fatal(err)
	}
	var price wire.Decimal
	if err := price.Scan(stored); err != nil {
		log.Fatal(err)
	}
	fmt.Println(price)
	// Output: 149.90
}

// A time without a zone needs a location; a time with a zone ignores it.
func ExampleDateTime_Time() {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range []string{"2024-10-25", "2024-10-25T08:15:00", "2024-10-25T08:15:00Z"} {
		date, err := wire.ParseDateTime(s)
		if err != nil {
			log.Fatal(err)
		}
		t, ok := date.Time(warsaw)
		fmt.Println(t, ok, "time:", date.HasTime(), "zone:", date.HasZone())
	}
	// Output:
	// 2024-10-25 00:00:00 +0200 CEST true time: false zone: false
	// 2024-10-25 08:15:00 +0200 CEST true time: true zone: false
	// 2024-10-25 08:15:00 +0000 UTC true time: true zone: true
}

func ExampleParseDateTime() {
	_, err := wire.ParseDateTime("25.10.2024")
	fmt.Println(err)
	// Output:
	// "25.10.2024" is not a date: want 2024-10-25, 2024-10-25T08:15:00 or 2024-10-25T08:15:00+02:00
}

func ExampleNewDate() {
	fmt.Println(wire.NewDate(2024, time.October, 25))
	// Output: 2024-10-25
}

// An order of 22:05 UTC was made on the next day in Warsaw.
func ExampleDateIn() {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(wire.DateIn(time.Date(2024, time.July, 31, 22, 5, 0, 0, time.UTC), warsaw))
	// Output: 2024-08-01
}

// .NET writes its minimum for a date that is not set.
func ExampleDateTime_IsMinValue() {
	paid, err := wire.ParseDateTime("0001-01-01T00:00:00")
	if err != nil {
		log.Fatal(err)
	}
	_, ok := paid.Time(nil)
	fmt.Println(paid.IsMinValue(), ok)
	// Output: true false
}

func ExampleNewDateTime() {
	fmt.Println(wire.NewDateTime(time.Date(2024, time.October, 25, 8, 15, 0, 0, time.UTC)))
	// Output: 2024-10-25T08:15:00Z
}

// An absent date, null and an empty string are three different values.
func ExampleDateTime_IsSet() {
	var dates struct{ Absent, Null, Empty wire.DateTime }
	if err := json.Unmarshal([]byte(`{"Null": null, "Empty": ""}`), &dates); err != nil {
		log.Fatal(err)
	}
	for _, date := range []wire.DateTime{dates.Absent, dates.Null, dates.Empty} {
		fmt.Printf("%q set: %t null: %t\n", date.String(), date.IsSet(), date.IsNull())
	}
	// Output:
	// "" set: false null: false
	// "" set: false null: true
	// "" set: true null: false
}

// With omitzero, an absent field is left out, and null is sent as null.
func ExampleNullable() {
	type translation struct {
		Name        wire.Nullable[string] `json:",omitzero"`
		Description wire.Nullable[string] `json:",omitzero"`
		Slug        wire.Nullable[string] `json:",omitzero"`
	}
	data, err := json.Marshal(translation{
		Name:        wire.Some("Oak desk"),
		Description: wire.Null[string](),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(data))

	var read translation
	if err := json.Unmarshal(data, &read); err != nil {
		log.Fatal(err)
	}
	name, ok := read.Name.Get()
	fmt.Println(name, ok, read.Name.IsSet(), read.Description.IsNull(), read.Slug.IsZero())
	// Output:
	// {"Name":"Oak desk","Description":null}
	// Oak desk true true true true
}

func ExampleUnknownFields() {
	var fields wire.UnknownFields
	if err := fields.Set("Warehouse", json.RawMessage(`{"Code":"MAG-1"}`)); err != nil {
		log.Fatal(err)
	}
	if err := fields.Set("Discount", json.RawMessage(`0.50`)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(fields.Set("Broken", json.RawMessage(`1,5`)))

	discount, ok := fields.Get("Discount")
	fmt.Println(string(discount), ok, fields.Len())

	fields.Delete("Discount")
	for name, value := range fields.All() {
		fmt.Println(name, string(value))
	}
	fmt.Println(fields.Len() == 0)
	// Output:
	// value of field Broken is not valid JSON
	// 0.50 true 2
	// Warehouse {"Code":"MAG-1"}
	// false
}

// The Get methods of an object read fields that the spec does not list.
func ExampleUnknownFields_GetString() {
	var order gen.Order
	err := json.Unmarshal([]byte(`{"Id":7,"Number":"A\u002BB","Weight":2,"TotalGross":149.90,"PaidAt":"2024-10-25","Comment":null}`), &order)
	if err != nil {
		log.Fatal(err)
	}
	number, _, err := order.GetString("Number")
	fmt.Println(number, err)
	weight, _, err := order.GetInt("weight") // names match as those of known fields do
	fmt.Println(weight, err)
	total, _, err := order.GetDecimal("TotalGross")
	fmt.Println(total, err)
	paid, _, err := order.GetDateTime("PaidAt")
	fmt.Println(paid, err)
	_, ok, err := order.GetString("Comment") // null, as good as absent
	fmt.Println(ok, err)
	_, ok, err = order.GetInt("Number")
	fmt.Println(ok, err)
	// Output:
	// A+B <nil>
	// 2 <nil>
	// 149.90 <nil>
	// 2024-10-25 <nil>
	// false <nil>
	// false field Number: want an integer, got a string
}

// A field without a value is not sent. SendZero sends its zero, and SendNull sends null.
func ExampleUnknownFields_SendZero() {
	settings := gen.OrderSynchronization{ExportToWarehouse: "MAG-1"}
	settings.SendZero("ExportWithoutTransport")
	data, err := json.Marshal(settings)
	fmt.Println(string(data), err)
	// Output:
	// {"ExportToWarehouse":"MAG-1","ExportWithoutTransport":false} <nil>
}

// The spec decides which fields may be null.
func ExampleUnknownFields_SendNull() {
	translation := gen.Translation{LanguageID: 2}
	translation.SendNull("Name")
	data, err := json.Marshal(translation)
	fmt.Println(string(data), err)

	translation.SendNull("LanguageId")
	_, err = json.Marshal(translation)
	fmt.Println(errors.Unwrap(err))
	// Output:
	// {"LanguageId":2,"Name":null} <nil>
	// Translation.LanguageId: the spec does not allow null
}
