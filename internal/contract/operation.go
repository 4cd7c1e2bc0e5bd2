package contract

import (
	"cmp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
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
	for path, item := range d.spec.Paths.Map() {
		for method, spec := range item.Operations() {
			added := &Operation{ID: spec.OperationID, Method: method, Path: path, ReturnsBody: returnsBody(spec), item: item, spec: spec}
			if err := d.routes.Add(method, path, added); err != nil {
				return err
			}
			d.operations = append(d.operations, added)
		}
	}
	slices.SortFunc(d.operations, func(a, b *Operation) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return nil
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

// parameters returns the parameters of the operation and of its path.
func (o *Operation) parameters() []*openapi3.Parameter {
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
