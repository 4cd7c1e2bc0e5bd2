package fake

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/internal/contract/route"
)

// Router serves the paths of an OpenAPI spec. Unlike [http.ServeMux], it accepts overlapping
// paths such as /orders/{id}/items and /orders/archive/{year}: if both match a request, the one
// with the earlier literal segment serves it. Variables may be part of a segment, as in
// /orders({id}), and the last one may take the rest of the path, as in /files/{path...}. The zero
// value is empty and ready to use.
//
// Register all paths before the first request. From then on, a Router is safe for concurrent use.
type Router struct {
	handlers route.Table[http.HandlerFunc]
}

// HandleFunc registers a handler for a method and a path template, such as "GET /orders/{id}". It
// panics if the pattern is already registered or has no method, as [http.ServeMux] does.
func (r *Router) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	path = strings.TrimSuffix(path, "{$}") // http.ServeMux writes a trailing slash as /{$}
	if err := r.handlers.Add(method, path, handler); err != nil {
		panic(fmt.Sprintf("fake: %v", err))
	}
}

// escapedKey is the key of the function that returns the escaped path variables of a request.
type escapedKey struct{}

// ServeHTTP calls the handler of the first matching path and sets the path variables with
// [http.Request.SetPathValue]. A GET handler also serves HEAD. ServeHTTP responds with 405 if the
// path exists with other methods only, and with 404 if it does not exist.
func (r *Router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	match, found := r.handlers.Find(request.Method, request.URL.EscapedPath())
	switch {
	case found:
		for name, value := range match.Variables {
			request.SetPathValue(name, value)
		}
		match.Value(w, request.WithContext(context.WithValue(request.Context(), escapedKey{}, match.Escaped)))
	case match.Template != "":
		w.Header().Set("Allow", strings.Join(match.Allowed, ", "))
		writeProblem(w, http.StatusMethodNotAllowed, "The path has no operation with this method.")
	default:
		writeProblem(w, http.StatusNotFound, "The spec has no such path.")
	}
}
