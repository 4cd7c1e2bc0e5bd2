package tree

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

func TestClone(t *testing.T) {
	build := func() Object {
		return Object{"object": Object{"list": []any{Object{"a": json.Number("1.10")}, nil}}, "empty": []any{}, "text": "x", "flag": true}
	}
	document := build()
	copied := Clone(document)
	if !reflect.DeepEqual(copied, any(document)) {
		t.Fatalf("got %v", copied)
	}
	object := ObjectAt(copied.(Object), "object")
	list := ListAt(object, "list")
	list[0].(Object)["a"], list[1], object["b"] = "changed", "changed", "added"
	if !reflect.DeepEqual(document, build()) {
		t.Errorf("changing the copy changed the original to %v", document)
	}
}

func TestFieldsYieldsSortedWhileChanging(t *testing.T) {
	object := Object{"d": 4, "B": 2, "a": 1, "c": 3, "z": 26}
	var met []string
	for name, field := range Fields(object) {
		met = append(met, name)
		switch name {
		case "B":
			if field != 2 {
				t.Errorf("B: got %v", field)
			}
			delete(object, "c")
			delete(object, "B")
			object["d"] = "changed"
			object["e"] = "added"
		case "d":
			if field != "changed" {
				t.Errorf("d: got %v", field)
			}
		}
		if name == "d" {
			break
		}
	}
	if want := []string{"B", "a", "d"}; !slices.Equal(met, want) {
		t.Errorf("got %q, want %q", met, want)
	}
	for _, value := range []any{nil, "text", []any{"element"}, Object(nil), Object{}} {
		for name := range Fields(value) {
			t.Errorf("%#v has the field %q", value, name)
		}
	}
}

func TestFieldAccessors(t *testing.T) {
	object := Object{
		"text": "x", "number": json.Number("1.10"), "yes": true, "no": false, "list": []any{"y"}, "object": Object{"z": nil}, "null": nil,
	}
	for _, test := range []struct {
		name   string
		text   string
		object Object
		list   []any
		want   bool
	}{
		{"text", "x", nil, nil, false},
		{"number", "1.10", nil, nil, false},
		{"yes", "", nil, nil, true},
		{"no", "", nil, nil, false},
		{"list", "", nil, []any{"y"}, false},
		{"object", "", Object{"z": nil}, nil, false},
		{"null", "", nil, nil, false},
		{"absent", "", nil, nil, false},
	} {
		if got := String(object[test.name]); got != test.text {
			t.Errorf("%s: as a string: got %q", test.name, got)
		}
		if got := ObjectAt(object, test.name); !reflect.DeepEqual(got, test.object) {
			t.Errorf("%s: as an object: got %v", test.name, got)
		}
		if got := ListAt(object, test.name); !reflect.DeepEqual(got, test.list) {
			t.Errorf("%s: as a list: got %v", test.name, got)
		}
		if got := True(object, test.name); got != test.want {
			t.Errorf("%s: as a flag: got %v", test.name, got)
		}
	}
	if got := ObjectAt(ObjectAt(nil, "a"), "b"); got != nil {
		t.Errorf("nil has the field %v", got)
	}
}

func TestReportCopiesValues(t *testing.T) {
	before, after := Object{"type": []any{"string"}}, Object{"type": "string"}
	var report Report
	report.Add("types", "/components/schemas/A", before, after, "3.0 has no type lists")
	report.Add("added", "/info", nil, "x", "it is required")
	before["type"].([]any)[0], after["type"] = "changed", "changed"
	want := []Change{
		{"types", "/components/schemas/A", Object{"type": []any{"string"}}, Object{"type": "string"}, "3.0 has no type lists"},
		{"added", "/info", nil, "x", "it is required"},
	}
	if !reflect.DeepEqual(report.Changes, want) {
		t.Errorf("got %v", report.Changes)
	}
}
