// Package contract checks requests and responses against an OpenAPI 3.0 spec. It reports
// everything that breaks the spec and never repeats a value that was sent. The sandbox, the
// traffic checks and xsale verify share it.
//
// It checks JSON bodies and plain parameters itself, and leaves parameters in rare styles, cookies and
// forms to kin-openapi. Package rare builds that in, because kin-openapi is larger than all else that
// tests of users need. On JSON, kin-openapi would stop at the first failure of a composition, turn
// numbers into floats, and not separate broken rules from fields that the spec merely does not list.
package contract

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

// Document is a spec to check traffic against. It is safe for concurrent use.
type Document struct {
	document     tree.Object
	spec         *model.Spec
	routes       route.Table[*Operation]
	operations   []*Operation
	unchecked    func() []string
	rare         Rare     // nil unless package rare is built in
	compositions sync.Map // of *model.Schema to *composition
	patterns     sync.Map // of string to *regexp.Regexp, nil if Go cannot compile it
}

// Shipped returns the spec of package openapi. It is parsed once per process.
var Shipped = sync.OnceValues(func() (*Document, error) { return Load(openapi.Spec()) })

// Load reads an OpenAPI 3.0 spec as JSON or YAML, in the normal form of package pipeline: the
// server's path is part of the paths. Servers and security are ignored. Traffic may go to any
// host, and it is up to the server to reject a call without tokens.
func Load(data []byte) (*Document, error) {
	document, err := tree.Read(data)
	if err != nil {
		return nil, fmt.Errorf("the spec cannot be read as OpenAPI 3.0: %w", err)
	}
	if !strings.HasPrefix(tree.String(document["openapi"]), "3.0") {
		return nil, errors.New("the spec is not OpenAPI 3.0: convert it to the normal form first")
	}
	spec, err := model.New(document)
	if err != nil {
		return nil, fmt.Errorf("the spec cannot be read as OpenAPI 3.0: %w", err)
	}
	d := &Document{document: document, spec: spec, unchecked: sync.OnceValue(func() []string { return uncheckedFormats(document) })}
	if err := d.addOperations(); err != nil {
		return nil, fmt.Errorf("the spec is ambiguous: %w", err)
	}
	if NewRare == nil {
		err = d.checkRare()
	} else {
		d.rare, err = NewRare(data)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Spec returns the spec as typed values, for callers that need more than checks. Do not modify it.
func (d *Document) Spec() *model.Spec { return d.spec }

// Tree returns the spec as it was read. Do not modify it.
func (d *Document) Tree() tree.Object { return d.document }

// CheckSchema checks JSON against a schema of the spec's components, as part of a response.
func (d *Document) CheckSchema(name string, data []byte) []Finding {
	return d.CheckValue(d.spec.Schemas[name], data)
}

// CheckValue checks JSON against a schema, as part of a response. Nil allows every value.
func (d *Document) CheckValue(schema *model.SchemaRef, data []byte) []Finding {
	f := &findings{common: Finding{Direction: Response}}
	d.checkJSON(schema, data, false, f)
	return f.list
}

// Call is a request and its operation. A Call is routed once; its checks may run in any order.
type Call struct {
	Operation *Operation        // nil if the spec has no such path or method
	Path      string            // path template; empty if the spec has no such path
	Variables map[string]string // of the path, unescaped
	Allowed   []string          // methods of the path if the spec does not have the request's

	document *Document
	request  *http.Request
	match    route.Match[*Operation]
}

// Call routes a request. It reads nothing of the body.
func (d *Document) Call(r *http.Request) *Call {
	match, _ := d.routes.Find(r.Method, r.URL.EscapedPath())
	return &Call{
		Operation: match.Value, Path: match.Template, Variables: match.Variables, Allowed: match.Allowed,
		document: d, request: r, match: match,
	}
}

// OperationID returns the id of the operation. It is empty without an operation, and for an
// operation without an id.
func (c *Call) OperationID() string {
	if c.Operation == nil {
		return ""
	}
	return c.Operation.ID
}

// MaskedPath returns the escaped path with its variables replaced. Of a path that the spec does
// not have, every segment is a variable without a name.
func (c *Call) MaskedPath(replace func(name, value string) string) string {
	if c.Path != "" {
		return c.match.Path(replace)
	}
	return route.Replace(c.request.URL.EscapedPath(), replace)
}

// findings returns a collector for one direction of the call.
func (c *Call) findings(direction string, status int) *findings {
	return &findings{common: Finding{
		Direction: direction, OperationID: c.OperationID(), Method: printableName(c.request.Method), Path: c.Path, Status: status,
	}}
}
