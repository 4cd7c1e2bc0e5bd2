package route

import (
	"slices"
	"testing"
)

func TestVariables(t *testing.T) {
	for path, want := range map[string][]string{
		"/orders":                    nil,
		"/orders/{id}":               {"id"},
		"/{shop}/{id}-{lang}/{shop}": {"shop", "id", "lang"},
		"/files/{}":                  {""},
		"/broken/{a{b}}":             {"b"},
	} {
		if got := Variables(path); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestShape(t *testing.T) {
	if got := Shape("/{shop}/orders/{id}-{lang}"); got != "/{}/orders/{}-{}" {
		t.Errorf("got %s", got)
	}
}
