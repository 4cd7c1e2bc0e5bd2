package printable

import "testing"

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                    "plain",
		"two\r\nlines":             "two  lines",
		"\x1b[31mred":              " [31mred",
		"null\x00 tab\t":           "null  tab ",
		"Zażółć gęślą":             "Zażółć gę…",
		"\u202ereversed":           " reversed",
		"not UTF \xff":             "not UTF \ufffd",
		"exactly fourte":           "exactly fourte",
		"exactly fourteen and one": "exactly fourte…",
	} {
		if got := Line(text, 14); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
