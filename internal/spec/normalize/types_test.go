package normalize

import "testing"

func TestFixTypeNames(t *testing.T) {
	for name, want := range map[string]string{
		"string": `{"type": "string"}`, "String": `{"type": "string"}`, "System.String": `{"type": "string"}`, "char": `{"type": "string"}`,
		"date": `{"type": "string", "format": "date"}`, "datetime": `{"type": "string", "format": "date-time"}`,
		"dateTime": `{"type": "string", "format": "date-time"}`, "date-time": `{"type": "string", "format": "date-time"}`,
		"time": `{"type": "string", "format": "time"}`, "timespan": `{"type": "string"}`, "guid": `{"type": "string", "format": "uuid"}`,
		"uuid": `{"type": "string", "format": "uuid"}`, "file": `{"type": "string", "format": "binary"}`,
		"byte[]": `{"type": "string", "format": "byte"}`,
		"int":    `{"type": "integer", "format": "int32"}`, "int32": `{"type": "integer", "format": "int32"}`,
		"long": `{"type": "integer", "format": "int64"}`, "byte": `{"type": "integer", "format": "int32"}`, "Integer": `{"type": "integer"}`,
		"float": `{"type": "number", "format": "float"}`, "double": `{"type": "number", "format": "double"}`, "Decimal": `{"type": "number"}`,
		"bool": `{"type": "boolean"}`, "Boolean": `{"type": "boolean"}`, "Object": `{"type": "object"}`, "dictionary": `{"type": "object"}`,
		"list": `{"type": "array", "items": {}}`, "Array": `{"type": "array", "items": {}}`,
		"string[]": `{"type": "array", "items": {"type": "string"}}`, "Order[][]": `{"type": "array", "items": {"type": "array", "items": {}}}`,
		"int?": `{"type": "integer", "format": "int32", "nullable": true}`,
		"any":  `{}`, "undefined": `{}`, "mixed": `{}`, "": `{}`, "[]": `{"type": "array", "items": {}}`, "Order": `{}`, "?": `{"nullable": true}`,
	} {
		t.Run(name, func(t *testing.T) {
			output, changes := apply(t, fixTypes, `{"components": {"schemas": {"T": {"type": "`+name+`"}}}}`)
			if want := asJSON(t, asTree(t, `{"components": {"schemas": {"T": `+want+`}}}`)); output != want {
				t.Errorf("got\n%s\nwant\n%s", output, want)
			}
			if len(changes) == 0 && name != "string" {
				t.Error("got no report")
			}
		})
	}
}

func TestFixTypes(t *testing.T) {
	testSchemas(t, fixTypes, `, "Color": {"type": "string"}, "Size": {"type": "object"}`, []schemaTest{
		{"a type that is not a string", `{"type": {"$ref": "#"}, "description": "d"}`, `{"description": "d"}`, "type"},
		{"own format", `{"type": "date", "format": "d/M"}`, `{"type": "string", "format": "d/M"}`, "type"},
		{"own items", `{"type": "object[]", "items": {"type": "string"}}`, `{"type": "array", "items": {"type": "string"}}`, "type"},
		{"a list of anything", `{"type": "array"}`, `{"type": "array", "items": {}}`, "items"},
		{"a reference", `{"$ref": "#/components/schemas/T"}`, `{"$ref": "#/components/schemas/T"}`, ""},
		{"no type, only properties", `{"properties": {"a": {}}}`, `{"type": "object", "properties": {"a": {}}}`, "type"},
		{"no type, only additional properties", `{"additionalProperties": {"type": "string"}}`, `{"type": "object", "additionalProperties": {"type": "string"}}`, "type"},
		{"no type, only items", `{"items": {}}`, `{"type": "array", "items": {}}`, "type"},
		{"no type, only strings", `{"enum": ["a", null]}`, `{"type": "string", "enum": ["a", null]}`, "type"},
		{"no type, only whole numbers", `{"enum": [1, 2]}`, `{"type": "integer", "enum": [1, 2]}`, "type"},
		{"no type, only booleans", `{"enum": [true, false]}`, `{"type": "boolean", "enum": [true, false]}`, "type"},
		{"no type, only numbers", `{"enum": [0.5, 1.5]}`, `{"type": "number", "enum": [0.5, 1.5]}`, "type"},
		{"no type, only objects", `{"enum": [{}]}`, `{"enum": [{}]}`, ""},
		{"no type, values of two types", `{"enum": [1, "a"]}`, `{"enum": [1, "a"]}`, ""},
		{"no type, only parts", `{"oneOf": [{"type": "string"}, {"type": "integer"}], "enum": ["a"]}`,
			`{"oneOf": [{"type": "string"}, {"type": "integer"}], "enum": ["a"]}`, ""},
		{"no type, only the format of a number", `{"format": "int32", "pattern": "^-?(?:0|[1-9]\\d*)$", "nullable": true}`,
			`{"type": "integer", "format": "int32", "nullable": true, "x-quoted-number": true}`, "type pattern"},
		{"no type, only the pattern of a number", `{"pattern": "^-?(?:0|[1-9]\\d*)(?:\\.\\d+)?$"}`, `{"type": "number", "x-quoted-number": true}`, "type pattern"},
		{"no type, only digits", `{"pattern": "^[0-9]+$"}`, `{"pattern": "^[0-9]+$"}`, ""},
		{"no type, only bytes", `{"format": "byte"}`, `{"format": "byte"}`, ""},
		{"integers of other sizes", `{"type": "array", "items": {"type": "integer", "format": "byte"}, "additionalProperties": {"type": "integer", "format": "uint32"}}`,
			`{"type": "array", "items": {"type": "integer", "format": "int32"}, "additionalProperties": {"type": "integer", "format": "int64"}}`,
			"items/format additionalProperties/format"},
		{"integers with formats of strings", `{"type": "integer", "format": "date-time"}`, `{"type": "integer"}`, "format"},
		{"an integer of a vendor", `{"type": "integer", "format": "epoch"}`, `{"type": "integer", "format": "epoch"}`, ""},
		{"a list in an object", `{"type": "object", "properties": {}, "additionalProperties": false, "allOf": [{"type": "array", "items": {"type": "string"}}]}`,
			`{"type": "array", "items": {"type": "string"}}`, "type properties additionalProperties allOf"},
		{"items of an object", `{"type": "object", "items": {"type": "string"}, "additionalProperties": false}`, `{"type": "array", "items": {"type": "string"}}`, "type additionalProperties"},
		{"a value in an object", `{"type": "object", "allOf": [{"$ref": "#/components/schemas/Color"}]}`, `{"allOf": [{"$ref": "#/components/schemas/Color"}]}`, "type"},
		{"an object in an object", `{"type": "object", "allOf": [{"$ref": "#/components/schemas/Size"}]}`, `{"type": "object", "allOf": [{"$ref": "#/components/schemas/Size"}]}`, ""},
		{"nothing", `{"nullable": true}`, `{"nullable": true}`, ""},
		{"flags", `{"type": "string", "nullable": "True", "deprecated": "false", "readOnly": 1, "uniqueItems": {}, "writeOnly": true}`,
			`{"type": "string", "nullable": true, "deprecated": false, "writeOnly": true}`, "deprecated nullable readOnly uniqueItems"},
		{"read only and write only", `{"type": "string", "readOnly": true, "writeOnly": true}`, `{"type": "string"}`, "readOnly writeOnly"},
		{"not strings", `{"type": "string", "format": 1, "pattern": ["a"]}`, `{"type": "string"}`, "format pattern"},
		{"XML of 3.2", `{"type": "string", "xml": {"name": "a", "nodeType": "attribute"}}`, `{"type": "string", "xml": {"name": "a", "attribute": true}}`, "xml"},
		{"not objects", `{"type": "string", "xml": 1, "externalDocs": "a"}`, `{"type": "string"}`, "xml externalDocs"},
		{"links", `{"type": "string", "externalDocs": {"url": "https://example.com"}}`, `{"type": "string", "externalDocs": {"url": "https://example.com"}}`, ""},
		{"links without a URL", `{"type": "string", "externalDocs": {"url": "://"}}`, `{"type": "string"}`, "externalDocs"},
	})
}

func TestFixNumbers(t *testing.T) {
	testSchemas(t, fixTypes, "", []schemaTest{
		{"counts", `{"type": "string", "minLength": 0, "maxLength": 2147483647}`, `{"type": "string", "minLength": 0, "maxLength": 2147483647}`, ""},
		{"quoted counts", `{"type": "string", "minLength": "1", "maxLength": "2.0"}`, `{"type": "string", "minLength": 1, "maxLength": 2}`, "maxLength minLength"},
		{"counts in other notations", `{"type": "object", "minProperties": 1.0, "maxProperties": 1e3}`,
			`{"type": "object", "minProperties": 1, "maxProperties": 1000}`, "maxProperties minProperties"},
		{"not counts", `{"type": "string", "minLength": -1, "maxLength": 1.5, "minItems": "many", "maxItems": 1e30, "minProperties": {}, "maxProperties": true}`,
			`{"type": "string"}`, "maxItems maxLength maxProperties minItems minLength minProperties"},
		{"limits", `{"type": "number", "minimum": -1.7976931348623157E+308, "maximum": 1.50, "multipleOf": 0.01}`,
			`{"type": "number", "minimum": -1.7976931348623157E+308, "maximum": 1.50, "multipleOf": 0.01}`, ""},
		{"quoted limits", `{"type": "number", "minimum": "0.50", "maximum": "1e3", "multipleOf": "2"}`,
			`{"type": "number", "minimum": 0.50, "maximum": 1e3, "multipleOf": 2}`, "maximum minimum multipleOf"},
		{"not limits", `{"type": "number", "minimum": "0x10", "maximum": 1e400, "multipleOf": 0}`, `{"type": "number"}`, "maximum minimum multipleOf"},
		{"numbers within strings", `{"type": "number", "minimum": " 1", "maximum": "1_000", "multipleOf": "+1"}`, `{"type": "number"}`, "maximum minimum multipleOf"},
	})
}

func TestFixParts(t *testing.T) {
	testSchemas(t, fixTypes, "", []schemaTest{
		{"properties of the wrong type", `{"type": "object", "properties": []}`, `{"type": "object"}`, "properties"},
		{"a property that is not a schema", `{"type": "object", "properties": {"a": "int", "b": ["x"], "c": 1}}`,
			`{"type": "object", "properties": {"a": {"type": "integer", "format": "int32"}, "b": {}, "c": {}}}`,
			"properties/a properties/b properties/c properties/a/type"},
		{"items as a list", `{"type": "array", "items": [{"type": "string"}, {"type": "integer"}]}`,
			`{"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}`, "items"},
		{"items as a list of one", `{"type": "array", "items": [{"type": "string"}]}`, `{"type": "array", "items": {"type": "string"}}`, "items"},
		{"items that are not a schema", `{"type": "array", "items": "string"}`, `{"type": "array", "items": {}}`, "items items"},
		{"additional properties", `{"type": "object", "additionalProperties": "string"}`, `{"type": "object"}`, "additionalProperties"},
		{"empty compositions", `{"type": "object", "allOf": [], "oneOf": {}, "anyOf": ["a"]}`, `{"type": "object"}`, "allOf anyOf/0 anyOf oneOf"},
		{"a composition with a non-schema", `{"anyOf": [{"type": "string"}, "a", {"type": "integer"}]}`,
			`{"anyOf": [{"type": "string"}, {"type": "integer"}]}`, "anyOf/1"},
		{"an allOf of one", `{"allOf": [{"type": "Object", "description": "inner"}], "description": "outer"}`,
			`{"type": "object", "description": "outer"}`, "allOf type"},
		{"an allOf of an allOf", `{"allOf": [{"allOf": [{"$ref": "#/components/schemas/T"}], "description": "d"}], "nullable": true}`,
			`{"allOf": [{"$ref": "#/components/schemas/T"}], "description": "d", "nullable": true}`, "allOf"},
		{"an allOf of one conflicting schema", `{"allOf": [{"type": "object"}], "type": "string"}`, `{"allOf": [{"type": "object"}], "type": "string"}`, ""},
		{"an allOf of a reference", `{"allOf": [{"$ref": "#/components/schemas/T"}]}`, `{"allOf": [{"$ref": "#/components/schemas/T"}]}`, ""},
	})
}

func TestFixRequired(t *testing.T) {
	testSchemas(t, fixTypes, "", []schemaTest{
		{"a list", `{"type": "object", "required": ["a"]}`, `{"type": "object", "required": ["a"]}`, ""},
		{"duplicate names", `{"type": "object", "required": ["a", 1, "a", null, "b"]}`, `{"type": "object", "required": ["a", "b"]}`, "required"},
		{"empty", `{"type": "object", "required": []}`, `{"type": "object"}`, "required"},
		{"no names", `{"type": "object", "required": [1]}`, `{"type": "object"}`, "required"},
		{"not a list", `{"type": "object", "required": "a"}`, `{"type": "object"}`, "required"},
		{"of the properties",
			`{"type": "object", "required": ["b"], "properties": {"a": {"required": true}, "b": {"required": "true"}, "c": {"required": false}, "d": {"required": "a"}}}`,
			`{"type": "object", "required": ["b", "a"], "properties": {"a": {}, "b": {}, "c": {}, "d": {}}}`,
			"properties/a/required properties/b/required properties/c/required properties/d/required"},
		{"a property with required properties", `{"type": "object", "properties": {"a": {"type": "object", "required": ["b"]}}}`,
			`{"type": "object", "properties": {"a": {"type": "object", "required": ["b"]}}}`, ""},
	})
}

func TestFixDiscriminator(t *testing.T) {
	testSchemas(t, fixTypes, `, "A": {}, "B/C": {}`, []schemaTest{
		{"as a string", `{"type": "object", "discriminator": "kind"}`, `{"type": "object", "discriminator": {"propertyName": "kind"}}`, "discriminator"},
		{"of the wrong type", `{"type": "object", "discriminator": ["kind"]}`, `{"type": "object"}`, "discriminator"},
		{"without a property", `{"type": "object", "discriminator": {"mapping": {"a": "A"}}}`, `{"type": "object"}`, "discriminator"},
		{"with a mapping",
			`{"type": "object", "discriminator": {"propertyName": "k", "mapping": {"a": "A", "b": "B/C", "c": "#/components/schemas/A", "d": "D", "e": "#/components/schemas/E", "f": 1, "g": "e.json"}}}`,
			`{"type": "object", "discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/A", "b": "#/components/schemas/B~1C", "c": "#/components/schemas/A"}}}`,
			"discriminator/mapping"},
		{"with a correct mapping", `{"type": "object", "discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/A"}, "x-a": 1}}`,
			`{"type": "object", "discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/A"}, "x-a": 1}}`, ""},
		{"with a dangling mapping", `{"type": "object", "discriminator": {"propertyName": "k", "mapping": {"d": "D"}, "other": 1}}`,
			`{"type": "object", "discriminator": {"propertyName": "k"}}`, "discriminator/other discriminator/mapping"},
		{"with a mapping of the wrong type", `{"type": "object", "discriminator": {"propertyName": "k", "mapping": "A"}}`,
			`{"type": "object", "discriminator": {"propertyName": "k"}}`, "discriminator/mapping"},
	})
}
