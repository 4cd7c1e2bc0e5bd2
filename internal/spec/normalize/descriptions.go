package normalize

import (
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// cleanDescriptions removes characters from documentation that Go source cannot contain or
// that make it display differently than it compiles: control characters, byte order marks,
// and bidirectional marks. Line ends become  .
func cleanDescriptions(document tree.Object, report *tree.Report) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		if tree.KeyedByName(pointer) {
			return
		}
		for _, name := range []string{"description", "summary", "title", "x-summary", "x-description"} {
			text, ok := object[name].(string)
			if !ok {
				dropUnless[string](object, pointer, name, report)
				continue
			}
			if clean := cleanDescription(text); clean != text {
				report.Add("texts", tree.Join(pointer, name), text, clean, "it becomes a comment in Go source")
				object[name] = clean
			}
		}
	})
}

// lineEnds normalizes the line ends that Unicode has in addition to  ; readers disagree on
// some of them.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

func cleanDescription(text string) string {
	text = lineEnds.Replace(text)
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
}
