package normalize

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// removeGoExtensions takes out the extensions by which a description writes Go code. Whoever serves a description must
// not write into the user's source; the user's own overlay may.
func removeGoExtensions(document tree.Object, report *tree.Report) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		for name, member := range tree.Members(object) {
			if isGoExtension(name) {
				report.Add("go-extensions", tree.Join(pointer, name), member, nil, "only an overlay of yours may decide on Go code")
				delete(object, name)
			}
		}
	})
}

func isGoExtension(name string) bool {
	switch name {
	case "x-omitempty", "x-omitzero", "x-order", "x-deprecated-reason":
		return true
	}
	return strings.HasPrefix(name, "x-go-") || strings.HasPrefix(name, "x-oapi-codegen-") || strings.HasPrefix(name, "x-xsale-")
}
