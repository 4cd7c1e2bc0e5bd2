// Package fake is what generated servers need to stand in for an API in tests: a router that takes the paths of any
// OpenAPI description, and an answer for operations that a fake does not have.
package fake

import (
	"encoding/json"
	"errors"
	"net/http"
)

// ErrUnimplemented is what an operation returns that a fake does not have. [WriteError] answers 501.
var ErrUnimplemented = errors.New("the fake does not have this operation")

// WriteError answers with problem details (RFC 9457): 501 for [ErrUnimplemented], 500 for any other error. Its text is
// in the answer, so that a test shows it.
func WriteError(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, ErrUnimplemented) {
		status = http.StatusNotImplemented
	}
	writeProblem(w, status, err.Error())
}

// WriteBadRequest answers 400 with problem details, for a request that does not fit the description.
func WriteBadRequest(w http.ResponseWriter, _ *http.Request, err error) {
	writeProblem(w, http.StatusBadRequest, err.Error())
}

func writeProblem(w http.ResponseWriter, status int, detail string) {
	body, err := json.Marshal(map[string]any{"status": status, "title": http.StatusText(status), "detail": detail})
	if err != nil { // cannot happen: these are texts and a number
		http.Error(w, detail, status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
