package mock

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// calm changes generated fields of a response, at the top level, that would mislead a client: it would
// take an error for one, and would fetch further pages forever.
func calm(schema *model.SchemaRef, body any) {
	object, ok := body.(map[string]any)
	if !ok {
		return
	}
	properties := propertiesOf(schema)
	for name, value := range object {
		property := properties[name]
		if property == nil {
			continue
		}
		_, isBool := value.(bool)
		switch name := plain(name); {
		case isBool && (strings.HasPrefix(name, "hasmore") || strings.HasPrefix(name, "hasnext") || name == "more" || strings.Contains(name, "error")):
			value = false
		case isBool && (strings.Contains(name, "success") || name == "succeeded" || name == "ok"):
			value = true
		case strings.Contains(name, "error"), strings.Contains(name, "exception"), furtherPage(name):
			value = nothing(property, value)
		default:
			continue
		}
		if len(property.Value.Enum) > 0 && value != nil {
			continue
		}
		if value == nil && !property.Value.Nullable {
			if !slices.Contains(requiredOf(schema), name) {
				delete(object, name)
			}
			continue
		}
		object[name] = value
	}
}

// furtherPage reports whether a field leads to another page.
func furtherPage(name string) bool {
	return strings.Contains(name, "continuation") || strings.HasPrefix(name, "next") || strings.HasSuffix(name, "nextlink") ||
		strings.Contains(name, "cursor")
}

// nothing returns the value of a type that says nothing, or nil.
func nothing(property *model.SchemaRef, value any) any {
	if property.Value.Nullable {
		return nil
	}
	switch value.(type) {
	case []any:
		if property.Value.MinItems == 0 {
			return []any{}
		}
	case string:
		if property.Value.MinLength == 0 && property.Value.Pattern == "" && property.Value.Format == "" {
			return ""
		}
	case json.Number:
		if property.Value.Min == nil || *property.Value.Min <= 0 {
			return json.Number("0")
		}
	}
	return nil
}

// requiredOf returns the required fields of all parts that apply together.
func requiredOf(schema *model.SchemaRef) []string {
	var all []string
	var add func(ref *model.SchemaRef, depth int)
	add = func(ref *model.SchemaRef, depth int) {
		all = append(all, ref.Value.Required...)
		for _, part := range ref.Value.AllOf {
			if depth > 0 {
				add(part, depth-1)
			}
		}
	}
	add(schema, 8)
	return all
}

// page is the part of a list that a response has.
type page struct {
	total, offset, size int // a size of 0 is everything
	number              int // as the client counts
}

// set returns a copy of the frame of a list with what the page says: totals, the number and the size of
// the page, and whether more follow. They are fields at the top, or in an object such as paging.
func (p page) set(schema *model.SchemaRef, frame any) any {
	object, ok := frame.(map[string]any)
	if !ok {
		return frame
	}
	object = maps.Clone(object)
	for name, property := range propertiesOf(schema) {
		if inner := propertiesOf(property); len(inner) > 0 && slices.Contains([]string{"paging", "pagination", "page", "meta", "metadata", "pageinfo"}, plain(name)) {
			fields, _ := object[name].(map[string]any)
			fields = maps.Clone(fields)
			if fields == nil {
				fields = make(map[string]any)
			}
			before := len(fields)
			p.setIn(inner, fields)
			if before+len(fields) > 0 {
				object[name] = fields
			}
		}
	}
	p.setIn(propertiesOf(schema), object)
	return object
}

func (p page) setIn(properties map[string]*model.SchemaRef, object map[string]any) {
	for name, property := range properties {
		schema := single(property)
		if schema == nil {
			continue
		}
		if schema.Value.Type.Is(model.Boolean) {
			if more, ok := p.more(plain(name)); ok {
				object[name] = more
			}
		} else if count, ok := p.count(plain(name)); ok && (schema.Value.Type.Is(model.Integer) || schema.Value.Type.Is(model.Number)) {
			object[name] = json.Number(strconv.Itoa(count))
		}
	}
}

func (p page) more(name string) (more, ok bool) {
	switch name {
	case "hasmore", "hasnext", "hasnextpage", "more":
		return p.size > 0 && p.offset+p.size < p.total, true
	case "hasprevious", "haspreviouspage", "hasprev":
		return p.offset > 0, true
	}
	return false, false
}

func (p page) count(name string) (count int, ok bool) {
	size := p.size
	if size == 0 {
		size = max(p.total, 1)
	}
	switch name {
	case "total", "totalcount", "totalitems", "totalrows", "totalrecords", "totalelements", "totalresults", "count", "itemcount", "recordcount", "odatacount", "rowcount":
		return p.total, true
	case "totalpages", "pagecount", "pages", "lastpage":
		return (p.total + size - 1) / size, true
	case "pagesize", "perpage", "limit", "size", "itemsperpage":
		return size, true
	case "page", "pagenumber", "pageindex", "currentpage", "number":
		return p.number, true
	case "offset", "skip":
		return p.offset, true
	}
	return 0, false
}
