package normalize

import (
	"slices"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

const (
	newerRule  = "openapi-3.2"
	newerField = "OpenAPI 3.0 does not have it"
)

// convertNewer converts what OpenAPI 3.2 adds to what OpenAPI 3.0 has. ASP.NET writes some of it
// as x-oai extensions into older documents.
func convertNewer(document tree.Object, report *tree.Report) {
	fix := func(pointer string, object tree.Object) *schemaFixer {
		return &schemaFixer{newerRule, pointer, object, report}
	}
	for i, value := range tree.ListAt(document, "tags") {
		tag, _ := value.(tree.Object)
		for _, name := range []string{"summary", "parent", "kind"} {
			fix(pointerOf("/tags", i), tag).drop(name, newerField)
		}
	}
	for name, value := range tree.Fields(tree.ObjectAt(document, "components")["securitySchemes"]) {
		scheme, _ := value.(tree.Object)
		pointer := tree.Join("/components/securitySchemes", name)
		for _, name := range []string{"oauth2MetadataUrl", "deprecated"} {
			fix(pointer, scheme).drop(name, newerField)
		}
		fix(tree.Join(pointer, "flows"), tree.ObjectAt(scheme, "flows")).drop("deviceAuthorization", newerField)
	}
	for _, operation := range tree.Operations(document) {
		for status, value := range tree.Fields(operation.Object["responses"]) {
			response, _ := value.(tree.Object)
			f := fix(tree.Join(operation.Pointer, "responses", status), response)
			if _, ok := response["description"]; !ok && response["summary"] != nil {
				f.set("description", response["summary"], "OpenAPI 3.0 has no summary of a response")
			}
			f.drop("summary", newerField)
		}
		expandQueryString(document, operation.Object, operation.Pointer, report)
	}
	for path, value := range tree.Fields(document["paths"]) {
		if item, ok := value.(tree.Object); ok && !tree.Extension(path) {
			expandQueryString(document, item, tree.Join("/paths", path), report)
		}
	}
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		if mediaTypePointer(pointer) && !tree.KeyedByName(pointer) {
			fix(pointer, object).convertItems()
		}
	})
}

// convertItems converts the elements of a sequence, such as JSON Lines or server-sent events, to
// a list, and drops the encodings by position.
func (f *schemaFixer) convertItems() {
	for _, name := range []string{"x-oai-itemSchema", "itemSchema"} {
		items, ok := f.schema[name].(tree.Object)
		if !ok {
			continue
		}
		list := tree.Object{"type": "array", "items": items}
		f.report.Add(f.rule, tree.Join(f.pointer, name), items, list, "OpenAPI 3.0 describes a sequence as a list")
		delete(f.schema, name)
		f.schema["schema"] = list
	}
	for _, name := range []string{"itemSchema", "prefixEncoding", "itemEncoding", "x-oai-prefixEncoding", "x-oai-itemEncoding"} {
		f.drop(name, newerField)
	}
	for name, value := range tree.Fields(f.schema["encoding"]) {
		encoding, _ := value.(tree.Object)
		inner := &schemaFixer{f.rule, tree.Join(f.pointer, "encoding", name), encoding, f.report}
		for _, name := range []string{"encoding", "prefixEncoding", "itemEncoding"} {
			inner.drop(name, newerField)
		}
	}
}

// expandQueryString replaces a parameter for the whole query string by one for each property of
// its form, which is the same on the wire. Other query strings have no parameter.
func expandQueryString(document, parent tree.Object, pointer string, report *tree.Report) {
	var kept []any
	parameters := tree.ListAt(parent, "parameters")
	for i, value := range parameters {
		parameter, _ := value.(tree.Object)
		if parameter["in"] != "querystring" {
			kept = append(kept, value)
			continue
		}
		location := pointerOf(tree.Join(pointer, "parameters"), i)
		media := tree.ObjectAt(tree.ObjectAt(parameter, "content"), formType)
		expanded := formParameters(document, tree.String(parameter["name"]), media, tree.ObjectAt(media, "schema"), 0)
		if expanded == nil {
			report.Add(newerRule, location, parameter, nil, "only a query string that is a form with properties has parameters; set this one with a request editor")
			continue
		}
		report.Add(newerRule, location, parameter, expanded, "OpenAPI 3.0 has a parameter for each field of the query")
		kept = append(kept, expanded...)
	}
	if len(kept) > 0 {
		parent["parameters"] = kept
	} else if len(parameters) > 0 {
		delete(parent, "parameters")
	}
}

// formParameters returns a query parameter for each property of a form, also of those that it is
// composed of, and one named rest for a dictionary of other fields.
func formParameters(document tree.Object, rest string, media, form tree.Object, depth int) []any {
	if ref, ok := form["$ref"].(string); ok {
		_, form = lastTarget(document, ref)
	}
	if depth == maxReferenceChain {
		return nil
	}
	var parameters []any
	for _, value := range tree.ListAt(form, "allOf") {
		part, _ := value.(tree.Object)
		parameters = append(parameters, formParameters(document, rest, media, part, depth+1)...)
	}
	for name, schema := range tree.Fields(form["properties"]) {
		parameter := tree.Object{"name": name, "in": "query", "required": slices.Contains(tree.ListAt(form, "required"), any(name)), "schema": tree.Clone(schema)}
		encoding := tree.ObjectAt(tree.ObjectAt(media, "encoding"), name)
		for _, keyword := range []string{"style", "explode"} {
			if value, ok := encoding[keyword]; ok {
				parameter[keyword] = value
			}
		}
		parameters = append(parameters, parameter)
	}
	if others := tree.ObjectAt(form, "additionalProperties"); len(others) > 0 {
		dictionary := tree.Object{"type": "object", "additionalProperties": tree.Clone(others)}
		parameters = append(parameters, tree.Object{"name": rest, "in": "query", "schema": dictionary})
	}
	return parameters
}
