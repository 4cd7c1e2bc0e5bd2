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

var decimalStrings = []string{
	"0", "-0", "0.0", "-0.00", "7", "-7", "10.50", "0.1", "12.5000", "1E3", "1e3", "1.0e+2", "1e-7", "-12.5E-003",
	"1234567890123456.789", "12345678901234567890.123",
	"1234567890123456789012345678901234567890", "0.1234567890123456789012345678901234567890",
	"1e400", "1E-400", strings.Repeat("9", 400), "-0." + strings.Repeat("7", 397),
}

func TestDecimalRoundTrip(t *testing.T) {
	for _, s := range decimalStrings {
		checkDecimalRoundTrip(t, s)
	}
}

func TestRandomDecimalsRoundTrip(t *testing.T) {
	random := newRandom(t)
	for range randomRounds {
		checkDecimalRoundTrip(t, randomNumber(random))
	}
}

// checkDecimalRoundTrip reads s in every possible way and expects it back from every way of writing
// it.
func checkDecimalRoundTrip(t *testing.T, s string) {
	t.Helper()
	value, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%s is not a number", s)
	}
	quoted := `"` + s + `"`
	readers := []struct {
		way  string
		read func(*wire.Decimal) error
		json string
	}{
		{"JSON number", func(d *wire.Decimal) error { return json.Unmarshal([]byte(s), d) }, s},
		{"JSON string", func(d *wire.Decimal) error { return json.Unmarshal([]byte(quoted), d) }, quoted},
		{"UnmarshalText", func(d *wire.Decimal) error { return d.UnmarshalText([]byte(s)) }, s},
		{"database string", func(d *wire.Decimal) error { return d.Scan(s) }, s},
		{"database bytes", func(d *wire.Decimal) error { return d.Scan([]byte(s)) }, s},
		{"ParseDecimal", func(d *wire.Decimal) (err error) { *d, err = wire.ParseDecimal(s); return err }, s},
		{"MustDecimal", func(d *wire.Decimal) error { *d = wire.MustDecimal(s); return nil }, s},
	}
	for _, reader := range readers {
		var d wire.Decimal
		if err := reader.read(&d); err != nil {
			t.Errorf("%s %s: %v", reader.way, s, err)
			continue
		}
		if got := mustMarshal(t, d); got != reader.json {
			t.Errorf("%s %s: MarshalJSON %s", reader.way, reader.json, got)
		}
		if got := d.String(); got != s {
			t.Errorf("%s %s: String %s", reader.way, s, got)
		}
		if got, err := d.MarshalText(); err != nil || string(got) != s {
			t.Errorf("%s %s: MarshalText %s, %v", reader.way, s, got, err)
		}
		if got, err := d.Value(); err != nil || got != s {
			t.Errorf("%s %s: Value %v, %v", reader.way, s, got, err)
		}
		if got := d.Decimal().Rat(); got.Cmp(value) != 0 {
			t.Errorf("%s %s: Decimal %s", reader.way, s, got)
		}
		if !d.IsSet() || d.IsNull() {
			t.Errorf("%s %s: IsSet %v, IsNull %v", reader.way, s, d.IsSet(), d.IsNull())
		}
	}
}

func TestDecimalRejects(t *testing.T) {
	for _, s := range []string{
		"", " ", "-", "+", "+1", ".5", "-.5", "1.", "1.e3", "01", "-01", "00", "0x1", "0b1", "1_000", "1,5", "1 000", "1\u00a0000",
		" 1", "1 ", "\t1", "1\n", "1\r\n", "--1", "1-", "1e", "1e+", "1e1.5", "1ee1", "e5", "1/2", "1;2",
		"NaN", "nan", "Infinity", "-Inf", "null", "true", "[1]", "{}", `"1"`, "\"1", "'1'", "1zł", "$1", "١", "１", "1\x00",
		"1e401", "1E+401", "1e-401", "1e99999", "-1e999999999", "1e-2147483648", "1e9223372036854775808", "0e99999999999999999999",
		strings.Repeat("9", 401), "0." + strings.Repeat("0", 399), "1e" + strings.Repeat("0", 400),
	} {
		if d, err := wire.ParseDecimal(s); err == nil || d.IsSet() {
			t.Errorf("ParseDecimal(%.50q): got %v, want an error", s, d)
		}
		quoted, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		before := wire.MustDecimal("7.50")
		for way, read := range map[string]func(*wire.Decimal) error{
			"JSON":            func(d *wire.Decimal) error { return d.UnmarshalJSON([]byte(s)) },
			"JSON string":     func(d *wire.Decimal) error { return json.Unmarshal(quoted, d) },
			"UnmarshalText":   func(d *wire.Decimal) error { return d.UnmarshalText([]byte(s)) },
			"database string": func(d *wire.Decimal) error { return d.Scan(s) },
			"database bytes":  func(d *wire.Decimal) error { return d.Scan([]byte(s)) },
		} {
			// UnmarshalJSON accepts null and a quoted number.
			if way == "JSON" && (s == "null" || s == `"1"`) {
				continue
			}
			d := before
			if err := read(&d); err == nil {
				t.Errorf("%s %.50q: got %v, want an error", way, s, d)
			} else if d != before {
				t.Errorf("%s %.50q: the error changed the number to %v", way, s, d)
			}
		}
	}
}

func TestDecimalErrors(t *testing.T) {
	for s, want := range map[string]string{
		"1,5":                    `"1,5" is not a decimal number: want JSON syntax, such as 12.50`,
		"1e401":                  `"1e401" is out of range for a decimal number: the exponent must be within ±400`,
		strings.Repeat("9", 401): `"` + strings.Repeat("9", 40) + `" is too long for a decimal number: 401 characters, limit 400`,
	} {
		_, err := wire.ParseDecimal(s)
		if err == nil || err.Error() != want {
			t.Errorf("%.50s: got %v", s, err)
		}
	}
}

func TestMustDecimalPanics(t *testing.T) {
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
		{"9007199254740992"}, // equal to the next one as a float64
		{"9007199254740993"},
		{"1e400"},
	}
	for i, equal := range ascending {
		for j, others := range ascending {
			for _, a := range equal {
				for _, b := range others {
					want := min(1, max(-1, i-j))
					if got := wire.MustDecimal(a).Compare(wire.MustDecimal(b)); got != want {
						t.Errorf("Compare(%s, %s): got %d, want %d", a, b, got, want)
					}
				}
			}
		}
	}
	if got := (wire.Decimal{}).Compare(wire.MustDecimal("0.00")); got != 0 {
		t.Errorf("Compare(absent, 0): got %d, want 0", got)
	}
	if wire.MustDecimal("1.0") == wire.MustDecimal("1.00") {
		t.Error("== does not compare literals")
	}
}

func TestDecimalArithmeticIsExact(t *testing.T) {
	number := func(s string) decimal.Decimal { return wire.MustDecimal(s).Decimal() }
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
		t.Errorf("1000 * 0.001: got %s", got)
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

func TestNewDecimalKeepsPlaces(t *testing.T) {
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

func TestDecimalAsField(t *testing.T) {
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
			t.Errorf("%s: round trip %s", document, got)
		}
	}
	if got := mustMarshal(t, line{}); got != `{"quantity":null}` {
		t.Errorf("absent number without omitzero: got %s", got)
	}
	for _, document := range []string{`{"price":true}`, `{"price":{}}`, `{"price":[1]}`, `{"price":""}`, `{"price":"1\u0030"}`} {
		if err := json.Unmarshal([]byte(document), &line{}); err == nil {
			t.Errorf("%s: want an error", document)
		}
	}
}

func TestDecimalDistinguishesAbsentNullAndZero(t *testing.T) {
	var null wire.Decimal
	mustUnmarshal(t, "null", &null)
	tests := []struct {
		name      string
		d         wire.Decimal
		set, null bool
		s         string
		stored    driver.Value
	}{
		{"absent", wire.Decimal{}, false, false, "", nil},
		{"null", null, false, true, "", nil},
		{"zero", wire.MustDecimal("0"), true, false, "0", "0"},
	}
	for _, test := range tests {
		if test.d.IsSet() != test.set || test.d.IsNull() != test.null || test.d.String() != test.s {
			t.Errorf("%s: IsSet %v, IsNull %v, String %q", test.name, test.d.IsSet(), test.d.IsNull(), test.d)
		}
		if !test.d.Decimal().IsZero() {
			t.Errorf("%s: Decimal %s", test.name, test.d.Decimal())
		}
		if got, err := test.d.Value(); err != nil || got != test.stored {
			t.Errorf("%s: Value %v, %v", test.name, got, err)
		}
		if got, err := test.d.MarshalText(); err != nil || string(got) != test.s {
			t.Errorf("%s: MarshalText %q, %v", test.name, got, err)
		}
	}
}

func TestDecimalInDatabase(t *testing.T) {
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
			t.Errorf("%T %v: Value %v, %v", test.source, test.source, stored, err)
		}
	}

	d := wire.MustDecimal("7")
	if err := d.Scan(nil); err != nil || !d.IsNull() {
		t.Errorf("NULL: got %v, %v", d, err)
	}
	if stored, err := driver.DefaultParameterConverter.ConvertValue(d); err != nil || stored != nil {
		t.Errorf("null: Value %v, %v", stored, err)
	}

	for _, source := range []any{math.NaN(), math.Inf(1), true, struct{}{}} {
		d := wire.MustDecimal("7")
		if err := d.Scan(source); err == nil || !strings.HasPrefix(err.Error(), "read a decimal from the database: ") || d != wire.MustDecimal("7") {
			t.Errorf("%T %v: got %v, %v", source, source, d, err)
		}
	}

	// A driver may reuse the bytes for the next row.
	row := []byte("10.50")
	if err := d.Scan(row); err != nil {
		t.Fatal(err)
	}
	copy(row, "99.99")
	if d.String() != "10.50" {
		t.Errorf("the next row changed the number to %s", d)
	}
}
