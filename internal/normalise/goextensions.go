package normalise

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec"
)

// removeGoExtensions takes out the extensions by which a description writes Go code. Whoever serves a description must
// not write into the user's source; the user's own overlay may.
func removeGoExtensions(document spec.Object, report *spec.Report) {
	spec.VisitObjects(document, func(pointer string, object spec.Object) {
		for name, member := range spec.Members(object) {
			if isGoExtension(name) {
				report.Add("go-extensions", spec.Join(pointer, name), member, nil, "only an overlay of yours may decide on Go code")
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
