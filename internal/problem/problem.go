// Package problem writes the bodies of error responses: problem details (RFC 9457).
package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/xsale-go/xsale/internal/contract"
)

// Details is the body of an error response. It is an error, so that functions can return it.
type Details struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Errors []Field `json:"errors,omitempty"`

	header http.Header
}

// Field is one thing that is wrong. It never repeats a value, which may be personal data or a
// secret. It is an error, so that functions can return it.
type Field struct {
	Pointer string `json:"pointer"` // location of a finding, such as "/Items/0" or "query statusidin"
	Detail  string `json:"detail"`
}

func (f Field) Error() string {
	if f.Pointer == "" {
		return f.Detail
	}
	return f.Pointer + ": " + f.Detail
}

// At adds a pointer to an error. Its text stays the same, for callers in Go.
func At(pointer string, err error) error {
	if err == nil {
		return nil
	}
	return &located{pointer, err}
}

type located struct {
	pointer string
	error
}

// FieldsOf returns the fields in the tree of an error, and the errors of [At].
func FieldsOf(err error) []Field {
	switch err := err.(type) {
	case Field:
		return []Field{err}
	case *located:
		return []Field{{err.pointer, err.Error()}}
	case interface{ Unwrap() error }:
		return FieldsOf(err.Unwrap())
	case interface{ Unwrap() []error }:
		var fields []Field
		for _, joined := range err.Unwrap() {
			fields = append(fields, FieldsOf(joined)...)
		}
		return fields
	}
	return nil
}

// New returns problem details with the usual title of the status.
func New(status int, detail string, fields ...Field) *Details {
	return &Details{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: fields}
}

// Fields returns findings as the errors of problem details.
func Fields(findings []contract.Finding) []Field {
	fields := make([]Field, len(findings))
	for i, f := range findings {
		fields[i] = Field{f.Location, f.Detail()}
	}
	return fields
}

// OfBody is the problem of a body that cannot be read.
func OfBody(err error) *Details {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return New(http.StatusRequestEntityTooLarge, fmt.Sprintf("The body is larger than %d bytes.", tooLarge.Limit))
	}
	return New(http.StatusBadRequest, "The body cannot be read.")
}

// With sets a header of the response.
func (d *Details) With(name, value string) *Details {
	d.header = http.Header{name: {value}}
	return d
}

func (d *Details) Error() string { return d.Detail }

// Write writes the response.
func (d *Details) Write(w http.ResponseWriter) {
	maps.Copy(w.Header(), d.header)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(d.Status)
	_ = json.NewEncoder(w).Encode(d) // a client that has left is not an error
}
