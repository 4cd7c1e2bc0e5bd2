package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// scalars has a Decimal and a DateTime in every kind of field.
type scalars struct {
	Price    wire.Decimal                 `json:"price"`
	Pointer  *wire.Decimal                `json:"pointer"`
	Prices   []wire.Decimal               `json:"prices"`
	Map      map[string]wire.Decimal      `json:"map"`
	Nullable wire.Nullable[wire.Decimal]  `json:"nullable"`
	Day      wire.DateTime                `json:"day"`
	Days     []wire.DateTime              `json:"days"`
	Later    wire.Nullable[wire.DateTime] `json:"later"`

	wire.UnknownFields `json:"-"`
}

func (s *scalars) UnmarshalJSON(data []byte) error { return codec.Unmarshal(data, s) }

func (s scalars) MarshalJSON() ([]byte, error) { return codec.Marshal(&s) }

// checkWholeObject expects the same JSON back from an object with a number and a date in every kind
// of field, and the same values from encoding/json and the Decoder.
func checkWholeObject(t *testing.T, number, day string) {
	t.Helper()
	input := fmt.Sprintf(`{"price":%[1]s,"pointer":%[1]s,"prices":[%[1]s,null,%[1]s],"map":{"a":%[1]s},"nullable":%[1]s,`+
		`"day":%[2]s,"days":[%[2]s,null],"later":%[2]s,"unknown":%[1]s,"other":[%[2]s]}`, number, day)
	var read scalars
	if err := codec.Unmarshal([]byte(input), &read); err != nil {
		t.Errorf("%s: %v", input, err)
		return
	}
	if got, err := read.MarshalJSON(); err != nil || string(got) != input {
		t.Errorf("%s\nround trip:\n%s, %v", input, got, err)
	}
	type plain scalars
	var standard plain
	if err := json.Unmarshal([]byte(input), &standard); err != nil || standard.Price != read.Price || standard.Day != read.Day {
		t.Errorf("%s: encoding/json decodes %v and %v, %v", input, standard.Price, standard.Day, err)
	}
	if kept, _ := read.Get("unknown"); string(kept) != number {
		t.Errorf("unknown field: got %s, want %s", kept, number)
	}
}

func TestWholeObjectsRoundTrip(t *testing.T) {
	days := []string{`""`, `null`, `"2024-10-25"`, `"2024-10-25T08:15:00"`, `"2024-10-25T08:15:00.1200000"`, `"2024-10-25T08:15:00\u002B02:00"`}
	for i, input := range decimalStrings {
		checkWholeObject(t, input, days[i%len(days)])
		checkWholeObject(t, `"`+input+`"`, days[i%len(days)])
	}
	random := newRandom(t)
	for range randomRounds / 4 {
		checkWholeObject(t, randomNumber(random), days[random.IntN(len(days))])
	}
}

func FuzzScalars(f *testing.F) {
	f.Add(`10.50`, `"2024-10-25"`)
	f.Add(`"1E-3"`, `"2024-10-25T08:15:00.1\u002B02:00"`)
	f.Add(`null`, `null`)
	f.Fuzz(func(t *testing.T, number, day string) {
		if !json.Valid([]byte(number)) || !json.Valid([]byte(day)) {
			return
		}
		number, day = strings.TrimSpace(number), strings.TrimSpace(day)
		numberOK, dayOK := new(wire.Decimal).UnmarshalJSON([]byte(number)) == nil, new(wire.DateTime).UnmarshalJSON([]byte(day)) == nil
		if numberOK != (codec.Unmarshal([]byte(number), new(wire.Decimal)) == nil) || dayOK != (codec.Unmarshal([]byte(day), new(wire.DateTime)) == nil) {
			t.Fatalf("%s and %s: the Decoder disagrees with UnmarshalJSON: %v, %v", number, day, numberOK, dayOK)
		}
		if numberOK && dayOK && number != "null" && day != "null" {
			checkWholeObject(t, number, day)
		}
	})
}

func TestUnknownFieldsKeepEveryByte(t *testing.T) {
	for _, fields := range []string{
		`"b":1.10,"a":-0.00,"c":1E+03`,
		`"a":1,"A":2,"a":{"a":1,"a":2}`,
		`"\u0061\/\"":"\u0061\/\u003c<\ud800","":null`,
		"\"\xff\":\"\xff\xfe\"", // not U+2028, which an encoder may escape in a nested object
		`"deep":` + strings.Repeat(`[{"x":`, 500) + `1` + strings.Repeat(`}]`, 500),
		`"digits":` + strings.Repeat("123", 1000),
	} {
		for _, input := range []string{
			`{` + fields + `}`,
			`{"Id":7,"Items":[{"OrderItemArticles":[{` + fields + `}],` + fields + `}],` + fields + `}`,
		} {
			var order gen.Order
			if err := codec.Unmarshal([]byte(input), &order); err != nil {
				t.Errorf("%.200q: %v", input, err)
				continue
			}
			got, err := order.MarshalJSON()
			if err != nil || string(got) != input {
				t.Errorf("%.200q\nround trip:\n%.200q, %v", input, got, err)
			}
		}
	}
}
