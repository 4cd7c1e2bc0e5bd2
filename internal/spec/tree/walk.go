package tree

import (
	"strconv"
	"strings"
)

// Methods are the HTTP methods that a path item of OpenAPI 3.0 can have.
var Methods = []string{"delete", "get", "head", "options", "patch", "post", "put", "trace"}

// AdditionalOperations is the field of a path item with operations of other methods, by method in
// upper case. OpenAPI 3.2 has fields of its own for them; ASP.NET writes this registered extension
// in older versions, and so does the normal form.
const AdditionalOperations = "x-oai-additionalOperations"

// Operation is an operation of a spec and its location.
type Operation struct {
	Path, Method string // lower case
	Item         Object // the path item, whose parameters apply to all of its operations
	Object       Object
	Pointer      string
}

// Operations returns the operations sorted by path and method, with additional ones last. It skips
// anything that is not an object; validation reports those.
func Operations(document Object) []Operation {
	var operations []Operation
	for path, value := range Fields(document["paths"]) {
		if item, _ := value.(Object); !Extension(path) {
			operations = append(operations, OperationsOf(path, item)...)
		}
	}
	return operations
}

// OperationsOf returns the operations of a path item, as [Operations] does.
func OperationsOf(path string, item Object) []Operation {
	var operations []Operation
	for _, method := range Methods {
		if object, ok := item[method].(Object); ok {
			operations = append(operations, Operation{path, method, item, object, Join("/paths", path, method)})
		}
	}
	for method, value := range Fields(item[AdditionalOperations]) {
		if object, ok := value.(Object); ok && !Extension(method) {
			operations = append(operations, Operation{path, strings.ToLower(method), item, object, Join("/paths", path, AdditionalOperations, method)})
		}
	}
	return operations
}

// Remove removes the operation from its path item.
func (o Operation) Remove() {
	delete(o.Item, o.Method)
	if others := ObjectAt(o.Item, AdditionalOperations); others != nil {
		if delete(others, strings.ToUpper(o.Method)); len(others) == 0 {
			delete(o.Item, AdditionalOperations)
		}
	}
}

// VisitFunc receives a schema and its pointer. It may change the schema, or return another
// one to replace it; the walk continues with the result.
type VisitFunc func(pointer string, schema Object) Object

// VisitSchemas calls visit with every schema of an OpenAPI 3 spec, outer ones first: those of
// components, parameters, headers, bodies and responses, including callbacks and webhooks.
// References are visited but not followed, so the walk ends even if the spec is cyclic.
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
		for name, field := range Fields(collection) {
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
	for path, value := range Fields(items) {
		if item, ok := value.(Object); ok && !Extension(path) {
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
	w.each(Join(pointer, AdditionalOperations), item[AdditionalOperations], w.operation)
}

func (w walker) operation(pointer string, operation Object) {
	w.each(Join(pointer, "parameters"), operation["parameters"], w.parameter)
	if body, ok := operation["requestBody"].(Object); ok {
		w.contents(Join(pointer, "requestBody"), body)
	}
	w.each(Join(pointer, "responses"), operation["responses"], w.response)
	w.each(Join(pointer, "callbacks"), operation["callbacks"], w.pathItems)
}

// parameter also handles headers, which have the same structure.
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
	for name := range Fields(schemas) {
		w.field(pointer, schemas, name)
	}
}

// field visits the schema in a field of an object, and the schemas inside it.
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
