package tree

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	x := Object{"x": []any{json.Number("1")}}
	for _, test := range []struct {
		name, text string
		want       Object
	}{
		{"JSON", `{"openapi":"3.0.3","paths":{},"tags":[],"x":null,"y":[true,false]}`,
			Object{"openapi": "3.0.3", "paths": Object{}, "tags": []any{}, "x": nil, "y": []any{true, false}}},
		{"JSON with a byte order mark", "\ufeff {\"openapi\":\"3.0.3\"}\r\n", Object{"openapi": "3.0.3"}},
		{"JSON numbers", `{"a":1.10,"b":12345678901234567890.5,"c":-0,"d":1E400,"e":200}`,
			Object{"a": json.Number("1.10"), "b": json.Number("12345678901234567890.5"), "c": json.Number("-0"), "d": json.Number("1E400"), "e": json.Number("200")}},
		{"JSON strings", `{"a":"\u0000\u2028","":"~/\ud83d\ude00"}`, Object{"a": "\x00\u2028", "": "~/😀"}},
		{"YAML", "openapi: 3.0.3\npaths: {}\ntags: []\nx: ~\ny:\n- true\n- false\n",
			Object{"openapi": "3.0.3", "paths": Object{}, "tags": []any{}, "x": nil, "y": []any{true, false}}},
		{"YAML with a byte order mark", "\ufeffopenapi: 3.0.3\r\npaths: {}\r\n", Object{"openapi": "3.0.3", "paths": Object{}}},
		{"indented YAML", "  a: 1\n  b: 2\n", Object{"a": json.Number("1"), "b": json.Number("2")}},
		{"YAML with one document", "%YAML 1.1\n---\na: x\n...\n", Object{"a": "x"}},
		{"YAML numbers", "a: 1.10\nb: 12345678901234567890.5\nc: -0\nd: 0x1F\ne: 1_000\nf: .5\ng: +7\nh: 0o17\ni: 98765432109876543210\nj: !!float 1\n",
			Object{
				"a": json.Number("1.10"), "b": json.Number("12345678901234567890.5"), "c": json.Number("-0"), "d": json.Number("31"),
				"e": json.Number("1000"), "f": json.Number("0.5"), "g": json.Number("7"), "h": json.Number("15"),
				"i": json.Number("98765432109876543210"), "j": json.Number("1"),
			}},
		{"YAML version as a number", "openapi: 3.0\nswagger: 2.0\n", Object{"openapi": json.Number("3.0"), "swagger": json.Number("2.0")}},
		{"YAML dates", "a: 2024-10-25\nb: 2024-10-25T08:30:00+02:00\n2024-10-25: c\n",
			Object{"a": "2024-10-25", "b": "2024-10-25T08:30:00+02:00", "2024-10-25": "c"}},
		{"YAML keys that are not strings", "200: a\n007: b\n1.10: c\ntrue: d\n~: e\n",
			Object{"200": "a", "007": "b", "1.10": "c", "true": "d", "~": "e"}},
		{"YAML strings", "a: no\nb: '1.0'\nc: !!str 2\nd: |\n  x\n  y\ne: !!binary aGk=\nf: !odd z\n",
			Object{"a": "no", "b": "1.0", "c": "2", "d": "x\ny\n", "e": "aGk=", "f": "z"}},
		{"YAML whose last string ends in a newline", "a: |\n  x\n", Object{"a": "x\n"}},
		{"YAML aliases", "a: &a {x: [1]}\nb: *a\nc: &c d\n? *c\n: *a\n",
			Object{"a": x, "b": x, "c": "d", "d": x}},
		{"YAML merges", "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: *a, x: 5}\nd: {<<: [*a, *b]}\ne: {'<<': f}\n",
			Object{
				"a": Object{"x": json.Number("1"), "y": json.Number("2")},
				"b": Object{"y": json.Number("3"), "z": json.Number("4")},
				"c": Object{"x": json.Number("5"), "y": json.Number("2")},
				"d": Object{"x": json.Number("1"), "y": json.Number("2"), "z": json.Number("4")},
				"e": Object{"<<": "f"},
			}},
	} {
		got, err := Read([]byte(test.text))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n got %#v, %v\nwant %#v", test.name, got, err, test.want)
		}
	}
}

func TestReadCopiesAliases(t *testing.T) {
	document, err := Read([]byte("a: &a {x: 1}\nb: *a\nc: {<<: {y: *a}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	ObjectAt(document, "b")["x"] = "changed"
	ObjectAt(ObjectAt(document, "c"), "y")["x"] = "changed"
	if got := ObjectAt(document, "a")["x"]; got != json.Number("1") {
		t.Errorf("changing the alias changed the anchor to %v", got)
	}
}

func TestReadRejects(t *testing.T) {
	const (
		page      = "this is a web page, not an API spec"
		twice     = "duplicate key"
		noObject  = "this is not an API spec: it is not an object"
		noNumber  = "JSON does not support this number"
		deep      = "the spec nests more than 200 levels deep"
		many      = "the spec has more than 524288 values, possibly through aliases"
		tooLarge  = "the spec is larger than 16 MiB"
		largeYAML = "the spec is YAML and larger than 4 MiB"
	)
	for _, test := range []struct{ name, text, pointer, message string }{
		{"nothing", "", "", "the spec is empty"},
		{"spaces", "\ufeff \r\n\t", "", "the spec is empty"},
		{"a comment", "# nothing\n", "", "neither valid JSON nor valid YAML: EOF"},
		{"half of UTF-16", "\xff\xfe{\x00}", "", "the spec is not text: byte 4 is not UTF-16"},
		{"Latin-2", "{\"title\":\"Zam\xf3wienia\"}", "", "the spec is not text: byte 13, in line 1, is not UTF-8 but perhaps Windows-1250"},
		{"a page", "\r\n<!doctype html><html></html>", "", page},
		{"XML", "\ufeff<?xml version=\"1.0\"?><a/>", "", page},
		{"a string", "Service Unavailable", "", noObject},
		{"a list", "[{}]", "", noObject},
		{"null", "null", "", noObject},

		{"JSON that ends early", `{"paths":{"/me":{`, "", "invalid JSON at byte 17: unexpected EOF"},
		{"JSON that ends in a string", `{"paths":"/m`, "", "invalid JSON at byte 9: unexpected EOF"},
		{"JSON that ends after a key", `{"paths"`, "", "invalid JSON at byte 8: unexpected EOF"},
		{"JSON that ends after a value", `{"paths":1`, "", "invalid JSON at byte 10: unexpected EOF"},
		{"JSON with a trailing comma", `{"a":[1,]}`, "", "invalid JSON at byte 8: invalid character ']' looking for beginning of value"},
		{"JSON with a key that is not a string", `{1:2}`, "", "invalid JSON at byte 1: invalid character '1'"},
		{"JSON with trailing data", `{"a":1}{"b":2}`, "", "invalid JSON at byte 8: trailing data after the document"},
		{"JSON with trailing garbage", `{"a":1}]`, "", "invalid JSON at byte 7: trailing data after the document"},
		{"duplicate JSON key", `{"paths":{"/me":{"a~":[0,{"get":1,"put":2,"get":3}]}}}`, "/paths/~1me/a~0/1/get", twice},
		{"duplicate JSON key, escaped", `{"a":1,"\u0061":2}`, "/a", twice},

		{"invalid YAML", "a: [1", "", "neither valid JSON nor valid YAML: yaml: line 1: did not find expected ',' or ']'"},
		{"YAML with an unknown anchor", "a: *b", "", "neither valid JSON nor valid YAML: yaml: unknown anchor 'b' referenced"},
		{"YAML with a second document", "a: 1\n---\nb: 2\n", "", "trailing data after the YAML document"},
		{"YAML with a broken second document", "a: 1\n---\n[", "", "trailing data after the YAML document"},
		{"duplicate YAML key", "paths:\n  /me: {get: 1, put: 2, get: 3}\n", "/paths/~1me/get", twice},
		{"a status as number and string", "responses: {200: a, '200': b}", "/responses/200", twice},
		{"a key that is an object", "a:\n  ? {b: c}\n  : d\n", "/a", "a key is not a string"},
		{"not a number", "a: [1, .nan]", "/a/1", noNumber},
		{"infinity", "a: -.inf", "/a", noNumber},
		{"not an integer", "a: !!int x", "/a", "yaml: cannot decode !!str `x` as a !!int"},
		{"a merge of a string", "a: {<<: b}", "/a/<<", "the value to merge is not an object"},
		{"a merge of lists of lists", "a: {<<: [[{b: c}]]}", "/a/<<", "the value to merge is not an object"},
		{"a merge that fails", "a: {<<: {b: .nan}}", "/a/b", noNumber},

		{"JSON too deep", `{"a":` + strings.Repeat("[", 200), "/a" + strings.Repeat("/0", 199), deep},
		{"JSON objects too deep", strings.Repeat(`{"a":`, 201), strings.Repeat("/a", 200), deep},
		{"YAML too deep", "a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200), "/a" + strings.Repeat("/0", 199), deep},
		{"YAML far too deep", "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "/a" + strings.Repeat("/0", 199), deep},
		{"an anchor that contains itself", "a: &a [*a]", "/a" + strings.Repeat("/0", 199), deep},
		{"an anchor that merges itself", "a: &a {<<: *a}", "/a", deep},
		{"an anchor that merges itself in a list", "a: &a {<<: [*a, *a]}", "/a", deep},

		{"JSON too large", `{}` + strings.Repeat(" ", MaxBytes), "", tooLarge},
		{"YAML too large", "a: 1" + strings.Repeat("\n", MaxYAMLBytes), "", largeYAML},
		{"aliases that multiply", bomb(12, 10), "/a6/1/3/7/2/3/4", many},
		{"aliases of strings that multiply", "a: &a x\nb: [" + strings.Repeat("*a,", maxValues) + "]", "/b/524285", many},
		{"aliases that multiply in merges", mergeBomb(8, 10), "/a6", many},
	} {
		document, err := Read([]byte(test.text))
		problem, ok := errors.AsType[*Problem](err)
		if document != nil || !ok {
			t.Errorf("%s: got %.100v, %v", test.name, document, err)
			continue
		}
		if problem.Pointer != test.pointer || problem.Message != test.message {
			t.Errorf("%s:\n got %q, %q\nwant %q, %q", test.name, problem.Pointer, problem.Message, test.pointer, test.message)
		}
		if problem.Remedy == "" {
			t.Errorf("%s: no remedy", test.name)
		}
	}
}

// bomb returns nested lists, each with the given number of aliases to the previous one.
func bomb(levels, times int) string {
	var text strings.Builder
	text.WriteString("a0: &a0 [x]\n")
	for level := 1; level <= levels; level++ {
		fmt.Fprintf(&text, "a%d: &a%[1]d [%s]\n", level, strings.Repeat(fmt.Sprintf("*a%d,", level-1), times))
	}
	return text.String()
}

func mergeBomb(levels, times int) string {
	var text strings.Builder
	text.WriteString("a0: &a0 {x: y}\n")
	for level := 1; level <= levels; level++ {
		fmt.Fprintf(&text, "a%d: &a%[1]d {<<: [%s]}\n", level, strings.Repeat(fmt.Sprintf("*a%d,", level-1), times))
	}
	return text.String()
}

func TestReadAcceptsLimits(t *testing.T) {
	var names strings.Builder
	for i := range maxValues - 1 {
		names.WriteString(strconv.FormatInt(int64(i), 36) + ":\n")
	}
	for name, text := range map[string]string{
		"depth of JSON":       strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200),
		"depth of YAML":       "a: " + strings.Repeat("[", 199) + "1" + strings.Repeat("]", 199),
		"size of JSON":        `{}` + strings.Repeat(" ", MaxBytes-2),
		"size of YAML":        "a: 1" + strings.Repeat("\n", MaxYAMLBytes-4),
		"values of YAML":      names.String(), // takes hours if every key is compared with every other
		"siblings of aliases": bomb(5, 10),
	} {
		if _, err := Read([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
