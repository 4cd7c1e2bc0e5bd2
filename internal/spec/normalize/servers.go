package normalize

import (
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// fixServers keeps the first server, without variables, and moves its path into the paths: a
// client is configured with the origin of the API, so the rest must be in the paths. Paths and
// operations with servers of their own get the path of the first one. All calls go to one origin,
// so that tokens reach no other host.
func fixServers(document tree.Object, report *tree.Report) {
	servers := tree.ListAt(document, "servers")
	origin, basePath := "/", ""
	first := tree.Object{}
	if len(servers) > 0 {
		first, _ = servers[0].(tree.Object)
		origin, basePath = splitServer(first)
	}
	fixed := tree.Object{"url": origin}
	if description, ok := first["description"].(string); ok {
		fixed["description"] = description
	}
	if len(servers) != 1 || first["url"] != origin || first["variables"] != nil || first["name"] != nil {
		report.Add("servers", "/servers", document["servers"], []any{fixed}, "a client calls one configured origin")
		document["servers"] = []any{fixed}
	}
	prefixPaths(document, server{origin, basePath}, report)
}

// splitServer returns the origin of a server, or "/" if the URL is relative, and its path.
func splitServer(server tree.Object) (origin, basePath string) {
	address := tree.String(server["url"])
	for name, variable := range tree.Fields(server["variables"]) {
		object, _ := variable.(tree.Object)
		address = strings.ReplaceAll(address, "{"+name+"}", tree.String(object["default"]))
	}
	parsed, err := url.Parse(address)
	if err != nil || strings.ContainsAny(address, "{}") {
		return "/", ""
	}
	basePath = strings.Trim(parsed.Path, "/")
	if basePath != "" {
		basePath = "/" + basePath
	}
	if parsed.Host == "" || parsed.Scheme == "" {
		return "/", basePath
	}
	return parsed.Scheme + "://" + parsed.Host, basePath
}

type server struct{ origin, path string }

// prefixPaths adds the path of its server to each path. An operation with another server moves to
// another path.
func prefixPaths(document tree.Object, of server, report *tree.Report) {
	prefixed := tree.Object{}
	owners := map[string]server{} // of paths in the document
	for path, value := range tree.Fields(document["paths"]) {
		owners[path] = of
		if item, ok := value.(tree.Object); ok && !tree.Extension(path) {
			owners[path] = of.replaced(item, tree.Join("/paths", path), report)
		}
		prefixed[owners[path].before(path)] = value
	}
	for _, operation := range tree.Operations(document) {
		owner, method := owners[operation.Path], strings.ToLower(operation.Method)
		item := tree.ObjectAt(prefixed, owner.before(operation.Path))
		moved := owner.replaced(operation.Object, operation.Pointer, report).before(operation.Path)
		target := tree.ObjectAt(prefixed, moved)
		if moved == owner.before(operation.Path) || item[method] == nil || target[method] != nil {
			continue
		}
		if shared := tree.ListAt(item, "parameters"); len(shared) > 0 {
			operation.Object["parameters"] = append(tree.ListAt(operation.Object, "parameters"), tree.Clone(shared).([]any)...)
		}
		if target == nil {
			target = tree.Object{}
			prefixed[moved] = target
		}
		target[method] = operation.Object
		delete(item, method)
	}
	document["paths"] = prefixed
	if of.path != "" {
		report.Add("servers", "/paths", nil, of.path, "the path of the server is now part of every path")
	}
}

func (s server) before(path string) string {
	if strings.HasPrefix(path, "/") {
		return s.path + path
	}
	return path
}

// replaced removes the servers of a path or an operation, and returns the server that they replace s
// with.
func (s server) replaced(parent tree.Object, pointer string, report *tree.Report) server {
	servers, set := parent["servers"]
	if !set {
		return s
	}
	delete(parent, "servers")
	first, _ := append(tree.ListAt(tree.Object{"servers": servers}, "servers"), nil)[0].(tree.Object)
	origin, path := splitServer(first)
	if first == nil || origin != "/" && origin != s.origin {
		report.Add("servers", tree.Join(pointer, "servers"), servers, nil, "a client calls one configured origin")
		return s
	}
	report.Add("servers", tree.Join(pointer, "servers"), servers, path, "the path of the server is now part of the path")
	return server{s.origin, path}
}
