package wire_test

import (
	"encoding"
	"encoding/json"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // Europe/Warsaw on systems without a time zone database

	"github.com/oapi-codegen/runtime"

	"github.com/xsale-go/xsale/wire"
)

var (
	_ json.Marshaler           = wire.DateTime{}
	_ json.Unmarshaler         = (*wire.DateTime)(nil)
	_ encoding.TextMarshaler   = wire.DateTime{}
	_ encoding.TextUnmarshaler = (*wire.DateTime)(nil)
)

func warsaw(t *testing.T) *time.Location {
	t.Helper()
	location, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	return location
}

func TestDateTimeReadsFormatsOfASPNET(t *testing.T) {
	location := warsaw(t)
	tests := []struct {
		literal          string
		s                string
		hasTime, hasZone bool
		utc              string // the instant, in Europe/Warsaw unless the string has a zone
	}{
		{`"2024-10-25"`, "2024-10-25", false, false, "2024-10-24T22:00:00Z"},
		{`"2024-12-01"`, "2024-12-01", false, false, "2024-11-30T23:00:00Z"},
		{`"2024-02-29"`, "2024-02-29", false, false, "2024-02-28T23:00:00Z"},
		{`"2024-10-25T08:15:00"`, "2024-10-25T08:15:00", true, false, "2024-10-25T06:15:00Z"},
		{`"2024-12-01T08:15:00"`, "2024-12-01T08:15:00", true, false, "2024-12-01T07:15:00Z"},
		{`"2024-10-25T08:15:00.5"`, "2024-10-25T08:15:00.5", true, false, "2024-10-25T06:15:00.5Z"},
		{`"2024-10-25T08:15:00.1234567"`, "2024-10-25T08:15:00.1234567", true, false, "2024-10-25T06:15:00.1234567Z"},
		{`"2024-10-25T08:15:00.1200000"`, "2024-10-25T08:15:00.1200000", true, false, "2024-10-25T06:15:00.12Z"},
		{`"2024-10-25T08:15:00.1234567Z"`, "2024-10-25T08:15:00.1234567Z", true, true, "2024-10-25T08:15:00.1234567Z"},
		{`"2024-10-25T08:15:00Z"`, "2024-10-25T08:15:00Z", true, true, "2024-10-25T08:15:00Z"},
		{`"2024-10-25T08:15:00+02:00"`, "2024-10-25T08:15:00+02:00", true, true, "2024-10-25T06:15:00Z"},
		{`"2024-10-25T08:15:00-05:30"`, "2024-10-25T08:15:00-05:30", true, true, "2024-10-25T13:45:00Z"},
		{`"2024-10-25T08:15:00.1234567+02:00"`, "2024-10-25T08:15:00.1234567+02:00", true, true, "2024-10-25T06:15:00.1234567Z"},
		{`"2024-10-25T08:15:00.1234567\u002B02:00"`, "2024-10-25T08:15:00.1234567+02:00", true, true, "2024-10-25T06:15:00.1234567Z"},
		{`"2024-10-25T08:15:00\u002b02:00"`, "2024-10-25T08:15:00+02:00", true, true, "2024-10-25T06:15:00Z"},
		{`"9999-12-31T23:59:59.9999999Z"`, "9999-12-31T23:59:59.9999999Z", true, true, "9999-12-31T23:59:59.9999999Z"},
	}
	for _, test := range tests {
		var d wire.DateTime
		if err := json.Unmarshal([]byte(test.literal), &d); err != nil {
			t.Errorf("%s: %v", test.literal, err)
			continue
		}
		if got := mustMarshal(t, d); got != test.literal {
			t.Errorf("%s: round trip %s", test.literal, got)
		}
		if d.String() != test.s || !d.IsSet() || d.IsNull() {
			t.Errorf("%s: String %q, IsSet %v, IsNull %v", test.literal, d, d.IsSet(), d.IsNull())
		}
		if d.HasTime() != test.hasTime || d.HasZone() != test.hasZone {
			t.Errorf("%s: HasTime %v, HasZone %v", test.literal, d.HasTime(), d.HasZone())
		}
		if got, ok := d.Time(location); !ok || got.UTC().Format(time.RFC3339Nano) != test.utc {
			t.Errorf("%s: got %v, %v, want %s", test.literal, got, ok, test.utc)
		}
		if got, err := d.MarshalText(); err != nil || string(got) != test.s {
			t.Errorf("%s: MarshalText %s, %v", test.literal, got, err)
		}
		parsed, err := wire.ParseDateTime(test.s)
		if err != nil || parsed.String() != test.s {
			t.Errorf("%s: ParseDateTime %v, %v", test.s, parsed, err)
		}
		var fromText wire.DateTime
		if err := fromText.UnmarshalText([]byte(test.s)); err != nil || fromText != parsed {
			t.Errorf("%s: UnmarshalText %v, %v", test.s, fromText, err)
		}
	}
}

func TestDateTimeWithoutDate(t *testing.T) {
	var null, empty wire.DateTime
	mustUnmarshal(t, `null`, &null)
	mustUnmarshal(t, `""`, &empty)
	for _, test := range []struct {
		name      string
		d         wire.DateTime
		set, null bool
		literal   string
	}{
		{"absent", wire.DateTime{}, false, false, `null`},
		{"null", null, false, true, `null`},
		{"empty", empty, true, false, `""`},
	} {
		if test.d.IsSet() != test.set || test.d.IsNull() != test.null || test.d.String() != "" {
			t.Errorf("%s: IsSet %v, IsNull %v, String %q", test.name, test.d.IsSet(), test.d.IsNull(), test.d)
		}
		if test.d.HasTime() || test.d.HasZone() {
			t.Errorf("%s: HasTime %v, HasZone %v", test.name, test.d.HasTime(), test.d.HasZone())
		}
		if got, ok := test.d.Time(nil); ok || !got.IsZero() {
			t.Errorf("%s: Time %v, %v", test.name, got, ok)
		}
		if got := mustMarshal(t, test.d); got != test.literal {
			t.Errorf("%s: marshals as %s", test.name, got)
		}
		if got, err := test.d.MarshalText(); err != nil || string(got) != "" {
			t.Errorf("%s: MarshalText %q, %v", test.name, got, err)
		}
	}
}

func TestDateTimeAsField(t *testing.T) {
	type order struct {
		Paid      wire.DateTime `json:"paid,omitzero"`
		Purchased wire.DateTime `json:"purchased"`
	}
	for _, document := range []string{
		`{"purchased":"2024-10-25"}`,
		`{"purchased":null}`,
		`{"paid":null,"purchased":""}`,
		`{"paid":"","purchased":"2024-10-25T08:15:00.1234567"}`,
		`{"paid":"2024-10-25T08:15:00\u002B02:00","purchased":"2024-10-25T08:15:00Z"}`,
	} {
		var o order
		mustUnmarshal(t, document, &o)
		if got := mustMarshal(t, o); got != document {
			t.Errorf("%s: round trip %s", document, got)
		}
	}
}

func TestDateTimeRejects(t *testing.T) {
	inputs := []string{
		" ", "today", "2024", "2024-10", "2024-1-5", "24-10-25", "20241025", "25.10.2024", "10/25/2024", "2024-02-30", "2023-02-29",
		"2024-13-01", "2024-00-01", "2024-10-00", "12024-10-25", "-2024-10-25", " 2024-10-25", "2024-10-25 ", "2024-10-25\n",
		"2024-10-25T", "2024-10-25Z", "2024-10-25+02:00", "2024-10-25T08", "2024-10-25T08:15", "2024-10-25 08:15:00", "2024-10-25t08:15:00",
		"2024-10-25T24:00:00", "2024-10-25T08:60:00", "2024-10-25T08:15:60", "2024-10-25T08:15:00.", "2024-10-25T08:15:00.x", "2024-10-25T8:15:00", "2024-10-25T08:15:00,5",
		"2024-10-25T08:15:00+02:60", "2024-10-25T08:15:00+24:00", "2024-10-25T08:15:00.Z", "2024-10-25T08:5:00", "2024-10-25T08:15:0", "2024-10-25T08:15:00--2:00",
		"2024-04-31", "1900-02-29", "2024-10-25T08:15:00+02", "2024-10-25T08:15:00+02:00Z", "+024-10-25", "2024-10-25T-8:15:00",
		"2024-10-25T08:15:00z", "2024-10-25T08:15:00ZZ", "2024-10-25T08:15:00+2", "2024-10-25T08:15:00+0200",
		"2024-10-25T08:15:00+25:00", "2024-10-25T08:15:00+02:00[Europe/Warsaw]", "2024-10-25T08:15:00 CET", "08:15:00", "T08:15:00Z",
		"/Date(1729844100000)/", "null", "\"2024-10-25\"", "2024-10-2５", "----------", "ZZZZZZZZZZZZ", strings.Repeat("9", 10000),
	}
	before := wire.NewDate(2024, time.October, 25)
	for _, s := range inputs {
		if d, err := wire.ParseDateTime(s); err == nil || d.IsSet() {
			t.Errorf("ParseDateTime(%.50q): got %v, want an error", s, d)
		}
		d := before
		if err := d.UnmarshalText([]byte(s)); err == nil || d != before {
			t.Errorf("UnmarshalText(%.50q): got %v, %v, want an error and no change", s, d, err)
		}
		literal, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(literal, &d); err == nil || d != before {
			t.Errorf("UnmarshalJSON(%.50s): got %v, %v, want an error and no change", literal, d, err)
		}
	}
	for _, literal := range []string{`0`, `1729844100`, `20241025`, `true`, `false`, `[]`, `["2024-10-25"]`, `{}`, `{"date":"2024-10-25"}`} {
		d := before
		if err := json.Unmarshal([]byte(literal), &d); err == nil || d != before {
			t.Errorf("UnmarshalJSON(%s): got %v, %v, want an error and no change", literal, d, err)
		}
	}
}

func TestDateTimeErrors(t *testing.T) {
	_, err := wire.ParseDateTime("25.10.2024")
	if err == nil || err.Error() != `"25.10.2024" is not a date: want 2024-10-25, 2024-10-25T08:15:00 or 2024-10-25T08:15:00+02:00` {
		t.Errorf("got %v", err)
	}
	err = json.Unmarshal([]byte(`1729844100`), new(wire.DateTime))
	if err == nil || err.Error() != `1729844100 is not a date: want a string such as "2024-10-25"` {
		t.Errorf("got %v", err)
	}
	_, err = wire.ParseDateTime(strings.Repeat("9", 10000))
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("error of a long string is not truncated: %v", err)
	}
}

func TestDateTimeUsesLocationOnlyWithoutZone(t *testing.T) {
	local, err := wire.ParseDateTime("2024-10-25T08:15:00")
	if err != nil {
		t.Fatal(err)
	}
	zoned, err := wire.ParseDateTime("2024-10-25T08:15:00-05:00")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := local.Time(nil); got.Location() != time.UTC {
		t.Errorf("nil location: got %v, want UTC", got.Location())
	}
	for _, test := range []struct {
		location *time.Location
		local    time.Time
	}{
		{nil, time.Date(2024, time.October, 25, 8, 15, 0, 0, time.UTC)},
		{time.UTC, time.Date(2024, time.October, 25, 8, 15, 0, 0, time.UTC)},
		{warsaw(t), time.Date(2024, time.October, 25, 6, 15, 0, 0, time.UTC)},
		{time.FixedZone("east", 9*3600), time.Date(2024, time.October, 24, 23, 15, 0, 0, time.UTC)},
	} {
		if got, ok := local.Time(test.location); !ok || !got.Equal(test.local) {
			t.Errorf("%v: got %v without a zone", test.location, got)
		}
		if got, ok := zoned.Time(test.location); !ok || !got.Equal(time.Date(2024, time.October, 25, 13, 15, 0, 0, time.UTC)) {
			t.Errorf("%v: got %v with a zone", test.location, got)
		}
	}
}

func TestNewDate(t *testing.T) {
	for _, test := range []struct {
		year  int
		month time.Month
		day   int
		want  string
	}{
		{2024, time.October, 25, "2024-10-25"},
		{1, time.January, 1, "0001-01-01"},
		{2024, time.February, 30, "2024-03-01"},
		{2024, 13, 1, "2025-01-01"},
	} {
		d := wire.NewDate(test.year, test.month, test.day)
		if d.String() != test.want || d.HasTime() || d.HasZone() || mustMarshal(t, d) != `"`+test.want+`"` {
			t.Errorf("got %v, want %s", d, test.want)
		}
		if parsed, err := wire.ParseDateTime(test.want); err != nil || parsed != d {
			t.Errorf("ParseDateTime(%s): got %v, %v", test.want, parsed, err)
		}
	}
}

func TestRandomDateTimesRoundTrip(t *testing.T) {
	random := newRandom(t)
	locations := []*time.Location{time.UTC, warsaw(t), time.FixedZone("west", -(11*3600 + 30*60))}
	first := time.Date(1950, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(9999, time.December, 30, 0, 0, 0, 0, time.UTC).Unix()
	for range randomRounds {
		instant := time.Unix(first+random.Int64N(last-first), random.Int64N(1e9)).In(locations[random.IntN(len(locations))])
		d := wire.NewDateTime(instant)
		var read wire.DateTime
		mustUnmarshal(t, mustMarshal(t, d), &read)
		got, ok := read.Time(warsaw(t))
		if !ok || !got.Equal(instant) || read != d || !d.HasTime() || !d.HasZone() {
			t.Errorf("%v: marshals as %v, unmarshals as %v", instant, d, got)
		}
	}
}

func TestDateTimeAsParameter(t *testing.T) {
	for s, want := range map[string]string{
		"2024-10-25":                        "from=2024-10-25",
		"2024-10-25T08:15:00":               "from=2024-10-25T08%3A15%3A00",
		"2024-10-25T08:15:00.1234567":       "from=2024-10-25T08%3A15%3A00.1234567",
		"2024-10-25T08:15:00.1234567+02:00": "from=2024-10-25T08%3A15%3A00.1234567%2B02%3A00",
	} {
		var d wire.DateTime
		mustUnmarshal(t, strings.ReplaceAll(`"`+s+`"`, "+", `\u002B`), &d)
		for _, value := range []any{d, &d} {
			got, err := runtime.StyleParamWithOptions("form", true, "from", value,
				runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationQuery, Type: "string", Format: "date-time"})
			if err != nil || got != want {
				t.Errorf("%s in the query: got %s, %v", s, got, err)
			}
		}
	}
	got, err := runtime.StyleParamWithOptions("simple", false, "day", wire.NewDate(2024, time.October, 25),
		runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationPath, Type: "string", Format: "date"})
	if err != nil || got != "2024-10-25" {
		t.Errorf("in the path: got %s, %v", got, err)
	}
}

func TestDecimalAsParameter(t *testing.T) {
	got, err := runtime.StyleParamWithOptions("form", true, "price", wire.MustDecimal("10.50"),
		runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationQuery, Type: "number"})
	if err != nil || got != "price=10.50" {
		t.Errorf("got %s, %v", got, err)
	}
}

// The clocks of Warsaw went forward on 2024-03-31 at 02:00 and back on 2024-10-27 at 03:00.
func TestDateTimeWhenClocksChange(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		location *time.Location
		wall     string
		utc      string
	}{
		{warsaw(t), "2024-03-31T01:59:59", "2024-03-31T00:59:59Z"},
		{warsaw(t), "2024-03-31T02:00:00", "2024-03-31T01:00:00Z"}, // does not occur: 03:00
		{warsaw(t), "2024-03-31T02:30:00", "2024-03-31T01:30:00Z"}, // 03:30
		{warsaw(t), "2024-03-31T03:00:00", "2024-03-31T01:00:00Z"},
		{warsaw(t), "2024-10-27T01:59:59", "2024-10-26T23:59:59Z"},
		{warsaw(t), "2024-10-27T02:00:00", "2024-10-27T00:00:00Z"}, // occurs twice: the first
		{warsaw(t), "2024-10-27T02:30:00.5", "2024-10-27T00:30:00.5Z"},
		{warsaw(t), "2024-10-27T03:00:00", "2024-10-27T02:00:00Z"},
		{newYork, "2024-03-10T02:30:00", "2024-03-10T07:30:00Z"},
		{newYork, "2024-11-03T01:30:00", "2024-11-03T05:30:00Z"},
		{time.UTC, "2024-10-27T02:30:00", "2024-10-27T02:30:00Z"},
	} {
		d, err := wire.ParseDateTime(test.wall)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := d.Time(test.location); !ok || got.UTC().Format(time.RFC3339Nano) != test.utc || got.Location() != test.location {
			t.Errorf("%s: %v, %v, want %s", test.wall, got, ok, test.utc)
		}
	}
}

func TestDateTimeMinimumOfDotNet(t *testing.T) {
	for s, minimum := range map[string]bool{
		"0001-01-01": true, "0001-01-01T00:00:00": true, "0001-01-01T00:00:00.0000000": true, "0001-01-01T00:00:00Z": true,
		"0001-01-01T00:00:00+00:00": true, "": false, "0001-01-02": false, "0001-01-01T00:00:01": false, "2024-10-25": false, "0001-01-01T00:00:00+01:00": true, "0001-01-01T00:00:00+01:24": true,
	} {
		d, err := wire.ParseDateTime(s)
		if err != nil {
			t.Fatal(err)
		}
		if d.IsMinValue() != minimum || !d.IsSet() {
			t.Errorf("%q: IsMinValue %v", s, d.IsMinValue())
		}
		if got, ok := d.Time(warsaw(t)); s != "" && ok == minimum || minimum && !got.IsZero() {
			t.Errorf("%q: Time %v, %v", s, got, ok)
		}
	}
}

func TestDateIn(t *testing.T) {
	evening := time.Date(2024, time.October, 25, 22, 5, 0, 0, time.UTC)
	if got := wire.DateIn(evening, warsaw(t)); got != wire.NewDate(2024, time.October, 26) {
		t.Errorf("in Warsaw: %s", got)
	}
	if got := wire.DateIn(evening.In(warsaw(t)), nil); got != wire.NewDate(2024, time.October, 25) {
		t.Errorf("in UTC: %s", got)
	}
}
