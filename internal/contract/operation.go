package contract

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// Operation is an operation of the spec.
type Operation struct {
	ID     string // operationId, may be empty
	Method string
	Path   string // template

	ReturnsBody bool // whether a successful response has a body

	item *model.PathItem
	spec *model.Operation
}

func (d *Document) addOperations() error {
	alike := map[string]int{} // operations by method and path without the names of variables
	for path, item := range d.spec.Paths {
		for method, spec := range item.Operations {
			alike[method+route.Shape(path)]++
			d.operations = append(d.operations, &Operation{ID: spec.ID, Method: method, Path: path, ReturnsBody: returnsBody(spec), item: item, spec: spec})
		}
	}
	slices.SortFunc(d.operations, func(a, b *Operation) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	for _, o := range d.operations {
		var fits func(map[string]string) bool
		if typed := o.typedVariables(); alike[o.Method+route.Shape(o.Path)] > 1 && len(typed) > 0 {
			fits = func(variables map[string]string) bool {
				return !slices.ContainsFunc(typed, func(p *model.Parameter) bool { return !scalarFits(p.Schema.Value, variables[p.Name]) })
			}
		}
		if err := d.routes.AddFor(fits, o.Method, o.template(), o); err != nil {
			return err
		}
	}
	return nil
}

// typedVariables returns the path parameters that do not accept every string.
func (o *Operation) typedVariables() []*model.Parameter {
	return slices.DeleteFunc(o.Parameters(), func(p *model.Parameter) bool {
		schema := schemaOf(p)
		return p.In != model.InPath || schema == nil || schema.Type.Is("string") && schema.Format != "uuid"
	})
}

// scalarFits reports whether a path variable can be a value of a scalar schema.
func scalarFits(schema *model.Schema, value string) bool {
	err := error(nil)
	switch {
	case schema.Type.Is("integer"):
		_, err = strconv.ParseInt(value, 10, 64)
	case schema.Type.Is("number"):
		_, err = strconv.ParseFloat(value, 64)
	case schema.Type.Is("boolean"):
		_, err = strconv.ParseBool(value)
	case schema.Format == "uuid":
		return uuid.MatchString(value)
	}
	return err == nil
}

// template returns the path for routing, with dots in a variable that is the rest of the path.
func (o *Operation) template() string {
	for _, p := range o.Parameters() {
		if p.In == model.InPath && p.Extensions["x-catch-all"] == true {
			return strings.Replace(o.Path, "{"+p.Name+"}", "{"+p.Name+"...}", 1)
		}
	}
	return o.Path
}

// Operations returns all operations, sorted by id. Do not modify the slice.
func (d *Document) Operations() []*Operation { return d.operations }

// Operation returns the operation with an id, or nil.
func (d *Document) Operation(id string) *Operation {
	i := slices.IndexFunc(d.operations, func(o *Operation) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return d.operations[i]
}

func returnsBody(spec *model.Operation) bool {
	for status, response := range spec.Responses {
		if strings.HasPrefix(status, "2") && len(response.Content) > 0 {
			return true
		}
	}
	return false
}

// Spec returns the operation as the spec has it. Do not modify it.
func (o *Operation) Spec() *model.Operation { return o.spec }

// Parameters returns the parameters of the operation and of its path.
func (o *Operation) Parameters() []*model.Parameter {
	all := slices.Clone(o.spec.Parameters)
	for _, of := range o.item.Parameters {
		if !slices.ContainsFunc(all, func(p *model.Parameter) bool { return p.In == of.In && p.Name == of.Name }) {
			all = append(all, of)
		}
	}
	return all
}
