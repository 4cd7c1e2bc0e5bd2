// Package naming has what all who make names for parts of a description need: letters without marks, and a name that is
// still free.
package naming

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// strokes are the letters that Unicode does not take apart into a letter and a mark.
var strokes = strings.NewReplacer("ł", "l", "Ł", "L", "ø", "o", "Ø", "O", "đ", "d", "Đ", "D", "ß", "ss", "æ", "ae", "Æ", "Ae", "œ", "oe", "Œ", "Oe")

// WithoutMarks writes letters with marks without them, as zamówienie becomes zamowienie.
func WithoutMarks(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strokes.Replace(text)))
}

// Free returns the name itself where it is free, or else one with a number behind it, from 2 on. It asks for few numbers
// even where thousands are taken: a description may give the same name to all that it has.
func Free(name string, taken func(name string) bool) string {
	if !taken(name) {
		return name
	}
	numbered := func(number int) string { return name + strconv.Itoa(number) }
	low, high := 1, 2
	for taken(numbered(high)) {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if middle := (low + high) / 2; taken(numbered(middle)) {
			low = middle
		} else {
			high = middle
		}
	}
	return numbered(high)
}
