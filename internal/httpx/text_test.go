package httpx

import "testing"

func TestText(t *testing.T) {
	for body, want := range map[string]string{
		"":                         "",
		"a":                        "a",
		"\ufeff{}":                 "{}",
		"\xff\xfe{\x00}\x00":       "{}",
		"\xfe\xff\x00{\x00}":       "{}",
		"{\x00}\x00":               "{}",
		"\x00{\x00}":               "{}",
		"\xff\xfe\x3d\xd8\x00\xde": "😀",
		"\xff\xfea":                "\ufffd", // half a character
		"a\x00b":                   "a\x00b",
		"\x00\x00\x00\x00":         "\x00\x00\x00\x00",
		"żółć":                     "żółć",
	} {
		if got := Text([]byte(body)); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}
