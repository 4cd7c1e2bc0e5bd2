package xsaletest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/xsale-go/xsale/internal/contract"
)

// problem is the body of every error response of the API: problem details (RFC 9457). An
// operation returns it as an error.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Errors []problemError `json:"errors,omitempty"`

	header http.Header
}

// problemError is one thing that is wrong. It never repeats a value, which may be personal data
// or a secret.
type problemError struct {
	Pointer string `json:"pointer"` // location of a finding, such as "/Items/0" or "query statusidin"
	Detail  string `json:"detail"`
}

func newProblem(status int, detail string, details ...problemError) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: details}
}

// problemErrors returns findings as the errors of problem details.
func problemErrors(findings []contract.Finding) []problemError {
	details := make([]problemError, len(findings))
	for i, f := range findings {
		details[i] = problemError{f.Location, f.Detail()}
	}
	return details
}

// bodyProblem is the problem of a body that cannot be read.
func bodyProblem(err error) *problem {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("The body is larger than %d bytes.", tooLarge.Limit))
	}
	return newProblem(http.StatusBadRequest, "The body cannot be read.")
}

// with adds a header to the response.
func (p *problem) with(name, value string) *problem {
	p.header = http.Header{name: {value}}
	return p
}

func (p *problem) Error() string { return p.Detail }

func (p *problem) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), p.header)
	writeJSON(w, p.Status, "application/problem+json", p)
}

// writeJSON writes a value that can be encoded. A client that has left is not an error.
func writeJSON(w http.ResponseWriter, status int, contentType string, value any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
