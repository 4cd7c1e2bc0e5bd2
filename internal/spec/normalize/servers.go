package normalize

import (
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// fixServers keeps the first server, without variables, and moves its path into the paths: a
// client is configured with the origin of the API, so the rest must be in the paths. It drops
// the servers of paths and operations, because all calls go to one origin.
func fixServers(document tree.Object, report *tree.Report) {
	for path, value := range tree.Fields(document["paths"]) {
		if item, ok := value.(tree.Object); ok && !tree.Extension(path) {
			removeServers(item, tree.Join("/paths", path), report)
		}
	}
	for _, operation := range tree.Operations(document) {
		removeServers(operation.Object, operation.Pointer, report)
	}
	servers := tree.ListAt(document, "servers")
	origin, basePath := "/", ""
	server := tree.Object{}
	if len(servers) > 0 {
		server, _ = servers[0].(tree.Object)
		origin, basePath = splitServer(server)
	}
	fixed := tree.Object{"url": origin}
	if description, ok := server["description"].(string); ok {
		fixed["description"] = description
	}
	if len(servers) != 1 || server["url"] != origin || server["variables"] != nil || server["name"] != nil {
		report.Add("servers", "/servers", document["servers"], []any{fixed}, "a client calls one configured origin")
		document["servers"] = []any{fixed}
	}
	if basePath != "" {
		prefixPaths(document, basePath, report)
	}
}

func removeServers(parent tree.Object, pointer string, report *tree.Report) {
	if servers, ok := parent["servers"]; ok {
		report.Add("servers", tree.Join(pointer, "servers"), servers, nil, "a client calls one configured origin")
		delete(parent, "servers")
	}
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

func prefixPaths(document tree.Object, basePath string, report *tree.Report) {
	prefixed := tree.Object{}
	for path, item := range tree.Fields(document["paths"]) {
		if strings.HasPrefix(path, "/") {
			path = basePath + path
		}
		prefixed[path] = item
	}
	document["paths"] = prefixed
	report.Add("servers", "/paths", nil, basePath, "the path of the server is now part of every path")
}
