package tree

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

func TestReachable(t *testing.T) {
	document := Object{"components": Object{"schemas": Object{
		"A": Object{"properties": Object{"b": Object{"$ref": "#/components/schemas/B"}}},
		"B": Object{"items": Object{"$ref": "#/components/schemas/A"}}, // a cycle
		"C": Object{"discriminator": Object{"mapping": Object{"d": "#/components/schemas/D"}}},
		"D": Object{},
		"E": Object{"$ref": "#/components/schemas/A"}, // refers to others, but is unused
	}}}
	for _, test := range []struct{ ref, want string }{
		{"#/components/schemas/A", "[A B]"},
		{"#/components/schemas/C", "[C D]"},
		{"#/components/schemas/A/properties/b", "[A B]"},
		{"#/components/schemas/Missing", "[Missing]"},
		{"#/components/responses/A", "[]"},
		{"other.json#/A", "[]"},
	} {
		if got := fmt.Sprint(slices.Sorted(maps.Keys(Reachable(document, []any{Object{"$ref": test.ref}})))); got != test.want {
			t.Errorf("%s: got %s, want %s", test.ref, got, test.want)
		}
	}
	if got := Reachable(document, Object{"$ref": "#/components/schemas/D"}, Object{"$ref": "#/components/schemas/B"}); len(got) != 3 {
		t.Errorf("two trees: got %v", got)
	}
}

func TestSchemasCreatesMissingCollection(t *testing.T) {
	document := Object{}
	Schemas(document)["A"] = Object{}
	if _, ok := Lookup(document, "/components/schemas/A"); !ok {
		t.Errorf("got %v", document)
	}
	Schemas(document)["B"] = Object{}
	if len(Schemas(document)) != 2 {
		t.Errorf("got %v", document)
	}
}
