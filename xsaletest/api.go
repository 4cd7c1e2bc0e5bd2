package xsaletest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/wire/codec"
	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

// apiCall is an API request on its way through the sandbox. It is routed and read once, when it
// arrives.
type apiCall struct {
	*contract.Call
	request  *http.Request
	body     []byte
	bodyErr  error // why body is only the beginning
	logged   *loggedRequest
	findings []contract.Finding
}

// organization is the data of an organization and the handlers that serve it, by method and path
// template.
type organization struct {
	*state
	handlers handlers
}

// handlers collects what the generated server registers, so that a request is not routed again.
type handlers map[string]http.HandlerFunc

func (h handlers) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	h[pattern] = handler
}

// ServeHTTP makes handlers a mux of the generated server, which never calls it.
func (h handlers) ServeHTTP(w http.ResponseWriter, _ *http.Request) { http.NotFound(w, nil) }

func newOrganization(state *state) *organization {
	o := &organization{state, make(handlers)}
	sandboxapi.HandlerWithOptions(
		sandboxapi.NewStrictHandlerWithOptions(state, nil, sandboxapi.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  rejectUnreadable,
			ResponseErrorHandlerFunc: failOperation,
		}),
		sandboxapi.StdHTTPServerOptions{BaseRouter: o.handlers, ErrorHandlerFunc: rejectUnreadable},
	)
	return o
}

// respond processes a call. The response is complete, because its check, additions and faults
// need the whole body.
func (s *Sandbox) respond(c *apiCall) *response {
	r, failure := s.process(c)
	if failure != nil {
		r = &response{}
		failure.write(r)
	}
	if s.config.addsTo(c.OperationID()) {
		r.addUnknownFields()
	}
	return r
}

// process checks the tokens, then path and method, the request, and the organization. Behind the
// operation, it checks the response.
func (s *Sandbox) process(c *apiCall) (*response, *problem) {
	if failure := s.identity.tokens.authenticate(c.request.Header); failure != nil {
		return nil, failure
	}
	switch {
	case c.Path == "":
		return nil, newProblem(http.StatusNotFound, "The spec has no such path.")
	case c.Operation == nil:
		return nil, newProblem(http.StatusMethodNotAllowed, "The spec has this path, but not with this method.").
			with("Allow", strings.Join(c.Allowed, ", "))
	}
	if c.bodyErr != nil {
		return nil, bodyProblem(c.bodyErr)
	}
	c.findings = c.CheckRequest(c.body)
	if broken := contract.Errors(c.findings); len(broken) > 0 {
		return nil, newProblem(http.StatusBadRequest, "The request breaks the spec.", problemErrors(broken)...)
	}
	name, named := c.Variables["organizationName"]
	if !named {
		name = s.organization
	}
	organization := s.organizations[name]
	if organization == nil {
		return nil, newProblem(http.StatusNotFound, "There is no such organization.", problemError{"path organizationName", "the user does not work for it"})
	}
	for name, value := range c.Variables {
		c.request.SetPathValue(name, value)
	}
	c.request.Body = io.NopCloser(bytes.NewReader(c.body))
	r := &response{}
	organization.handlers[c.Operation.Method+" "+c.Path](r, c.request)
	if broken := contract.Errors(c.CheckResponse(r.status, r.Header(), r.body.Bytes())); len(broken) > 0 {
		return nil, newProblem(http.StatusInternalServerError, "The sandbox's response breaks the spec.", problemErrors(broken)...)
	}
	return r, nil
}

// rejectUnreadable responds if the generated types reject a request that passed the checks.
func rejectUnreadable(w http.ResponseWriter, _ *http.Request, err error) {
	failure := newProblem(http.StatusBadRequest, "The sandbox cannot read the request.")
	if unfit, ok := errors.AsType[*codec.ValueError](err); ok {
		failure.Errors = []problemError{{unfit.Pointer, "does not fit its type"}}
	}
	failure.write(w)
}

// failOperation responds with the problem that an operation returned.
func failOperation(w http.ResponseWriter, _ *http.Request, err error) {
	failure, ok := errors.AsType[*problem](err)
	if !ok {
		failure = newProblem(http.StatusInternalServerError, "The sandbox failed: "+err.Error())
	}
	failure.write(w)
}
