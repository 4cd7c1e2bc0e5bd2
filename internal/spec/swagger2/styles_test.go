package swagger2

import "testing"

func TestConvertStyles(t *testing.T) {
	list := func(in, format, style string, reported bool) conversion {
		written := ""
		if format != "" {
			written = `"collectionFormat": "` + format + `", `
		}
		c := conversion{
			name: in + " " + format,
			base: post(`"parameters": [{"name": "id", "in": "` + in + `", "required": true, ` + written + `"type": "array", "items": {"type": "string"}}], ` + okResponse),
			at:   firstParameter,
			want: `{"name": "id", "in": "` + in + `", "required": true, "schema": {"type": "array", "items": {"type": "string"}}, ` + style + `}`,
		}
		if style == "" {
			c.want = `{"name": "id", "in": "` + in + `", "required": true, "schema": {"type": "string"}}`
		}
		if reported {
			c.reports = "swagger2-parameters " + firstParameter + "/collectionFormat"
		}
		return c
	}
	const (
		commas = `"style": "form", "explode": false`
		simple = `"style": "simple", "explode": false`
	)
	runConversions(t, []conversion{
		list("query", "", commas, false),
		list("query", "csv", commas, false),
		list("query", "multi", `"style": "form", "explode": true`, false),
		list("query", "ssv", `"style": "spaceDelimited", "explode": false`, false),
		list("query", "pipes", `"style": "pipeDelimited", "explode": false`, false),
		list("query", "tsv", "", true),
		list("query", "brackets", commas, true),
		list("path", "", simple, false),
		list("path", "csv", simple, false),
		list("path", "multi", simple, true),
		list("path", "pipes", "", true),
		list("header", "", simple, false),
		list("header", "ssv", "", true),
		list("cookie", "", commas, false),
		{name: "not a list", base: post(`"parameters": [{"name": "a", "in": "query", "type": "string", "collectionFormat": "multi"}], ` + okResponse),
			at: firstParameter, want: `{"name": "a", "in": "query", "schema": {"type": "string"}}`, reports: "swagger2-dropped " + firstParameter + "/collectionFormat"},
		{name: "list in a list", base: post(`"parameters": [{"name": "a", "in": "query", "type": "array", "items": {"type": "array", "collectionFormat": "pipes", "items": {"type": "string"}}}], ` + okResponse),
			at: firstParameter + "/schema", want: `{"type": "array", "items": {"type": "array", "items": {"type": "string"}}}`, reports: "swagger2-dropped " + firstParameter + "/items/collectionFormat"},
	})
}
