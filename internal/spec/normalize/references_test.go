package normalize

import "testing"

func TestFixReference(t *testing.T) {
	document := asTree(t, `{"components": {"schemas": {"A/B": {}, "C D": {}, "E~1F": {}, "50%": {}}}}`).(map[string]any)
	for ref, want := range map[string]string{
		"#/components/schemas/A~1B": "#/components/schemas/A~1B", "#/components/schemas/A/B": "#/components/schemas/A~1B", "#/components/schemas/A%2FB": "#/components/schemas/A~1B",
		"#/components/schemas/C%20D": "#/components/schemas/C D", "#/components/schemas/E~1F": "#/components/schemas/E~01F", "#/components/schemas/50%": "#/components/schemas/50%",
		"#/components/schemas/none": "#/components/schemas/none", "other.json#/components/schemas/A/B": "other.json#/components/schemas/A/B", "": "", "A/B": "A/B",
	} {
		if got := fixReference(document, ref); got != want {
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
			`{"definitions": {"A": ` + ref("DefinitionsA") + `}, "components": {"schemas": {"B": {"items": ` + ref("DefinitionsA") + `}, "DefinitionsA": {"type": "object"}}}}`,
			"/definitions/A /components/schemas/B/items/$ref"},
	})
}
