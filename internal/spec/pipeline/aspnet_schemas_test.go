package pipeline

import "fmt"

type object = map[string]any

// maxInline bounds the nesting of inline schemas.
const maxInline = 4

// schema returns any inline schema.
func (a *author) schema(depth int) object {
	if depth >= maxInline {
		return a.scalar()
	}
	schema := a.bare(depth)
	if a.chance(6) {
		schema["description"] = pick(a.random, "Text.", "Two\nlines", "`code` \"quoted\" */ //go:x", "0 = New\n1 = Sent", "<p>HTML</p>", "")
	}
	if a.chance(12) {
		schema[pick(a.random, "readOnly", "writeOnly", "deprecated", "uniqueItems")] = true
	}
	if a.chance(6) {
		a.allowNull(schema)
	}
	return schema
}

func (a *author) bare(depth int) object {
	switch a.random.IntN(22) {
	case 0, 1, 2, 3, 4:
		return a.scalar()
	case 5, 6, 7:
		return a.ref(pick(a.random, a.schemas...))
	case 8:
		return a.enum()
	case 9, 10:
		return object{"type": "array", "items": a.schema(depth + 1)}
	case 11:
		return object{"type": "object", "additionalProperties": a.schema(depth + 1)}
	case 12:
		return a.object(depth + 1)
	case 13:
		return pick(a.random, object{}, object{"type": "object"}, object{"type": "object", "additionalProperties": true},
			object{"type": "object", "additionalProperties": false}, object{"type": "object", "properties": object{}}, object{"type": "array"},
			object{"additionalProperties": object{}}, object{"items": object{}}, object{"type": nil}, object{"type": "file"},
			object{"type": "array", "items": object{"type": "array", "items": object{"type": "string"}}}, object{"title": "Nothing"})
	case 14:
		return object{"allOf": []any{a.ref(pick(a.random, a.schemas...))}}
	case 15:
		return a.composition(depth + 1)
	case 16, 17:
		return a.union(depth + 1)
	case 18:
		return a.newer(depth + 1)
	}
	return a.scalar()
}

func (a *author) scalar() object {
	schema := pick(a.random,
		object{"type": "string"}, object{"type": "string", "maxLength": 40, "minLength": 1, "pattern": "^[a-z]+$"},
		object{"type": "integer", "format": "int32"}, object{"type": "integer", "format": "int64"}, object{"type": "integer"},
		object{"type": "number", "format": "double"}, object{"type": "number", "format": "float"}, object{"type": "number", "format": "decimal"},
		object{"type": "number"}, object{"type": "boolean"}, object{"type": "string", "format": "date-time"}, object{"type": "string", "format": "date"},
		object{"type": "string", "format": "uuid"}, object{"type": "string", "format": "byte"}, object{"type": "string", "format": "binary"},
		object{"type": "string", "format": "uri"}, object{"type": "string", "format": "email"}, object{"type": "string", "format": "password"},
		object{"type": "string", "format": "date-span"}, object{"type": "string", "format": "time"}, object{"type": "string", "format": "duration"},
		object{"type": "string", "format": "ipv4"}, object{"type": "string", "format": "json"}, object{"type": "integer", "format": "uint32"},
		object{"type": "integer", "format": "uint64"}, object{"type": "integer", "format": "int8"}, object{"type": "string", "format": "char"},
		object{"type": "string", "format": "tel"}, object{"type": "integer", "minimum": 0, "maximum": 1e300},
	)
	if a.chance(8) {
		schema["example"] = pick[any](a.random, "text", 1, 1.5, true, nil, []any{1}, object{"a": 1})
	}
	if a.chance(8) {
		schema["default"] = pick[any](a.random, "text", 1, 1.5, true, nil, "", 0)
	}
	return schema
}

func (a *author) enum() object {
	schema := pick(a.random,
		object{"type": "string", "enum": []any{"New", "Sent", "new", "NEW", "n e w", "n-e-w", "", "2", "żółw", "type", "a\"b", "日本", "-1", "+1", "*"}},
		object{"type": "string", "enum": []any{"Only"}},
		object{"type": "string", "enum": []any{"A", "A", nil}},
		object{"type": "integer", "format": "int32", "enum": []any{0, 1, 2, -1}, "x-enumNames": []any{"None", "Some", "All", "Unknown"}},
		object{"type": "integer", "enum": []any{1, 2}, "x-enum-varnames": []any{"Same", "Same"}},
		object{"type": "integer", "enum": []any{1, 2, 3}, "description": "1 = New\n2 = Sent\n3 = New"},
		object{"type": "number", "enum": []any{1.5, 2}},
		object{"type": "boolean", "enum": []any{true, false}},
		object{"enum": []any{"a", 1, true, nil}},
		object{"enum": []any{"Client", "Error", "String"}},
		object{"type": "array", "items": object{"type": "string"}, "enum": []any{"a", "b"}},
		object{"type": "object", "enum": []any{object{"a": 1}}},
		object{"type": "string", "enum": []any{}},
		object{"type": "string", "format": "date", "enum": []any{"2024-01-01"}},
		object{"type": "string", "format": "uuid", "enum": []any{"00000000-0000-0000-0000-000000000000"}},
		object{"type": "string", "format": "byte", "enum": []any{"QQ=="}},
		object{"type": "integer", "format": "int32", "enum": []any{"1", 2.0}},
	)
	if a.chance(4) {
		schema["x-ms-enum"] = object{"name": "E", "values": []any{object{"value": 1, "name": "One"}}}
	}
	if a.chance(4) {
		schema["default"] = pick[any](a.random, "New", 1, nil)
	}
	return schema
}

func (a *author) object(depth int) object {
	properties, required := object{}, []any{}
	for range a.random.IntN(8) {
		name := a.propertyName()
		properties[name] = a.schema(depth)
		if a.chance(3) {
			required = append(required, name)
		}
	}
	if a.chance(8) {
		required = append(required, "nowhere")
	}
	schema := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	switch a.random.IntN(8) {
	case 0, 1, 2:
		schema["additionalProperties"] = false
	case 3:
		schema["additionalProperties"] = a.schema(depth + 1)
	case 4:
		delete(schema, "type")
	}
	return schema
}

func (a *author) composition(depth int) object {
	parts := []any{a.ref(pick(a.random, a.schemas...))}
	for range a.random.IntN(3) {
		parts = append(parts, a.schema(depth))
	}
	if a.chance(3) {
		parts = append(parts, a.object(depth))
	}
	schema := object{"allOf": parts}
	if a.chance(3) {
		schema["properties"] = a.object(depth)["properties"]
	}
	if a.chance(4) {
		schema["type"] = "object"
	}
	if a.chance(6) {
		schema["required"] = []any{a.propertyName()}
	}
	return schema
}

// union returns alternatives of schemas, or the equivalent extension in 2.0.
func (a *author) union(depth int) object {
	var elements []any
	mapping := object{}
	onlyReferences := a.chance(2)
	for i := range 1 + a.random.IntN(4) {
		if onlyReferences {
			element := a.ref(pick(a.random, a.schemas...))
			elements = append(elements, element)
			mapping[pick(a.random, fmt.Sprint("v", i), a.word(), "a.b")] = element["$ref"]
			continue
		}
		element := a.schema(depth)
		if a.chance(4) {
			element["title"] = pick(a.random, a.propertyName(), a.word())
		}
		elements = append(elements, element)
	}
	if !a.openAPI3() {
		return object{"x-oneOf": elements}
	}
	schema := object{pick(a.random, "oneOf", "anyOf"): elements}
	if a.chance(3) {
		discriminator := object{"propertyName": pick(a.random, "type", "$type", "kind", a.propertyName())}
		if a.chance(2) {
			discriminator["mapping"] = mapping
		}
		schema["discriminator"] = discriminator
	}
	if a.chance(5) {
		schema["properties"] = a.object(depth)["properties"]
	}
	if a.chance(5) {
		schema["type"] = "object"
	}
	return schema
}

// newer returns a schema with keywords of OpenAPI 3.1, as .NET 9 and 10 write them.
func (a *author) newer(depth int) object {
	if a.version != "3.1" {
		return a.scalar()
	}
	name := pick(a.random, a.schemas...)
	pattern := `^-?(?:0|[1-9]\d*)$`
	return pick(a.random,
		object{"type": []any{"null", "string"}}, object{"type": []any{"null", "object"}, "properties": a.object(depth)["properties"]},
		object{"type": []any{"integer", "string"}, "format": "int32", "pattern": pattern},
		object{"type": []any{"null", "integer", "string"}, "format": "int64", "pattern": pattern},
		object{"type": []any{"null", "number", "string"}, "format": "double"},
		object{"type": []any{"null", "array"}, "items": a.schema(depth)}, object{"type": []any{"string", "integer", "boolean"}},
		object{"oneOf": []any{object{"type": "null"}, a.ref(name)}}, object{"anyOf": []any{a.ref(name), object{"type": "null"}}},
		object{"const": pick[any](a.random, "x", 1, true, nil)}, object{"enum": []any{"A", nil}},
		object{"type": "array", "prefixItems": []any{a.scalar(), a.schema(depth)}, "items": false},
		object{"type": "object", "patternProperties": object{"^x": a.schema(depth)}},
		object{"$ref": a.ref(name)["$ref"], "description": "Sibling.", "default": nil}, object{"type": "null"},
		object{"type": "string", "contentEncoding": "base64"}, object{"type": "string", "examples": []any{"a"}},
		object{"type": "integer", "exclusiveMinimum": 0}, object{"$defs": object{"Inner": a.schema(depth)}, "$ref": "#/$defs/Inner"},
		object{"properties": object{"a": true}, "unevaluatedProperties": false}, object{"not": object{"type": "null"}},
		object{"$ref": "#/components/schemas/Deep/properties/" + pick(a.random, "self", "list", "list/items", "map/additionalProperties", "inline")},
	)
}

func (a *author) allowNull(schema object) {
	switch {
	case a.version == "2.0":
		schema["x-nullable"] = true
	case a.version == "3.1" && schema["type"] != nil:
		if name, ok := schema["type"].(string); ok {
			schema["type"] = []any{"null", name}
		}
	default:
		schema["nullable"] = true
	}
}

// component returns a component schema. A mere reference only refers to earlier schemas, to avoid
// circles.
func (a *author) component(index int) object {
	switch a.random.IntN(14) {
	case 0:
		return object{"type": "array", "items": a.ref(pick(a.random, a.schemas...))}
	case 1:
		return object{"type": "object", "additionalProperties": a.schema(1)}
	case 2:
		return a.enum()
	case 3:
		if index > 0 {
			return a.ref(a.schemas[a.random.IntN(index)])
		}
	case 4:
		return a.scalar()
	case 5:
		return a.union(1)
	case 6, 7: // inherits
		if index > 0 {
			return object{"allOf": []any{a.ref(a.schemas[a.random.IntN(index)]), a.object(1)}}
		}
	case 8: // is inherited from
		base := a.object(1)
		base["properties"].(object)["$type"] = object{"type": "string"}
		if a.openAPI3() {
			base["discriminator"] = object{"propertyName": "$type", "mapping": object{"x": a.ref(pick(a.random, a.schemas...))["$ref"]}}
		} else {
			base["discriminator"] = "$type"
		}
		return base
	case 9:
		return pick(a.random, object{}, object{"type": "object"}, object{"type": "array", "items": a.object(1)}, object{"type": "array", "items": a.enum()})
	case 10:
		if a.version == "3.1" {
			return a.newer(1)
		}
	}
	return a.object(1)
}

// deep is a schema with references to its own parts, as .NET 9 writes them.
func deep() object {
	properties := "#/components/schemas/Deep/properties/"
	return object{"type": "object", "properties": object{
		"self":   object{"type": "object", "properties": object{"next": object{"$ref": properties + "self"}, "name": object{"type": "string"}}},
		"list":   object{"type": "array", "items": object{"type": "object", "properties": object{"children": object{"$ref": properties + "list"}}}},
		"map":    object{"type": "object", "additionalProperties": object{"type": "object", "properties": object{"a": object{"type": "integer"}}}},
		"inline": object{"type": "string", "enum": []any{"a", "b"}},
		"again":  object{"$ref": properties + "list/items"},
	}}
}
