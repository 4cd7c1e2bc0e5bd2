package tree

import (
	"strconv"
	"strings"
)

// Methods are the operations that a path of OpenAPI 3.0 can have.
var Methods = []string{"delete", "get", "head", "options", "patch", "post", "put", "trace"}

// Operation is one operation of a description, and where it stands.
type Operation struct {
	Path, Method string // the method in lower case
	Item         Object // the path item, whose parameters are for all of its operations
	Object       Object
	Pointer      string
}

// Operations returns the operations by path and method. What is not an object is passed over: the validation names it.
func Operations(document Object) []Operation {
	var operations []Operation
	for path, value := range Members(document["paths"]) {
		item, _ := value.(Object)
		if strings.HasPrefix(path, "x-") {
			continue
		}
		for _, method := range Methods {
			if object, ok := item[method].(Object); ok {
				operations = append(operations, Operation{path, method, item, object, Join("/paths", path, method)})
			}
		}
	}
	return operations
}

// VisitFunc is called with a schema and its place. The schema may be changed; with the schema that it returns in the place
// of the given one, the walk goes on.
type VisitFunc func(pointer string, schema Object) Object

// VisitSchemas calls visit with every schema of an OpenAPI 3 description, outer ones first: components and those of
// parameters, headers, bodies and responses, in callbacks and webhooks too. References are visited, not followed, so that
// the walk ends in cyclic descriptions too.
func VisitSchemas(document Object, visit VisitFunc) {
	w := walker{visit}
	components := ObjectAt(document, "components")
	w.schemas("/components/schemas", ObjectAt(components, "schemas"))
	w.each("/components/parameters", components["parameters"], w.parameter)
	w.each("/components/headers", components["headers"], w.parameter)
	w.each("/components/requestBodies", components["requestBodies"], w.contents)
	w.each("/components/responses", components["responses"], w.response)
	w.each("/components/callbacks", components["callbacks"], w.pathItems)
	w.each("/components/pathItems", components["pathItems"], w.pathItem)
	w.pathItems("/paths", ObjectAt(document, "paths"))
	w.each("/webhooks", document["webhooks"], w.pathItem)
}

type walker struct{ visit VisitFunc }

func (w walker) each(pointer string, collection any, walk func(string, Object)) {
	switch collection := collection.(type) {
	case Object:
		for name, field := range Members(collection) {
			if object, ok := field.(Object); ok {
				walk(Join(pointer, name), object)
			}
		}
	case []any:
		for i, element := range collection {
			if object, ok := element.(Object); ok {
				walk(Join(pointer, strconv.Itoa(i)), object)
			}
		}
	}
}

func (w walker) pathItems(pointer string, items Object) {
	for path, value := range Members(items) {
		if item, ok := value.(Object); ok && !strings.HasPrefix(path, "x-") {
			w.pathItem(Join(pointer, path), item)
		}
	}
}

func (w walker) pathItem(pointer string, item Object) {
	w.each(Join(pointer, "parameters"), item["parameters"], w.parameter)
	for _, method := range Methods {
		if operation, ok := item[method].(Object); ok {
			w.operation(Join(pointer, method), operation)
		}
	}
}

func (w walker) operation(pointer string, operation Object) {
	w.each(Join(pointer, "parameters"), operation["parameters"], w.parameter)
	if body, ok := operation["requestBody"].(Object); ok {
		w.contents(Join(pointer, "requestBody"), body)
	}
	w.each(Join(pointer, "responses"), operation["responses"], w.response)
	w.each(Join(pointer, "callbacks"), operation["callbacks"], w.pathItems)
}

// parameter also serves headers, which have the same form.
func (w walker) parameter(pointer string, parameter Object) {
	w.field(pointer, parameter, "schema")
	w.contents(pointer, parameter)
}

func (w walker) response(pointer string, response Object) {
	w.each(Join(pointer, "headers"), response["headers"], w.parameter)
	w.contents(pointer, response)
}

func (w walker) contents(pointer string, parent Object) {
	w.each(Join(pointer, "content"), parent["content"], func(pointer string, media Object) {
		w.field(pointer, media, "schema")
		w.each(Join(pointer, "encoding"), media["encoding"], func(pointer string, encoding Object) {
			w.each(Join(pointer, "headers"), encoding["headers"], w.parameter)
		})
	})
}

func (w walker) schemas(pointer string, schemas Object) {
	for name := range Members(schemas) {
		w.field(pointer, schemas, name)
	}
}

// member visits the schema that is a member of an object, and those inside it.
func (w walker) field(pointer string, parent Object, name string) {
	schema, ok := parent[name].(Object)
	if !ok {
		return
	}
	pointer = Join(pointer, name)
	schema = w.visit(pointer, schema)
	parent[name] = schema
	w.inside(pointer, schema)
}

func (w walker) inside(pointer string, schema Object) {
	for _, keyword := range []string{"properties", "patternProperties", "$defs", "dependentSchemas"} {
		w.schemas(Join(pointer, keyword), ObjectAt(schema, keyword))
	}
	for _, keyword := range []string{"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedProperties", "unevaluatedItems", "contentSchema"} {
		w.field(pointer, schema, keyword)
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf", "prefixItems"} {
		list := ListAt(schema, keyword)
		for i, element := range list {
			if inner, ok := element.(Object); ok {
				location := Join(pointer, keyword, strconv.Itoa(i))
				inner = w.visit(location, inner)
				list[i] = inner
				w.inside(location, inner)
			}
		}
	}
}
