package xsale

import (
	"context"
	"net/http"
)

// operation names what a call does, for errors and logs.
type operation struct {
	id     string // operationId of the API description; empty for a raw call
	method string
	route  string // path template; for a raw call the path itself

	// unpublished says that the vendor does not publish the answer, so that none is a success too.
	unpublished bool
}

// The operations of the API description. A test compares them with it, in both directions.
var (
	getMe             = operation{id: "getMe", method: http.MethodGet, route: "/me"}
	listOrders        = operation{id: "listOrders", method: http.MethodGet, route: "/{organizationName}/orders"}
	createOrder       = operation{id: "createOrder", method: http.MethodPost, route: "/{organizationName}/orders", unpublished: true}
	listStatuses      = operation{id: "listStatuses", method: http.MethodGet, route: "/{organizationName}/statuses"}
	createIntegration = operation{id: "createIntegration", method: http.MethodPost, route: "/{organizationName}/integrations", unpublished: true}
	createParameter   = operation{id: "createParameter", method: http.MethodPost, route: "/{organizationName}/integrations/{id}/categories/{categoryId}/parameters", unpublished: true}
	listTranslations  = operation{id: "listTranslations", method: http.MethodGet, route: "/{organizationName}/articles/{id}/translations"}
	setTranslation    = operation{id: "setTranslation", method: http.MethodPut, route: "/{organizationName}/articles/{id}/translations"}
)

// callState goes with the context of one call through the chain. Only the goroutine of the call writes to it.
type callState struct {
	operation
	idempotent bool // the caller says that sending the call twice does no harm
	reading    reading
	attempts   int  // requests sent so far
	bounded    bool // the chain has judged the status and bounds the body
}

// reading is how the body of a success is read.
type reading int

const (
	readByCaller   reading = iota // the caller reads it; of a client that was generated elsewhere
	readWhole                     // before the call is over, so that a connection which breaks in the body can be tried again
	readByElements                // one after the other, for as long as that takes
)

type callStateKey struct{}

func withCallState(ctx context.Context, state *callState) context.Context {
	return context.WithValue(ctx, callStateKey{}, state)
}

// callStateOf returns the state of the call that the request belongs to. A request that came through [Client.Doer] has
// none yet: its path is all that is known.
func callStateOf(request *http.Request) *callState {
	if state := stateOf(request.Context()); state != nil {
		return state
	}
	return &callState{operation: operation{method: request.Method, route: request.URL.Path}}
}

// stateOf returns the state of the call that the context belongs to, or nil.
func stateOf(ctx context.Context) *callState {
	state, _ := ctx.Value(callStateKey{}).(*callState)
	return state
}
