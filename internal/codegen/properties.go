package codegen

import (
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// methodNames are names in generated structs that fields cannot have. A field may have the name of
// a method of wire.UnknownFields, which it hides.
var methodNames = []string{"UnknownFields", "MarshalJSON", "UnmarshalJSON"}

// nameProperties gives each property a Go name that is unique in its struct, in x-go-name.
func (p *preparer) nameProperties() error {
	for name, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		p.nameFields(schema, p.pointers[name], p.variants[name].methods()...)
	}
	for _, operation := range tree.Operations(p.document) {
		media := tree.ObjectAt(tree.ObjectAt(tree.ObjectAt(operation.Object, "requestBody"), "content"), multipartType)
		p.nameFields(tree.ObjectAt(media, "schema"), tree.Join(operation.Pointer, "requestBody", "content", multipartType, "schema"))
	}
	return nil
}

func (p *preparer) nameFields(schema tree.Object, pointer string, methods ...string) {
	fields := identifiers{}
	for _, name := range append(methods, methodNames...) {
		fields[name] = true
	}
	properties := tree.ObjectAt(schema, "properties")
	var symbols []*symbol
	for property, value := range tree.Fields(properties) {
		schema, _ := value.(tree.Object)
		at := tree.Join(pointer, "properties", property)
		s := &symbol{key: p.key(fieldKey, at), pointer: at, given: property}
		if chosen, ok := schema["x-go-name"].(string); ok && exported(chosen) {
			s.chosen = chosen
		}
		wanted := goName(property, "Property")
		s.wanted = []string{wanted, wanted + "Field"}
		symbols = append(symbols, s)
	}
	p.name(scope{taken: fields}, symbols)
	for _, s := range symbols {
		tree.ObjectAt(properties, s.given)["x-go-name"] = s.name
	}
}

// validTag reports whether encoding/json accepts a name in a struct tag.
func validTag(name string) bool {
	other := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r)
	}
	return name != "" && name != "-" && !strings.ContainsFunc(name, other)
}
