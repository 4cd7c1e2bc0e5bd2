// Package printable makes untrusted strings safe to print.
package printable

import (
	"strings"
	"unicode"
)

// Line returns s as a single line of at most length bytes; see [String] and [Cut].
func Line(s string, length int) string {
	return Cut(String(s), length)
}

// String replaces characters that could overwrite a terminal or forge a log entry with spaces.
func String(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// Cut truncates s to at most length bytes, without splitting a character, and marks the cut
// with an ellipsis.
func Cut(s string, length int) string {
	if len(s) <= length {
		return s
	}
	return strings.ToValidUTF8(s[:length], "") + "…"
}
