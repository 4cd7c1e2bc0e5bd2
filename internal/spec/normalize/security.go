package normalize

import (
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// fixSecurity keeps complete security schemes, and requirements that name one of them. The client
// has its own way to log in, so nothing is generated from them; they inform readers of the spec.
func fixSecurity(document tree.Object, report *tree.Report) {
	schemes := tree.ObjectAt(tree.ObjectAt(document, "components"), "securitySchemes")
	for name, value := range tree.Fields(schemes) {
		scheme, _ := value.(tree.Object)
		if reason := schemeFault(scheme); reason != "" {
			report.Add("security", tree.Join("/components/securitySchemes", name), value, nil, reason)
			delete(schemes, name)
			continue
		}
		dropOtherKinds(scheme, tree.Join("/components/securitySchemes", name), report)
	}
	fixRequirements(document, "", schemes, report)
	for _, operation := range tree.Operations(document) {
		fixRequirements(operation.Object, operation.Pointer, schemes, report)
	}
}

func schemeFault(scheme tree.Object) string {
	text := func(object tree.Object, name string) bool { value, _ := object[name].(string); return value != "" }
	switch scheme["type"] {
	case "http":
		if text(scheme, "scheme") {
			return ""
		}
	case "apiKey":
		if in := scheme["in"]; text(scheme, "name") && (in == "query" || in == "header" || in == "cookie") {
			return ""
		}
	case "openIdConnect":
		if text(scheme, "openIdConnectUrl") {
			return ""
		}
	case "oauth2":
		for kind, value := range tree.Fields(scheme["flows"]) {
			flow, _ := value.(tree.Object)
			_, hasScopes := flow["scopes"].(tree.Object)
			needsAuthorization := kind == "implicit" || kind == "authorizationCode"
			needsToken := kind == "password" || kind == "clientCredentials" || kind == "authorizationCode"
			if !hasScopes || needsAuthorization && !text(flow, "authorizationUrl") || needsToken && !text(flow, "tokenUrl") {
				return "one of its flows is incomplete"
			}
		}
		if len(tree.ObjectAt(scheme, "flows")) > 0 {
			return ""
		}
	}
	return "it is incomplete, or of a kind that OpenAPI 3.0 does not have"
}

// dropOtherKinds drops fields that belong to other kinds of schemes; some authors fill in all
// of them.
func dropOtherKinds(scheme tree.Object, pointer string, report *tree.Report) {
	bearer, _ := scheme["scheme"].(string)
	belongs := map[string]bool{
		"in": scheme["type"] == "apiKey", "name": scheme["type"] == "apiKey", "flows": scheme["type"] == "oauth2",
		"bearerFormat": scheme["type"] == "http" && strings.EqualFold(bearer, "bearer"),
	}
	for name, field := range tree.Fields(scheme) {
		if applies, ok := belongs[name]; ok && !applies {
			report.Add("security", tree.Join(pointer, name), field, nil, "schemes of this kind do not have it")
			delete(scheme, name)
		}
	}
}

func fixRequirements(parent tree.Object, pointer string, schemes tree.Object, report *tree.Report) {
	requirements := tree.ListAt(parent, "security")
	if requirements == nil {
		return
	}
	var kept []any
	for i, value := range requirements {
		location := tree.Join(pointer, "security", strconv.Itoa(i))
		requirement, ok := value.(tree.Object)
		if !ok {
			report.Add("security", location, value, nil, "not a requirement")
			continue
		}
		wasEmpty := len(requirement) == 0
		for name, scopes := range tree.Fields(requirement) {
			_, known := schemes[name]
			_, listed := scopes.([]any)
			if !known || !listed {
				report.Add("security", tree.Join(location, name), scopes, nil, "no security scheme has this name")
				delete(requirement, name)
			}
		}
		if len(requirement) > 0 || wasEmpty {
			kept = append(kept, requirement)
		}
	}
	setList(parent, "security", kept)
}
