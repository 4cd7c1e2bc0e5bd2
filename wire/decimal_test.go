package wire_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/xsale-go/xsale/wire"
)

var (
	_ json.Marshaler           = wire.Decimal{}
	_ json.Unmarshaler         = (*wire.Decimal)(nil)
	_ encoding.TextMarshaler   = wire.Decimal{}
	_ encoding.TextUnmarshaler = (*wire.Decimal)(nil)
	_ driver.Valuer            = wire.Decimal{}
	_ sql.Scanner              = (*wire.Decimal)(nil)
)

var decimalTexts = []string{
	"0", "-0", "0.0", "-0.00", "7", "-7", "10.50", "0.1", "12.5000", "1E3", "1e3", "1.0e+2", "1e-7", "-12.5E-003",
	"1234567890123456.789", "12345678901234567890.123",
	"1234567890123456789012345678901234567890", "0.1234567890123456789012345678901234567890",
	"1e400", "1E-400", strings.Repeat("9", 400), "-0." + strings.Repeat("7", 397),
}

func TestDecimalKeepsItsText(t *testing.T) {
	for _, text := range decimalTexts {
		checkDecimalKeepsItsText(t, text)
	}
}

func TestRandomDecimalsKeepTheirText(t *testing.T) {
	random := newRandom(t)
	for range randomRounds {
		checkDecimalKeepsItsText(t, randomNumber(random))
	}
}

// checkDecimalKeepsItsText reads text in every way that there is and expects it back from every way to write.
func checkDecimalKeepsItsText(t *testing.T, text string) {
	t.Helper()
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%s is not a number", text)
	}
	quoted := `"` + text + `"`
	readers := []struct {
		way  string
		read func(*wire.Decimal) error
		json string
	}{
		{"JSON number", func(d *wire.Decimal) error { return json.Unmarshal([]byte(text), d) }, text},
		{"JSON text", func(d *wire.Decimal) error { return json.Unmarshal([]byte(quoted), d) }, quoted},
		{"text", func(d *wire.Decimal) error { return d.UnmarshalText([]byte(text)) }, text},
		{"database text", func(d *wire.Decimal) error { return d.Scan(text) }, text},
		{"database bytes", func(d *wire.Decimal) error { return d.Scan([]byte(text)) }, text},
		{"ParseDecimal", func(d *wire.Decimal) (err error) { *d, err = wire.ParseDecimal(text); return err }, text},
		{"MustDecimal", func(d *wire.Decimal) error { *d = wire.MustDecimal(text); return nil }, text},
	}
	for _, reader := range readers {
		var d wire.Decimal
		if err := reader.read(&d); err != nil {
			t.Errorf("%s %s: %v", reader.way, text, err)
			continue
		}
		if got := mustMarshal(t, d); got != reader.json {
			t.Errorf("%s %s: written as JSON %s", reader.way, reader.json, got)
		}
		if got := d.String(); got != text {
			t.Errorf("%s %s: String is %s", reader.way, text, got)
		}
		if got, err := d.MarshalText(); err != nil || string(got) != text {
			t.Errorf("%s %s: written as text %s, %v", reader.way, text, got, err)
		}
		if got, err := d.Value(); err != nil || got != text {
			t.Errorf("%s %s: stored as %v, %v", reader.way, text, got, err)
		}
		if got := d.Decimal().Rat(); got.Cmp(value) != 0 {
			t.Errorf("%s %s: the number is %s", reader.way, text, got)
		}
		if !d.IsSet() || d.IsNull() {
			t.Errorf("%s %s: IsSet %v, IsNull %v", reader.way, text, d.IsSet(), d.IsNull())
		}
	}
}

func TestDecimalRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "-", "+", "+1", ".5", "-.5", "1.", "1.e3", "01", "-01", "00", "0x1", "0b1", "1_000", "1,5", "1 000", "1\u00a0000",
		" 1", "1 ", "\t1", "1\n", "1\r\n", "--1", "1-", "1e", "1e+", "1e1.5", "1ee1", "e5", "1/2", "1;2",
		"NaN", "nan", "Infinity", "-Inf", "null", "true", "[1]", "{}", `"1"`, "\"1", "'1'", "1zł", "$1", "١", "１", "1\x00",
		"1e401", "1E+401", "1e-401", "1e99999", "-1e999999999", "1e-2147483648", "1e9223372036854775808", "0e99999999999999999999",
		strings.Repeat("9", 401), "0." + strings.Repeat("0", 399), "1e" + strings.Repeat("0", 400),
	} {
		if d, err := wire.ParseDecimal(text); err == nil || d.IsSet() {
			t.Errorf("ParseDecimal reads %.50q as %v", text, d)
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		before := wire.MustDecimal("7.50")
		for way, read := range map[string]func(*wire.Decimal) error{
			"JSON":        func(d *wire.Decimal) error { return d.UnmarshalJSON([]byte(text)) },
			"JSON text":   func(d *wire.Decimal) error { return json.Unmarshal(quoted, d) },
			"text":        func(d *wire.Decimal) error { return d.UnmarshalText([]byte(text)) },
			"a database":  func(d *wire.Decimal) error { return d.Scan(text) },
			"byte arrays": func(d *wire.Decimal) error { return d.Scan([]byte(text)) },
		} {
			// Not refused by UnmarshalJSON: null, and a text that holds a number.
			if way == "JSON" && (text == "null" || text == `"1"`) {
				continue
			}
			d := before
			if err := read(&d); err == nil {
				t.Errorf("%.50q is read from %s as %v", text, way, d)
			} else if d != before {
				t.Errorf("%.50q from %s is refused but changes the number to %v", text, way, d)
			}
		}
	}
}

func TestDecimalErrorsTellWhatToDo(t *testing.T) {
	for text, want := range map[string]string{
		"1,5":                    `"1,5" is not a decimal number: write it as in JSON, for example 12.50`,
		"1e401":                  "\"1e401\" is a decimal number whose exponent is beyond ±400",
		strings.Repeat("9", 401): `"` + strings.Repeat("9", 40) + `" is a decimal number of 401 characters: at most 400 are read`,
	} {
		_, err := wire.ParseDecimal(text)
		if err == nil || err.Error() != want {
			t.Errorf("%.50s: got %v", text, err)
		}
	}
}

func TestMustDecimalPanicsWhereParseDecimalFails(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	wire.MustDecimal("1,5")
}

func TestDecimalCompare(t *testing.T) {
	ascending := [][]string{
		{"-1e3", "-1000.0"},
		{"-0.01"},
		{"0", "-0.00", "0e5"},
		{"1e-400"},
		{"0.1", "0.10", "1e-1"},
		{"10.5", "10.50", "1.05E1"},
		{"9007199254740992"}, // as float64 the same as the next one
		{"9007199254740993"},
		{"1e400"},
	}
	for i, equal := range ascending {
		for j, others := range ascending {
			for _, a := range equal {
				for _, b := range others {
					want := min(1, max(-1, i-j))
					if got := wire.MustDecimal(a).Compare(wire.MustDecimal(b)); got != want {
						t.Errorf("%s to %s: got %d, want %d", a, b, got, want)
					}
				}
			}
		}
	}
	if got := (wire.Decimal{}).Compare(wire.MustDecimal("0.00")); got != 0 {
		t.Errorf("an absent number to 0: got %d", got)
	}
	if wire.MustDecimal("1.0") == wire.MustDecimal("1.00") {
		t.Error("== does not compare the text")
	}
}

func TestDecimalArithmeticIsExact(t *testing.T) {
	number := func(text string) decimal.Decimal { return wire.MustDecimal(text).Decimal() }
	for want, got := range map[string]decimal.Decimal{
		"0.3":                      number("0.1").Add(number("0.2")),
		"21.00":                    number("10.50").Add(number("10.50")),
		"-0.1":                     number("0.2").Sub(number("0.3")),
		"31.4700":                  number("10.49").Mul(number("3.00")),
		"9007199254740993":         number("9007199254740992").Add(number("1")),
		"12345678901234567890.124": number("12345678901234567890.123").Add(number("0.001")),
	} {
		d := wire.NewDecimal(got)
		if d.String() != want || mustMarshal(t, d) != want {
			t.Errorf("got %s, want %s", d, want)
		}
	}
	sum := decimal.Decimal{}
	for range 1000 {
		sum = sum.Add(number("0.001"))
	}
	if got := wire.NewDecimal(sum); got.Compare(wire.MustDecimal("1")) != 0 {
		t.Errorf("1000 times 0.001: got %s", got)
	}
}

func TestRandomDecimalsAddUpExactly(t *testing.T) {
	random := newRandom(t)
	for range randomRounds {
		a, b := randomNumber(random), randomNumber(random)
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		got := wire.NewDecimal(wire.MustDecimal(a).Decimal().Add(wire.MustDecimal(b).Decimal()))
		written, ok := new(big.Rat).SetString(got.String())
		if !ok || written.Cmp(x.Add(x, y)) != 0 {
			t.Errorf("%s + %s: got %s", a, b, got)
		}
	}
}

func TestNewDecimalKeepsThePlaces(t *testing.T) {
	for want, value := range map[string]decimal.Decimal{
		"10.50": decimal.New(1050, -2),
		"0.00":  decimal.New(0, -2),
		"-1.0":  decimal.New(-10, -1),
		"1000":  decimal.New(1, 3),
		"0":     {},
	} {
		d := wire.NewDecimal(value)
		if d.String() != want || mustMarshal(t, d) != want || !d.IsSet() {
			t.Errorf("got %s, want %s", d, want)
		}
	}
}

func TestDecimalAsMember(t *testing.T) {
	type line struct {
		Price    wire.Decimal `json:"price,omitzero"`
		Quantity wire.Decimal `json:"quantity"`
	}
	for _, document := range []string{
		`{"quantity":0}`,
		`{"quantity":null}`,
		`{"price":null,"quantity":"1.50"}`,
		`{"price":0,"quantity":-0.00}`,
		`{"price":"10.50","quantity":1.0e+2}`,
	} {
		var l line
		mustUnmarshal(t, document, &l)
		if got := mustMarshal(t, l); got != document {
			t.Errorf("%s is written back as %s", document, got)
		}
	}
	if got := mustMarshal(t, line{}); got != `{"quantity":null}` {
		t.Errorf("an absent number without omitzero is written as %s", got)
	}
	for _, document := range []string{`{"price":true}`, `{"price":{}}`, `{"price":[1]}`, `{"price":""}`, `{"price":"1\u0030"}`} {
		if err := json.Unmarshal([]byte(document), &line{}); err == nil {
			t.Errorf("%s is read", document)
		}
	}
}

func TestDecimalTellsAbsentNullAndZeroApart(t *testing.T) {
	var null wire.Decimal
	mustUnmarshal(t, "null", &null)
	tests := []struct {
		name          string
		d             wire.Decimal
		isSet, isNull bool
		text          string
		stored        driver.Value
	}{
		{"absent", wire.Decimal{}, false, false, "", nil},
		{"null", null, false, true, "", nil},
		{"zero", wire.MustDecimal("0"), true, false, "0", "0"},
	}
	for _, test := range tests {
		if test.d.IsSet() != test.isSet || test.d.IsNull() != test.isNull || test.d.String() != test.text {
			t.Errorf("%s: IsSet %v, IsNull %v, String %q", test.name, test.d.IsSet(), test.d.IsNull(), test.d)
		}
		if !test.d.Decimal().IsZero() {
			t.Errorf("%s: the number is %s", test.name, test.d.Decimal())
		}
		if got, err := test.d.Value(); err != nil || got != test.stored {
			t.Errorf("%s: stored as %v, %v", test.name, got, err)
		}
		if got, err := test.d.MarshalText(); err != nil || string(got) != test.text {
			t.Errorf("%s: written as %q, %v", test.name, got, err)
		}
	}
}

func TestDecimalFromADatabase(t *testing.T) {
	for _, test := range []struct {
		source any
		want   string
	}{
		{"10.50", "10.50"},
		{[]byte("-0.00"), "-0.00"},
		{int64(0), "0"},
		{int64(math.MinInt64), "-9223372036854775808"},
		{float64(10.1), "10.1"},
		{float64(0.1), "0.1"},
		{float64(-3), "-3"},
		{float64(1e21), "1000000000000000000000"},
	} {
		var d wire.Decimal
		if err := d.Scan(test.source); err != nil || d.String() != test.want {
			t.Errorf("%T %v: got %s, %v", test.source, test.source, d, err)
		}
		stored, err := driver.DefaultParameterConverter.ConvertValue(d)
		if err != nil || stored != test.want {
			t.Errorf("%T %v: stored as %v, %v", test.source, test.source, stored, err)
		}
	}

	d := wire.MustDecimal("7")
	if err := d.Scan(nil); err != nil || !d.IsNull() {
		t.Errorf("NULL: got %v, %v", d, err)
	}
	if stored, err := driver.DefaultParameterConverter.ConvertValue(d); err != nil || stored != nil {
		t.Errorf("null is stored as %v, %v", stored, err)
	}

	for _, source := range []any{math.NaN(), math.Inf(1), true, struct{}{}} {
		d := wire.MustDecimal("7")
		if err := d.Scan(source); err == nil || !strings.HasPrefix(err.Error(), "read a decimal from the database: ") || d != wire.MustDecimal("7") {
			t.Errorf("%T %v: got %v, %v", source, source, d, err)
		}
	}

	// A driver may use the bytes again for the next row.
	row := []byte("10.50")
	if err := d.Scan(row); err != nil {
		t.Fatal(err)
	}
	copy(row, "99.99")
	if d.String() != "10.50" {
		t.Errorf("the next row changes the number to %s", d)
	}
}
