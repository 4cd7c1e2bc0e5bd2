// Package tree holds an API description as the JSON that it is, so that every stage of the pipeline can mend what a typed
// reader would refuse or drop: how it is read and written, how places in it are named, and how a stage says what it has
// changed and what it cannot mend.
//
// A description is a tree of map[string]any, []any, string, bool, nil and [json.Number], which keeps numbers as they were
// written. Stages change the tree in place; nothing here is safe for concurrent use of one tree.
package tree

import "strings"

// Object is a JSON object of a description.
type Object = map[string]any

// Version is a version of the OpenAPI format.
type Version string

// The versions that can be read. The pipeline ends in [Version30].
const (
	Version20 Version = "2.0" // Swagger
	Version30 Version = "3.0"
	Version31 Version = "3.1"
)

// VersionOf tells the version of a description by its own field, or says what it is instead.
func VersionOf(document Object) (Version, error) {
	if swagger, ok := document["swagger"]; ok {
		if text := Text(swagger); text == "2.0" || text == "2" {
			return Version20, nil
		}
		return "", &Problem{Pointer: "/swagger", Message: "this version of Swagger is not known", Remedy: "serve the description as Swagger 2.0, OpenAPI 3.0 or 3.1"}
	}
	version, ok := document["openapi"]
	switch text := Text(version); {
	case !ok:
		return "", &Problem{Message: "this is not an API description: it has neither a member swagger nor a member openapi", Remedy: "name the address of the JSON or YAML document itself, such as /swagger/v1/swagger.json"}
	case strings.HasPrefix(text, "3.0.") || text == "3.0":
		return Version30, nil
	case strings.HasPrefix(text, "3.1.") || text == "3.1":
		return Version31, nil
	}
	return "", &Problem{Pointer: "/openapi", Message: "this version of OpenAPI is not known", Remedy: "serve the description as Swagger 2.0, OpenAPI 3.0 or 3.1"}
}
