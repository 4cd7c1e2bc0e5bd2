package tree

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// everySchema has a schema in every location that OpenAPI 3.0 and 3.1 have for one. What only
// looks like a schema is under x- names and in examples, defaults and enums.
const everySchema = `
openapi: 3.1.0
x-schema: {schema: {type: string}}
components:
  schemas:
    Both~/:
      allOf: [{}, {$ref: '#/components/schemas/Both~0~1'}, true]
      anyOf: [{}]
      oneOf: [{}]
      prefixItems: [{}, {}]
      items: {}
      additionalProperties: {}
      not: {}
      if: {}
      then: {}
      else: {}
      contains: {}
      propertyNames: {}
      unevaluatedProperties: {}
      unevaluatedItems: {}
      contentSchema: {}
      properties: {items: {properties: {schema: {items: {}}}}, no: true}
      patternProperties: {^x-: {}}
      $defs: {Inner: {}}
      dependentSchemas: {a: {}}
      x-extension: {properties: {a: {}}}
      example: {properties: {a: {}}}
      examples: [{properties: {a: {}}}]
      default: {properties: {a: {}}}
      enum: [{properties: {a: {}}}]
      const: {properties: {a: {}}}
      discriminator: {mapping: {a: b}}
      required: [items]
    Closed: {additionalProperties: false, items: true, properties: [], allOf: {}}
    None: true
  parameters:
    P: {schema: {}, content: {a/b: {schema: {}, example: {schema: {}}}}, examples: {e: {value: {schema: {}}}}}
  headers:
    H: {schema: {}, content: {a/b: {schema: {}}}}
  requestBodies:
    B: {content: {multipart/form-data: {schema: {}, encoding: {file: {headers: {X: {schema: {}}}}}}}}
  responses:
    R: {headers: {X: {schema: {}}}, content: {a/b: {schema: {}, encoding: {c: {headers: {X: {content: {a/b: {schema: {}}}}}}}}}, links: {l: {parameters: {schema: {}}}}}
  callbacks:
    C: {'{$url}': {post: {requestBody: {content: {a/b: {schema: {}}}}}}, x-c: {post: {parameters: [{schema: {}}]}}}
  pathItems:
    I: {get: {parameters: [{schema: {}}]}}
  examples:
    E: {value: {schema: {}}}
  securitySchemes:
    S: {schema: {}}
paths:
  x-paths: {get: {parameters: [{schema: {}}]}}
  /none: text
  /{id}:
    parameters: [{schema: {}}, {$ref: '#/components/parameters/P'}, {content: {a/b: {schema: {}}}}]
    delete: {parameters: [{schema: {}}]}
    get: {parameters: [{schema: {}}]}
    head: {parameters: [{schema: {}}]}
    options: {parameters: [{schema: {}}]}
    patch: {parameters: [{schema: {}}]}
    put: {parameters: [{schema: {}}]}
    trace: {parameters: [{schema: {}}]}
    query: {parameters: [{schema: {}}]}
    post:
      parameters: [text, {content: {a/b: {schema: {}}}}]
      requestBody: {content: {a/b: {schema: {items: {}}}, c/d: {schema: true}}}
      responses:
        200: {headers: {X: {schema: {}}}, content: {a/b: {schema: {}}}}
        default: {content: {a/b: {schema: {}}}}
      callbacks:
        C: {'{$url}': {parameters: [{schema: {}}], put: {responses: {200: {content: {a/b: {schema: {}}}}}}}}
        R: {$ref: '#/components/callbacks/C'}
webhooks:
  W: {post: {requestBody: {content: {a/b: {schema: {}}}}}}
`

var schemaPointers = []string{
	"/components/callbacks/C/{$url}/post/requestBody/content/a~1b/schema",
	"/components/headers/H/content/a~1b/schema",
	"/components/headers/H/schema",
	"/components/parameters/P/content/a~1b/schema",
	"/components/parameters/P/schema",
	"/components/pathItems/I/get/parameters/0/schema",
	"/components/requestBodies/B/content/multipart~1form-data/encoding/file/headers/X/schema",
	"/components/requestBodies/B/content/multipart~1form-data/schema",
	"/components/responses/R/content/a~1b/encoding/c/headers/X/content/a~1b/schema",
	"/components/responses/R/content/a~1b/schema",
	"/components/responses/R/headers/X/schema",
	"/components/schemas/Both~0~1",
	"/components/schemas/Both~0~1/$defs/Inner",
	"/components/schemas/Both~0~1/additionalProperties",
	"/components/schemas/Both~0~1/allOf/0",
	"/components/schemas/Both~0~1/allOf/1",
	"/components/schemas/Both~0~1/anyOf/0",
	"/components/schemas/Both~0~1/contains",
	"/components/schemas/Both~0~1/contentSchema",
	"/components/schemas/Both~0~1/dependentSchemas/a",
	"/components/schemas/Both~0~1/else",
	"/components/schemas/Both~0~1/if",
	"/components/schemas/Both~0~1/items",
	"/components/schemas/Both~0~1/not",
	"/components/schemas/Both~0~1/oneOf/0",
	"/components/schemas/Both~0~1/patternProperties/^x-",
	"/components/schemas/Both~0~1/prefixItems/0",
	"/components/schemas/Both~0~1/prefixItems/1",
	"/components/schemas/Both~0~1/properties/items",
	"/components/schemas/Both~0~1/properties/items/properties/schema",
	"/components/schemas/Both~0~1/properties/items/properties/schema/items",
	"/components/schemas/Both~0~1/propertyNames",
	"/components/schemas/Both~0~1/then",
	"/components/schemas/Both~0~1/unevaluatedItems",
	"/components/schemas/Both~0~1/unevaluatedProperties",
	"/components/schemas/Closed",
	"/paths/~1{id}/delete/parameters/0/schema",
	"/paths/~1{id}/get/parameters/0/schema",
	"/paths/~1{id}/head/parameters/0/schema",
	"/paths/~1{id}/options/parameters/0/schema",
	"/paths/~1{id}/parameters/0/schema",
	"/paths/~1{id}/parameters/2/content/a~1b/schema",
	"/paths/~1{id}/patch/parameters/0/schema",
	"/paths/~1{id}/post/callbacks/C/{$url}/parameters/0/schema",
	"/paths/~1{id}/post/callbacks/C/{$url}/put/responses/200/content/a~1b/schema",
	"/paths/~1{id}/post/parameters/1/content/a~1b/schema",
	"/paths/~1{id}/post/requestBody/content/a~1b/schema",
	"/paths/~1{id}/post/requestBody/content/a~1b/schema/items",
	"/paths/~1{id}/post/responses/200/content/a~1b/schema",
	"/paths/~1{id}/post/responses/200/headers/X/schema",
	"/paths/~1{id}/post/responses/default/content/a~1b/schema",
	"/paths/~1{id}/put/parameters/0/schema",
	"/paths/~1{id}/trace/parameters/0/schema",
	"/webhooks/W/post/requestBody/content/a~1b/schema",
}

func readString(t *testing.T, text string) Object {
	t.Helper()
	document, err := Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestVisitSchemasVisitsEachLocationOnce(t *testing.T) {
	document := readString(t, everySchema)
	var visited []string
	VisitSchemas(document, func(pointer string, schema Object) Object {
		visited = append(visited, pointer)
		if there, ok := Lookup(document, pointer); !ok || !reflect.DeepEqual(there, any(schema)) {
			t.Errorf("%s: got %v, want %v", pointer, schema, there)
		}
		return schema
	})
	slices.Sort(visited)
	for _, pointer := range visited {
		if !slices.Contains(schemaPointers, pointer) {
			t.Errorf("%s is not the location of a schema", pointer)
		}
	}
	for _, pointer := range schemaPointers {
		if !slices.Contains(visited, pointer) {
			t.Errorf("%s was not visited", pointer)
		}
	}
	if len(visited) != len(schemaPointers) {
		t.Errorf("got %d visits, want %d: %q", len(visited), len(schemaPointers), visited)
	}
	if !reflect.DeepEqual(document, readString(t, everySchema)) {
		t.Error("the walk changed the spec")
	}
}

func TestVisitSchemasContinuesWithReplacement(t *testing.T) {
	document := readString(t, everySchema)
	var visited, want []string
	for _, pointer := range schemaPointers {
		inside := func(outer string) bool { return strings.HasPrefix(pointer, outer+"/") }
		if !slices.ContainsFunc(schemaPointers, inside) {
			want = append(want, pointer, pointer+"/not")
		}
	}
	VisitSchemas(document, func(pointer string, schema Object) Object {
		visited = append(visited, pointer)
		if True(schema, "x-new") {
			return schema
		}
		return Object{"not": Object{"x-new": true}}
	})
	slices.Sort(visited)
	slices.Sort(want)
	if !slices.Equal(visited, want) {
		t.Errorf("visited %q\ninstead of %q", visited, want)
	}
	for _, pointer := range want {
		there, _ := Lookup(document, pointer)
		if schema, _ := there.(Object); ObjectAt(schema, "not") == nil && !True(schema, "x-new") {
			t.Errorf("%s: still %v", pointer, there)
		}
	}
}

func TestVisitSchemasVisitsOuterFirst(t *testing.T) {
	document := readString(t, "components: {schemas: {A: {allOf: [{not: {}}], properties: {b: {items: {}}}}}}")
	var visited []string
	VisitSchemas(document, func(pointer string, schema Object) Object {
		visited = append(visited, pointer)
		if pointer == "/components/schemas/A" {
			schema["allOf"] = []any{Object{"x": Object{}}}
			ObjectAt(schema, "properties")["a"] = Object{}
		}
		return schema
	})
	want := []string{
		"/components/schemas/A", "/components/schemas/A/properties/a", "/components/schemas/A/properties/b",
		"/components/schemas/A/properties/b/items", "/components/schemas/A/allOf/0",
	}
	if !slices.Equal(visited, want) {
		t.Errorf("got %q", visited)
	}
}

func TestVisitSchemasOfOddSpecs(t *testing.T) {
	for _, text := range []string{
		"{}", "components: []", "components: {schemas: [{}], responses: x}", "paths: [{get: {}}]", "paths: {/a: {get: [], post: x}}",
		"paths: {/a: null}", "paths: {x-a: {get: {}}}", "webhooks: x",
	} {
		document := readString(t, text)
		VisitSchemas(document, func(pointer string, schema Object) Object {
			t.Errorf("%s: %s was visited", text, pointer)
			return schema
		})
		if got := Operations(document); got != nil {
			t.Errorf("%s: got operations %v", text, got)
		}
	}
}

func TestOperations(t *testing.T) {
	document := readString(t, `
paths:
  /b: {post: {operationId: create}, get: {operationId: list}, parameters: [], summary: x, GET: {}}
  /a/{id}: {trace: {}, put: {}, patch: {}, options: {}, head: {}, delete: {}, connect: {}, query: {}, get: null}
  /none: text
  x-a: {get: {}}
webhooks: {w: {post: {}}}
`)
	var got []string
	for _, operation := range Operations(document) {
		got = append(got, operation.Method+" "+operation.Path+" "+operation.Pointer)
		there, _ := Lookup(document, operation.Pointer)
		if operation.Object["x-seen"] = true; !True(there.(Object), "x-seen") {
			t.Errorf("%s: not the operation of the spec", operation.Pointer)
		}
		if !reflect.DeepEqual(operation.Item, ObjectAt(ObjectAt(document, "paths"), operation.Path)) {
			t.Errorf("%s: got path item %v", operation.Pointer, operation.Item)
		}
	}
	want := []string{
		"delete /a/{id} /paths/~1a~1{id}/delete", "head /a/{id} /paths/~1a~1{id}/head", "options /a/{id} /paths/~1a~1{id}/options",
		"patch /a/{id} /paths/~1a~1{id}/patch", "put /a/{id} /paths/~1a~1{id}/put", "trace /a/{id} /paths/~1a~1{id}/trace",
		"get /b /paths/~1b/get", "post /b /paths/~1b/post",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestAdditionalOperations(t *testing.T) {
	document := readString(t, `
paths:
  /a:
    post: {responses: {200: {content: {a/b: {schema: {title: posted}}}}}}
    x-oai-additionalOperations:
      QUERY: {parameters: [{schema: {title: sent}}], x-c: {}}
      COPY: {}
      LINK: []
`)
	var got []string
	for _, o := range Operations(document) {
		got = append(got, o.Method+" "+o.Pointer)
	}
	want := []string{"post /paths/~1a/post", "copy /paths/~1a/x-oai-additionalOperations/COPY", "query /paths/~1a/x-oai-additionalOperations/QUERY"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	var titles []string
	VisitSchemas(document, func(_ string, schema Object) Object {
		titles = append(titles, String(schema["title"]))
		return schema
	})
	if !slices.Equal(titles, []string{"posted", "sent"}) {
		t.Errorf("got schemas %q", titles)
	}
	for _, operation := range Operations(document) {
		operation.Remove()
	}
	item := ObjectAt(ObjectAt(document, "paths"), "/a")
	if len(Operations(document)) > 0 || len(ObjectAt(item, AdditionalOperations)) != 1 {
		t.Errorf("got %v", item)
	}
}
