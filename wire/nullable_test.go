package wire_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/xsale-go/xsale/wire"
)

type point struct {
	X int `json:"x"`
	Y int `json:"y,omitzero"`
}

type nullableFields struct {
	Text  wire.Nullable[string]       `json:"text,omitzero"`
	Point wire.Nullable[point]        `json:"point,omitzero"`
	List  wire.Nullable[[]int]        `json:"list,omitzero"`
	Price wire.Nullable[wire.Decimal] `json:"price,omitempty,omitzero"`
}

func TestNullableDistinguishesAbsentNullAndValue(t *testing.T) {
	for _, document := range []string{
		`{}`,
		`{"text":null}`,
		`{"text":""}`,
		`{"text":"Żółw \"1\""}`,
		`{"point":null}`,
		`{"point":{"x":0}}`,
		`{"point":{"x":1,"y":-2}}`,
		`{"list":null}`,
		`{"list":[]}`,
		`{"list":[1,2]}`,
		`{"price":"10.50"}`,
		`{"text":null,"point":{"x":7},"list":[0],"price":-0.00}`,
	} {
		var fields nullableFields
		mustUnmarshal(t, document, &fields)
		if got := mustMarshal(t, fields); got != document {
			t.Errorf("%s: round trip %s", document, got)
		}
	}
}

func TestNullableStates(t *testing.T) {
	var read nullableFields
	mustUnmarshal(t, `{"text":null,"point":{"x":1}}`, &read)
	checkNullable(t, "absent", wire.Nullable[string]{}, "", false, false, true, `null`)
	checkNullable(t, "null", wire.Null[string](), "", false, true, false, `null`)
	checkNullable(t, "read null", read.Text, "", false, true, false, `null`)
	checkNullable(t, "empty string", wire.Some(""), "", true, false, false, `""`)
	checkNullable(t, "string", wire.Some("a"), "a", true, false, false, `"a"`)
	checkNullable(t, "zero struct", wire.Some(point{}), point{}, true, false, false, `{"x":0}`)
	checkNullable(t, "read struct", read.Point, point{X: 1}, true, false, false, `{"x":1}`)
	checkNullable(t, "absent struct", read.List, nil, false, false, true, `null`)
}

func checkNullable[T any](t *testing.T, name string, n wire.Nullable[T], value T, set, null, zero bool, literal string) {
	t.Helper()
	got, ok := n.Get()
	if !reflect.DeepEqual(got, value) || ok != set {
		t.Errorf("%s: Get %v, %v", name, got, ok)
	}
	if n.IsSet() != set || n.IsNull() != null || n.IsZero() != zero {
		t.Errorf("%s: IsSet %v, IsNull %v, IsZero %v", name, n.IsSet(), n.IsNull(), n.IsZero())
	}
	if got := mustMarshal(t, n); got != literal {
		t.Errorf("%s: marshals as %s", name, got)
	}
}

func TestNullableReplacesValue(t *testing.T) {
	n := wire.Some(point{1, 2})
	mustUnmarshal(t, `{"x":3}`, &n)
	if got, ok := n.Get(); !ok || got != (point{X: 3}) {
		t.Errorf("a value over a value: got %v, %v", got, ok)
	}
	mustUnmarshal(t, `null`, &n)
	if got, ok := n.Get(); ok || got != (point{}) || !n.IsNull() {
		t.Errorf("null over a value: got %v, %v", got, ok)
	}
	for _, document := range []string{`"a"`, `[]`, `{"x":"a"}`, `{"x":1.5}`} {
		n := wire.Some(point{1, 2})
		if err := json.Unmarshal([]byte(document), &n); err == nil || n != wire.Some(point{1, 2}) {
			t.Errorf("%s: got %v, %v", document, n, err)
		}
	}
}

func TestRandomNullablesRoundTrip(t *testing.T) {
	random := newRandom(t)
	for range randomRounds {
		fields := nullableFields{Text: wire.Some(randomString(random)), Point: wire.Some(point{int(random.Int64()), -int(random.Int64())})}
		if random.IntN(3) == 0 {
			fields.Text = wire.Null[string]()
		}
		if random.IntN(3) == 0 {
			fields.Point = wire.Nullable[point]{}
		}
		var read nullableFields
		mustUnmarshal(t, mustMarshal(t, fields), &read)
		if !reflect.DeepEqual(read, fields) {
			t.Errorf("%v: round trip %v", fields, read)
		}
	}
}

func TestNullablePrintsItsValue(t *testing.T) {
	for want, value := range map[string]fmt.Stringer{
		"Biurko": wire.Some("Biurko"),
		"-0.50":  wire.Some(wire.MustDecimal("-0.50")),
		"[1 2]":  wire.Some([]int{1, 2}),
		"null":   wire.Null[int](),
		"":       wire.Nullable[int]{},
	} {
		if got := fmt.Sprint(value); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
