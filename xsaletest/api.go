package xsaletest

import (
	"errors"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/sandboxapi"
	"github.com/xsale-go/xsale/wire"
)

// newAPI returns the API in the order of its checks: tokens, path and method, request, organization; behind the operation
// comes the check of the response.
func newAPI(tokens *tokenService, state *state, document *openapi3.T) http.Handler {
	mux := http.NewServeMux()
	sandboxapi.HandlerWithOptions(
		sandboxapi.NewStrictHandlerWithOptions(state, nil, sandboxapi.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  refuseBody,
			ResponseErrorHandlerFunc: failOperation,
		}),
		sandboxapi.StdHTTPServerOptions{
			BaseRouter:       contractMux{mux, document},
			Middlewares:      []sandboxapi.MiddlewareFunc{requireOrganization},
			ErrorHandlerFunc: refuseParameter,
		},
	)
	for path, item := range document.Paths.Map() {
		mux.HandleFunc(path, refuseMethod(slices.Sorted(maps.Keys(item.Operations()))))
	}
	mux.HandleFunc("/", refusePath)
	return tokens.authenticate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The mux would redirect to the tidy path, and so hide an empty organization name.
		if path.Clean(r.URL.Path) != r.URL.Path {
			refusePath(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
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
func refuseParameter(w http.ResponseWriter, _ *http.Request, err error) {
	var violations []violation
	if invalid, ok := errors.AsType[*sandboxapi.InvalidParamFormatError](err); ok {
		violations = []violation{{invalid.ParamName, unfitParameter}}
	}
	newProblem(http.StatusBadRequest, "The request does not match the API description.", violations...).write(w)
}

// refuseBody answers where the generated types are stricter about a body than the validator, that is, about the range of
// numbers, which the validator reads as floats.
func refuseBody(w http.ResponseWriter, _ *http.Request, err error) {
	var pointer string
	if unfit, ok := errors.AsType[*wire.ValueError](err); ok {
		pointer = unfit.Pointer
	}
	newProblem(http.StatusBadRequest, "The request does not match the API description.", violation{pointer, outOfRange}).write(w)
}

// failOperation answers with the problem that an operation returned.
func failOperation(w http.ResponseWriter, _ *http.Request, err error) {
	failure, ok := errors.AsType[*problem](err)
	if !ok {
		failure = newProblem(http.StatusInternalServerError, "The sandbox cannot answer: "+err.Error())
	}
	failure.write(w)
}
