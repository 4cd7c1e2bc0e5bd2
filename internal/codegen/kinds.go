package codegen

import "github.com/xsale-go/xsale/internal/spec/tree"

// kind is the kind of Go type that a schema becomes.
type kind int

const (
	kindAny       kind = iota // json.RawMessage
	kindReference             // the type of another schema
	kindCustom                // x-go-type of an overlay
	kindObject                // struct
	kindMap
	kindList
	kindEnum
	kindUnion
	kindScalar
)

// openObject marks a component that is an object without listed properties. It becomes a struct
// that keeps all fields as unknown ones, so that a property which the spec adds later does not
// change the kind of the type.
const openObject = "x-xsale-open-object"

func (p *preparer) markOpenObjects() {
	for _, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		if len(tree.ObjectAt(schema, "additionalProperties")) == 0 && kindOf(schema) == kindMap {
			schema[openObject] = true
		}
	}
}

func kindOf(schema tree.Object) kind {
	if _, ok := schema["x-go-type"]; ok {
		return kindCustom
	}
	if _, ok := referenceOf(schema); ok {
		return kindReference
	}
	if schema[unionMark] != nil {
		return kindUnion
	}
	switch schema["type"] {
	case "string", "integer":
		if len(tree.ListAt(schema, "enum")) > 0 {
			return kindEnum
		}
		return kindScalar
	case "number", "boolean":
		return kindScalar
	case "array":
		return kindList
	}
	switch {
	case len(tree.ObjectAt(schema, "properties")) > 0 || schema[openObject] != nil:
		return kindObject
	case len(tree.ListAt(schema, "oneOf"))+len(tree.ListAt(schema, "anyOf")) > 0:
		return kindUnion
	case schema["type"] == "object":
		return kindMap
	}
	return kindAny
}

// decimalOrDate reports whether the Go type of a scalar distinguishes absent, null and a value.
func decimalOrDate(schema tree.Object) bool {
	format := schema["format"]
	return schema["type"] == "number" || schema["type"] == "string" && (format == "date" || format == "date-time")
}

// resolve follows references to the schema with the structure.
func (p *preparer) resolve(schema tree.Object) tree.Object {
	for range len(p.schemas) + 1 {
		name, ok := referenceOf(schema)
		if !ok || p.schemas[name] == nil {
			break
		}
		schema = tree.ObjectAt(p.schemas, name)
	}
	return schema
}
