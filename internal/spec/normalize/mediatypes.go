package normalize

import (
	"mime"
	"reflect"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

const (
	jsonType      = "application/json"
	multipartType = "multipart/form-data"
	formType      = "application/x-www-form-urlencoded"
	binaryType    = "application/octet-stream"
	problemType   = "application/problem+json"

	// mediaTypeExtension keeps the name that a server gives to JSON in its responses. A client that
	// accepts another one may get 406.
	mediaTypeExtension = "x-media-type"

	// otherTypesExtension lists the other JSON types that a service takes for the same body, for checks
	// of requests.
	otherTypesExtension = "x-other-media-types"
)

// reduceMediaTypes removes redundant media types from bodies. ASP.NET offers the same object
// as application/json, text/json, text/plain, XML and more. With two JSON types, generated
// code compares Content-Type exactly, and so loses a response with charset=utf-8.
func reduceMediaTypes(document tree.Object, report *tree.Report) {
	for _, operation := range tree.Operations(document) {
		contents(operation, func(pointer string, content tree.Object, request bool, owner tree.Object) {
			r := &mediaReducer{document, content, pointer, report, map[string]string{}}
			r.clean()
			if request {
				r.reduceRequest()
			} else {
				r.reduceResponse()
			}
			if len(content) == 0 && !request {
				report.Add("media-types", pointer, content, nil, "it has no media types")
				delete(owner, "content")
			}
		})
		body := tree.ObjectAt(operation.Object, "requestBody")
		if body != nil && body["$ref"] == nil && len(tree.ObjectAt(body, "content")) == 0 {
			report.Add("media-types", tree.Join(operation.Pointer, "requestBody"), body, nil, "it has no content")
			delete(operation.Object, "requestBody")
		}
	}
}

type mediaReducer struct {
	document tree.Object
	content  tree.Object // by media type
	pointer  string
	report   *tree.Report
	found    map[string]string // new name -> name in the original spec
}

// location returns the pointer of a media type in the original spec.
func (r *mediaReducer) location(name string) string {
	if found, ok := r.found[name]; ok {
		name = found
	}
	return tree.Join(r.pointer, name)
}

// clean removes parameters from media types and drops invalid ones.
func (r *mediaReducer) clean() {
	for name, value := range tree.Fields(r.content) {
		media, ok := value.(tree.Object)
		plain, _, err := mime.ParseMediaType(name)
		if strings.Contains(name, "*") {
			plain, _, _ = strings.Cut(name, ";")
			plain, err = strings.TrimSpace(plain), nil
		}
		switch {
		case err != nil || !ok || !strings.Contains(plain, "/"):
			r.drop(name, "not a media type")
			continue
		case plain != name && r.content[plain] != nil:
			r.drop(name, "the same type without parameters exists")
			continue
		case plain != name:
			r.rename(name, plain, "parameters of a media type do not affect the schema")
		}
		dropUnless[tree.Object](media, r.location(plain), "schema", r.report)
		dropUnless[tree.Object](media, r.location(plain), "encoding", r.report)
	}
}

func (r *mediaReducer) reduceResponse() {
	best := r.bestJSON()
	if best == "" {
		return
	}
	if schema := tree.ObjectAt(tree.ObjectAt(r.content, best), "schema"); schema["format"] == "binary" {
		r.keepFile(best)
		return
	}
	r.dropTwins(best)
	if best != jsonType {
		r.rename(best, jsonType, "it is JSON")
		if best != problemType && !strings.Contains(best, "*") {
			tree.ObjectAt(r.content, jsonType)[mediaTypeExtension] = best
		}
	}
	r.addSchema(jsonType)
}

func (r *mediaReducer) reduceRequest() {
	if best := r.bestJSON(); best != "" {
		others := r.otherJSON(best)
		r.dropTwins(best)
		if best == "text/json" || strings.Contains(best, "*") {
			r.rename(best, jsonType, "it is JSON")
			best = jsonType
		}
		if len(others) > 0 {
			tree.ObjectAt(r.content, best)[otherTypesExtension] = others
		}
		r.addSchema(best)
	}
	if r.content[multipartType] != nil && r.content[formType] != nil {
		if hasFile(r.document, tree.ObjectAt(tree.ObjectAt(r.content, multipartType), "schema"), map[string]bool{}) {
			r.drop(formType, "a form with a file is multipart")
		} else {
			r.drop(multipartType, "a form without a file is shorter as "+formType)
		}
	}
}

// bestJSON returns the media type to use for JSON, or "". It prefers application/json. A lone
// */* is JSON if its schema is an object or a list.
func (r *mediaReducer) bestJSON() string {
	var types []string
	for name := range tree.Fields(r.content) {
		if httpx.JSON(name) {
			types = append(types, name)
		}
	}
	slices.SortStableFunc(types, func(a, b string) int { return jsonRank(a) - jsonRank(b) })
	if len(types) > 0 {
		return types[0]
	}
	for _, name := range []string{"*/*", "application/*"} {
		schema := tree.ObjectAt(tree.ObjectAt(r.content, name), "schema")
		if len(r.content) == 1 && schema != nil && schema["format"] != "binary" && schema["type"] != "string" {
			return name
		}
	}
	return ""
}

// otherJSON returns the JSON types with the same schema, best itself included if it is renamed.
func (r *mediaReducer) otherJSON(best string) (others []any) {
	schema := tree.ObjectAt(r.content, best)["schema"]
	for name, value := range tree.Fields(r.content) {
		media, _ := value.(tree.Object)
		renamed := name == best && (name == "text/json" || strings.HasSuffix(name, "*+json"))
		if renamed || name != best && httpx.JSON(name) && reflect.DeepEqual(media["schema"], schema) {
			others = append(others, name)
		}
	}
	return others
}

func jsonRank(mediaType string) int {
	switch {
	case mediaType == jsonType:
		return 0
	case mediaType == "text/json":
		return 1
	case mediaType == "application/problem+json":
		return 3
	}
	return 2
}

// dropTwins drops alternatives to the JSON type: other JSON types, plain text, XML, and forms
// with the same schema.
func (r *mediaReducer) dropTwins(best string) {
	schema := tree.ObjectAt(tree.ObjectAt(r.content, best), "schema")
	for name, value := range tree.Fields(r.content) {
		media, _ := value.(tree.Object)
		duplicate := httpx.JSON(name) || name == "text/plain" || name == "text/xml" || name == "application/xml" ||
			strings.HasSuffix(name, "+xml") || strings.Contains(name, "*") || reflect.DeepEqual(media["schema"], any(schema))
		reason := "it is equivalent to " + best
		if httpx.JSON(name) && !reflect.DeepEqual(media["schema"], any(schema)) {
			reason = "generated code has one JSON type, which is " + best
		}
		if name != best && duplicate {
			r.drop(name, reason)
		}
	}
}

// keepFile keeps only the binary type of a file, which services declare under every type they
// write.
func (r *mediaReducer) keepFile(best string) {
	for name := range tree.Fields(r.content) {
		if name != best && (httpx.JSON(name) || name == "text/plain" || r.content[binaryType] != nil && name != binaryType) {
			r.drop(name, "a file is not JSON or plain text")
		}
	}
	if r.content[binaryType] != nil || len(r.content) > 1 {
		r.drop(best, "a file is not JSON")
	} else {
		r.rename(best, binaryType, "a file is not JSON")
	}
}

func (r *mediaReducer) addSchema(name string) {
	if media := tree.ObjectAt(r.content, name); media["schema"] == nil {
		r.report.Add("media-types", tree.Join(r.location(name), "schema"), nil, tree.Object{}, "without a schema, it is any JSON")
		media["schema"] = tree.Object{}
	}
}

func (r *mediaReducer) drop(name, reason string) {
	r.report.Add("media-types", r.location(name), r.content[name], nil, reason)
	delete(r.content, name)
}

func (r *mediaReducer) rename(from, to, reason string) {
	r.report.Add("media-types", r.location(from), from, to, reason)
	r.content[to] = r.content[from]
	delete(r.content, from)
	if found, ok := r.found[from]; ok {
		from = found
	}
	r.found[to] = from
}

// hasFile reports whether a form has a file part, also in shared schemas: ASP.NET refers to one for
// each IFormFile. seen contains the references that were followed.
func hasFile(document, schema tree.Object, seen map[string]bool) bool {
	if ref, ok := schema["$ref"].(string); ok {
		if seen[ref] {
			return false
		}
		seen[ref] = true
		target, _ := tree.Lookup(document, strings.TrimPrefix(ref, "#"))
		schema, _ = target.(tree.Object)
		return hasFile(document, schema, seen)
	}
	parts := append(slices.Clone(tree.ListAt(schema, "allOf")), schema["items"])
	for _, property := range tree.Fields(schema["properties"]) {
		parts = append(parts, property)
	}
	return schema["format"] == "binary" || slices.ContainsFunc(parts, func(value any) bool {
		part, _ := value.(tree.Object)
		return len(part) > 0 && hasFile(document, part, seen)
	})
}
