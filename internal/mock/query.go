package mock

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/wire"
)

// filter is a query parameter that has the name of a field.
type filter struct {
	parameter, field string
	split            bool // values are separated by commas
}

// filtersOf returns the query parameters that have the name of a field, in any case.
func filtersOf(o *contract.Operation, properties map[string]*model.SchemaRef) (filters []filter) {
	for _, parameter := range o.Parameters() {
		if parameter.In != model.InQuery || parameter.Schema == nil {
			continue
		}
		field, property := named(properties, parameter.Name)
		if property == nil || len(propertiesOf(property)) > 0 {
			continue
		}
		_, explode := parameter.Serialization()
		filters = append(filters, filter{parameter.Name, field, !explode && itemsOf(parameter.Schema) != nil})
	}
	return filters
}

// matches reports whether an item has one of the values that the query wants, for each filter. A field
// that is a list matches if it contains the value.
func (o *operation) matches(query url.Values, item map[string]any) bool {
	for _, filter := range o.query {
		wanted := slices.DeleteFunc(slices.Clone(query[filter.parameter]), func(value string) bool { return value == "" })
		if filter.split && len(wanted) > 0 {
			wanted = strings.Split(strings.Join(wanted, ","), ",")
		}
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(value string) bool { return has(item[filter.field], value) }) {
			return false
		}
	}
	return true
}

func has(value any, wanted string) bool {
	switch value := value.(type) {
	case []any:
		return slices.ContainsFunc(value, func(element any) bool { return has(element, wanted) })
	case bool:
		return strings.EqualFold(strconv.FormatBool(value), wanted)
	case json.Number:
		number, err := wire.ParseDecimal(value.String())
		other, otherErr := wire.ParseDecimal(wanted)
		return err == nil && otherErr == nil && number.Compare(other) == 0
	}
	return tree.String(value) == wanted
}

// paging is how the query selects a page.
type paging struct {
	size, offset, page string // names of parameters
	first              int    // number of the first page
	usual              int    // size without the parameter; 0 is everything
}

// usualPage is the size of a page if neither the client nor the spec sets one.
const usualPage = 50

var (
	sizeNames   = []string{"limit", "pagesize", "perpage", "size", "take", "top", "max", "maxresults", "itemsperpage", "pagelimit"}
	offsetNames = []string{"offset", "skip"}
	pageNames   = []string{"page", "pagenumber", "pageno", "pageindex", "currentpage"}
)

// pagingOf returns how the query of an operation selects a page. Only these are unambiguous: a size
// with an offset, or with the number of a page. A lone size selects the beginning, unless another
// parameter leads to the rest.
func pagingOf(o *contract.Operation) paging {
	var p paging
	doubtful := false
	for _, parameter := range o.Parameters() {
		schema := parameter.Schema
		name := plain(parameter.Name)
		doubtful = doubtful || strings.Contains(name, "continuation") || strings.Contains(name, "cursor") || name == "pageoffset" ||
			strings.HasSuffix(name, "token") || name == "after" || name == "before"
		if parameter.In != model.InQuery || schema == nil || scalarType(schema) != model.Integer {
			continue
		}
		of := func(target *string, names []string) bool {
			if !slices.Contains(names, name) {
				return false
			}
			doubtful = doubtful || *target != ""
			*target = parameter.Name
			return true
		}
		usual, err := strconv.Atoi(tree.String(schema.Value.Default))
		hasUsual := err == nil
		switch {
		case of(&p.size, sizeNames):
			p.usual = usual
		case of(&p.page, pageNames):
			p.first = 1
			least := schema.Value.Min
			if hasUsual && usual == 0 || least != nil && *least == 0 || name == "pageindex" && !(hasUsual && usual == 1) && !(least != nil && *least == 1) {
				p.first = 0
			}
		default:
			of(&p.offset, offsetNames)
		}
	}
	if doubtful || p.page != "" && p.offset != "" {
		return paging{}
	}
	if p.page != "" && p.usual == 0 {
		p.usual = usualPage
	}
	return p
}

// of returns the page that a query selects from a number of items.
func (p paging) of(query url.Values, total int) page {
	number := func(name string, otherwise int) int {
		value, err := strconv.Atoi(query.Get(name))
		if name == "" || err != nil || value < 0 {
			return otherwise
		}
		return value
	}
	selected := page{total: total, size: number(p.size, p.usual), number: number(p.page, p.first)}
	selected.offset = min(number(p.offset, 0), total)
	if p.page != "" {
		before := max(selected.number-p.first, 0)
		if selected.size > 0 && before > total/selected.size {
			selected.offset = total
		} else {
			selected.offset = min(before*selected.size, total)
		}
	}
	return selected
}

// cut returns the elements of the page.
func (p page) cut(elements []any) []any {
	elements = elements[p.offset:]
	if p.size > 0 && p.size < len(elements) {
		elements = elements[:p.size]
	}
	return elements
}
