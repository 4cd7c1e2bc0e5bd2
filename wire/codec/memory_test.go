package codec_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// Values are written into memory by the size of their types, so each has neighbors here.
type neighbors struct {
	A int8
	B int16
	C int32
	D int
	E uint8
	F uint16
	G uint32
	H uint64
	I bool
	J text
	K *int16
	L []int8
	M [][]bool
	N []*text
	O map[text]int32
	P float32

	wire.UnknownFields `json:"-"`
}

type text string

func TestValuesLeaveTheirNeighborsAlone(t *testing.T) {
	for i := range reflect.TypeFor[neighbors]().NumField() - 1 {
		var got, want neighbors
		const before = `{"A":-1,"B":-2,"C":-3,"D":-4,"E":5,"F":6,"G":7,"H":8,"I":true,"J":"ten","K":-11,"L":[-12,-13],"M":[[true],[],[false,true]],"N":["a",null],"O":{"b":-16},"P":1.5}`
		if err := codec.Unmarshal([]byte(before), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(before), (*plainNeighbors)(&want)); err != nil {
			t.Fatal(err)
		}
		name := string(rune('A' + i))
		document := `{"` + name + `":` + []string{"127", "32767", "2147483647", "9223372036854775807", "255", "65535", "4294967295", "18446744073709551615", "false", `"x"`, "32767", "[127]", "[[false]]", `["y"]`, `{"z":1}`, "2.5"}[i] + `}`
		if err := codec.Unmarshal([]byte(document), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(document), (*plainNeighbors)(&want)); err != nil {
			t.Fatal(err)
		}
		got.UnknownFields = wire.UnknownFields{}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", document, got, want)
		}
	}
}

type plainNeighbors neighbors

func TestTargetMustBePointer(t *testing.T) {
	for _, target := range []any{map[string]string{}, []string{""}, "", (*string)(nil), nil} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("decoding into a %T did not panic", target)
				}
			}()
			_ = codec.Unmarshal([]byte(`"value"`), target)
		}()
	}
}

// Lists share blocks of memory, and neither their elements nor the fields of these are allocated.
func TestObjectsInListsAreNotAllocated(t *testing.T) {
	data := []byte("[" + strings.Repeat(`{"A":1,"J":"ten","L":[1,2],"M":[[true],[]]},`, 500) + "{}]")
	allocations := testing.AllocsPerRun(20, func() {
		var list []neighbors
		if err := codec.Unmarshal(data, &list); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 100 {
		t.Errorf("got %v allocations for 501 objects", allocations)
	}
}
