package mutation_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// mutation is one way in which a spec can differ from the API.
type mutation struct {
	kind    string
	pointer string // JSON pointer into the true spec
	detail  string // the new value, if the kind does not imply it
	apply   func(document tree.Object)
}

func (m mutation) name() string { return strings.TrimSpace(m.kind + " " + m.pointer + " " + m.detail) }

// mutationsOf returns every mutation of every kind at every location where it applies. It does not
// mutate text for people, examples and evidence, which are not part of the contract.
func mutationsOf(document tree.Object) []mutation {
	m := &mutator{document: document}
	m.fields()
	m.types()
	m.rules()
	m.formats()
	m.references()
	m.paths()
	m.operations()
	m.parameters()
	m.bodies()
	m.security()
	m.servers()
	return m.all
}

type mutator struct {
	document tree.Object
	all      []mutation
}

// add adds a mutation of the object at a pointer. change gets it in a copy of the spec.
func (m *mutator) add(kind, pointer, detail string, change func(object tree.Object)) {
	m.whole(kind, pointer, detail, func(document tree.Object) { change(objectAt(document, pointer)) })
}

// whole adds a mutation that changes more than the object at the pointer.
func (m *mutator) whole(kind, pointer, detail string, change func(document tree.Object)) {
	m.all = append(m.all, mutation{kind, pointer, detail, change})
}

func objectAt(document tree.Object, pointer string) tree.Object {
	value, _ := tree.Lookup(document, pointer)
	object, ok := value.(tree.Object)
	if !ok {
		panic("no object at " + pointer)
	}
	return object
}

func (m *mutator) schemas(visit func(pointer string, schema tree.Object)) {
	tree.VisitSchemas(m.document, func(pointer string, schema tree.Object) tree.Object {
		visit(pointer, schema)
		return schema
	})
}

func without(list []any, value string) []any {
	return slices.DeleteFunc(slices.Clone(list), func(element any) bool { return element == value })
}

// fields renames and drops fields, and changes which are required.
func (m *mutator) fields() {
	m.schemas(func(pointer string, schema tree.Object) {
		for name := range tree.Fields(schema["properties"]) {
			location := tree.Join(pointer, "properties", name)
			m.whole("rename a field", location, "", func(document tree.Object) {
				schema := objectAt(document, pointer)
				properties := tree.ObjectAt(schema, "properties")
				properties[name+"Renamed"] = properties[name]
				delete(properties, name)
				renameRequired(schema, name)
				for _, alternative := range tree.ListAt(schema, "anyOf") {
					renameRequired(alternative.(tree.Object), name)
				}
			})
			m.whole("drop a field", location, "", func(document tree.Object) {
				schema := objectAt(document, pointer)
				delete(tree.ObjectAt(schema, "properties"), name)
				schema["required"] = without(tree.ListAt(schema, "required"), name)
			})
			if slices.Contains(tree.ListAt(schema, "required"), any(name)) {
				m.whole("no longer require a field", location, "", func(document tree.Object) {
					schema := objectAt(document, pointer)
					schema["required"] = without(tree.ListAt(schema, "required"), name)
				})
			} else {
				m.whole("require a field", location, "", func(document tree.Object) {
					schema := objectAt(document, pointer)
					schema["required"] = append(tree.ListAt(schema, "required"), name)
				})
			}
		}
		if schema["type"] != "object" {
			return
		}
		m.add("add a required field", pointer, "", func(schema tree.Object) {
			schema["required"] = append(tree.ListAt(schema, "required"), "Added")
			if schema["properties"] == nil {
				schema["properties"] = tree.Object{}
			}
			tree.ObjectAt(schema, "properties")["Added"] = tree.Object{"type": "string"}
		})
		m.add("forbid further fields", pointer, "", func(schema tree.Object) { schema["additionalProperties"] = false })
		m.add("bind further fields to a type", pointer, "", func(schema tree.Object) {
			schema["additionalProperties"] = tree.Object{"type": "boolean"}
		})
	})
}

func renameRequired(schema tree.Object, name string) {
	for i, required := range tree.ListAt(schema, "required") {
		if required == name {
			tree.ListAt(schema, "required")[i] = name + "Renamed"
		}
	}
}

// types changes types and nullability.
func (m *mutator) types() {
	others := map[any][]string{
		"integer": {"string", "number", "boolean"},
		"string":  {"integer", "boolean", "array"},
		"boolean": {"string", "integer"},
		"number":  {"boolean", "integer", "string"},
		"array":   {"object", "string"},
		"object":  {"array", "string"},
	}
	m.schemas(func(pointer string, schema tree.Object) {
		for _, other := range others[schema["type"]] {
			m.add("change a type", pointer, "to "+other, func(schema tree.Object) {
				nullable := schema["nullable"]
				clear(schema)
				schema["type"] = other
				if nullable != nil {
					schema["nullable"] = nullable
				}
				if other == "array" {
					schema["items"] = tree.Object{}
				}
			})
		}
		switch {
		case tree.True(schema, "nullable"):
			m.add("forbid null", pointer, "", func(schema tree.Object) { delete(schema, "nullable") })
		case schema["type"] != nil:
			m.add("allow null", pointer, "", func(schema tree.Object) { schema["nullable"] = true })
		}
	})
}

// rules loosens and tightens lengths and alternatives.
func (m *mutator) rules() {
	m.schemas(func(pointer string, schema tree.Object) {
		for _, rule := range []string{"minItems", "minLength"} {
			if schema[rule] != nil {
				m.add("drop a least length", pointer, rule, func(schema tree.Object) { delete(schema, rule) })
			}
		}
		switch schema["type"] {
		case "array":
			m.add("raise the least length", pointer, "", func(schema tree.Object) { schema["minItems"] = 2 })
			m.add("set a greatest length", pointer, "", func(schema tree.Object) { schema["maxItems"] = 0 })
		case "string":
			m.add("raise the least length", pointer, "", func(schema tree.Object) { schema["minLength"] = 1000 })
			m.add("set a greatest length", pointer, "", func(schema tree.Object) { schema["maxLength"] = 1 })
		case "integer", "number":
			m.add("set a greatest value", pointer, "", func(schema tree.Object) { schema["maximum"] = 0 })
		}
		alternatives := tree.ListAt(schema, "anyOf")
		if alternatives == nil {
			return
		}
		m.add("drop the alternatives", pointer, "", func(schema tree.Object) { delete(schema, "anyOf") })
		for _, keyword := range []string{"allOf", "oneOf"} {
			m.add("turn anyOf into something else", pointer, keyword, func(schema tree.Object) {
				schema[keyword] = schema["anyOf"]
				delete(schema, "anyOf")
			})
		}
		for i := range alternatives {
			location := tree.Join(pointer, "anyOf", fmt.Sprint(i))
			m.whole("drop an alternative", location, "", func(document tree.Object) {
				schema := objectAt(document, pointer)
				schema["anyOf"] = slices.Delete(tree.ListAt(schema, "anyOf"), i, i+1)
			})
			m.add("empty an alternative", location, "", func(alternative tree.Object) { clear(alternative) })
		}
	})
}

// formats changes the formats of strings and numbers.
func (m *mutator) formats() {
	m.schemas(func(pointer string, schema tree.Object) {
		others := map[any][]string{"integer": {"int32"}, "string": {"date-time", "uuid"}}[schema["type"]]
		for _, other := range others {
			m.add("change a format", pointer, "to "+other, func(schema tree.Object) { schema["format"] = other })
		}
		if schema["format"] != nil {
			m.add("drop a format", pointer, "", func(schema tree.Object) { delete(schema, "format") })
		}
	})
}

// references points to another component, or to none.
func (m *mutator) references() {
	m.schemas(func(pointer string, schema tree.Object) {
		target, ok := schema["$ref"].(string)
		if !ok {
			return
		}
		other := "#/components/schemas/Status"
		if target == other {
			other = "#/components/schemas/Me"
		}
		m.add("refer to another schema", pointer, "", func(schema tree.Object) { schema["$ref"] = other })
		m.add("drop a schema", pointer, "", func(schema tree.Object) { clear(schema) })
	})
	for _, operation := range tree.Operations(m.document) {
		for status, response := range tree.Fields(operation.Object["responses"]) {
			if target := tree.String(response.(tree.Object)["$ref"]); target != "" {
				other := "#/components/responses/Failure"
				if target == other {
					other = "#/components/responses/Created"
				}
				m.add("refer to another response", tree.Join(operation.Pointer, "responses", status), "", func(response tree.Object) { response["$ref"] = other })
			}
		}
	}
}
