// Package fake supports generated servers that fake an API in tests: a router that accepts the
// paths of any OpenAPI spec, functions to write responses, and an error for operations that a
// fake does not implement.
package fake

import (
	"encoding/json"
	"errors"
	"net/http"
)

// ErrUnimplemented is returned by operations that a fake does not implement. [WriteError]
// responds with 501.
var ErrUnimplemented = errors.New("the fake does not implement this operation")

// WriteError responds with problem details (RFC 9457): 501 for [ErrUnimplemented], 500 for any
// other error. They contain the error's message, so that a test shows it.
func WriteError(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, ErrUnimplemented) {
		status = http.StatusNotImplemented
	}
	writeProblem(w, status, err.Error())
}

// WriteBadRequest responds with 400 and problem details, for a request that does not fit the spec.
func WriteBadRequest(w http.ResponseWriter, _ *http.Request, err error) {
	writeProblem(w, http.StatusBadRequest, err.Error())
}

func writeProblem(w http.ResponseWriter, status int, detail string) {
	body, err := json.Marshal(map[string]any{"status": status, "title": http.StatusText(status), "detail": detail})
	if err != nil { // impossible for strings and a number
		http.Error(w, detail, status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
