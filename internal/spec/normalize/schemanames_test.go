package normalize

import "testing"

func TestPlainTypeName(t *testing.T) {
	for name, want := range map[string]string{
		"PagedResult`1[[Acme.Order, Acme, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null]]":                                                                                      "PagedResultOfOrder",
		"Map`2[[System.String, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089],[Acme.Order, Acme, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null]]": "MapOfStringAndOrder",
		"Page<Order>": "PageOfOrder", "Page«List«Acme.Order»»": "PageOfListOfOrder", "Page[Order]": "PageOfOrder", "Map<Int32, Acme.Models.Order>": "MapOfInt32AndOrder",
		"Outer+Inner": "OuterInner", "Page<Outer+Inner>": "PageOfInner", "Zamówienie": "Zamowienie", "日本": "", "a/b": "AB", "Order (new)": "OrderOfNew", "": "", "<>": "",
	} {
		if got := plainTypeName(name, false); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestRenameSchemas(t *testing.T) {
	schemas := func(schemas, ref string) string {
		return `{"components": {"schemas": {` + schemas + `}}, "paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/` + ref + `"}}}}}}}}}`
	}
	const at = "/components/schemas/"
	testDocuments(t, renameSchemas, []documentTest{
		{"plain ones", schemas(`"A.B-c_1": {}`, "A.B-c_1"), "", ""},
		{"generic ones", schemas(`"Page<Order>": {"items": {"$ref": "#/components/schemas/Page<Order>"}, "example": {"$ref": "#/components/schemas/Page<Order>"}}`, "Page<Order>"),
			schemas(`"PageOfOrder": {"x-original-name": "Page<Order>", "items": {"$ref": "#/components/schemas/PageOfOrder"}, "example": {"$ref": "#/components/schemas/Page<Order>"}}`, "PageOfOrder"), at + "Page<Order>"},
		{"generic ones of two namespaces", schemas(`"Page<A.Order>": {}, "Page<B.Order>": {}`, "Page<B.Order>"),
			schemas(`"PageOfAOrder": {"x-original-name": "Page<A.Order>"}, "PageOfBOrder": {"x-original-name": "Page<B.Order>"}`, "PageOfBOrder"), at + "Page<A.Order> " + at + "Page<B.Order>"},
		{"with a slash", schemas(`"a/b": {}`, "a~1b"), schemas(`"AB": {"x-original-name": "a/b"}`, "AB"), at + "a~1b"},
		{"a taken name", schemas(`"Page<A>": {}, "Page[A]": {}, "PageOfA": {}, "日本": {}, "": {}`, "Page<A>"), schemas(`"PageOfA2": {"x-original-name": "Page<A>"}, "PageOfA3": {"x-original-name": "Page[A]"}, "PageOfA": {}, "Schema": {"x-original-name": ""}, "Schema2": {"x-original-name": "日本"}`, "PageOfA2"),
			at + " " + at + "Page<A> " + at + "Page[A] " + at + "日本"},
		{"in discriminators", schemas(`"Koń": {}, "A": {"discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/Koń", "b": "#/components/schemas/A", "c": 1}}}`, "A"),
			schemas(`"Kon": {"x-original-name": "Koń"}, "A": {"discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/Kon", "b": "#/components/schemas/A", "c": 1}}}`, "A"), at + "Koń"},
	})
}
