package normalise

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/xsale-go/xsale/internal/spec"
)

// strokes are the letters that Unicode does not take apart into a letter and a mark.
var strokes = strings.NewReplacer("ł", "l", "Ł", "L", "ø", "o", "Ø", "O", "đ", "d", "Đ", "D", "ß", "ss", "æ", "ae", "Æ", "Ae", "œ", "oe", "Œ", "Oe")

// ascii writes letters with marks without them, as zamówienie becomes zamowienie, and leaves other characters out.
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, norm.NFD.String(strokes.Replace(text)))
}

// pascal joins the words of a text, each with a capital first letter. What is neither a letter nor a digit separates words.
func pascal(text string) string {
	var joined strings.Builder
	startsWord := true
	for _, r := range ascii(text) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
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

// freeName returns a name that is not taken yet: the given one, or that with a number behind it.
func freeName(taken spec.Object, name string) string {
	if name == "" {
		name = "Schema"
	}
	free := name
	for i := 2; ; i++ {
		if _, ok := taken[free]; !ok {
			return free
		}
		free = name + strconv.Itoa(i)
	}
}
