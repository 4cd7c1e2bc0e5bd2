package tree

import (
	"slices"
	"testing"
)

func TestPathVariables(t *testing.T) {
	for path, want := range map[string][]string{
		"/orders":                    nil,
		"/orders/{id}":               {"id"},
		"/{shop}/{id}-{lang}/{shop}": {"shop", "id", "lang"},
		"/files/{}":                  {""},
		"/broken/{a{b}}":             {"b"},
	} {
		if got := PathVariables(path); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestPathShape(t *testing.T) {
	if got := PathShape("/{shop}/orders/{id}-{lang}"); got != "/{}/orders/{}-{}" {
		t.Errorf("got %s", got)
	}
}
