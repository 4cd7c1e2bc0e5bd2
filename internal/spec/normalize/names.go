package normalize

import (
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// pascal joins the words of s, each capitalized. Anything except letters and digits separates
// words.
func pascal(text string) string {
	var joined strings.Builder
	startsWord := true
	for _, r := range naming.WithoutMarks(text) {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			startsWord = true
			continue
		}
		if startsWord {
			r = unicode.ToUpper(r)
		}
		joined.WriteRune(r)
		startsWord = false
	}
	return joined.String()
}

// freeName returns name, or name with a number appended if it is taken.
func freeName(taken tree.Object, name string) string {
	if name == "" {
		name = "Schema"
	}
	return naming.Free(name, func(name string) bool {
		_, ok := taken[name]
		return ok
	})
}
