package xsaletest

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// apiOperation is what is asked of an operation of the API description from outside of its handler.
type apiOperation struct {
	id, method, route string
	hasBody           bool // whether a success has one
	spec              *openapi3.Operation
	pathParameters    openapi3.Parameters
}

// operationTable has the operations by their id.
type operationTable []*apiOperation

func newOperationTable(document *openapi3.T) operationTable {
	var table operationTable
	for route, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			added := &apiOperation{id: operation.OperationID, method: method, route: route, spec: operation, pathParameters: item.Parameters}
			for status, response := range operation.Responses.Map() {
				if strings.HasPrefix(status, "2") && len(response.Value.Content) > 0 {
					added.hasBody = true
				}
			}
			table = append(table, added)
		}
	}
	slices.SortFunc(table, func(a, b *apiOperation) int { return cmp.Compare(a.id, b.id) })
	return table
}

func (t operationTable) byID(id string) *apiOperation {
	for _, operation := range t {
		if operation.id == id {
			return operation
		}
	}
	return nil
}

func (t operationTable) names() string {
	var names []string
	for _, operation := range t {
		names = append(names, operation.id)
	}
	return strings.Join(names, ", ")
}

// find returns the operation of a request and the values in its path, or nil.
func (t operationTable) find(r *http.Request) (*apiOperation, map[string]string) {
	method := r.Method
	if method == http.MethodHead { // which the mux serves as GET
		method = http.MethodGet
	}
	for _, operation := range t {
		if operation.method != method {
			continue
		}
		if values, ok := matchRoute(operation.route, r.URL.EscapedPath()); ok {
			return operation, values
		}
	}
	return nil, nil
}

// matchRoute returns the values that a path has for the parameters of a template.
func matchRoute(route, path string) (values map[string]string, ok bool) {
	names, segments := strings.Split(route, "/"), strings.Split(path, "/")
	if len(names) != len(segments) {
		return nil, false
	}
	values = make(map[string]string)
	for i, name := range names {
		segment, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil, false
		}
		parameter, isParameter := strings.CutPrefix(name, "{")
		switch {
		case !isParameter && segment != name, isParameter && segment == "":
			return nil, false
		case isParameter:
			values[strings.TrimSuffix(parameter, "}")] = segment
		}
	}
	return values, true
}
