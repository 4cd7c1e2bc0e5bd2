package normalize

import (
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// fixPaths rewrites paths as OpenAPI requires: with a leading slash, without a query or
// fragment, and with plain variable names. Two paths that become equal are merged.
func fixPaths(document tree.Object, report *tree.Report) {
	paths := tree.ObjectAt(document, "paths")
	for path := range tree.Fields(paths) {
		fixed, rest, query := fixPath(path)
		if fixed == path || tree.Extension(path) {
			continue
		}
		item := tree.ObjectAt(paths, path)
		if !movePath(paths, path, fixed) {
			continue
		}
		report.Add("paths", tree.Join("/paths", path), path, fixed, "a path starts with a slash and contains only segments and variables")
		if rest != "" {
			report.Add("paths", tree.Join("/paths", path), nil, rest, "the variable is the rest of the path, so slashes in its value stay")
			markRest(tree.ObjectAt(paths, fixed), rest)
		}
		if query != "" {
			report.Add("paths", tree.Join("/paths", path), query, nil, "its fields are query parameters")
			addQuery(item, query)
		}
	}
}

// addQuery declares the fields of a query in a path as parameters: a variable is the parameter of
// the path with its name, and any other value is the only one that the parameter has.
func addQuery(item tree.Object, query string) {
	for _, operation := range tree.OperationsOf("", item) {
		parameters := slices.Concat(tree.ListAt(operation.Object, "parameters"), tree.ListAt(item, "parameters"))
		find := func(in, name string) tree.Object {
			for _, value := range parameters {
				if parameter, _ := value.(tree.Object); parameter["in"] == in && parameter["name"] == name {
					return parameter
				}
			}
			return nil
		}
		for field := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(field, "=")
			parameter := tree.Object{"name": name, "in": "query", "schema": tree.Object{"type": "string"}}
			if variable, ok := strings.CutPrefix(value, "{"); ok {
				if declared := find("path", strings.TrimSuffix(variable, "}")); declared != nil {
					declared["in"], declared["name"] = "query", name
				}
			} else if value != "" {
				parameter["required"], parameter["schema"] = true, tree.Object{"type": "string", "enum": []any{value}}
			}
			if name != "" && find("query", name) == nil {
				operation.Object["parameters"] = append(tree.ListAt(operation.Object, "parameters"), parameter)
			}
		}
	}
}

// restExtension marks a path parameter whose value may contain slashes.
const restExtension = "x-catch-all"

// markRest marks the parameter of the variable that is the rest of the path, and declares it if
// an operation does not.
func markRest(item tree.Object, variable string) {
	mark := func(parameters []any) bool {
		for _, value := range parameters {
			parameter, _ := value.(tree.Object)
			name, _ := parameter["name"].(string)
			if parameter["in"] == "path" && strings.EqualFold(strings.Trim(name, "*"), variable) {
				parameter["name"] = variable
				parameter[restExtension] = true
				return true
			}
		}
		return false
	}
	shared := mark(tree.ListAt(item, "parameters"))
	for _, operation := range tree.OperationsOf("", item) {
		if !mark(tree.ListAt(operation.Object, "parameters")) && !shared {
			parameter := tree.Object{"name": variable, "in": "path", "required": true, "schema": tree.Object{"type": "string"}, restExtension: true}
			operation.Object["parameters"] = append(tree.ListAt(operation.Object, "parameters"), parameter)
		}
	}
}

// fixPath returns a path without the extras of ASP.NET routes, {id:int}, {id?} and {id=1}, the
// variable that is the rest of the path, as in {*rest}, {**rest} and {rest*}, and the query.
func fixPath(path string) (fixed, rest, query string) {
	path = strings.TrimSpace(path)
	var plain strings.Builder
	for {
		start := strings.IndexByte(path, '{')
		length := variableLength(path[max(start, 0):])
		if start < 0 || length == 0 {
			break
		}
		inner := path[start+1 : start+length-1]
		name := strings.Trim(inner, "*")
		if i := strings.IndexAny(name, ":?="); i >= 0 {
			name = name[:i]
		}
		if name != "" && (strings.HasPrefix(inner, "*") || strings.HasSuffix(inner, "*")) && start+length == len(path) {
			rest = name
		}
		plain.WriteString(path[:start] + "{" + name + "}")
		path = path[start+length:]
	}
	fixed = plain.String() + path
	fixed, _, _ = strings.Cut(fixed, "#")
	fixed, query, _ = strings.Cut(fixed, "?")
	return "/" + strings.TrimLeft(fixed, "/"), rest, query
}

// variableLength returns the length of the variable at the start of a path, or 0 if it has no end.
// In a constraint such as {code:regex(^\d{{3}}$)}, double braces stand for single ones.
func variableLength(path string) int {
	constraint := false
	for i := 1; i < len(path); i++ {
		switch path[i] {
		case ':':
			constraint = true
		case '{', '}':
			if constraint && i+1 < len(path) && path[i+1] == path[i] {
				i++
			} else if path[i] == '{' {
				return 0
			} else {
				return i + 1
			}
		}
	}
	return 0
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
