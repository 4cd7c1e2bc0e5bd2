package swagger2

import "github.com/xsale-go/xsale/internal/spec/tree"

// writeStyle sets how the elements of a list are joined, which the two formats name
// differently. Without a collectionFormat, Swagger joins with commas; in a query, OpenAPI 3
// would repeat the parameter for each element.
func (c *converter) writeStyle(pointer, in string, from, to tree.Object) {
	schema := tree.ObjectAt(to, "schema")
	location, written := tree.Join(pointer, "collectionFormat"), from["collectionFormat"]
	if schema["type"] != "array" {
		if written != nil {
			c.drop(location, written, "not a list")
		}
		return
	}
	style, explode, ok := styleOf(in, written)
	if !ok {
		to["schema"] = tree.Object{"type": "string"}
		c.report.Add(ruleParameters, location, written, "string", "OpenAPI 3 does not support this list format here; callers join the elements to a string")
		return
	}
	if style == "" {
		style, explode, _ = styleOf(in, nil)
		c.report.Add(ruleParameters, location, written, "csv", "Swagger does not support this list format here; its default is commas")
	}
	to["style"], to["explode"] = style, explode
}

// styleOf returns the style of a collectionFormat. The style is empty if Swagger does not
// allow the format for in; ok is false if OpenAPI 3 does not.
func styleOf(in string, format any) (style string, explode, ok bool) {
	query := in == "query"
	switch {
	case format == nil || format == "csv":
		if query || in == "cookie" {
			return "form", false, true
		}
		return "simple", false, true
	case format == "multi" && query:
		return "form", true, true
	case format == "ssv" && query:
		return "spaceDelimited", false, true
	case format == "pipes" && query:
		return "pipeDelimited", false, true
	case format == "ssv" || format == "pipes" || format == "tsv":
		return "", false, false
	}
	return "", false, true
}
