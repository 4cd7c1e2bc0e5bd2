package xsaletest

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/wire/codec"
	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

// newAPI returns the API in the order of its checks: tokens, path and method, request, organization; behind the operation
// comes the check of the response.
func newAPI(tokens *tokenService, states map[string]*state, first string, document *openapi3.T) http.Handler {
	organizations := make(map[string]http.Handler)
	for name, state := range states {
		organizations[name] = newOrganizationAPI(name, state, document)
	}
	return tokens.authenticate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The mux would redirect to the tidy path, and so hide an empty organization name.
		if path.Clean(r.URL.Path) != r.URL.Path {
			refusePath(w, r)
			return
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
		name, _ = url.PathUnescape(name)
		organization := organizations[name]
		if organization == nil { // the path has none, or one that does not exist, which is found behind the other checks
			organization = organizations[first]
		}
		organization.ServeHTTP(w, r)
	}))
}

// newOrganizationAPI returns the API of one organization, and what does not depend on it.
func newOrganizationAPI(name string, state *state, document *openapi3.T) http.Handler {
	mux := http.NewServeMux()
	sandboxapi.HandlerWithOptions(
		sandboxapi.NewStrictHandlerWithOptions(state, nil, sandboxapi.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  refuseBody,
			ResponseErrorHandlerFunc: failOperation,
		}),
		sandboxapi.StdHTTPServerOptions{
			BaseRouter:       contractMux{mux, document},
			Middlewares:      []sandboxapi.MiddlewareFunc{requireOrganization(name)},
			ErrorHandlerFunc: refuseParameter,
		},
	)
	for path, item := range document.Paths.Map() {
		mux.HandleFunc(path, refuseMethod(slices.Sorted(maps.Keys(item.Operations()))))
	}
	mux.HandleFunc("/", refusePath)
	return mux
}

func refusePath(w http.ResponseWriter, _ *http.Request) {
	newProblem(http.StatusNotFound, "The API description has no such path.").write(w)
}

func refuseMethod(allowed []string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		newProblem(http.StatusMethodNotAllowed, "The API description has this path, but not with this method.").write(w)
	}
}

// refuseParameter answers where the generated server is stricter about a parameter than the validator.
func refuseParameter(w http.ResponseWriter, r *http.Request, err error) {
	var violations []violation
	if invalid, ok := errors.AsType[*sandboxapi.InvalidParamFormatError](err); ok {
		violations = []violation{{invalid.ParamName, unfitParameter}}
	}
	noteViolations(r, violations)
	newProblem(http.StatusBadRequest, "The request does not match the API description.", violations...).write(w)
}

// refuseBody answers where the generated types are stricter about a body than the validator, that is, about the range of
// numbers, which the validator reads as floats.
func refuseBody(w http.ResponseWriter, r *http.Request, err error) {
	var pointer string
	if unfit, ok := errors.AsType[*codec.ValueError](err); ok {
		pointer = unfit.Pointer
	}
	violations := []violation{{pointer, outOfRange}}
	noteViolations(r, violations)
	newProblem(http.StatusBadRequest, "The request does not match the API description.", violations...).write(w)
}

// failOperation answers with the problem that an operation returned.
func failOperation(w http.ResponseWriter, _ *http.Request, err error) {
	failure, ok := errors.AsType[*problem](err)
	if !ok {
		failure = newProblem(http.StatusInternalServerError, "The sandbox cannot answer: "+err.Error())
	}
	failure.write(w)
}
