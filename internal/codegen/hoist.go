package codegen

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// anyJSON is the Go type of a value that the spec does not define.
const anyJSON = "json.RawMessage"

// hoist moves each inline object, enum and union into a component, and rewrites all other schemas
// for oapi-codegen.
func (p *preparer) hoist() error {
	p.markOpenObjects()
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		p.schemas[name] = p.inside(schema, location{pointer: p.pointers[name], words: name})
	}
	for _, operation := range tree.Operations(p.document) {
		name := operation.Object["operationId"].(string)
		if body := tree.ObjectAt(operation.Object, "requestBody"); body != nil {
			for mediaType, value := range tree.Fields(body["content"]) {
				media, _ := value.(tree.Object)
				p.hoistBody(media, mediaType, location{pointer: tree.Join(operation.Pointer, "requestBody", "content", mediaType, "schema"), words: name + "Request"})
			}
		}
		p.reportSeveral(operation)
		for status, value := range tree.Fields(operation.Object["responses"]) {
			response, _ := value.(tree.Object)
			for mediaType, value := range tree.Fields(response["content"]) {
				media, _ := value.(tree.Object)
				p.hoistResponse(media, mediaType, location{pointer: tree.Join(operation.Pointer, "responses", status, "content", mediaType, "schema"), words: responseName(name, status)})
			}
		}
	}
	return nil
}

// reportSeveral reports an operation that returns the response, because not all of its successes
// have the same JSON.
func (p *preparer) reportSeveral(operation tree.Operation) {
	var schemas []any
	hasJSON := false
	for _, status := range successes(operation) {
		response := tree.ObjectAt(tree.ObjectAt(operation.Object, "responses"), status)
		for mediaType, value := range tree.Fields(response["content"]) {
			hasJSON = hasJSON || mediaType == jsonType
			media, _ := value.(tree.Object)
			schema := media["schema"]
			if mediaType != jsonType || !slices.ContainsFunc(schemas, func(other any) bool { return reflect.DeepEqual(other, schema) }) {
				schemas = append(schemas, schema)
			}
		}
	}
	if hasJSON && len(schemas) > 1 {
		p.report.Add("go-types", tree.Join(operation.Pointer, "responses"), nil, nil, "the success has more than one type; the method returns the response")
	}
}

func responseName(operation, status string) string {
	if strings.HasPrefix(status, "2") {
		return operation + "Response"
	}
	return operation + goName(status, "") + "Content"
}

func (p *preparer) hoistBody(media tree.Object, mediaType string, at location) {
	schema := tree.ObjectAt(media, "schema")
	if kind := kindOf(p.resolve(schema)); mediaType == formType && (kind == kindAny || kind == kindScalar) && !composed(schema) {
		schema = tree.Object{"type": "object", "additionalProperties": tree.Object{"type": "string"}}
		p.report.Add("go-types", at.pointer, media["schema"], schema, "a form has fields")
	}
	switch {
	case schema == nil:
	case mediaType == multipartType && p.hoistParts(media, at):
	case mediaType == textType || strings.HasPrefix(mediaType, "multipart/"):
		if mediaType != textType {
			p.report.Add("go-types", at.pointer, media["schema"], nil, "only an object as multipart/form-data has a Go type; pass the body as a reader")
		}
		media["schema"] = tree.Object{"type": "string"} // the caller or package call encodes it
	default:
		child := p.child(schema, at)
		if mediaType == formType && kindOf(child) != kindReference {
			child = p.component(child, at) // oapi-codegen takes any other form for a struct
		}
		media["schema"] = child
	}
}

// hoistResponse turns the schema of a response that is not JSON into a string, for plain text or a
// file.
func (p *preparer) hoistResponse(media tree.Object, mediaType string, at location) {
	if schema := tree.ObjectAt(media, "schema"); schema != nil && httpx.SequentialJSON(mediaType) {
		media["schema"] = p.sequence(schema, at)
		return
	}
	if mediaType != jsonType {
		schema := p.resolve(tree.ObjectAt(media, "schema"))
		switch kind := kindOf(schema); {
		case mediaType == textType && kind != kindAny && schema["type"] != "string":
			p.report.Add("go-types", at.pointer, media["schema"], tree.Object{"type": "string"}, "plain text is a string")
		case mediaType != textType && kind != kindScalar && kind != kindAny && kind != kindEnum:
			p.report.Add("go-types", at.pointer, media["schema"], nil, "only JSON has Go types; the method returns the response, whose body is "+mediaType)
		}
		media["schema"] = tree.Object{"type": "string"}
		return
	}
	if schema := tree.ObjectAt(media, "schema"); schema != nil {
		media["schema"] = withoutNull(p.child(schema, at))
	}
}

// sequence returns the list of what a sequence of JSON values consists of. Its schema is a list, as
// in OpenAPI 3.2, or that of an element.
func (p *preparer) sequence(schema tree.Object, at location) tree.Object {
	if kindOf(p.resolve(schema)) == kindList {
		return p.child(schema, at)
	}
	return p.child(tree.Object{"type": "array", "items": schema}, at)
}

// child returns the replacement of a schema inside another one: a reference if it becomes a type.
func (p *preparer) child(schema tree.Object, at location) tree.Object {
	if composed(schema) {
		return p.composition(schema, at)
	}
	schema = p.inside(schema, at)
	switch kindOf(schema) {
	case kindObject, kindEnum, kindUnion:
		hoisted := p.component(schema, at)
		if tree.True(schema, "nullable") {
			delete(schema, "nullable")
			return tree.Object{"allOf": []any{hoisted}, "nullable": true}
		}
		return hoisted
	}
	return schema
}

// nullElement marks an element of a list or map that may be null.
const nullElement = "x-xsale-null"

// element is child for an element of a list or map.
func (p *preparer) element(schema tree.Object, at location) tree.Object {
	null := tree.True(schema, "nullable")
	element := withoutNull(p.child(schema, at))
	if null {
		element[nullElement] = true
	}
	return element
}

// component adds a schema to the components and returns a reference to it. Its type gets a name
// when all inline schemas are known.
func (p *preparer) component(schema tree.Object, at location) tree.Object {
	id := inlineID(len(p.inline))
	p.inline = append(p.inline, at)
	p.schemas[id] = schema
	return reference(id)
}

// inlineID is what an inline schema is called until its type has a name. No type has such a name.
func inlineID(index int) string { return "inline " + strconv.Itoa(index) }

func reference(name string) tree.Object { return tree.Object{"$ref": schemasPrefix + name} }

// inside prepares the parts of a schema. The names of inner types start with those of its location.
func (p *preparer) inside(schema tree.Object, at location) tree.Object {
	switch kindOf(schema) {
	case kindAny:
		return p.anyValue(schema, at)
	case kindList:
		items := tree.ObjectAt(schema, "items")
		if items == nil {
			items = tree.Object{}
		}
		delete(schema, "enum")
		schema["items"] = p.element(items, at.inside("items", "Item"))
	case kindMap:
		values, ok := schema["additionalProperties"].(tree.Object)
		if !ok {
			values = tree.Object{}
		}
		schema["additionalProperties"] = p.element(values, at.inside("additionalProperties", "Value"))
		keep(schema, "type", "additionalProperties", "description", "nullable", "deprecated")
	case kindObject:
		p.insideObject(schema, at)
	case kindEnum:
		if schema["format"] != "int32" {
			delete(schema, "format") // constants are plain strings or integers
		}
	case kindUnion:
		return p.insideUnion(schema, at)
	}
	return schema
}

// anyValue returns the replacement of a schema that allows any value.
func (p *preparer) anyValue(schema tree.Object, at location) tree.Object {
	p.report.Add("go-types", at.pointer, schema, anyJSON, "the spec does not say what the value is")
	return describe(tree.Object{"x-go-type": anyJSON}, schema)
}

func (p *preparer) insideObject(schema tree.Object, at location) {
	p.mergeVariants(schema, at)
	keep(schema, "type", "properties", "required", "description", "nullable", "deprecated", "discriminator")
	schema["type"] = "object"
	if schema[openObject] != nil {
		schema["anyOf"] = []any{} // else oapi-codegen writes a map
	}
	schema["additionalProperties"] = tree.Object{"x-go-type": anyJSON} // keeps unknown fields
	properties := tree.ObjectAt(schema, "properties")
	for property, value := range tree.Fields(properties) {
		if !validTag(property) {
			p.report.Add("go-names", tree.Join(at.pointer, "properties", property), value, nil, "the name cannot be used in a Go struct tag, so the property is kept with the unknown fields")
			delete(properties, property)
			continue
		}
		inner, ok := value.(tree.Object)
		if !ok {
			inner = tree.Object{}
		}
		description := inner["description"]
		enum := kindOf(inner) == kindEnum
		flags := slices.DeleteFunc([]string{"nullable", "readOnly", "writeOnly"}, func(flag string) bool { return !tree.True(inner, flag) })
		prepared := p.child(inner, at.inside("properties", goName(property, "Property"), property))
		if enum && description != nil { // its type may be that of other properties
			if prepared["$ref"] != nil {
				prepared = tree.Object{"allOf": []any{prepared}}
			}
			prepared["description"] = description
		}
		for _, flag := range flags {
			prepared[flag] = true
		}
		properties[property] = prepared
	}
}

// insideUnion returns a union of references. A union of one element becomes that element, and one
// of none any JSON.
func (p *preparer) insideUnion(schema tree.Object, at location) tree.Object {
	keyword := "oneOf"
	list := tree.ListAt(schema, keyword)
	if len(list) == 0 {
		keyword = "anyOf"
		list = tree.ListAt(schema, keyword)
	}
	var elements []any
	seen := map[string]bool{} // by component or Go type
	options := p.options(list, tree.Join(at.pointer, keyword), at.words)
	for i, value := range list {
		element, _ := value.(tree.Object)
		if !definesValue(element) {
			continue
		}
		if tree.True(element, "nullable") || tree.True(p.resolve(element), "nullable") {
			schema["nullable"] = true
		}
		element = withoutNull(p.child(element, options[i]))
		key, ok := referenceOf(element)
		if ok {
			element = reference(key)
		} else {
			key = p.goType(element)
		}
		if !seen[key] {
			seen[key] = true
			elements = append(elements, element)
		}
	}
	switch len(elements) {
	case 0:
		return p.anyValue(schema, at)
	case 1:
		if only := elements[0].(tree.Object); only["$ref"] == nil {
			return describe(only, schema)
		}
		return describe(tree.Object{"allOf": elements}, schema)
	}
	union := describe(tree.Object{"oneOf": elements}, schema)
	if given := tree.ObjectAt(schema, "discriminator"); given != nil {
		discriminator, whole := discriminatorOf(given, seen)
		union["discriminator"] = discriminator
		if !whole {
			p.report.Add("go-types", tree.Join(at.pointer, "discriminator"), given, nil, "it does not map to every element, so some can only be told by trying")
		}
	}
	return union
}

// definesValue reports whether an element of a union defines a value, rather than only restricting
// the others, such as "one of these properties is required".
func definesValue(element any) bool {
	object, _ := element.(tree.Object)
	switch kindOf(object) {
	case kindAny:
		return composed(object)
	case kindMap:
		return composed(object) || object["additionalProperties"] != nil || len(tree.ListAt(object, "required")) == 0
	}
	return true
}

// discriminatorOf returns a discriminator with the values that map to elements of a union, and
// whether every element has one.
func discriminatorOf(discriminator tree.Object, elements map[string]bool) (tree.Object, bool) {
	mapping := tree.Object{}
	mapped := map[string]bool{}
	for value, target := range tree.Fields(discriminator["mapping"]) {
		if name, ok := schemaName(tree.String(target)); ok && elements[name] {
			mapping[value] = target
			mapped[name] = true
		}
	}
	return tree.Object{"propertyName": discriminator["propertyName"], "mapping": mapping}, len(mapped) == len(elements)
}

// withoutNull removes nullable from a schema, because null becomes the zero value in Go.
func withoutNull(schema tree.Object) tree.Object {
	delete(schema, "nullable")
	return schema
}

// describe copies the keywords that do not affect the structure.
func describe(schema, from tree.Object) tree.Object {
	for _, name := range []string{"description", "nullable", "deprecated"} {
		if value, ok := from[name]; ok {
			schema[name] = value
		}
	}
	return schema
}

// keep removes all keywords except the named ones and extensions.
func keep(schema tree.Object, names ...string) {
	kept := map[string]bool{}
	for _, name := range names {
		kept[name] = true
	}
	for name := range schema {
		if !kept[name] && !strings.HasPrefix(name, "x-") {
			delete(schema, name)
		}
	}
}
