package normalise

import (
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/spec"
)

// mendServers leaves the first server, without variables, and moves its path into the paths: a client is given the origin
// of the API, and what stands behind that must be in the paths. Servers of single paths and operations are taken out,
// because all calls go to one origin.
func mendServers(document spec.Object, report *spec.Report) {
	for path, value := range spec.Members(document["paths"]) {
		if item, ok := value.(spec.Object); ok && !isExtension(path) {
			removeServers(item, spec.Join("/paths", path), report)
		}
	}
	for _, operation := range spec.Operations(document) {
		removeServers(operation.Object, operation.Pointer, report)
	}
	servers := spec.ListAt(document, "servers")
	origin, basePath := "/", ""
	server := spec.Object{}
	if len(servers) > 0 {
		server, _ = servers[0].(spec.Object)
		origin, basePath = splitServer(server)
	}
	mended := spec.Object{"url": origin}
	if description, ok := server["description"].(string); ok {
		mended["description"] = description
	}
	if len(servers) != 1 || server["url"] != origin || server["variables"] != nil {
		report.Add("servers", "/servers", document["servers"], []any{mended}, "a client calls one origin, which it is given")
		document["servers"] = []any{mended}
	}
	if basePath != "" {
		prefixPaths(document, basePath, report)
	}
}

func removeServers(holder spec.Object, pointer string, report *spec.Report) {
	if servers, ok := holder["servers"]; ok {
		report.Add("servers", spec.Join(pointer, "servers"), servers, nil, "a client calls one origin, which it is given")
		delete(holder, "servers")
	}
}

// splitServer returns the origin of a server, or "/" where it is that of the document, and the path behind it.
func splitServer(server spec.Object) (origin, basePath string) {
	address := spec.Text(server["url"])
	for name, variable := range spec.Members(server["variables"]) {
		object, _ := variable.(spec.Object)
		address = strings.ReplaceAll(address, "{"+name+"}", spec.Text(object["default"]))
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

func prefixPaths(document spec.Object, basePath string, report *spec.Report) {
	prefixed := spec.Object{}
	for path, item := range spec.Members(document["paths"]) {
		if strings.HasPrefix(path, "/") {
			path = basePath + path
		}
		prefixed[path] = item
	}
	document["paths"] = prefixed
	report.Add("servers", "/paths", nil, basePath, "the path of the server stands before every path")
}
