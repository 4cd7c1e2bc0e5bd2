// Package tree represents a spec as plain JSON, so that the stages of the pipeline can fix what a
// typed reader would reject or drop. It reads and writes specs, locates parts of them by JSON
// pointer, and records what each stage changed and what it could not fix.
//
// A spec is a tree of map[string]any, []any, string, bool, nil and [json.Number], which keeps
// numbers as written. Stages change the tree in place; a tree is not safe for concurrent use.
package tree

import "strings"

// Object is a JSON object in a spec.
type Object = map[string]any

// Version is a version of the OpenAPI format.
type Version string

// Versions that can be read. The pipeline produces [Version30].
const (
	Version20 Version = "2.0" // Swagger
	Version30 Version = "3.0"
	Version31 Version = "3.1"
	Version32 Version = "3.2"
)

// VersionOf returns the version a spec declares, or a [Problem] if it is missing or unknown.
func VersionOf(document Object) (Version, error) {
	if swagger, ok := document["swagger"]; ok {
		if text := String(swagger); text == "2.0" || text == "2" {
			return Version20, nil
		}
		return "", &Problem{Pointer: "/swagger", Message: "unknown Swagger version", Remedy: "serve the spec as Swagger 2.0 or OpenAPI 3.0 to 3.2"}
	}
	version, ok := document["openapi"]
	switch text := String(version); {
	case !ok:
		return "", &Problem{Message: "this is not an API spec: it has neither a swagger nor an openapi field", Remedy: "use the URL of the JSON or YAML document itself, such as /swagger/v1/swagger.json"}
	case strings.HasPrefix(text, "3.0.") || text == "3.0":
		return Version30, nil
	case strings.HasPrefix(text, "3.1.") || text == "3.1":
		return Version31, nil
	case strings.HasPrefix(text, "3.2.") || text == "3.2":
		return Version32, nil
	}
	return "", &Problem{Pointer: "/openapi", Message: "unknown OpenAPI version", Remedy: "serve the spec as Swagger 2.0 or OpenAPI 3.0 to 3.2"}
}
