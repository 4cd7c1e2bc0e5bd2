package codegen

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// anyJSON is the Go type of a value that the description does not tell more about.
const anyJSON = "json.RawMessage"

// hoist makes each object, enum and union a schema of its own, and writes all others as the generator is to read them.
func (p *preparer) hoist() error {
	for name, value := range tree.Members(p.schemas) {
		schema, _ := value.(tree.Object)
		p.schemas[name] = p.inside(schema, name)
	}
	for _, operation := range tree.Operations(p.document) {
		name := operation.Object["operationId"].(string)
		if body := tree.ObjectAt(operation.Object, "requestBody"); body != nil {
			for mediaType, value := range tree.Members(body["content"]) {
				media, _ := value.(tree.Object)
				p.hoistBody(media, mediaType, name+"Request")
			}
		}
		for status, value := range tree.Members(operation.Object["responses"]) {
			response, _ := value.(tree.Object)
			for mediaType, value := range tree.Members(response["content"]) {
				media, _ := value.(tree.Object)
				p.hoistResponse(media, mediaType, responseName(name, status))
			}
		}
	}
	return nil
}

func responseName(operation, status string) string {
	if strings.HasPrefix(status, "2") {
		return operation + "Response"
	}
	return operation + goName(status, "") + "Answer"
}

// hoistBody leaves the fields of forms where they are: the generator writes their tags only there.
func (p *preparer) hoistBody(media tree.Object, mediaType, name string) {
	schema := tree.ObjectAt(media, "schema")
	if schema == nil {
		return
	}
	if isForm(mediaType) {
		form := p.resolve(p.merged(schema, nil))
		if kindOf(form) == kindObject || kindOf(form) == kindMap {
			form = p.inside(tree.Clone(form).(tree.Object), name)
			delete(form, "additionalProperties")
			if mediaType == "application/x-www-form-urlencoded" {
				p.flattenForm(form)
			}
			media["schema"] = form
			return
		}
	}
	if mediaType == textType {
		media["schema"] = tree.Object{"type": "string"} // the server makes the type of it from bytes
		return
	}
	media["schema"] = p.child(schema, name)
}

func isForm(mediaType string) bool {
	return mediaType == "application/x-www-form-urlencoded" || strings.HasPrefix(mediaType, "multipart/")
}

// flattenForm writes decimals and dates of a form as text, which is what a form holds.
func (p *preparer) flattenForm(form tree.Object) {
	for name, value := range tree.Members(form["properties"]) {
		property, _ := value.(tree.Object)
		if isDecimalOrDate(p.resolve(property)) || kindOf(p.resolve(property)) == kindAny {
			tree.ObjectAt(form, "properties")[name] = tree.Object{"type": "string", "description": tree.Text(property["description"])}
		}
	}
}

// hoistResponse leaves an answer that is not JSON as text or a file.
func (p *preparer) hoistResponse(media tree.Object, mediaType, name string) {
	if mediaType != jsonType {
		media["schema"] = tree.Object{"type": "string"}
		return
	}
	if schema := tree.ObjectAt(media, "schema"); schema != nil {
		media["schema"] = withoutNull(p.child(schema, name))
	}
}

// child returns what stands for a schema inside another one: a reference to it where it becomes a type of its own.
func (p *preparer) child(schema tree.Object, name string) tree.Object {
	if isComposed(schema) {
		return p.composition(schema, name)
	}
	schema = p.inside(schema, name)
	switch kindOf(schema) {
	case kindObject, kindEnum, kindUnion:
		hoisted := p.component(schema, name)
		if tree.IsSet(schema, "nullable") {
			delete(schema, "nullable")
			return tree.Object{"allOf": []any{hoisted}, "nullable": true}
		}
		return hoisted
	}
	return schema
}

// component adds a schema under a name like the given one, and returns a reference to it.
func (p *preparer) component(schema tree.Object, name string) tree.Object {
	goType := p.takeType(goName(name, "Schema"))
	p.schemas[goType] = schema
	p.origins[goType] = "an inline schema of the spec"
	return reference(goType)
}

func reference(name string) tree.Object { return tree.Object{"$ref": schemasPrefix + name} }

// inside prepares the parts of a schema. The name is that of its type, from which the names of inner types are made.
func (p *preparer) inside(schema tree.Object, name string) tree.Object {
	switch kindOf(schema) {
	case kindAny:
		return describe(tree.Object{"x-go-type": anyJSON}, schema)
	case kindList:
		items := tree.ObjectAt(schema, "items")
		if items == nil {
			items = tree.Object{}
		}
		delete(schema, "enum")
		schema["items"] = withoutNull(p.child(items, name+"Item"))
	case kindMap:
		values, ok := schema["additionalProperties"].(tree.Object)
		if !ok {
			values = tree.Object{}
		}
		schema["additionalProperties"] = withoutNull(p.child(values, name+"Value"))
		keep(schema, "type", "additionalProperties", "description", "nullable", "deprecated")
	case kindObject:
		p.insideObject(schema, name)
	case kindEnum:
		if schema["format"] != "int32" {
			delete(schema, "format") // constants are text or whole numbers, whatever those mean
		}
	case kindUnion:
		return p.insideUnion(schema, name)
	}
	return schema
}

func (p *preparer) insideObject(schema tree.Object, name string) {
	for _, keyword := range []string{"oneOf", "anyOf"} {
		if elements := tree.ListAt(schema, keyword); slices.ContainsFunc(elements, saysSomething) {
			p.report.Add("go-types", tree.Join(schemasPrefix[1:]+name, keyword), elements, nil, "beside members it has no Go type; what its elements hold is kept with the members that the description does not list")
		}
	}
	keep(schema, "type", "properties", "required", "description", "nullable", "deprecated")
	schema["type"] = "object"
	schema["additionalProperties"] = tree.Object{"x-go-type": anyJSON} // what the description does not list is kept
	properties := tree.ObjectAt(schema, "properties")
	for property, value := range tree.Members(properties) {
		if !isTagName(property) {
			p.report.Add("go-names", tree.Join(schemasPrefix[1:]+name, "properties", property), value, nil, "the name cannot stand in a tag of Go, so that it is one of the members that the description does not list")
			delete(properties, property)
			continue
		}
		inner, ok := value.(tree.Object)
		if !ok {
			inner = tree.Object{}
		}
		if inner["format"] == "binary" && kindOf(inner) == kindScalar && !strings.HasSuffix(name, "Request") {
			delete(inner, "format") // JSON has no binary values
		}
		prepared := p.child(inner, name+goName(property, "Member"))
		for _, member := range []string{"readOnly", "writeOnly"} { // they only say when a member is there
			delete(prepared, member)
		}
		properties[property] = prepared
	}
}

// insideUnion leaves a union whose elements are types of their own, or what it comes to where it is not really one.
func (p *preparer) insideUnion(schema tree.Object, name string) tree.Object {
	keyword := "oneOf"
	list := tree.ListAt(schema, keyword)
	if len(list) == 0 {
		keyword = "anyOf"
		list = tree.ListAt(schema, keyword)
	}
	var elements []any
	seen := map[string]bool{}
	for i, value := range list {
		element, _ := value.(tree.Object)
		if !saysSomething(element) {
			continue
		}
		optionName := name + "Option" + strconv.Itoa(i+1)
		if title, ok := element["title"].(string); ok && goName(title, "") != "" {
			optionName = goName(title, "")
		}
		element = withoutNull(p.child(element, optionName))
		target, ok := referenceOf(element)
		if !ok {
			element = p.component(element, optionName)
			target, _ = referenceOf(element)
		} else {
			element = reference(target)
		}
		if !seen[target] {
			seen[target] = true
			elements = append(elements, element)
		}
	}
	switch len(elements) {
	case 0:
		return describe(tree.Object{"x-go-type": anyJSON}, schema)
	case 1:
		return describe(tree.Object{"allOf": elements}, schema)
	}
	union := describe(tree.Object{"oneOf": elements}, schema)
	given := tree.ObjectAt(schema, "discriminator")
	if discriminator := wholeDiscriminator(given, seen); discriminator != nil {
		union["discriminator"] = discriminator
	} else if given != nil {
		p.report.Add("go-types", tree.Join(schemasPrefix[1:]+name, "discriminator"), given, nil, "it does not have a value for each element, so that the union is read by trying")
	}
	return union
}

// saysSomething reports whether an element of a union has a form of its own.
func saysSomething(element any) bool {
	object, _ := element.(tree.Object)
	return isComposed(object) || !saysNothing(object)
}

// saysNothing reports whether an element of a union only restricts the others, as "one of these members is required" does.
func saysNothing(element tree.Object) bool {
	return kindOf(element) == kindAny || kindOf(element) == kindMap && element["additionalProperties"] == nil && len(tree.ListAt(element, "required")) > 0
}

// wholeDiscriminator returns a discriminator that maps to each element of the union, or nil.
func wholeDiscriminator(discriminator tree.Object, elements map[string]bool) tree.Object {
	property, _ := discriminator["propertyName"].(string)
	if property == "" {
		return nil
	}
	mapping := tree.Object{}
	mapped := map[string]bool{}
	for value, target := range tree.Members(discriminator["mapping"]) {
		if name, ok := schemaName(tree.Text(target)); ok && elements[name] {
			mapping[value] = target
			mapped[name] = true
		}
	}
	if len(mapped) != len(elements) {
		return nil
	}
	return tree.Object{"propertyName": property, "mapping": mapping}
}

// withoutNull leaves out that an element may be null, which in Go is its zero value.
func withoutNull(schema tree.Object) tree.Object {
	delete(schema, "nullable")
	return schema
}

// describe copies to a schema what another says about its purpose.
func describe(schema, from tree.Object) tree.Object {
	for _, name := range []string{"description", "nullable", "deprecated"} {
		if value, ok := from[name]; ok {
			schema[name] = value
		}
	}
	return schema
}

// keep removes all members but the named ones and extensions.
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
