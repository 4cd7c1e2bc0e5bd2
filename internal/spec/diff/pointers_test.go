package diff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// TestPointers compares small specs and checks the exact pointers of the changes.
func TestPointers(t *testing.T) {
	const head = "openapi: 3.0.3\ninfo: {title: T, version: 1.0.0}\n"
	schemas := func(source string) string { return head + "paths: {}\ncomponents: {schemas: {" + source + "}}" }
	paths := func(source string) string { return head + "paths: {" + source + "}" }
	operation := func(source string) string { return paths("/a: {get: {" + source + ", responses: {}}}") }
	const post = "{post: {responses: {}}}"
	const inResponse = "/paths/~1a/get/responses/200/content/application~1json/schema"
	response := func(schema string) string {
		return paths("/a: {get: {responses: {'200': {content: {application/json: {schema: " + schema + "}}}}}}")
	}
	shared := func(kind string) string {
		return "\ncomponents: {parameters: {N: {name: n, in: query, schema: {type: " + kind + "}}}}"
	}
	for name, test := range map[string]struct {
		before, after string
		want          []string // level, rule, old and new pointer
	}{
		"unused schema": {
			schemas("A: {type: object}"), schemas("A: {type: object}, B: {type: object}"),
			[]string{"info note-changed  /components/schemas/B"},
		},
		"property named like a note": {
			schemas("A: {properties: {title: {additionalProperties: true}}}"), schemas("A: {properties: {title: {additionalProperties: false}}}"),
			[]string{"warning unjudged-change /components/schemas/A/properties/title/additionalProperties /components/schemas/A/properties/title/additionalProperties"},
		},
		"note of a property named like a collection": {
			schemas("A: {properties: {headers: {title: A}}}"), schemas("A: {properties: {headers: {title: B}}}"),
			[]string{"info note-changed /components/schemas/A/properties/headers/title /components/schemas/A/properties/headers/title"},
		},
		"first of two equal elements": {
			schemas("A: {allOf: [{title: A}, {title: B}]}"), schemas("A: {allOf: [{title: C}, {title: B}]}"),
			[]string{"info note-changed /components/schemas/A/allOf/0/title /components/schemas/A/allOf/0/title"},
		},
		"reference inserted before another": {
			schemas("A: {}, B: {}, C: {allOf: [{$ref: '#/components/schemas/A'}]}"),
			schemas("A: {}, B: {}, C: {allOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/A'}]}"),
			[]string{"warning unjudged-change  /components/schemas/C/allOf/0"},
		},
		"parameters with the same name in query and header": {
			operation("parameters: [{name: n, in: query, schema: {}}, {name: n, in: header, schema: {}}]"),
			operation("parameters: [{name: n, in: header, schema: {}, description: D}, {name: n, in: query, schema: {}}]"),
			[]string{
				"info note-changed  /paths/~1a/get/parameters/0/description",
				"info note-changed /paths/~1a/get/parameters /paths/~1a/get/parameters",
			},
		},
		"security of an operation": {
			operation("security: [{a: []}]"), operation("security: [{a: [], b: []}]"),
			[]string{
				"breaking api-security-removed /paths/~1a/get/security ",
				"info api-security-added  /paths/~1a/get/security",
			},
		},
		"path parameter that the operation overrides": {
			paths("/a: {parameters: [{name: n, in: query, schema: {type: string}}], get: {parameters: [{name: n, in: query, schema: {type: string}}], responses: {}}}"),
			paths("/a: {parameters: [{name: n, in: query, schema: {type: integer}}], get: {parameters: [{name: n, in: query, schema: {type: string}}], responses: {}}}"),
			[]string{"warning unjudged-change /paths/~1a/parameters/0/schema/type /paths/~1a/parameters/0/schema/type"},
		},
		"referenced path parameter that the operation overrides": {
			paths("/a: {parameters: [{$ref: '#/components/parameters/N'}], get: {parameters: [{name: n, in: query, schema: {}}], responses: {}}}") + shared("string"),
			paths("/a: {parameters: [{$ref: '#/components/parameters/N'}], get: {parameters: [{name: n, in: query, schema: {}}], responses: {}}}") + shared("integer"),
			[]string{"warning unjudged-change /components/parameters/N/schema/type /components/parameters/N/schema/type"},
		},
		"parameter added": {
			operation("parameters: [{name: a, in: query, schema: {}}]"),
			operation("parameters: [{name: a, in: query, schema: {}}, {name: b, in: query, schema: {}}]"),
			[]string{"info new-optional-request-parameter  /paths/~1a/get/parameters/1"},
		},
		"deprecated parameter removed": {
			operation("parameters: [{name: a, in: query, schema: {}, deprecated: true}, {name: b, in: query, schema: {}}]"),
			operation("parameters: [{name: b, in: query, schema: {}}]"),
			[]string{"warning request-parameter-removed-with-deprecation /paths/~1a/get/parameters/0 "},
		},
		"deprecated request property removed": {
			operation("requestBody: {content: {application/json: {schema: {properties: {A: {deprecated: true}, B: {}}}}}}"),
			operation("requestBody: {content: {application/json: {schema: {properties: {B: {}}}}}}"),
			[]string{"warning request-property-removed-with-deprecation /paths/~1a/get/requestBody/content/application~1json/schema/properties/A "},
		},
		"deprecated required response property removed": {
			response("{required: [A], properties: {A: {deprecated: true}, B: {}}}"), response("{properties: {B: {}}}"),
			[]string{"breaking response-required-property-removed-with-deprecation " + inResponse + "/properties/A "},
		},
		"deprecated path removed": {
			paths("/a: {get: {deprecated: true, responses: {}}}"), paths(""),
			[]string{"breaking api-path-removed-with-deprecation /paths/~1a/get "},
		},
		"version lowered": {
			paths("/a: " + post), strings.Replace(paths(""), "1.0.0", "0.9.0", 1),
			[]string{"breaking api-path-removed-without-deprecation /paths/~1a/post ", "info note-changed /info/version /info/version"},
		},
		"version raised too little": {
			paths("/a: " + post), strings.Replace(paths(""), "1.0.0", "1.0.1", 1),
			[]string{"breaking api-path-removed-without-deprecation /paths/~1a/post ", "info note-changed /info/version /info/version"},
		},
		"unstable operation removed": {
			paths("/a: {get: {x-stability-level: alpha, responses: {}}, " + post[1:]), paths("/a: " + post),
			[]string{"breaking api-removed-without-deprecation /paths/~1a/get "},
		},
		"deprecated operation removed": {
			paths("/a: {get: {deprecated: true, responses: {}}, " + post[1:]), paths("/a: " + post),
			[]string{"breaking api-removed-with-deprecation /paths/~1a/get "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, change := range compare(t, read(t, test.before), read(t, test.after)).Changes {
				got = append(got, strings.Join([]string{string(change.Level), change.ID, change.Old, change.New}, " "))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestShownValues(t *testing.T) {
	for _, test := range []struct{ title, want string }{
		{"<b>Shop</b> & more", `"<b>Shop</b> & more"`},
		{strings.Repeat("ą", 500), `"` + strings.Repeat("ą", 58) + "…"},
	} {
		before, after := read(t, sample), read(t, sample)
		tree.ObjectAt(after, "info")["title"] = test.title
		changes := compare(t, before, after).Changes
		if want := `/info/title changed from "Shop" to ` + test.want; len(changes) != 1 || changes[0].Text != want {
			t.Errorf("got %+v, want %s", changes, want)
		}
	}
}
