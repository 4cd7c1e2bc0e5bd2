package mock

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// encodeXML writes a value as XML: names, attributes and wrapped lists as the schema says. It writes
// no namespaces. A string that is a document itself is written as it is.
func encodeXML(schema *model.SchemaRef, value any) ([]byte, error) {
	if text, ok := value.(string); ok && strings.HasPrefix(strings.TrimSpace(text), "<") {
		return []byte(text), nil
	}
	name := "document"
	if schema != nil {
		_, component, found := strings.Cut(schema.Ref, "#/components/schemas/")
		if found {
			name = component
		}
	}
	w := &xmlWriter{}
	w.WriteString(xml.Header)
	if _, ok := value.([]any); ok {
		name = cmp.Or(xmlOf(schema).Name, name)
		fmt.Fprintf(w, "<%s>", name)
		w.element("item", schema, value)
		fmt.Fprintf(w, "</%s>", name)
	} else {
		w.element(name, schema, value)
	}
	w.WriteByte('\n')
	return w.Bytes(), nil
}

type xmlWriter struct{ bytes.Buffer }

// xmlOf returns what a schema says about XML.
func xmlOf(schema *model.SchemaRef) model.XML {
	if schema == nil {
		return model.XML{}
	}
	return schema.Value.XML
}

func (w *xmlWriter) element(name string, schema *model.SchemaRef, value any) {
	name = cmp.Or(xmlOf(schema).Name, name)
	switch value := value.(type) {
	case []any:
		items := itemsOf(schema)
		wrapped := xmlOf(schema).Wrapped
		if wrapped {
			fmt.Fprintf(w, "<%s>", name)
		}
		for _, element := range value {
			w.element(cmp.Or(xmlOf(items).Name, name), items, element)
		}
		if wrapped {
			fmt.Fprintf(w, "</%s>", name)
		}
	case map[string]any:
		w.object(name, schema, value)
	default:
		fmt.Fprintf(w, "<%s>", name)
		w.text(value)
		fmt.Fprintf(w, "</%s>", name)
	}
}

func (w *xmlWriter) object(name string, schema *model.SchemaRef, object map[string]any) {
	properties := propertiesOf(schema)
	var attributes, elements []string
	for _, field := range slices.Sorted(maps.Keys(object)) {
		if xmlOf(properties[field]).Attribute {
			attributes = append(attributes, field)
		} else {
			elements = append(elements, field)
		}
	}
	w.WriteString("<" + name)
	for _, field := range attributes {
		fmt.Fprintf(w, ` %s="`, cmp.Or(xmlOf(properties[field]).Name, field))
		w.text(object[field])
		w.WriteByte('"')
	}
	w.WriteByte('>')
	for _, field := range elements {
		if object[field] != nil {
			w.element(field, properties[field], object[field])
		}
	}
	fmt.Fprintf(w, "</%s>", name)
}

func (w *xmlWriter) text(value any) {
	text, ok := value.(string)
	if number, isNumber := value.(json.Number); isNumber {
		text = number.String()
	} else if !ok {
		text = fmt.Sprint(value)
	}
	_ = xml.EscapeText(w, []byte(text))
}
