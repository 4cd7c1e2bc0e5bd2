package normalize

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// removeGoExtensions drops extensions that inject Go code. The server of a spec must not
// write to the user's source; the user's own overlay may.
func removeGoExtensions(document tree.Object, report *tree.Report) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		for name, field := range tree.Fields(object) {
			if goExtension(name) {
				report.Add("go-extensions", tree.Join(pointer, name), field, nil, "only your own overlay may control Go code")
				delete(object, name)
			}
		}
	})
}

func goExtension(name string) bool {
	switch name {
	case "x-omitempty", "x-omitzero", "x-order", "x-deprecated-reason":
		return true
	}
	return strings.HasPrefix(name, "x-go-") || strings.HasPrefix(name, "x-oapi-codegen-") || strings.HasPrefix(name, "x-xsale-")
}
