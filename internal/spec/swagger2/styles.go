package swagger2

import "github.com/xsale-go/xsale/internal/spec/tree"

// writeStyle says how the elements of a list are put together, which the two formats name differently. A list without a
// collectionFormat has commas, whereas in the query of OpenAPI 3 it would be a parameter for each element.
func (c *converter) writeStyle(pointer, in string, from, to tree.Object) {
	schema := tree.ObjectAt(to, "schema")
	location, written := tree.Join(pointer, "collectionFormat"), from["collectionFormat"]
	if schema["type"] != "array" {
		if written != nil {
			c.drop(location, written, "it is not a list")
		}
		return
	}
	style, explode, ok := styleOf(in, written)
	if !ok {
		to["schema"] = tree.Object{"type": "string"}
		c.report.Add(ruleParameters, location, written, "string", "OpenAPI 3 has no such lists here; whoever calls joins the elements to a text")
		return
	}
	if style == "" {
		style, explode, _ = styleOf(in, nil)
		c.report.Add(ruleParameters, location, written, "csv", "Swagger has no such lists here, and writes lists with commas where it says nothing")
	}
	to["style"], to["explode"] = style, explode
}

// styleOf returns the style of a collectionFormat, no style where Swagger does not have it in this place, or false
// where OpenAPI 3 does not.
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
