package normalize

import "testing"

func TestRemoveGoExtensions(t *testing.T) {
	testDocuments(t, removeGoExtensions, []documentTest{
		{"others remain", `{"x-a": 1, "components": {"schemas": {"A": {"x-enumNames": ["a"], "x-google": 1, "x-nullable": true}}}}`, "", ""},
		{"all", `{"x-go-type": "os.File", "components": {"schemas": {"A": {"x-go-type-import": {"path": "evil"}, "x-oapi-codegen-extra-tags": {}, "x-omitempty": true,
			"x-omitzero": true, "x-order": 1, "x-deprecated-reason": "r", "x-xsale-name": "n", "properties": {"a": {"items": {"x-go-json-ignore": true}}}}}}}`,
			`{"components": {"schemas": {"A": {"properties": {"a": {"items": {}}}}}}}`,
			"/x-go-type /components/schemas/A/x-deprecated-reason /components/schemas/A/x-go-type-import /components/schemas/A/x-oapi-codegen-extra-tags " +
				"/components/schemas/A/x-omitempty /components/schemas/A/x-omitzero /components/schemas/A/x-order /components/schemas/A/x-xsale-name " +
				"/components/schemas/A/properties/a/items/x-go-json-ignore"},
		{"in parameters and bodies", inGet(`{"parameters": [{"x-go-name": "A"}], "requestBody": {"content": {"application/json": {"schema": {"x-go-name": "B"}}}}}`),
			inGet(`{"parameters": [{}], "requestBody": {"content": {"application/json": {"schema": {}}}}}`),
			"/paths/~1a/get/parameters/0/x-go-name /paths/~1a/get/requestBody/content/application~1json/schema/x-go-name"},
	})
}
