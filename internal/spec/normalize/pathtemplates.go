package normalize

import (
	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// unifyPathTemplates merges paths that differ only in variable names, /orders/{id} and
// /orders/{orderId}, which OpenAPI forbids. If both have the same operation, they stay: a server
// can tell them apart by more than the path, and a client calls either.
func unifyPathTemplates(document tree.Object, report *tree.Report) {
	paths := tree.ObjectAt(document, "paths")
	first := map[string]string{}
	for path := range tree.Fields(paths) {
		if tree.Extension(path) {
			continue
		}
		shape := route.Shape(path)
		target, seen := first[shape]
		if !seen {
			first[shape] = path
			continue
		}
		item, from, to := tree.ObjectAt(paths, path), route.Variables(path), route.Variables(target)
		if len(from) != len(to) || !movePath(paths, path, target) {
			continue
		}
		report.Add("path-templates", tree.Join("/paths", path), path, target, "two paths must differ in more than variable names")
		renameVariables(item, from, to)
	}
}

func renameVariables(item tree.Object, from, to []string) {
	for _, operation := range tree.OperationsOf("", item) {
		var renamed []func()
		for _, value := range tree.ListAt(operation.Object, "parameters") {
			parameter, _ := value.(tree.Object)
			if parameter["in"] != "path" {
				continue
			}
			for i, name := range from {
				if parameter["name"] == name {
					renamed = append(renamed, func() { parameter["name"] = to[i] })
				}
			}
		}
		if len(renamed) == len(from) {
			for _, rename := range renamed {
				rename()
			}
		}
	}
}
