package httpx

import (
	"net/http"
	"testing"
)

func TestNextLink(t *testing.T) {
	for _, test := range []struct {
		header []string
		want   string // "!" for an error
	}{
		{nil, ""},
		{[]string{""}, ""},
		{[]string{`<a>; rel="next"`}, "a"},
		{[]string{`<a>;rel=next`}, "a"},
		{[]string{`<a>; REL="Next"`}, "a"},
		{[]string{`<a>`}, ""},
		{[]string{`<a>; rel="prev", <b?c=1,2>; rel="next last"; title="x, <c>; \"rel=next\""`}, "b?c=1,2"},
		{[]string{`<a>; rel=first`, `<b>; rel=next`}, "b"},
		{[]string{`<a>; rel=first; rel=next`}, ""},
		{[]string{`<a>; crossorigin; rel=next`}, "a"},
		{[]string{`<a>; rel=next, <a>; rel=next`}, "a"},
		{[]string{`, <a>; rel=next,`}, "a"},
		{[]string{`<a>; rel=next, <b>; rel=next`}, "!"},
		{[]string{`a; rel=next`}, "!"},
		{[]string{`<a; rel=next`}, "!"},
		{[]string{`<a> rel=next`}, "!"},
		{[]string{`<a>; rel="next`}, "!"},
	} {
		got, err := NextLink(http.Header{"Link": test.header})
		if err != nil {
			got = "!"
		}
		if got != test.want {
			t.Errorf("%q: got %q, %v", test.header, got, err)
		}
	}
}
