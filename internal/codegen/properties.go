package codegen

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// methodNames are names of methods of generated structs, which fields cannot use.
var methodNames = []string{"AdditionalProperties", "Get", "GetString", "GetInt", "GetDecimal", "GetDateTime", "Set", "DecodeJSON", "MarshalJSON", "UnmarshalJSON"}

// nameProperties gives each property a Go name that is unique in its struct, in x-go-name.
func (p *preparer) nameProperties() error {
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		p.nameFields(schema, tree.Join("/components/schemas", name))
	}
	for _, operation := range tree.Operations(p.document) {
		for mediaType, value := range tree.Fields(tree.ObjectAt(operation.Object, "requestBody")["content"]) {
			media, _ := value.(tree.Object)
			if schema := tree.ObjectAt(media, "schema"); formType(mediaType) && schema["properties"] != nil {
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
	for _, value := range tree.Fields(properties) { // first, so that no other property takes the name
		schema, _ := value.(tree.Object)
		if chosen, ok := schema["x-go-name"].(string); ok && exported(chosen) && !fields[chosen] {
			fields[chosen] = true
		} else {
			delete(schema, "x-go-name")
		}
	}
	for property, value := range tree.Fields(properties) {
		schema, _ := value.(tree.Object)
		if schema["x-go-name"] != nil {
			continue
		}
		wanted := goName(property, "Property")
		free := fields.take(wanted, "Field")
		if free != wanted {
			p.report.Add("go-names", tree.Join(pointer, "properties", property), property, free, "the Go name "+wanted+" is taken")
		}
		schema["x-go-name"] = free
	}
}

// validTag reports whether encoding/json accepts a name in a struct tag.
func validTag(name string) bool {
	other := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r)
	}
	return name != "" && name != "-" && !strings.ContainsFunc(name, other)
}

// nameConstants gives the constants of each enum names that are unique in the package. An enum
// with a value that cannot be a Go constant becomes its plain type.
func (p *preparer) nameConstants() error {
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		if kindOf(schema) != kindEnum {
			continue
		}
		given := tree.ListAt(schema, "x-enum-varnames")
		values := tree.ListAt(schema, "enum")
		names := make([]any, len(values))
		for i, value := range values {
			if !constant(value, schema) {
				p.report.Add("go-names", tree.Join("/components/schemas", name, "enum"), values, nil, "a value cannot be a Go constant of its type, so the type allows any value")
				delete(schema, "enum")
				delete(schema, "x-enum-varnames")
				break
			}
			wanted := constantName(tree.String(value))
			if i < len(given) && goName(tree.String(given[i]), "") != "" {
				wanted = goName(tree.String(given[i]), "")
			}
			free := naming.Free(wanted, func(constant string) bool { return p.taken[name+constant] })
			p.taken[name+free] = true
			names[i] = free
		}
		if schema["enum"] != nil {
			schema["x-enum-varnames"] = names
			delete(schema, "x-enumNames")
		}
	}
	return nil
}

// constant reports whether a value can be a Go constant of an enum's type. A composition can
// combine the type of one schema with the values of another.
func constant(value any, schema tree.Object) bool {
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

// constantName returns a name for a value. The sign of a negative number becomes "Minus".
func constantName(value string) string {
	if rest, ok := strings.CutPrefix(value, "-"); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		return "Minus" + strings.TrimPrefix(goName(rest, "Value"), "N")
	}
	return goName(value, "Value")
}
