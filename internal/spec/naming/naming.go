// Package naming provides what every generator of names needs: letters without diacritics,
// and an unused name.
package naming

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// strokes maps letters that Unicode does not decompose into a letter and a mark.
var strokes = strings.NewReplacer("ł", "l", "Ł", "L", "ø", "o", "Ø", "O", "đ", "d", "Đ", "D", "ß", "ss", "æ", "ae", "Æ", "Ae", "œ", "oe", "Œ", "Oe")

// WithoutMarks removes diacritics: zamówienie becomes zamowienie.
func WithoutMarks(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strokes.Replace(text)))
}

// Free returns name if it is unused, or else name with a number appended, starting at 2. It
// makes few calls to taken even if thousands of names are used, because a spec may give
// everything the same name.
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
