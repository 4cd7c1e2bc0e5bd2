package normalize

import (
	"fmt"
	"strings"
	"testing"
)

func TestFixEnums(t *testing.T) {
	testSchemas(t, fixEnums, "", []schemaTest{
		{"texts", `{"type": "string", "enum": ["a", "b"]}`, `{"type": "string", "enum": ["a", "b"]}`, ""},
		{"null", `{"type": "string", "enum": ["a", null]}`, `{"type": "string", "enum": ["a"], "nullable": true}`, "nullable enum"},
		{"null, already nullable", `{"type": "string", "nullable": true, "enum": ["a", null]}`, `{"type": "string", "nullable": true, "enum": ["a"]}`, "enum"},
		{"the empty string", `{"type": "string", "enum": ["", "a"]}`, `{"type": "string", "enum": ["a"]}`, "enum"},
		{"duplicates", `{"type": "string", "enum": ["a", "b", "a"]}`, `{"type": "string", "enum": ["a", "b"]}`, "enum"},
		{"unquoted numbers", `{"type": "integer", "enum": ["1", 2.0, 1]}`, `{"type": "integer", "enum": [1, 2]}`, "enum"},
		{"quoted numbers", `{"type": "string", "enum": [1.10, true, "a"]}`, `{"type": "string", "enum": ["1.10", "true", "a"]}`, "enum"},
		{"strings in an integer", `{"type": "integer", "enum": ["New", 1], "x-enumNames": ["a", "b"]}`, `{"type": "integer"}`, "x-enumNames enum x-enum-varnames"},
		{"a fraction", `{"type": "integer", "enum": [1.5]}`, `{"type": "integer"}`, "enum"},
		{"a large number", `{"type": "integer", "enum": [9223372036854775807, 9223372036854775808]}`, `{"type": "integer"}`, "enum"},
		{"objects", `{"type": "string", "enum": [{"a": 1}]}`, `{"type": "string"}`, "enum"},
		{"nothing", `{"type": "string", "enum": []}`, `{"type": "string"}`, "enum"},
		{"only null", `{"type": "string", "enum": [null]}`, `{"type": "string", "nullable": true, "x-values": [null]}`, "nullable enum"},
		{"only the empty string", `{"type": "string", "enum": [""]}`, `{"type": "string", "x-values": [""]}`, "enum"},
		{"not a list", `{"type": "string", "enum": "a"}`, `{"type": "string"}`, "enum"},
		{"of booleans", `{"type": "boolean", "enum": [true, null]}`, `{"type": "boolean", "nullable": true, "x-values": [true, null]}`, "enum nullable"},
		{"of numbers", `{"type": "number", "enum": [0.08, 0.23], "x-enum-varnames": ["a", "b"]}`, `{"type": "number", "x-values": [0.08, 0.23]}`, "enum x-enum-varnames"},
		{"of no type", `{"enum": ["a", 1]}`, `{"x-values": ["a", 1]}`, "enum"},
		{"of a list", `{"type": "array", "items": {"type": "string"}, "enum": ["a", null], "x-enumNames": ["A"]}`,
			`{"type": "array", "items": {"type": "string", "enum": ["a"], "nullable": true, "x-enum-varnames": ["A"]}}`,
			"x-enumNames enum items/nullable items/enum"},
		{"of a list of whole numbers", `{"type": "array", "items": {"type": "integer"}, "enum": [1, "2"]}`,
			`{"type": "array", "items": {"type": "integer", "enum": [1, 2]}}`, "enum items/enum"},
		{"of a list of numbers", `{"type": "array", "items": {"type": "number"}, "enum": [1]}`, `{"type": "array", "items": {"type": "number"}}`, "enum"},
		{"of a list with another enum", `{"type": "array", "items": {"type": "string", "enum": ["a"]}, "enum": ["b"]}`,
			`{"type": "array", "items": {"type": "string", "enum": ["a"]}}`, "enum"},
		{"of a list, with lists", `{"type": "array", "items": {"type": "string"}, "enum": [["a"]]}`, `{"type": "array", "items": {"type": "string"}}`, "enum"},
		{"of a list of other values", `{"type": "array", "items": {"$ref": "#/components/schemas/T"}, "enum": ["a"]}`,
			`{"type": "array", "items": {"$ref": "#/components/schemas/T"}}`, "enum"},
		{"a property with this name", `{"properties": {"enum": {"type": "string"}}}`, `{"properties": {"enum": {"type": "string"}}}`, ""},
	})
}

func TestFixEnumNames(t *testing.T) {
	testSchemas(t, fixEnums, "", []schemaTest{
		{"correct", `{"type": "integer", "enum": [0, 1], "x-enum-varnames": ["New", "Paid"]}`,
			`{"type": "integer", "enum": [0, 1], "x-enum-varnames": ["New", "Paid"]}`, ""},
		{"of NSwag", `{"type": "integer", "enum": [0, 1], "x-enumNames": ["New", "Paid"]}`,
			`{"type": "integer", "enum": [0, 1], "x-enum-varnames": ["New", "Paid"]}`, "x-enumNames"},
		{"of two tools", `{"type": "integer", "enum": [0], "x-enumNames": ["A"], "x-enum-names": ["B"], "x-enumDescriptions": ["d"]}`,
			`{"type": "integer", "enum": [0], "x-enum-varnames": ["A"], "x-enum-descriptions": ["d"]}`, "x-enumNames x-enum-names x-enumDescriptions"},
		{"wrong length", `{"type": "integer", "enum": [0, 1], "x-enum-varnames": ["New"], "x-enum-descriptions": ["d", "e", "f"]}`,
			`{"type": "integer", "enum": [0, 1]}`, "x-enum-varnames x-enum-descriptions"},
		{"not strings", `{"type": "integer", "enum": [0, 1], "x-enum-varnames": ["New", 1], "x-enum-descriptions": "d"}`,
			`{"type": "integer", "enum": [0, 1]}`, "x-enum-varnames x-enum-descriptions"},
		{"for dropped values", `{"type": "string", "enum": [null, "n", "", "p", "n"], "x-enum-varnames": ["Null", "New", "None", "Paid", "Again"]}`,
			`{"type": "string", "enum": ["n", "p"], "nullable": true, "x-enum-varnames": ["New", "Paid"]}`, "x-enum-varnames nullable enum"},
		{"for kept values only", `{"type": "string", "enum": ["n", null], "x-enum-varnames": ["New"]}`,
			`{"type": "string", "enum": ["n"], "nullable": true, "x-enum-varnames": ["New"]}`, "nullable enum"},
		{"of AutoRest", `{"type": "integer", "enum": [0, 1], "x-ms-enum": {"values": [{"value": 1, "name": "Paid"}, {"value": 0, "name": "New"}]}}`,
			`{"type": "integer", "enum": [0, 1], "x-enum-varnames": ["New", "Paid"], "x-ms-enum": {"values": [{"value": 1, "name": "Paid"}, {"value": 0, "name": "New"}]}}`,
			"x-enum-varnames"},
		{"of AutoRest, for dropped values", `{"type": "integer", "enum": [0, 0.0, null], "x-ms-enum": {"values": [{"value": 0, "name": "New"}]}}`,
			`{"type": "integer", "enum": [0], "nullable": true, "x-enum-varnames": ["New"], "x-ms-enum": {"values": [{"value": 0, "name": "New"}]}}`,
			"nullable enum x-enum-varnames"},
		{"of AutoRest, not all", `{"type": "integer", "enum": [0, 1], "x-ms-enum": {"values": [{"value": 1, "name": "Paid"}, 1]}}`,
			`{"type": "integer", "enum": [0, 1], "x-ms-enum": {"values": [{"value": 1, "name": "Paid"}, 1]}}`, ""},
	})
}

func TestEnumNamesFromDescription(t *testing.T) {
	for _, test := range []struct{ name, description, names string }{
		{"lines", `State.\n\n0 = New\n\n1 = Paid`, `"New", "Paid"`},
		{"a list", `* 0 - New\n* 1 - Paid`, `"New", "Paid"`},
		{"a list with dashes", `- 0 - New\n- 1 – Paid in part (not all)`, `"New", "PaidInPart"`},
		{"code", "`0` - `New`\\n`1`: `Paid`", `"New", "Paid"`},
		{"HTML", `<p>Members:</p><ul><li><i>0</i> - New</li>\n<li><i>1</i> - Paid &amp; sent</li></ul>`, ""},
		{"HTML of names", `<p>Members:</p><ul><li><i>0</i> - New</li><li><i>1</i> - Paid</li></ul>`, `"New", "Paid"`},
		{"one line", `Possible values: 0 = New, 1 = Paid; 2 = Lost`, `"New", "Paid"`},
		{"names first", `New = 0, Paid = 1`, `"New", "Paid"`},
		{"Polish letters", `0 = Nowe zamówienie\n1 = Opłacone`, `"NoweZamowienie", "Oplacone"`},
		{"a duplicate", `0 = New\n1 = Paid\n1 = Settled`, `"New", "Paid"`},
		{"not all", `0 = New`, ""},
		{"the same name", `0 = New\n1 = new`, ""},
		{"sentences", `0 means that nobody has paid\n1 - the customer has paid all of it by now`, ""},
		{"numbers", `0 = 10\n1 = 20`, ""},
		{"in parentheses", `0 (New), 1 (Paid)`, `"New", "Paid"`},
		{"numbers in parentheses", `One of: New (0), Paid (1).`, `"New", "Paid"`},
		{"names first after a prefix", `Possible values: New = 0, Paid = 1`, `"New", "Paid"`},
		{"pipes", `0 = New|1 = Paid`, `"New", "Paid"`},
		{"slashes", `0 - New / 1 - Paid`, `"New", "Paid"`},
		{"a table", `| Value | Name |\n| --- | --- |\n| 0 | New |\n| 1 | Paid in full |`, `"New", "PaidInFull"`},
		{"rows of HTML", `<table><tr><td>0 = New</td></tr><tr><td>1 = Paid</td></tr></table>`, `"New", "Paid"`},
		{"nothing", ``, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			input := `{"type": "integer", "enum": [0, 1], "description": "` + test.description + `"`
			want, changes := input+"}", ""
			if test.names != "" {
				want, changes = fmt.Sprintf(`%s, "x-enum-varnames": [%s]}`, input, test.names), "x-enum-varnames"
			}
			testSchemas(t, fixEnums, "", []schemaTest{{"", input + "}", want, changes}})
		})
	}
	testSchemas(t, fixEnums, "", []schemaTest{
		{"a negative value", `{"type": "integer", "enum": [-1, 0], "description": "-1 = Lost\n- 0 = New"}`,
			`{"type": "integer", "enum": [-1, 0], "description": "-1 = Lost\n- 0 = New", "x-enum-varnames": ["Lost", "New"]}`, "x-enum-varnames"},
		{"other names", `{"type": "integer", "enum": [1], "description": "1 = New", "x-enum-varnames": ["Paid"]}`,
			`{"type": "integer", "enum": [1], "description": "1 = New", "x-enum-varnames": ["Paid"]}`, ""},
		{"short descriptions of values", `{"type": "integer", "enum": [0, 1], "x-enum-descriptions": ["New order", "Paid."]}`,
			`{"type": "integer", "enum": [0, 1], "x-enum-descriptions": ["New order", "Paid."], "x-enum-varnames": ["NewOrder", "Paid"]}`, "x-enum-varnames"},
		{"long descriptions of values", `{"type": "integer", "enum": [0], "x-enum-descriptions": ["The order is new, and nobody has paid."]}`,
			`{"type": "integer", "enum": [0], "x-enum-descriptions": ["The order is new, and nobody has paid."]}`, ""},
		{"of a property", `{"properties": {"a": {"description": "0 = New", "allOf": [{"type": "integer", "enum": [0]}]}}}`,
			`{"properties": {"a": {"description": "0 = New", "allOf": [{"type": "integer", "enum": [0], "x-enum-varnames": ["New"]}]}}}`, "properties/a/allOf/0/x-enum-varnames"},
		{"of a list", `{"type": "array", "description": "0 = New", "items": {"type": "integer", "enum": [0]}}`,
			`{"type": "array", "description": "0 = New", "items": {"type": "integer", "enum": [0], "x-enum-varnames": ["New"]}}`, "items/x-enum-varnames"},
		{"texts", `{"type": "string", "enum": ["1"], "description": "1 = New"}`, `{"type": "string", "enum": ["1"], "description": "1 = New"}`, ""},
	})
}

// Filters of ASP.NET describe the values of an enum at the parameters that use it.
func TestEnumNamesFromParameters(t *testing.T) {
	spec := func(names string) string {
		return `{"components": {"schemas": {"Status": {"type": "integer", "enum": [0, 1]` + names + `}}}, "paths": {"/a": {"get": {"parameters": [
			{"name": "a", "in": "query", "description": "0 = New, 1 = Paid", "schema": {"$ref": "#/components/schemas/Status"}},
			{"name": "b", "in": "query", "description": "0 = New, 1 = Paid", "schema": {"type": "array", "items": {"type": "integer", "enum": [1]` + strings.Replace(names, `"New", `, "", 1) + `}}}]}}}}`
	}
	testDocuments(t, fixEnums, []documentTest{{"of a component and inline", spec(""), spec(`, "x-enum-varnames": ["New", "Paid"]`),
		"/components/schemas/Status/x-enum-varnames /paths/~1a/get/parameters/1/schema/items/x-enum-varnames"}})
}
