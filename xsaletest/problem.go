package xsaletest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// problem is the body of every answer of the API that is not a success: problem details (RFC 9457). As an error it is
// what an operation returns to be answered with it.
type problem struct {
	Type   string      `json:"type"`
	Title  string      `json:"title"`
	Status int         `json:"status"`
	Detail string      `json:"detail"`
	Errors []violation `json:"errors,omitempty"`
}

// violation is one thing that is wrong. It never repeats a value, which may be personal data or a secret.
type violation struct {
	Pointer string `json:"pointer"` // JSON pointer into the body, or name of a parameter or header
	Detail  string `json:"detail"`
}

// newProblem returns a problem whose detail ends with the violations, for readers that show no more than the detail.
func newProblem(status int, detail string, violations ...violation) *problem {
	var text strings.Builder
	text.WriteString(detail)
	for i, violation := range violations {
		separator := "; "
		if i == 0 {
			separator = " "
		}
		text.WriteString(separator)
		if violation.Pointer != "" {
			text.WriteString(violation.Pointer + ": ")
		}
		text.WriteString(violation.Detail)
	}
	return &problem{
		Type:   "about:blank", // the status says it all
		Title:  http.StatusText(status),
		Status: status,
		Detail: text.String(),
		Errors: violations,
	}
}

func (p *problem) Error() string { return p.Detail }

func (p *problem) write(w http.ResponseWriter) { writeJSON(w, p.Status, "application/problem+json", p) }

// writeJSON answers with a value whose types always have a JSON form. That the client may have gone is not our concern.
func writeJSON(w http.ResponseWriter, status int, contentType string, value any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
