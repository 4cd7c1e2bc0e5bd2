package codegen

import (
	"strconv"
	"strings"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// restExtension marks a path parameter whose value may contain slashes.
const restExtension = "x-catch-all"

// fakeRoute is the template data of a route of a fake.
type fakeRoute struct {
	Pattern     string // Go literal of the method and the path
	OperationID string
}

// routesOf returns the routes of a fake. A fake has no way to choose between operations whose paths
// differ only in the names of variables, so the first one gets the requests.
func routesOf(operations []codegen.OperationDefinition) []fakeRoute {
	var routes []fakeRoute
	taken := map[string]bool{}
	for _, operation := range operations {
		key := operation.Method + route.Shape(operation.Path)
		if taken[key] {
			continue
		}
		taken[key] = true
		path := operation.Path
		for _, parameter := range operation.PathParams {
			if parameter.Spec.Extensions[restExtension] == true && strings.HasSuffix(path, "}") {
				path = strings.TrimSuffix(path, "}") + "...}"
			}
		}
		routes = append(routes, fakeRoute{strconv.Quote(operation.Method + " " + path), operation.OperationId})
	}
	return routes
}

// reportRoutes reports the operations that a fake cannot serve.
func reportRoutes(document tree.Object, report *tree.Report) {
	first := map[string]string{}
	for _, operation := range tree.Operations(document) {
		key := operation.Method + route.Shape(operation.Path)
		if other, taken := first[key]; taken {
			report.Add("fakes", operation.Pointer, operation.Path, nil, "a fake sends such requests to the operation of "+other+", which differs only in the names of variables")
		} else {
			first[key] = operation.Path
		}
	}
}
