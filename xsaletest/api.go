package xsaletest

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/wire/codec"
)

// apiCall is an API request on its way through the sandbox. It is routed and read once, when it
// arrives.
type apiCall struct {
	*contract.Call
	request  *http.Request
	body     []byte
	bodyErr  error    // why body is only the beginning
	user     *user    // since the check of the tokens
	handler  *handler // nil for an operation of the spec
	logged   *loggedRequest
	findings []contract.Finding

	additions bool // whether the response gets what the spec does not list
}

// operation processes a call. An error is a *problem.Details, or a value that the types of the API
// cannot take.
type operation func(*state, *apiCall) (*response, error)

var operations = map[string]operation{
	"getMe":             (*state).getMe,
	"listOrders":        (*state).listOrders,
	"createOrder":       (*state).createOrder,
	"listStatuses":      (*state).listStatuses,
	"createIntegration": (*state).createIntegration,
	"createParameter":   (*state).createParameter,
	"listTranslations":  (*state).listTranslations,
	"setTranslation":    (*state).setTranslation,
}

// served reports whether the spec or a handler has the path and method.
func (c *apiCall) served() bool { return c.Operation != nil || c.handler != nil }

// name returns the operationId or the handler's pattern. It is empty if the call is not served.
func (c *apiCall) name() string {
	if c.handler != nil {
		return c.handler.pattern
	}
	return c.OperationID()
}

// id returns the id in the path.
func (c *apiCall) id() (int64, error) {
	id, err := strconv.ParseInt(c.Variables["id"], 10, 64)
	if err != nil {
		return 0, &codec.ValueError{Pointer: "path id", Err: err}
	}
	return id, nil
}

// respond processes a call. The response is complete, because its check, additions and faults
// need the whole body.
func (s *Sandbox) respond(c *apiCall) *response {
	settings := s.settings.Load()
	c.additions = settings.addsTo(c.name())
	r, failure := s.process(c)
	if failure != nil {
		r = &response{}
		failure.Write(r)
		s.backend().describe(c, failure, r)
	}
	if c.additions || settings.EscapedStrings {
		r.rewrite(c.additions)
	}
	return r
}

// process checks the tokens, then path and method, the request, and the organization. Behind the
// operation, it checks the response. The spec has nothing to check a handler against.
func (s *Sandbox) process(c *apiCall) (*response, *problem.Details) {
	user, failure := s.identity.tokens.authenticate(c.request.Header)
	if failure != nil {
		return nil, failure
	}
	c.user = user
	switch {
	case c.Path == "":
		return nil, problem.New(http.StatusNotFound, "The spec has no such path.")
	case !c.served():
		return nil, problem.New(http.StatusMethodNotAllowed, "The spec has this path, but not with this method.").
			With("Allow", strings.Join(c.Allowed, ", "))
	}
	if c.bodyErr != nil {
		return nil, problem.OfBody(c.bodyErr)
	}
	if c.Operation != nil {
		c.findings = c.CheckRequest(c.body)
	}
	if broken := contract.Errors(c.findings); len(broken) > 0 {
		return nil, problem.New(http.StatusBadRequest, "The request breaks the spec", problem.Fields(broken)...)
	}
	data := s.backend()
	if failure := data.admit(c); failure != nil {
		return nil, failure
	}
	if c.handler != nil {
		return c.handler.respond(c), nil
	}
	var r *response
	if by := s.replacement(c.Operation); by != nil {
		r = by.respond(c)
	} else {
		var err error
		if r, err = data.respond(c); err != nil {
			return nil, problemOf(err)
		}
	}
	if r.checked {
		return r, nil
	}
	if broken := contract.Errors(c.CheckResponse(r.status, r.Header(), r.body.Bytes())); len(broken) > 0 {
		return nil, problem.New(http.StatusInternalServerError, "The sandbox's response breaks the spec", problem.Fields(broken)...)
	}
	return r, nil
}

// problemOf returns the problem of an operation that failed.
func problemOf(err error) *problem.Details {
	if failure, ok := errors.AsType[*problem.Details](err); ok {
		return failure
	}
	if unfit, ok := errors.AsType[*codec.ValueError](err); ok {
		return problem.New(http.StatusBadRequest, "The sandbox cannot read the request", problem.Field{Pointer: unfit.Pointer, Detail: "does not fit its type"})
	}
	return problem.New(http.StatusInternalServerError, "The sandbox failed: "+err.Error())
}
