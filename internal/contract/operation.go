package contract

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract/route"
)

// Operation is an operation of the spec.
type Operation struct {
	ID     string // operationId, may be empty
	Method string
	Path   string // template

	ReturnsBody bool // whether a successful response has a body

	item *openapi3.PathItem
	spec *openapi3.Operation
}

func (d *Document) addOperations() error {
	alike := map[string]int{} // operations by method and path without the names of variables
	for path, item := range d.spec.Paths.Map() {
		for method, spec := range item.Operations() {
			alike[method+route.Shape(path)]++
			d.operations = append(d.operations, &Operation{ID: spec.OperationID, Method: method, Path: path, ReturnsBody: returnsBody(spec), item: item, spec: spec})
		}
	}
	slices.SortFunc(d.operations, func(a, b *Operation) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	for _, o := range d.operations {
		var fits func(map[string]string) bool
		if typed := o.typedVariables(); alike[o.Method+route.Shape(o.Path)] > 1 && len(typed) > 0 {
			fits = func(variables map[string]string) bool {
				return !slices.ContainsFunc(typed, func(p *openapi3.Parameter) bool { return !scalarFits(p.Schema.Value, variables[p.Name]) })
			}
		}
		if err := d.routes.AddFor(fits, o.Method, o.template(), o); err != nil {
			return err
		}
	}
	return nil
}

// typedVariables returns the path parameters that do not accept every string.
func (o *Operation) typedVariables() []*openapi3.Parameter {
	return slices.DeleteFunc(o.Parameters(), func(p *openapi3.Parameter) bool {
		schema := schemaOf(p)
		return p.In != openapi3.ParameterInPath || schema == nil || schema.Type.Is("string") && schema.Format != "uuid"
	})
}

// scalarFits reports whether a path variable can be a value of a scalar schema.
func scalarFits(schema *openapi3.Schema, value string) bool {
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
		if p.In == openapi3.ParameterInPath && p.Extensions["x-catch-all"] == true {
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

func returnsBody(spec *openapi3.Operation) bool {
	for status, response := range spec.Responses.Map() {
		if strings.HasPrefix(status, "2") && len(response.Value.Content) > 0 {
			return true
		}
	}
	return false
}

// Spec returns the operation as kin-openapi parsed it. Do not modify it.
func (o *Operation) Spec() *openapi3.Operation { return o.spec }

// Parameters returns the parameters of the operation and of its path.
func (o *Operation) Parameters() []*openapi3.Parameter {
	var all []*openapi3.Parameter
	for _, ref := range o.spec.Parameters {
		all = append(all, ref.Value)
	}
	for _, ref := range o.item.Parameters {
		if o.spec.Parameters.GetByInAndName(ref.Value.In, ref.Value.Name) == nil {
			all = append(all, ref.Value)
		}
	}
	return all
}
