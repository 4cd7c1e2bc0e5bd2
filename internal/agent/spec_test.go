package agent_test

import (
	"fmt"
	"strings"
)

// bigSpec returns a spec with seven operations for each of some resources. One of them changes
// something by GET.
func bigSpec(resources int) []byte {
	var spec strings.Builder
	spec.WriteString(`openapi: 3.0.3
info: {title: Big, version: "1"}
paths:
`)
	for i := range resources {
		fmt.Fprintf(&spec, `  /{organizationName}/things%[1]d:
    parameters: [{name: organizationName, in: path, required: true, schema: {type: string}}]
    get:
      operationId: listThings%[1]d
      summary: List the things of kind %[1]d
      description: Returns all things of kind %[1]d that belong to the organization, with names and buyers.
      parameters: [{name: q, in: query, schema: {type: string}}, {name: ids, in: query, schema: {type: array, items: {type: integer}}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing%[1]d"}}}}}}
    post:
      operationId: createThing%[1]d
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing%[1]d"}}}}
      responses: {"201": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing%[1]d"}}}}}
  /{organizationName}/things%[1]d/{id}:
    parameters: [{name: organizationName, in: path, required: true, schema: {type: string}}, {name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getThing%[1]d, responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing%[1]d"}}}}}}
    put:
      operationId: replaceThing%[1]d
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing%[1]d"}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing%[1]d"}}}}}
    delete: {operationId: deleteThing%[1]d, responses: {"204": {description: ok}}}
    head: {operationId: headThing%[1]d, responses: {"200": {description: ok}}}
  /{organizationName}/things%[1]d/{id}/archive:
    parameters: [{name: organizationName, in: path, required: true, schema: {type: string}}, {name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: archiveThing%[1]d, responses: {"200": {description: ok}}}
`, i)
	}
	spec.WriteString("components:\n  schemas:\n")
	for i := range resources {
		fmt.Fprintf(&spec, `    Thing%d:
      type: object
      properties:
        Id: {type: string}
        Name: {type: string}
        Buyer: {type: object, properties: {Name: {type: string}, Email: {type: string}}}
`, i)
	}
	return []byte(spec.String())
}
