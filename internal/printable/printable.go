// Package printable makes texts of others safe to show.
package printable

import (
	"strings"
	"unicode"
)

// Line returns text as one line of at most so many bytes; see [Text] and [Cut].
func Line(text string, length int) string {
	return Cut(Text(text), length)
}

// Text puts a space in the place of each character that could write over a terminal or forge a log entry.
func Text(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// Cut returns at most so many bytes of a text, whole characters, and an ellipsis where it left something out.
func Cut(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return strings.ToValidUTF8(text[:length], "") + "…"
}
