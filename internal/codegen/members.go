package codegen

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// methodNames are the methods of generated structs, which no field may be called.
var methodNames = []string{"AdditionalProperties", "Get", "Set", "DecodeJSON", "MarshalJSON", "UnmarshalJSON"}

// nameMembers gives each member of an object a Go name that is free among its fields. The name stands beside the schema of
// the member.
func (p *preparer) nameMembers() error {
	for name, value := range tree.Members(p.schemas) {
		schema, _ := value.(tree.Object)
		p.nameFields(schema, tree.Join("/components/schemas", name))
	}
	for _, operation := range tree.Operations(p.document) {
		for mediaType, value := range tree.Members(tree.ObjectAt(operation.Object, "requestBody")["content"]) {
			media, _ := value.(tree.Object)
			if schema := tree.ObjectAt(media, "schema"); isForm(mediaType) && schema["properties"] != nil {
				p.nameFields(schema, operation.Pointer)
			}
		}
	}
	return nil
}

func (p *preparer) nameFields(schema tree.Object, pointer string) {
	fields := identifiers{}
	for _, name := range methodNames {
		fields[name] = true
	}
	properties := tree.ObjectAt(schema, "properties")
	for _, value := range tree.Members(properties) { // first, so that nothing else takes the name
		member, _ := value.(tree.Object)
		if chosen, ok := member["x-go-name"].(string); ok && isExported(chosen) && !fields[chosen] {
			fields[chosen] = true
		} else {
			delete(member, "x-go-name")
		}
	}
	for property, value := range tree.Members(properties) {
		member, _ := value.(tree.Object)
		if member["x-go-name"] != nil {
			continue
		}
		wanted := goName(property, "Member")
		free := fields.take(wanted, "Field")
		if free != wanted {
			p.report.Add("go-names", tree.Join(pointer, "properties", property), property, free, "the Go name "+wanted+" is taken")
		}
		member["x-go-name"] = free
	}
}

// isTagName reports whether encoding/json takes a name from a tag.
func isTagName(name string) bool {
	isOther := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r)
	}
	return name != "" && name != "-" && !strings.ContainsFunc(name, isOther)
}

// nameConstants gives the constants of each enum names that are free in the package. An enum that Go cannot write as
// constants becomes its plain type.
func (p *preparer) nameConstants() error {
	for name, value := range tree.Members(p.schemas) {
		schema, _ := value.(tree.Object)
		if kindOf(schema) != kindEnum {
			continue
		}
		given := tree.ListAt(schema, "x-enum-varnames")
		values := tree.ListAt(schema, "enum")
		names := make([]any, len(values))
		for i, value := range values {
			text := tree.Text(value)
			if !isConstant(value, schema) {
				p.report.Add("go-names", tree.Join("/components/schemas", name, "enum"), values, nil, "Go source cannot hold a value of it as one of the type, so that any value is allowed")
				delete(schema, "enum")
				delete(schema, "x-enum-varnames")
				break
			}
			wanted := constantName(text)
			if i < len(given) && goName(tree.Text(given[i]), "") != "" {
				wanted = goName(tree.Text(given[i]), "")
			}
			constant := naming.Free(wanted, func(constant string) bool { return p.taken[name+constant] })
			p.taken[name+constant] = true
			names[i] = constant
		}
		if schema["enum"] != nil {
			schema["x-enum-varnames"] = names
			delete(schema, "x-enumNames")
		}
	}
	return nil
}

// isConstant reports whether a value can be a constant of an enum's type. Text where the type is a number comes of schemas
// that are composed of both.
func isConstant(value any, schema tree.Object) bool {
	switch value := value.(type) {
	case string:
		return schema["type"] == "string" && value != "" && !strings.ContainsAny(value, "\"`\\") && !strings.ContainsFunc(value, unicode.IsControl)
	case json.Number:
		bits := 64
		if schema["format"] == "int32" {
			bits = 32
		}
		_, err := strconv.ParseInt(value.String(), 10, bits)
		return schema["type"] == "integer" && err == nil
	}
	return false
}

// constantName makes a name of a value, with the signs of numbers spelled out.
func constantName(value string) string {
	if rest, ok := strings.CutPrefix(value, "-"); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		return "Minus" + strings.TrimPrefix(goName(rest, "Value"), "N")
	}
	return goName(value, "Value")
}
