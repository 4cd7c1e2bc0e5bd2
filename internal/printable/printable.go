// Package printable makes untrusted strings safe to print.
package printable

import (
	"strings"
	"unicode"
)

// Line returns s as a single line of at most length bytes; see [String] and [Cut].
func Line(text string, length int) string {
	return Cut(Text(text), length)
}

// String replaces every character that could overwrite a terminal or forge a log entry with a
// space.
func Text(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// Cut truncates s to at most length bytes, without splitting a character, and marks the cut
// with an ellipsis.
func Cut(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return strings.ToValidUTF8(text[:length], "") + "…"
}
