package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// oddStrings are misread, or not read at all, unless they are quoted.
var oddStrings = []string{
	"", " ", "no", "yes", "on", "y", "true", "True", "null", "~", "1", "1.0", "0x1F", "1_000", "1e3", ".5", ".inf", ".nan", "007", "0o7",
	"2024-10-25", "2024-10-25T08:30:00Z", "<<", "=", "-", "- a", "a: b", "a:", ": a", "#a", "a #b", "!a", "&a", "*a", "%a", "@a", "`a`",
	"{a}", "[a]", "|", ">", "?", "? a", "'", "\"", "'a'", "\\", "\\n", ",", "---", "...", "a\nb", "a\nb\n", "a\n\n", "\n", "\n\n", "\na",
	" a\nb", "a\n b", "a \nb", "\ta\nb", "a\n\tb", "a\n#b", "---\na", "a\n---", "a\n\n\nb\n", "\r", "a\rb", "a\r\nb", "\t", "a\tb", " a", "a ",
	"\x00", "\x1b[0m", "\x7f", "\u0085", "a\u0085b", "\u00a0", "a\n\u00a0", "\u2028", "a\u2028b", "a\nb\u2029c", "\ufeff", "\ufeffa\nb", "\ufffd",
	"😀", "😀\nb", "Zamówienie", "</script>&", strings.Repeat("long ", 100), strings.Repeat("x", 2000), strings.Repeat("long\n", 100),
}

func TestWriteAndReadBack(t *testing.T) {
	document := Object{"number": json.Number("-1.10e+2"), "null": nil, "flags": []any{true, false}, "empty": Object{}, "none": []any{}}
	for _, number := range []json.Number{"0", "-0", "1.10", "12345678901234567890.5", "98765432109876543210", "1E400", "0e0"} {
		document["n"+number.String()] = number
	}
	names := Object{}
	for i, text := range oddStrings {
		names[text] = []any{json.Number(fmt.Sprint(i)), text}
		document[fmt.Sprint("t", i)] = text
	}
	document["names"] = names
	document["deep"] = []any{[]any{[]any{}, Object{"a": []any{"b\nc"}}}, names}

	for name, write := range map[string]func(any) ([]byte, error){"JSON": JSON, "YAML": YAML} {
		data, err := write(document)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		compare(t, name, "", got, document)
	}
	node, err := Node(document)
	if err != nil {
		t.Fatal(err)
	}
	got, err := FromNode(node)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "nodes", "", got, document)
}

// compare reports the locations that differ, because the whole is too long to read.
func compare(t *testing.T, name, pointer string, got, want any) {
	t.Helper()
	object, ok := got.(Object)
	other, otherOK := want.(Object)
	if !ok || !otherOK || len(object) != len(other) {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s: got %#v, want %#v", name, pointer, got, want)
		}
		return
	}
	for field, value := range other {
		compare(t, name, Join(pointer, field), object[field], value)
	}
}

func TestWriteIsDeterministic(t *testing.T) {
	for name, write := range map[string]func(any) ([]byte, error){"JSON": JSON, "YAML": YAML} {
		var first []byte
		for range 20 { // map order is random
			tree := Object{}
			for i := range 30 {
				tree[fmt.Sprint("m", i%7, i)] = Object{"b": json.Number("1.0"), "a": []any{"x", nil}, "A": true}
			}
			data, err := write(tree)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = data
			}
			if !bytes.Equal(data, first) {
				t.Fatalf("%s: got\n%s\nand\n%s", name, first, data)
			}
		}
	}
}

func TestWriteFormat(t *testing.T) {
	tree := Object{
		"openapi": "3.0.3",
		"paths":   Object{"/a&b": Object{"get": Object{"deprecated": true, "tags": []any{"<x>"}, "x": nil}}},
		"info":    Object{"version": "1.0", "description": "One\ntwo.\n", "x-n": json.Number("1.10")},
	}
	const wantJSON = `{
  "info": {
    "description": "One\ntwo.\n",
    "version": "1.0",
    "x-n": 1.10
  },
  "openapi": "3.0.3",
  "paths": {
    "/a&b": {
      "get": {
        "deprecated": true,
        "tags": [
          "<x>"
        ],
        "x": null
      }
    }
  }
}
`
	const wantYAML = `info:
  description: |
    One
    two.
  version: "1.0"
  x-n: 1.10
openapi: 3.0.3
paths:
  /a&b:
    get:
      deprecated: true
      tags:
        - <x>
      x: null
`
	if got, err := JSON(tree); err != nil || string(got) != wantJSON {
		t.Errorf("got\n%s, %v", got, err)
	}
	if got, err := YAML(tree); err != nil || string(got) != wantYAML {
		t.Errorf("got\n%s, %v", got, err)
	}
}

func TestWriteRejectsOtherTypes(t *testing.T) {
	for _, value := range []any{1, 1.5, map[string]string{}, []string{}, struct{}{}} {
		for _, tree := range []any{value, []any{value}, Object{"a": Object{"b": value}}} {
			if data, err := YAML(tree); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("a %T", value)) {
				t.Errorf("%#v: got %q, %v", tree, data, err)
			}
		}
	}
}
