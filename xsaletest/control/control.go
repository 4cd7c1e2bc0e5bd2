// Package control is an HTTP API that controls a sandbox, for tests in any language. It is part of
// the command xsale sandbox. In Go, add it to a sandbox:
//
//	sandbox, err := xsaletest.Start(xsaletest.WithControl(control.New))
//
// Its paths begin with /_sandbox/. Their spec is the file openapi.yaml, which GET
// /_sandbox/openapi.json returns. A request that does not fit the spec, or has unknown fields or
// query parameters, gets a 400 with problem details (RFC 9457) that name each location.
package control

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/control/internal/page"
)

// maxBody bounds the body of a request, which may be a seed with many orders.
const maxBody = 64 << 20

//go:embed openapi.yaml
var specYAML []byte

var spec = sync.OnceValue(func() *contract.Document {
	document, err := contract.Load(specYAML)
	if err != nil {
		panic("control: openapi.yaml: " + err.Error()) // it is part of the program
	}
	return document
})

// New returns the control API of a sandbox, for [xsaletest.WithControl]. It also serves the
// sandbox's page at /.
func New(sandbox *xsaletest.Sandbox) http.Handler { return &api{sandbox, page.New()} }

type api struct {
	sandbox *xsaletest.Sandbox
	page    http.Handler
}

// request is a request that fits the spec.
type request struct {
	*http.Request
	variables map[string]string // of the path
	body      []byte
}

// decode decodes the body, whose fields and types the spec has checked.
func (r *request) decode(value any) error { return json.Unmarshal(r.body, value) }

// operation processes a request. The result is the JSON body of the response, a text as []byte, or
// nil for no body. An error that is not a *problem.Details is about the request.
type operation func(*api, *request) (any, error)

var operations = map[string]struct {
	status  int
	process operation
}{
	"getSpec":        {http.StatusOK, (*api).getSpec},
	"getStatus":      {http.StatusOK, (*api).getStatus},
	"getEnvironment": {http.StatusOK, (*api).getEnvironment},
	"reset":          {http.StatusNoContent, (*api).reset},

	"replaceData":    {http.StatusNoContent, (*api).replaceData},
	"addOrder":       {http.StatusCreated, (*api).addOrder},
	"getOrder":       {http.StatusOK, (*api).getOrder},
	"setOrderStatus": {http.StatusNoContent, (*api).setOrderStatus},

	"addHandler":    {http.StatusCreated, (*api).addHandler},
	"clearHandlers": {http.StatusNoContent, (*api).clearHandlers},

	"listFaults":  {http.StatusOK, (*api).listFaults},
	"addFaults":   {http.StatusCreated, (*api).addFaults},
	"clearFaults": {http.StatusNoContent, (*api).clearFaults},

	"listRequests":    {http.StatusOK, (*api).listRequests},
	"waitForRequests": {http.StatusOK, (*api).waitForRequests},
	"clearRequests":   {http.StatusNoContent, (*api).clearRequests},

	"getSettings":    {http.StatusOK, (*api).getSettings},
	"changeSettings": {http.StatusOK, (*api).changeSettings},
	"getClock":       {http.StatusOK, (*api).getClock},
	"changeClock":    {http.StatusOK, (*api).changeClock},

	"getLogins":      {http.StatusOK, (*api).getLogins},
	"issueTokens":    {http.StatusOK, (*api).issueTokens},
	"revokeTokens":   {http.StatusNoContent, (*api).revokeTokens},
	"expireIDTokens": {http.StatusNoContent, (*api).expireIDTokens},
	"unblockUser":    {http.StatusNoContent, (*api).unblockUser},
}

// ServeHTTP serves the control API and the page.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if !strings.HasPrefix(r.URL.Path+"/", "/_sandbox/") || strings.HasPrefix(r.URL.Path, page.Prefix) {
		a.page.ServeHTTP(w, r)
		return
	}
	call := spec().Call(r)
	switch {
	case call.Path == "":
		problem.New(http.StatusNotFound, "The control API has no such path: GET /_sandbox/openapi.json lists all.").Write(w)
		return
	case call.Operation == nil:
		allowed := strings.Join(call.Allowed, ", ")
		problem.New(http.StatusMethodNotAllowed, "Use "+allowed+".").With("Allow", allowed).Write(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		problem.OfBody(err).Write(w)
		return
	}
	body = httpx.TrimBOM(body)
	// A notice is about something unknown, which would be ignored silently.
	if findings := call.CheckRequest(body); len(findings) > 0 {
		fields := problem.Fields(findings)
		if err := checkSyntax(body); err != nil && len(body) > 0 && httpx.JSON(r.Header.Get("Content-Type")) {
			fields = []problem.Field{{Detail: err.Error()}} // with the position
		}
		problem.New(http.StatusBadRequest, "The request does not fit the spec of the control API", fields...).Write(w)
		return
	}
	operation := operations[call.OperationID()]
	result, err := operation.process(a, &request{r, call.Variables, body})
	if err != nil {
		problemOf(err).Write(w)
		return
	}
	switch result := result.(type) {
	case nil:
		w.WriteHeader(operation.status)
	case []byte:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(result)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(operation.status)
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(result) // a client that has left is not an error
	}
}

// problemOf returns the problem of an operation that failed.
func problemOf(err error) *problem.Details {
	if details, ok := errors.AsType[*problem.Details](err); ok {
		return details
	}
	if fields := problem.FieldsOf(err); fields != nil {
		for i := range fields {
			fields[i].Detail = strings.TrimPrefix(fields[i].Detail, "xsaletest: ")
		}
		return problem.New(http.StatusBadRequest, "The request cannot be processed", fields...)
	}
	return problem.New(http.StatusBadRequest, strings.TrimPrefix(err.Error(), "xsaletest: "))
}

func (a *api) getSpec(*request) (any, error) {
	own := maps.Clone(spec().Tree()) // shared by all sandboxes
	own["servers"] = []any{map[string]any{"url": a.sandbox.URL(), "description": "This sandbox"}}
	return own, nil
}
