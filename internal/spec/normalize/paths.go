package normalize

import (
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// templateVariable matches a variable with what ASP.NET routes may add to it: {id:int}, {id?}, {*rest}, {id=1}.
var templateVariable = regexp.MustCompile(`\{\**([^{}:?=]+)[^{}]*\}`)

// mendPaths writes paths as OpenAPI does: from a slash on, without a query or fragment, and variables by name alone. A
// path that then stands twice gives its operations to the other one.
func mendPaths(document tree.Object, report *tree.Report) {
	paths := tree.ObjectAt(document, "paths")
	for path := range tree.Members(paths) {
		mended := mendPath(path)
		if mended == path || strings.HasPrefix(path, "x-") || !movePath(paths, path, mended) {
			continue
		}
		report.Add("paths", tree.Join("/paths", path), path, mended, "a path starts with a slash and holds nothing but segments and variables")
	}
}

func mendPath(path string) string {
	mended := strings.TrimSpace(path)
	mended = templateVariable.ReplaceAllString(mended, "{$1}")
	if i := strings.IndexAny(mended, "?#"); i >= 0 {
		mended = mended[:i]
	}
	return "/" + strings.TrimLeft(mended, "/")
}

// movePath moves a path item to another path, and reports whether it could: not where both have the same operation.
func movePath(paths tree.Object, from, to string) bool {
	item := tree.ObjectAt(paths, from)
	other, taken := paths[to].(tree.Object)
	if !taken {
		paths[to] = item
		delete(paths, from)
		return true
	}
	for member := range item {
		if _, ok := other[member]; ok {
			return false
		}
	}
	for member, value := range item {
		other[member] = value
	}
	delete(paths, from)
	return true
}
