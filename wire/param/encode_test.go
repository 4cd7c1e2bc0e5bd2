package param_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/param"
)

type filter struct {
	City   string            `json:"city,omitempty"`
	Limit  int32             `json:"limit,omitempty"`
	IDs    []int64           `json:"ids,omitempty"`
	Inside *filter           `json:"inside,omitempty"`
	Extra  map[string]string `json:"extra,omitempty"`
}

type sort string

func (s sort) Valid() bool { return s == "asc" || s == "desc" }

func TestEncodeQuery(t *testing.T) {
	for _, test := range []struct {
		name   string
		params any
		want   string // or a part of the error
	}{
		{"nothing", nil, ""},
		{"no params", (*struct {
			A *string `query:"a"`
		})(nil), ""},
		{"no required params", (*struct {
			A *string `query:"a"`
			B string  `query:"b,required"`
		})(nil), "query parameter b: it has no value"},
		{"a scalar", struct {
			A *string `query:"a"`
		}{new("x&y=ż +%")}, "a=x%26y%3D%C5%BC+%2B%25"},
		{"an odd name", struct {
			A *string `query:"a%2C%25&b"`
		}{new("1")}, "a%2C%25%26b=1"},
		{"absent and zero", struct {
			A *string `query:"a"`
			B *bool   `query:"b"`
			C []int   `query:"c"`
			D string  `query:"d,required"`
		}{B: new(false), C: []int{}}, "b=false&d="},
		{"required list", struct {
			C []int `query:"c,required"`
		}{}, "query parameter c: it has no value"},
		{"required enum", struct {
			S sort `query:"s,required"`
		}{}, "query parameter s: it has no value"},
		{"unset decimal", struct {
			D *wire.Decimal `query:"d"`
		}{new(wire.Decimal)}, "query parameter d: it has no value"},
		{"numbers", struct {
			A []wire.Decimal `query:"a"`
			B []float64      `query:"b,joined"`
			C *uint8         `query:"c"`
		}{[]wire.Decimal{wire.MustDecimal("1.50"), wire.MustDecimal("2")}, []float64{1e21, 0.5}, new(uint8(255))}, "a=1.50&a=2&b=1000000000000000000000,0.5&c=255"},
		{"dates", struct {
			A []wire.DateTime `query:"a"`
		}{[]wire.DateTime{wire.NewDate(2024, 10, 25)}}, "a=2024-10-25"},
		{"joined", struct {
			A []string `query:"a,joined"`
		}{[]string{"a,b", "", "c"}}, "a=a%2Cb,,c"},
		{"joined by spaces", struct {
			A []string `query:"a,spaceDelimited"`
		}{[]string{"a", "b"}}, "a=a%20b"},
		{"joined by pipes", struct {
			A []string `query:"a,pipeDelimited"`
		}{[]string{"a", "b c"}}, "a=a%7Cb+c"},
		{"a space in values joined by spaces", struct {
			A []string `query:"a,spaceDelimited"`
		}{[]string{"a b", "b"}}, `element 0: "a b" contains the separator " "`},
		{"a dictionary", struct {
			A map[string]string `query:"a"`
		}{map[string]string{"x&admin": "v=1"}}, "x%26admin=v%3D1"},
		{"a dictionary with the name of a parameter", struct {
			A map[string]string `query:"a"`
			B *string           `query:"b"`
		}{A: map[string]string{"b": "1"}}, "b is also the name of another parameter"},
		{"a joined dictionary", struct {
			A map[string]int `query:"a,joined"`
		}{map[string]int{"x,y": 1, "z": 2}}, "a=x%2Cy,1,z,2"},
		{"an object", struct {
			A *filter `query:"a"`
		}{&filter{City: "Łódź", Limit: 3}}, "city=%C5%81%C3%B3d%C5%BA&limit=3"},
		{"an object in an object", struct {
			A *filter `query:"a"`
		}{&filter{Inside: &filter{}}}, "query parameter a: inside: lists and objects inside others cannot be encoded"},
		{"a deep object", struct {
			A *filter `query:"a,deepObject"`
		}{&filter{City: "a b", IDs: []int64{1, 2}, Inside: &filter{Limit: 1}, Extra: map[string]string{"x&y": "z"}}},
			"a%5Bcity%5D=a+b&a%5Bids%5D%5B0%5D=1&a%5Bids%5D%5B1%5D=2&a%5Binside%5D%5Blimit%5D=1&a%5Bextra%5D%5Bx%26y%5D=z"},
		{"a bracket in a deep object", struct {
			A map[string]string `query:"a,deepObject"`
		}{map[string]string{"x]": "1"}}, "has a bracket"},
		{"JSON", struct {
			A *filter `query:"a,json"`
		}{&filter{City: "a&b"}}, "a=%7B%22city%22%3A%22a%26b%22%7D"},
		{"null in an object", struct {
			A map[string]json.RawMessage `query:"a"`
		}{map[string]json.RawMessage{"x": json.RawMessage("null")}}, "x: null cannot be sent"},
		{"reserved characters", struct {
			A *string `query:"a,allowReserved"`
		}{new("http://h/?x=1&y=2#z;[a]+b")}, "a=http://h/?x=1%26y=2%23z%3B%5Ba%5D%2Bb"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := param.Encode(test.params, http.Header{})
			if err != nil {
				if _, ok := errors.AsType[*param.Error](err); !ok || !strings.Contains(err.Error(), test.want) || test.want == "" {
					t.Errorf("got %v, want %s", err, test.want)
				}
				return
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestEncodeHeadersAndCookies(t *testing.T) {
	for _, test := range []struct {
		name   string
		params any
		want   string // name: value, or a part of the error
	}{
		{"a scalar", struct {
			A *string `header:"x-a"`
		}{new("a, b;c=ż")}, "X-A: a, b;c=ż"},
		{"an empty value", struct {
			A *string `header:"X-A"`
		}{new("")}, "X-A: "},
		{"a list", struct {
			A []string `header:"X-A"`
		}{[]string{"a", "b c"}}, "X-A: a,b c"},
		{"an object", struct {
			A map[string]int `header:"X-A"`
		}{map[string]int{"a": 1, "b": 2}}, "X-A: a,1,b,2"},
		{"an exploded object", struct {
			A map[string]int `header:"X-A,exploded"`
		}{map[string]int{"a": 1, "b": 2}}, "X-A: a=1,b=2"},
		{"JSON", struct {
			A []string `header:"X-A,json"`
		}{[]string{"a\n"}}, `X-A: ["a\n"]`},
		{"a comma in a list", struct {
			A []string `header:"X-A"`
		}{[]string{"a,b"}}, `header parameter X-A: element 0: "a,b" contains the separator`},
		{"a space in a list", struct {
			A []string `header:"X-A"`
		}{[]string{"a", " b"}}, "white space"},
		{"a line break", struct {
			A *string `header:"X-A"`
		}{new("a\r\nX-B: 1")}, "control character"},
		{"a space at the end", struct {
			A *string `header:"X-A"`
		}{new("a ")}, "white space"},
		{"a header of net/http", struct {
			A *string `header:"host"`
		}{new("a")}, "net/http sets this header"},
		{"cookies", struct {
			A *string  `cookie:"a"`
			B []string `cookie:"b"`
			C []string `cookie:"c,joined"`
			D *string  `cookie:"d e"`
		}{new("x; admin=1"), []string{"1", "2"}, []string{"1,", "2"}, new("+ ")}, "Cookie: a=x%3B%20admin%3D1; b=1; b=2; c=1%2C,2; d%20e=%2B%20"},
	} {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{}
			_, err := param.Encode(test.params, header)
			var got string
			for name, values := range header {
				got = name + ": " + strings.Join(values, " / ")
			}
			if err != nil && strings.Contains(err.Error(), test.want) {
				return
			}
			if err != nil || got != test.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, test.want)
			}
		})
	}
}

func TestPath(t *testing.T) {
	for _, test := range []struct {
		template string
		values   []any
		want     string // or a part of the error
	}{
		{"/a", nil, "/a"},
		{"/a/{id}", []any{7}, "/a/7"},
		{"/a/{id}/b({c},{d})", []any{int32(7), "x/y?ż", wire.MustDecimal("1.10")}, "/a/7/b(x%2Fy%3F%C5%BC,1.10)"},
		{"/a/{id}/b/{id}", []any{"x", "x"}, "/a/x/b/x"},
		{"/a/{b}", []any{"{c}"}, "/a/%7Bc%7D"},
		{"/two words/ż%20:{b}/|", []any{"x/y"}, "/two%20words/%C5%BC%20:x%2Fy/%7C"},
		{"/a/{ids}", []any{[]string{"1", "2,3"}}, "/a/1,2%2C3"},
		{"/a/{o}", []any{map[string]int{"x": 1, "y": 2}}, "/a/x,1,y,2"},
		{"/a/{o}", []any{param.Styled("o,exploded", map[string]string{"x": "1=2", "y": "3"})}, "/a/x=1%3D2,y=3"},
		{"/a/{ids}", []any{param.Styled("ids,label", []int{1, 2})}, "/a/.1,2"},
		{"/a/{ids}", []any{param.Styled("ids,label,exploded", []int{1, 2})}, "/a/.1.2"},
		{"/a/{ids}", []any{param.Styled("ids,label,exploded", []string{"1.5", "2"})}, "contains the separator"},
		{"/a/{ids}", []any{param.Styled("ids,matrix", []int{1, 2})}, "/a/;ids=1,2"},
		{"/a/{ids}", []any{param.Styled("ids,matrix,exploded", []int{1, 2})}, "/a/;ids=1;ids=2"},
		{"/a/{o}", []any{param.Styled("o,matrix,exploded", map[string]int{"x": 1, "y": 2})}, "/a/;x=1;y=2"},
		{"/a/{id}", []any{param.Styled("id,label", "x;y")}, "/a/.x%3By"},
		{"/a(ids={ids})", []any{param.Styled("ids,json", []string{"1", "2,/"})}, "/a(ids=%5B%221%22%2C%222%2C%2F%22%5D)"},
		{"/key/{path}", []any{param.Styled("path,catchAll", "a/b c.txt")}, "/key/a/b%20c.txt"},
		{"/key/{path}", []any{param.Styled("path,catchAll", "a/../b")}, "path parameter path"},
		{"/key/{path}", []any{param.Styled("path,catchAll", "a//b")}, "path parameter path"},
		{"/a/{id}", []any{""}, `path parameter id: "" cannot be part of a path`},
		{"/a/{id}", []any{".."}, "cannot be part of a path"},
		{"/a/{id}", []any{param.Styled("id,label", ".")}, "cannot be part of a path"},
		{"/a/{ids}", []any{[]string{}}, "it has no value"},
		{"/a/{ids}", []any{[]string{".."}}, "cannot be part of a path"},
		{"/a/{ids}", []any{[]string{""}}, "cannot be part of a path"},
		{"/a/{d}", []any{wire.Decimal{}}, "it has no value"},
		{"/a/{b}", []any{1, 2}, "2 values for the variables of /a/{b}"},
		{"/a/{b}/{c}", []any{1}, "1 values for the variables of /a/{b}/{c}"},
	} {
		got, err := param.Path(test.template, test.values)
		if err != nil && strings.Contains(err.Error(), test.want) {
			continue
		}
		if err != nil || got != test.want {
			t.Errorf("%s %v: got %s, %v, want %s", test.template, test.values, got, err, test.want)
		}
	}
}
