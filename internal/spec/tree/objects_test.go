package tree

import (
	"slices"
	"testing"
)

func TestKeyedByName(t *testing.T) {
	for pointer, want := range map[string]bool{
		"": false, "/": false, "/paths": true, "/paths/~1a": false, "/paths/~1a/get/responses": true, "/paths/~1a/get/responses/200": false,
		"/paths/~1a/get/responses/200/content": true, "/components": false, "/components/schemas": true, "/components/schemas/A": false,
		"/components/schemas/A/properties": true, "/components/schemas/A/properties/properties": false, "/components/schemas/A/properties/properties/properties": true,
		"/components/schemas/A/properties/content": false, "/components/schemas/content": false, "/components/schemas/headers/properties": true,
		"/components/headers": true, "/servers/0/variables": true, "/paths/~1a/post/requestBody/content/a~1b/encoding": true,
		"/paths/~1a/post/requestBody/content/a~1b/encoding/content": false, "/components/securitySchemes/A/flows/password/scopes": true,
		"/components/schemas/A/discriminator/mapping": true, "/components/schemas/A/definitions": true, "/info": false, "no pointer": false,
	} {
		if got := KeyedByName(pointer); got != want {
			t.Errorf("%s: got %v", pointer, got)
		}
	}
}

func TestVisitObjects(t *testing.T) {
	document := readString(t, `
info: {title: T}
components:
  schemas:
    A: {example: {a: {}}, default: {a: {}}, enum: [{}], const: {}, examples: [{}], properties: {example: {b: {}}, default: {}}}
    example: {x: {example: {}}}
    x-name: {x-data: {}}
  responses: {default: {content: {}}}
list: [{a: [{}]}, 1, null, [{}]]
paths: {x-data: {}, /a: {get: {responses: {x-data: {}}}}}
x-data: {}
`)
	var visited []string
	VisitObjects(document, func(pointer string, object Object) {
		visited = append(visited, pointer)
		if pointer == "/info" {
			object["later"] = Object{}
		}
	})
	want := []string{
		"", "/components", "/components/responses", "/components/responses/default", "/components/responses/default/content",
		"/components/schemas", "/components/schemas/A", "/components/schemas/A/properties", "/components/schemas/A/properties/default",
		"/components/schemas/A/properties/example", "/components/schemas/A/properties/example/b", "/components/schemas/example", "/components/schemas/example/x",
		"/components/schemas/x-name",
		"/info", "/info/later", "/list/0", "/list/0/a/0", "/list/3/0",
		"/paths", "/paths/~1a", "/paths/~1a/get", "/paths/~1a/get/responses",
	}
	if !slices.Equal(visited, want) {
		t.Errorf("got %q", visited)
	}
}
