package swagger2

import (
	"maps"
	"slices"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

const (
	multipartType = "multipart/form-data"
	formType      = "application/x-www-form-urlencoded"
)

func multipartForm(mediaType string) bool { return httpx.MediaType(mediaType) == multipartType }

func formMediaType(mediaType string) bool {
	return multipartForm(mediaType) || httpx.MediaType(mediaType) == formType
}

// form collects the converted fields of a form.
type form struct {
	properties, encoding tree.Object
	required             []any
	joined               []use // lists whose elements are joined to one string
	hasFile              bool
}

// form converts the fields of a form to one object, adds it to the content, and reports
// whether a field is required.
func (c *converter) form(fields []use, consumes []string, content tree.Object) bool {
	f := &form{properties: tree.Object{}, encoding: tree.Object{}}
	for _, u := range fields {
		c.field(f, u)
	}
	types := slices.DeleteFunc(slices.Clone(consumes), func(mediaType string) bool { return !formMediaType(mediaType) })
	switch {
	case f.hasFile:
		types = []string{multipartType}
	case len(types) == 0:
		types = []string{formType}
	}
	schema := tree.Object{"type": "object", "properties": f.properties}
	if len(f.required) > 0 {
		schema["required"] = f.required
	}
	for _, mediaType := range types {
		media := tree.Object{"schema": c.copyOf(schema)}
		if len(f.encoding) > 0 && !multipartForm(mediaType) { // multipart ignores styles
			media["encoding"] = c.copyOf(f.encoding)
		}
		content[mediaType] = media
	}
	if slices.ContainsFunc(types, multipartForm) {
		for _, u := range f.joined {
			c.report.Add(ruleBodies, tree.Join(u.pointer, "collectionFormat"), u.object["collectionFormat"], "multi", "a multipart form has one part per list element")
		}
	}
	return len(f.required) > 0
}

func (c *converter) field(f *form, u use) {
	name := u.name()
	to := c.base(u.pointer, u.object)
	to["schema"] = c.value(u.pointer, u.object, "string")
	if fileSchema(tree.ObjectAt(to, "schema")) {
		f.hasFile = true // each file of a list is a part, whatever its collectionFormat
	} else {
		c.writeStyle(u.pointer, "query", u.object, to)
	}
	if to["explode"] == false {
		f.encoding[name] = tree.Object{"style": to["style"], "explode": false}
		f.joined = append(f.joined, u)
	}
	if tree.True(u.object, "required") {
		f.required = append(f.required, name)
	}
	property := tree.ObjectAt(to, "schema")
	delete(to, "schema")
	delete(to, "style")
	delete(to, "explode")
	if _, ok := property["$ref"]; ok && len(to) > 0 {
		property = tree.Object{"allOf": []any{property}}
	}
	maps.Copy(property, to)
	f.properties[name] = property
}

func fileSchema(schema tree.Object) bool {
	return schema["format"] == "binary" || tree.ObjectAt(schema, "items")["format"] == "binary"
}
