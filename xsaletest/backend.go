package xsaletest

import (
	"net/http"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/problem"
)

// backend is the data behind the operations of the spec. A reset or a new seed replaces it as a
// whole, so a request sees one backend until it ends.
type backend interface {
	// admit checks the organization in the path of an operation or a handler.
	admit(c *apiCall) *problem.Details

	// respond processes a call to an operation, whose request fits the spec. An error is a
	// *problem.Details, or a value that the types of the API cannot take.
	respond(c *apiCall) (*response, error)

	// names returns the names of the organizations, the default one first.
	names() []string

	// organization returns the orders of an organization, or nil.
	organization(name string) *state

	// treatment returns how the calls of an operation are processed.
	treatment(operation *contract.Operation) (stateful bool, reason string)

	// statuses returns the status of an operation's success where the spec has 2XX, and the statuses
	// of problems that the served spec has to list.
	statuses(operation *contract.Operation) (success int, problems []int)

	// describe changes the response of a problem to what the spec has for its status.
	describe(c *apiCall, details *problem.Details, r *response)
}

// newBackend returns the initial data: of a seed if it is not nil, or else generated.
func newBackend(c *config, spec *contract.Document, seed *Seed) (backend, error) {
	if c.plan != nil {
		return newService(c, seed)
	}
	if seed != nil && len(seed.Resources) > 0 {
		return nil, problem.Field{Pointer: "/Resources", Detail: "only another spec has them: use WithSpec, or --spec of xsale sandbox"}
	}
	return newOrganizations(c, spec, seed)
}

// organizations is the backend of xSale, whose operations are written by hand.
type organizations struct {
	ordered []string // names, the default organization first
	byName  map[string]*state
}

func (o *organizations) admit(c *apiCall) *problem.Details {
	if o.of(c) == nil {
		return problem.New(http.StatusNotFound, "There is no such organization", problem.Field{Pointer: "path organizationName", Detail: "the user does not work for it"})
	}
	return nil
}

// of returns the organization of a call, or nil.
func (o *organizations) of(c *apiCall) *state {
	name, named := c.Variables["organizationName"]
	if !named {
		name = o.ordered[0]
	}
	return o.byName[name]
}

func (o *organizations) respond(c *apiCall) (*response, error) {
	return operations[c.OperationID()](o.of(c), c)
}

func (o *organizations) names() []string { return o.ordered }

func (o *organizations) organization(name string) *state { return o.byName[name] }

func (o *organizations) treatment(*contract.Operation) (stateful bool, reason string) {
	return true, "written for xSale"
}

// ownStatuses are the statuses of the operations: the success, then the problems.
var ownStatuses = map[string][]int{
	"getMe":             {200, 401},
	"listOrders":        {200, 400, 401, 404},
	"createOrder":       {201, 400, 401, 404, 413},
	"listStatuses":      {200, 401, 404},
	"createIntegration": {201, 400, 401, 404, 413},
	"createParameter":   {201, 400, 401, 404, 413},
	"listTranslations":  {200, 400, 401, 404},
	"setTranslation":    {204, 400, 401, 404, 413},
}

func (o *organizations) statuses(operation *contract.Operation) (success int, problems []int) {
	own := ownStatuses[operation.ID]
	return own[0], own[1:]
}

// describe does nothing: xSale publishes neither its statuses nor their bodies.
func (o *organizations) describe(*apiCall, *problem.Details, *response) {}
