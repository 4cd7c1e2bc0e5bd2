package normalize

import (
	"maps"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// templateVariable matches a variable with the extras of ASP.NET routes: {id:int}, {id?},
// {*rest}, {id=1}.
var templateVariable = regexp.MustCompile(`\{\**([^{}:?=]+)[^{}]*\}`)

// fixPaths rewrites paths as OpenAPI requires: with a leading slash, without a query or
// fragment, and with plain variable names. Two paths that become equal are merged.
func fixPaths(document tree.Object, report *tree.Report) {
	paths := tree.ObjectAt(document, "paths")
	for path := range tree.Fields(paths) {
		fixed := fixPath(path)
		if fixed == path || tree.Extension(path) || !movePath(paths, path, fixed) {
			continue
		}
		report.Add("paths", tree.Join("/paths", path), path, fixed, "a path starts with a slash and contains only segments and variables")
	}
}

func fixPath(path string) string {
	fixed := strings.TrimSpace(path)
	fixed = templateVariable.ReplaceAllString(fixed, "{$1}")
	if i := strings.IndexAny(fixed, "?#"); i >= 0 {
		fixed = fixed[:i]
	}
	return "/" + strings.TrimLeft(fixed, "/")
}

// movePath moves a path item to another path and reports whether it could. It cannot if both
// have the same operation.
func movePath(paths tree.Object, from, to string) bool {
	item := tree.ObjectAt(paths, from)
	other, taken := paths[to].(tree.Object)
	if !taken {
		paths[to] = item
		delete(paths, from)
		return true
	}
	for field := range item {
		if _, ok := other[field]; ok {
			return false
		}
	}
	maps.Copy(other, item)
	delete(paths, from)
	return true
}
