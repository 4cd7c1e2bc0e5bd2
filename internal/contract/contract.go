// Package contract checks requests and responses against an OpenAPI 3.0 description and says all that does not fit, without
// a word of what was sent.
//
// Types, parameters in unusual styles and form bodies are kin-openapi's business. Bodies of JSON are walked here, because
// that library ends at the first fault of a composition, holds numbers as floats, and has no notion of members, query
// parameters and statuses that a description merely does not list.
package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// Document is a description that traffic is checked against. It is safe for concurrent use.
type Document struct {
	description  *openapi3.T
	routes       []*route
	listed       listedValues
	compositions sync.Map // of *openapi3.Schema to *composition
	patterns     sync.Map // of string to *regexp.Regexp, nil for one that Go cannot compile
}

// Load reads a description in the normal form of package pipeline, that is, OpenAPI 3.0 as JSON or YAML with the path of the
// server in its paths. Servers and security are not looked at: traffic may go to any host, and that a call lacks its tokens
// is for the server to say.
func Load(data []byte) (*Document, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	description, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("the description cannot be read as OpenAPI 3.0: %w", err)
	}
	if !strings.HasPrefix(description.OpenAPI, "3.0") {
		return nil, errors.New("the description is not OpenAPI 3.0: bring it to the normal form first")
	}
	err = description.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(),
		openapi3.DisableSchemaPatternValidation(), openapi3.AllowExtraSiblingFields("description", "nullable"))
	if err != nil {
		return nil, fmt.Errorf("the description is not OpenAPI 3.0: %w", err)
	}
	d := &Document{description: description}
	for path, item := range description.Paths.Map() {
		d.routes = append(d.routes, newRoute(path, item))
	}
	sortRoutes(d.routes)
	d.listed = collectListed(description)
	return d, nil
}

// Description returns the description itself, for what this package does not look at. It must not be changed.
func (d *Document) Description() *openapi3.T { return d.description }

// Operation returns the id and the path template of the operation that a request calls. The id is empty for an operation
// without one. Where the description has the path but not the method, only the template is returned.
func (d *Document) Operation(r *http.Request) (id, pathTemplate string, found bool) {
	call := d.call(r)
	switch {
	case call.route == nil:
		return "", "", false
	case call.operation == nil:
		return "", call.route.path, false
	}
	return call.operation.OperationID, call.route.path, true
}

// call is a request with what the description has for it.
type call struct {
	request   *http.Request
	route     *route              // nil where the description does not have the path
	operation *openapi3.Operation // nil where it does not have the method
	variables map[string]string   // of the path
}

func (d *Document) call(r *http.Request) *call {
	c := &call{request: r}
	segments := splitPath(r.URL.EscapedPath())
	for _, route := range d.routes {
		variables, ok := route.match(segments)
		if !ok {
			continue
		}
		operation := route.item.GetOperation(r.Method)
		if c.route == nil || operation != nil { // a path with that method goes before a more exact one without it
			c.route, c.operation, c.variables = route, operation, variables
		}
		if operation != nil {
			break
		}
	}
	return c
}

// findings returns a collector of findings of one direction of a call.
func (c *call) findings(direction string, status int) *findings {
	f := &findings{common: Finding{Direction: direction, Method: printableName(c.request.Method), Status: status}}
	if c.route != nil {
		f.common.Path = c.route.path
	}
	if c.operation != nil {
		f.common.OperationID = c.operation.OperationID
	}
	return f
}
