package normalize

import "github.com/xsale-go/xsale/internal/spec/tree"

// removeUnused drops what OpenAPI 3.0 lacks, and everything about calls from the API to the client.
func removeUnused(document tree.Object, report *tree.Report) {
	const other, newer = "it describes calls from the API to the client", "OpenAPI 3.0 does not have it"
	remove := func(parent tree.Object, pointer, name, reason string) {
		if field, ok := parent[name]; ok {
			report.Add("unused", tree.Join(pointer, name), field, nil, reason)
			delete(parent, name)
		}
	}
	remove(document, "", "webhooks", other)
	remove(document, "", "jsonSchemaDialect", newer)
	info := tree.ObjectAt(document, "info")
	remove(info, "/info", "summary", newer)
	remove(tree.ObjectAt(info, "license"), "/info/license", "identifier", newer)
	remove(document, "", "swagger", "the spec is OpenAPI")
	for _, operation := range tree.Operations(document) {
		remove(operation.Object, operation.Pointer, "callbacks", other)
		for status, response := range tree.Fields(operation.Object["responses"]) {
			object, _ := response.(tree.Object)
			remove(object, tree.Join(operation.Pointer, "responses", status), "links", "nothing is generated from it")
		}
	}
	components := tree.ObjectAt(document, "components")
	for name, response := range tree.Fields(components["responses"]) {
		object, _ := response.(tree.Object)
		remove(object, tree.Join("/components/responses", name), "links", "nothing is generated from it")
	}
	remove(components, "/components", "callbacks", other)
	remove(components, "/components", "links", "nothing is generated from it")
}
