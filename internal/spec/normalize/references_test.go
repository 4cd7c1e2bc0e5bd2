package normalize

import "testing"

func TestFixReference(t *testing.T) {
	document := asTree(t, `{"components": {"schemas": {"A/B": {}, "C D": {}, "E~1F": {}, "50%": {}}}}`).(map[string]any)
	for ref, want := range map[string]string{
		"#/components/schemas/A~1B": "#/components/schemas/A~1B", "#/components/schemas/A/B": "#/components/schemas/A~1B", "#/components/schemas/A%2FB": "#/components/schemas/A~1B",
		"#/components/schemas/C%20D": "#/components/schemas/C D", "#/components/schemas/E~1F": "#/components/schemas/E~01F", "#/components/schemas/50%": "#/components/schemas/50%",
		"#/components/schemas/none": "#/components/schemas/none", "other.json#/components/schemas/A/B": "other.json#/components/schemas/A/B", "": "", "A/B": "A/B",
	} {
		if got := newResolver(document).fix("", ref); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
}

func TestFixReferences(t *testing.T) {
	ref := func(name string) string { return `{"$ref": "#/components/schemas/` + name + `"}` }
	schemas := func(schemas string) string { return `{"info": {"a": 1}, "components": {"schemas": {` + schemas + `}}}` }
	const at = "/components/schemas/"
	testDocuments(t, fixReferences, []documentTest{
		{"normal", schemas(`"A": {"properties": {"$ref": ` + ref("A") + `, "b": ` + ref("B") + `}}, "B": {"example": {"$ref": "A%2FB"}}`), "", ""},
		{"escapes", schemas(`"A B": {"items": ` + ref("A%20B") + `}`), schemas(`"A B": {"items": ` + ref("A B") + `}`), at + "A B/items/$ref"},
		{"inside another", schemas(`"A": {"properties": {"b": {"type": "object"}, "c": ` + ref("A/properties/b") + `, "d": ` + ref("A/properties/b") + `}}`),
			schemas(`"A": {"properties": {"b": ` + ref("AB") + `, "c": ` + ref("AB") + `, "d": ` + ref("AB") + `}}, "AB": {"type": "object"}`),
			at + "A/properties/b " + at + "A/properties/c/$ref " + at + "A/properties/d/$ref"},
		{"inside each other", schemas(`"A": {"properties": {"b": {"properties": {"c": {"type": "object"}, "d": ` + ref("A/properties/b/properties/c") + `}}, "e": ` + ref("A/properties/b") + `, "f": ` + ref("A/properties/b/properties/c") + `}}`),
			schemas(`"A": {"properties": {"b": ` + ref("AB") + `, "e": ` + ref("AB") + `, "f": ` + ref("ABC") + `}}, "AB": {"properties": {"c": ` + ref("ABC") + `, "d": ` + ref("ABC") + `}}, "ABC": {"type": "object"}`),
			at + "A/properties/b/properties/c " + at + "A/properties/b/properties/d/$ref " + at + "A/properties/b " + at + "A/properties/e/$ref " + at + "A/properties/f/$ref"},
		{"cyclic", schemas(`"A": {"properties": {"b": {"properties": {"c": ` + ref("A/properties/b") + `}}}}`),
			schemas(`"A": {"properties": {"b": ` + ref("AB") + `}}, "AB": {"properties": {"c": ` + ref("AB") + `}}`), at + "A/properties/b " + at + "A/properties/b/properties/c/$ref"},
		{"through others", schemas(`"A": {"properties": {"b": ` + ref("B") + `, "c": ` + ref("A/properties/b") + `, "d": ` + ref("A/properties/c") + `, "e": ` + ref("A/properties/f") + `, "f": ` + ref("A/properties/g") + `, "g": {"type": "object"}}}, "B": {}`),
			schemas(`"A": {"properties": {"b": ` + ref("B") + `, "c": ` + ref("B") + `, "d": ` + ref("B") + `, "e": ` + ref("AG") + `, "f": ` + ref("AG") + `, "g": ` + ref("AG") + `}}, "AG": {"type": "object"}, "B": {}`),
			at + "A/properties/c/$ref " + at + "A/properties/d/$ref " + at + "A/properties/g " + at + "A/properties/e/$ref " + at + "A/properties/f/$ref"},
		{"cycles", schemas(`"A": {"properties": {"b": ` + ref("A/properties/b") + `, "c": ` + ref("A/properties/d") + `, "d": ` + ref("A/properties/c") + `}}`), "", ""},
		{"dangling", schemas(`"A": {"items": ` + ref("B") + `, "not": {"$ref": "other.json#/a"}, "oneOf": [` + ref("A/items/x") + `, {"$ref": 1}]}`), "", ""},
		{"not a schema", schemas(`"A": {"items": {"$ref": "#/info"}, "not": {"$ref": "#/components"}, "oneOf": [{"$ref": "#/info/a"}]}`), "", ""},
		{"a taken name", schemas(`"A": {"items": {"type": "object"}, "not": ` + ref("A/items") + `}, "AItem": {}`),
			schemas(`"A": {"items": ` + ref("AItem2") + `, "not": ` + ref("AItem2") + `}, "AItem": {}, "AItem2": {"type": "object"}`), at + "A/items " + at + "A/not/$ref"},
	})
	testDocuments(t, fixReferences, []documentTest{
		{"in an operation, without components", inGet(`{"responses": {"200": {"content": {"application/json": {"schema": {"properties": {"a": {}, "b": {"$ref": "#/paths/~1a/get/responses/200/content/application~1json/schema/properties/a"}}}}}}}}`),
			`{"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"properties": {"a": ` + ref("AGet200A") + `, "b": ` + ref("AGet200A") + `}}}}}}}}}, "components": {"schemas": {"AGet200A": {}}}}`,
			"/paths/~1a/get/responses/200/content/application~1json/schema/properties/a /paths/~1a/get/responses/200/content/application~1json/schema/properties/b/$ref"},
		{"a definition that the walk skips", `{"definitions": {"A": {"type": "object"}}, "components": {"schemas": {"B": {"items": {"$ref": "#/definitions/A"}}}}}`,
			`{"definitions": {"A": ` + ref("A") + `}, "components": {"schemas": {"B": {"items": ` + ref("A") + `}, "A": {"type": "object"}}}}`,
			"/definitions/A /components/schemas/B/items/$ref"},
	})
}

// What ASP.NET 9 writes for a type that it has met before: the pointer that System.Text.Json gives,
// relative to the type at which it started.
func TestRelativeReferences(t *testing.T) {
	ref := func(ref string) string { return `{"$ref": "` + ref + `"}` }
	component := func(name string) string { return ref("#/components/schemas/" + name) }
	schemas := func(schemas string) string { return `{"components": {"schemas": {` + schemas + `}}}` }
	const at = "/components/schemas/"
	testDocuments(t, fixReferences, []documentTest{
		{"to the schema", schemas(`"Tree": {"properties": {"left": ` + ref("#/components/schemas/#") + `, "right": {"items": ` + ref("#") + `}}}`),
			schemas(`"Tree": {"properties": {"left": ` + component("Tree") + `, "right": {"items": ` + component("Tree") + `}}}`),
			at + "Tree/properties/left/$ref " + at + "Tree/properties/right/items/$ref"},
		{"into the schema", schemas(`"A": {"properties": {"b": {"items": {"type": "object"}}, "c": ` + ref("#/components/schemas/#/properties/b/items") + `, "d": ` + ref("#/properties/c") + `}}`),
			schemas(`"A": {"properties": {"b": {"items": ` + component("ABItem") + `}, "c": ` + component("ABItem") + `, "d": ` + component("ABItem") + `}}, "ABItem": {"type": "object"}`),
			at + "A/properties/c/$ref " + at + "A/properties/d/$ref " + at + "A/properties/b/items " + at + "A/properties/c/$ref " + at + "A/properties/d/$ref"},
		{"through components", schemas(`"Shop": {"properties": {"stock": ` + component("Stock") + `, "shelf": {"items": ` + ref("#/components/schemas/#/properties/stock/properties/parts/items") + `}}}, "Stock": {"properties": {"parts": {"items": ` + component("Part") + `}}}, "Part": {}`),
			schemas(`"Shop": {"properties": {"stock": ` + component("Stock") + `, "shelf": {"items": ` + component("Part") + `}}}, "Stock": {"properties": {"parts": {"items": ` + component("Part") + `}}}, "Part": {}`),
			at + "Shop/properties/shelf/items/$ref " + at + "Shop/properties/shelf/items/$ref"},
		{"through null", schemas(`"A": {"properties": {"b": {"oneOf": [{"type": "null"}, ` + component("B") + `]}, "c": ` + ref("#/components/schemas/#/properties/b/properties/d") + `}}, "B": {"properties": {"d": ` + component("C") + `}}, "C": {}`),
			schemas(`"A": {"properties": {"b": {"oneOf": [{"type": "null"}, ` + component("B") + `]}, "c": ` + component("C") + `}}, "B": {"properties": {"d": ` + component("C") + `}}, "C": {}`),
			at + "A/properties/c/$ref " + at + "A/properties/c/$ref"},
		{"from the type at which it started", schemas(`"Person": {"properties": {"home": ` + component("Address") + `, "work": ` + component("Address2") + `}}, "Address": {"properties": {"owner": ` + component("Person") + `}}, "Address2": {"properties": {"owner": ` + ref("#/components/schemas/#/properties/home/properties/owner") + `}}`),
			schemas(`"Person": {"properties": {"home": ` + component("Address") + `, "work": ` + component("Address2") + `}}, "Address": {"properties": {"owner": ` + component("Person") + `}}, "Address2": {"properties": {"owner": ` + component("Person") + `}}`),
			at + "Address2/properties/owner/$ref"},
		{"to a definition that is a component", schemas(`"A": {"items": ` + ref("#/definitions/B") + `}, "B": {}`),
			schemas(`"A": {"items": ` + component("B") + `}, "B": {}`), at + "A/items/$ref"},
		{"from two types that differ", schemas(`"A": {"properties": {"x": ` + component("C") + `, "y": {"items": {}}}}, "B": {"properties": {"x": ` + component("C") + `, "y": {"items": {}}}}, "C": {"not": ` + ref("#/components/schemas/#/properties/y/items") + `}`), "", ""},
		{"dynamic", schemas(`"A": {"$dynamicAnchor": "node", "items": {"$dynamicRef": "#node"}}`),
			schemas(`"A": {"$dynamicAnchor": "node", "items": ` + component("A") + `}`), at + "A/items/$dynamicRef"},
		{"with the id of a schema", schemas(`"A": {"$id": "https://shop.example/a", "properties": {"b": {"$ref": "https://shop.example/b"}, "c": {"$ref": "b#/items"}}}, "B": {"$id": "https://shop.example/b", "items": ` + component("A") + `}`),
			schemas(`"A": {"$id": "https://shop.example/a", "properties": {"b": ` + component("B") + `, "c": ` + component("A") + `}}, "B": {"$id": "https://shop.example/b", "items": ` + component("A") + `}`),
			at + "A/properties/b/$ref " + at + "A/properties/c/$ref " + at + "A/properties/c/$ref"},
		{"with an id that is not unique", schemas(`"A": {"$id": "x", "items": {"$ref": "x"}}, "B": {"$id": "x"}`), "", ""},
		{"with the address of the document", `{"$self": "/a.json", "components": {"schemas": {"A": {"items": {"$ref": "/a.json#/components/schemas/A"}}}}}`,
			schemas(`"A": {"items": ` + component("A") + `}`), at + "A/items/$ref /$self"},
		{"empty", schemas(`"A": {"items": {"$ref": ""}}`), "", ""},
		{"in a circle", schemas(`"A": {"properties": {"b": ` + ref("#/components/schemas/#/properties/c/x") + `, "c": ` + ref("#/components/schemas/#/properties/b/x") + `}}`), "", ""},
	})
	testDocuments(t, fixReferences, []documentTest{
		{"to a list, which operations use only",
			`{"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"items": ` + component("Tree") + `}}}}}}}}, "components": {"schemas": {"Tree": {"properties": {"kids": ` + ref("#/components/schemas/#") + `, "more": {"items": ` + ref("#") + `}}}}}}`,
			`{"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"items": ` + component("Tree") + `}}}}}}}}, "components": {"schemas": {"Tree": {"properties": {"kids": {"items": ` + component("Tree") + `}, "more": {"items": ` + component("Tree") + `}}}}}}`,
			"/components/schemas/Tree/properties/kids/$ref /components/schemas/Tree/properties/more/items/$ref /components/schemas/Tree/properties/kids/$ref"},
		{"outside components", inGet(`{"responses": {"200": {"content": {"application/json": {"schema": {"items": {"properties": {"parts": {"items": ` + ref("#/items") + `}}}}}}}}}`),
			`{"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"items": ` + component("AGet200Item") + `}}}}}}}}` +
				`, "components": {"schemas": {"AGet200Item": {"properties": {"parts": {"items": ` + component("AGet200Item") + `}}}}}}`,
			"/paths/~1a/get/responses/200/content/application~1json/schema/items/properties/parts/items/$ref /paths/~1a/get/responses/200/content/application~1json/schema/items " +
				"/paths/~1a/get/responses/200/content/application~1json/schema/items/properties/parts/items/$ref"},
	})
}

func TestReferencesByName(t *testing.T) {
	document := asTree(t, `{"$self": "https://example.com/v1/openapi.json", "paths": {"/a": {"x-oai-additionalOperations": {"QUERY": {"responses": {}}, "COPY": {}}}}, "components": {
		"parameters": {"Sub/Currency": {}, "a b": {}, "Page[Size]": {}}, "responses": {"Not/Found": {"content": {"application/json": {"schema": {"type": "string"}}}}},
		"schemas": {"Box<Order>": {"$anchor": "box", "properties": {"a/b": {}}}, "x%20y": {}, "p/q": {}, "p": {"q": {}}, "r/s": {}, "r%2Fs": {}}}}`).(map[string]any)
	for ref, want := range map[string]string{
		"#/components/parameters/Sub/Currency":                             "#/components/parameters/Sub~1Currency",
		"#/components/parameters/Sub%2fCurrency":                           "#/components/parameters/Sub~1Currency",
		"#/components/parameters/a%20b":                                    "#/components/parameters/a b",
		"#/components/parameters/Page%5BSize%5D":                           "#/components/parameters/Page[Size]",
		"#/components/responses/Not/Found/content/application/json/schema": "#/components/responses/Not~1Found/content/application~1json/schema",
		"#/components/schemas/Box%3COrder%3E/properties/a/b":               "#/components/schemas/Box<Order>/properties/a~1b",
		"#/components/schemas/x y":                                         "#/components/schemas/x%20y",
		"#/components/schemas/p/q":                                         "#/components/schemas/p/q",
		"#/components/schemas/r/s":                                         "#/components/schemas/r/s", // either of two
		"#/paths/~1a/query/responses":                                      "#/paths/~1a/x-oai-additionalOperations/QUERY/responses",
		"#/paths/~1a/additionalOperations/COPY":                            "#/paths/~1a/x-oai-additionalOperations/COPY",
		"#/paths/~1a/additionalOperations/QUERY2":                          "#/paths/~1a/additionalOperations/QUERY2",
		"#box":                               "#/components/schemas/Box<Order>",
		"openapi.json#/components/schemas/p": "#/components/schemas/p",
		"https://example.com/v1/openapi.json#/components/schemas/p": "#/components/schemas/p",
		"https://example.com/v2/openapi.json#/components/schemas/p": "https://example.com/v2/openapi.json#/components/schemas/p",
	} {
		if got := newResolver(document).fix("", ref); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
}
