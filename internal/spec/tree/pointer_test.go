package tree

import (
	"slices"
	"testing"
)

func TestJoinAndSplit(t *testing.T) {
	for _, test := range []struct {
		tokens  []string
		pointer string
	}{
		{nil, ""},
		{[]string{""}, "/"},
		{[]string{"", ""}, "//"},
		{[]string{"paths", "/orders/{id}", "get"}, "/paths/~1orders~1{id}/get"},
		{[]string{"~", "~1", "~0", "/~"}, "/~0/~01/~00/~1~0"},
		{[]string{"tags", "0"}, "/tags/0"},
		{[]string{"Zamówienie", "a b%20#"}, "/Zamówienie/a b%20#"},
	} {
		if got := Join("", test.tokens...); got != test.pointer {
			t.Errorf("%q: joined as %q, want %q", test.tokens, got, test.pointer)
		}
		if got, ok := Split(test.pointer); !ok || !slices.Equal(got, test.tokens) {
			t.Errorf("%q: split as %q, %v", test.pointer, got, ok)
		}
	}
	if got := Join("/paths", "/me", "get"); got != "/paths/~1me/get" {
		t.Errorf("got %q", got)
	}
	for _, pointer := range []string{"paths", "#/paths", " /paths"} {
		if got, ok := Split(pointer); ok {
			t.Errorf("%q: accepted as a pointer to %q", pointer, got)
		}
	}
}

func TestLookup(t *testing.T) {
	document := Object{
		"":      "empty",
		"~":     Object{"/": "escaped"},
		"~1":    "tilde",
		"list":  []any{"first", Object{"0": "inner"}},
		"0":     "by name",
		"null":  nil,
		"plain": "text",
	}
	for pointer, want := range map[string]any{
		"/":         "empty",
		"/~0/~1":    "escaped",
		"/~01":      "tilde",
		"/list/0":   "first",
		"/list/1/0": "inner",
		"/0":        "by name",
		"/null":     nil,
	} {
		if got, ok := Lookup(document, pointer); !ok || got != want {
			t.Errorf("%s: got %v, %v", pointer, got, ok)
		}
	}
	if got, ok := Lookup("a string", ""); !ok || got != "a string" {
		t.Errorf("the document: got %v, %v", got, ok)
	}
	for _, pointer := range []string{
		"list", "#/list", "/List", "/list/", "/list/2", "/list/-1", "/list/01", "/list/+1", "/list/-", "/list/1.0", "/list/0x1",
		"/list/18446744073709551616", "/list/0/0", "/plain/0", "/null/0", "//",
	} {
		if got, ok := Lookup(document, pointer); ok || got != nil {
			t.Errorf("%s: got %v, %v", pointer, got, ok)
		}
	}
}
