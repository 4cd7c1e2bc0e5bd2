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
}

// The operations of the API description. A test compares them with it, in both directions.
var (
	getMe             = operation{"getMe", http.MethodGet, "/me"}
	listOrders        = operation{"listOrders", http.MethodGet, "/{organizationName}/orders"}
	createOrder       = operation{"createOrder", http.MethodPost, "/{organizationName}/orders"}
	listStatuses      = operation{"listStatuses", http.MethodGet, "/{organizationName}/statuses"}
	createIntegration = operation{"createIntegration", http.MethodPost, "/{organizationName}/integrations"}
	createParameter   = operation{"createParameter", http.MethodPost, "/{organizationName}/integrations/{id}/categories/{categoryId}/parameters"}
	listTranslations  = operation{"listTranslations", http.MethodGet, "/{organizationName}/articles/{id}/translations"}
	setTranslation    = operation{"setTranslation", http.MethodPut, "/{organizationName}/articles/{id}/translations"}
)

// callState goes with the context of one call through the chain. Only the goroutine of the call writes to it.
type callState struct {
	operation
	idempotent bool // the caller says that sending the call twice does no harm
	streaming  bool // the body is read element by element, for as long as that takes
	attempts   int  // requests sent so far
}

type callStateKey struct{}

func withCallState(ctx context.Context, state *callState) context.Context {
	return context.WithValue(ctx, callStateKey{}, state)
}

// callStateOf returns the state of the call that the request belongs to. A request that came through [Client.Doer] has
// none yet: its path is all that is known.
func callStateOf(request *http.Request) *callState {
	if state, ok := request.Context().Value(callStateKey{}).(*callState); ok {
		return state
	}
	return &callState{operation: operation{method: request.Method, route: request.URL.Path}}
}
