package httpx

import "testing"

func TestTrimBOM(t *testing.T) {
	for data, want := range map[string]string{"": "", "\ufeff": "", "\ufeff{}": "{}", "\ufeff\ufeff{}": "\ufeff{}", "{}\ufeff": "{}\ufeff", "\xef\xbb": "\xef\xbb"} {
		if got := string(TrimBOM([]byte(data))); got != want {
			t.Errorf("%q: got %q, want %q", data, got, want)
		}
	}
}
