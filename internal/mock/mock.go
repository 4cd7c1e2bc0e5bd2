// Package mock processes the operations of any spec. Operations that create, list or change items
// keep data; the others return examples of the spec or generated values. Tokens, faults and checks
// are up to the sandbox.
//
// A [Plan] is how to process each operation of a spec, and [Data] is the current items.
package mock

import (
	"net/http"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/mock/values"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// Plan says how each operation of a spec is processed. It is safe for concurrent use.
type Plan struct {
	document    *contract.Document
	generator   *values.Generator
	operations  map[*contract.Operation]*operation
	collections []*collection // sorted by path
}

// NewPlan reads the conventions of a spec. The same seed gives the same values.
func NewPlan(document *contract.Document, seed uint64) *Plan {
	p := &Plan{
		document:   document,
		generator:  values.New(document, seed),
		operations: make(map[*contract.Operation]*operation),
	}
	for _, o := range document.Operations() {
		p.operations[o] = newOperation(p, o)
	}
	p.findCollections()
	return p
}

// Treatment returns whether calls of an operation read or change data, and why.
func (p *Plan) Treatment(o *contract.Operation) (stateful bool, reason string) {
	planned := p.operations[o]
	return planned.role != stateless, planned.reason
}

// Success returns the status of an operation that succeeds, or the lowest one if the spec lists only
// failures.
func (p *Plan) Success(o *contract.Operation) int { return p.operations[o].status }

// Failure is why an operation does not succeed.
type Failure struct {
	Status   int
	Detail   string
	Location string // such as "path id"
	Problem  string // at the location
}

// Response is the response of an operation.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// operation is a planned operation.
type operation struct {
	*contract.Operation
	role    role
	reason  string
	on      *collection // unless the operation is stateless
	parents []parent    // the items in the path above the collection, or above the operation
	in, out place       // of the item, or of the list, in the bodies
	query   []filter
	pages   paging

	status  int
	success *model.Response // may be nil
	media   []*media        // of the success, the preferred one first
	body    *model.SchemaRef
}

type role int

// Roles of operations. All but stateless have a collection.
const (
	stateless role = iota
	list
	create
	read
	replace
	put
	patch
	remove
	clearAll
)

var roleReasons = map[role]string{
	list:     "lists the items of %s",
	create:   "adds an item to %s",
	read:     "reads an item of %s",
	replace:  "replaces an item of %s",
	put:      "replaces or adds an item of %s",
	patch:    "changes an item of %s",
	remove:   "deletes an item of %s",
	clearAll: "deletes the items of %s",
}

// parent is an item that must exist above a collection or an operation.
type parent struct {
	on        *collection
	variables []string // that stand for those of its path
}

// Respond processes a call whose request fits the spec.
func (d *Data) Respond(c *contract.Call, r *http.Request, body []byte) (*Response, *Failure) {
	o := d.plan.operations[c.Operation]
	accept := o.accepted(r.Header.Values("Accept"))
	request := &call{data: d, operation: o, variables: c.Variables, media: accept, body: body, request: r}
	if failure := request.checkParents(); failure != nil {
		return nil, failure
	}
	switch o.role {
	case list:
		return request.list()
	case create:
		return request.create()
	case put:
		if request.exists() {
			return request.replace()
		}
		return request.create()
	case read:
		return request.read()
	case replace:
		return request.replace()
	case patch:
		return request.patch()
	case remove:
		return request.remove()
	case clearAll:
		return request.clear()
	}
	return request.fixed()
}

// call is a call on its way through its operation.
type call struct {
	*operation
	data      *Data
	variables map[string]string
	media     *media // of the response; nil without a body
	body      []byte
	request   *http.Request
}
