package similar

import (
	"slices"
	"testing"
)

func TestNames(t *testing.T) {
	candidates := []string{"organization", "base_url", "token_url", "username", "scope"}
	for name, want := range map[string][]string{
		"organisation": {"organization"},
		"baseurl":      {"base_url"},
		"base_ulr":     {"base_url"},
		"Üsername":     {"username"},
		"password":     nil,
		"":             nil,
	} {
		if got := Names(name, candidates); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}
