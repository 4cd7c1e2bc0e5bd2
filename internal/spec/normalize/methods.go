package normalize

import (
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// methodName matches an HTTP method (RFC 9110, section 9.1) that generated code can contain.
var methodName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_|~-]+$")

// collectMethods moves the operations of methods that OpenAPI 3.0 does not have to one field:
// QUERY and the additional operations of OpenAPI 3.2.
func collectMethods(document tree.Object, report *tree.Report) {
	collect := func(pointer string, items tree.Object) {
		for path, value := range tree.Fields(items) {
			if item, ok := value.(tree.Object); ok && (pointer != "/paths" || !tree.Extension(path)) {
				collectMethodsOf(item, tree.Join(pointer, path), report)
			}
		}
	}
	collect("/paths", tree.ObjectAt(document, "paths"))
	collect("/components/pathItems", tree.ObjectAt(tree.ObjectAt(document, "components"), "pathItems"))
}

func collectMethodsOf(item tree.Object, pointer string, report *tree.Report) {
	others := tree.Object{}
	add := func(location, method string, operation any) {
		name := strings.ToUpper(method)
		lower := strings.ToLower(method)
		standard := slices.Contains(tree.Methods, lower)
		_, own := item[lower]
		_, taken := others[name]
		_, valid := operation.(tree.Object)
		switch {
		case !valid || !methodName.MatchString(method):
			report.Add("methods", location, operation, nil, "not an operation of an HTTP method")
		case standard && own || taken:
			report.Add("methods", location, operation, nil, "the path has another operation with this method")
		case standard:
			report.Add("methods", location, method, lower, "the method has its own field")
			item[lower] = operation
		default:
			if target := tree.Join(pointer, tree.AdditionalOperations, name); target != location {
				report.Add("methods", location, method, target, "OpenAPI 3.0 has no field for this method")
			}
			others[name] = operation
		}
	}
	if operation, ok := item["query"]; ok {
		delete(item, "query")
		add(tree.Join(pointer, "query"), "query", operation)
	}
	for _, field := range []string{"additionalOperations", tree.AdditionalOperations} {
		operations := item[field]
		delete(item, field)
		if _, ok := operations.(tree.Object); !ok && operations != nil {
			report.Add("methods", tree.Join(pointer, field), operations, nil, "not an object")
		}
		if object, ok := operations.(tree.Object); ok && len(object) == 0 {
			report.Add("methods", tree.Join(pointer, field), operations, nil, "it is empty")
		}
		for method, operation := range tree.Fields(operations) {
			add(tree.Join(pointer, field, method), method, operation)
		}
	}
	if len(others) > 0 {
		item[tree.AdditionalOperations] = others
	}
}
