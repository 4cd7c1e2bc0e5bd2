package xsale

import (
	"context"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// operation names what a call does, for errors and logs.
type operation struct {
	id     string // operationId of the API description; empty for a raw call
	method string
	route  string // path template; for a raw call the path itself

	// idempotent says that sending the call twice does what sending it once does.
	idempotent bool

	// unpublished says that the vendor does not publish the answer, so that none is a success too.
	unpublished bool
}

// The operations of the API description. A test compares them with it, in both directions.
var (
	getMe             = operation{id: "getMe", method: http.MethodGet, route: "/me", idempotent: true}
	listOrders        = operation{id: "listOrders", method: http.MethodGet, route: "/{organizationName}/orders", idempotent: true}
	createOrder       = operation{id: "createOrder", method: http.MethodPost, route: "/{organizationName}/orders", unpublished: true}
	listStatuses      = operation{id: "listStatuses", method: http.MethodGet, route: "/{organizationName}/statuses", idempotent: true}
	createIntegration = operation{id: "createIntegration", method: http.MethodPost, route: "/{organizationName}/integrations", unpublished: true}
	createParameter   = operation{id: "createParameter", method: http.MethodPost, route: "/{organizationName}/integrations/{id}/categories/{categoryId}/parameters", unpublished: true}
	listTranslations  = operation{id: "listTranslations", method: http.MethodGet, route: "/{organizationName}/articles/{id}/translations", idempotent: true}
	setTranslation    = operation{id: "setTranslation", method: http.MethodPut, route: "/{organizationName}/articles/{id}/translations", idempotent: true}
)

// rawOperation is what is known of a call that the API description does not name.
func rawOperation(method, path string) operation {
	return operation{method: method, route: path, idempotent: httpx.IdempotentMethod(method)}
}

// callState goes with the context of one call through the chain. Only the goroutine of the call writes to it.
type callState struct {
	operation
	reading reading

	// What the options of the call say; nil and 0 leave it to the operation and the Client.
	isIdempotent   *bool
	callTimeout    time.Duration
	attemptTimeout time.Duration

	elementLimit int64 // bytes of an element of a list; 0 outside the chain

	token *authn.Token // that was sent last; nil outside the chain

	deadline time.Time // of the whole call, once the chain has taken it
	failure  *Error    // the last one that was made

	attempts       int  // requests sent so far
	maybeProcessed bool // the server may have acted on one of them, and the call is not idempotent
	neverLeft      bool // the last attempt had no connection, so that the server knows nothing of it
	chained        bool // the chain has taken the call: it judges the status and bounds the body

	retryWait    time.Duration // before the next attempt, or the one that is running
	retriesWait  time.Duration // all of them
	lastStatus   int           // of the last answer
	requestSize  int64         // of the last attempt, as in Event
	responseSize int64
}

// mayRepeat reports whether the call may be sent again though the server may have acted on it.
func (s *callState) mayRepeat() bool {
	if s.isIdempotent != nil {
		return *s.isIdempotent
	}
	return s.idempotent
}

// mayDoHarm reports whether it matters if the server has acted. A caller who allows that the call is repeated still wants
// to know that it may have been processed.
func (s *callState) mayDoHarm() bool { return !s.idempotent || !s.mayRepeat() }

// reading is how the body of a success is read.
type reading int

const (
	readByCaller   reading = iota // the caller reads it
	readNothing                   // the success is all that matters
	readWhole                     // before the call is over, so that a connection which breaks in the body can be tried again
	readByElements                // one after the other, for as long as that takes
)

type callStateKey struct{}

func withCallState(ctx context.Context, state *callState) context.Context {
	return context.WithValue(ctx, callStateKey{}, state)
}

// callStateOf returns the state of the call that the request belongs to. A request that came through [Client.Doer] has
// none yet: its method and path are all that is known.
func callStateOf(request *http.Request) *callState {
	if state := stateOf(request.Context()); state != nil {
		return state
	}
	return &callState{operation: rawOperation(request.Method, request.URL.Path)}
}

// stateOf returns the state of the call that the context belongs to, or nil.
func stateOf(ctx context.Context) *callState {
	state, _ := ctx.Value(callStateKey{}).(*callState)
	return state
}
