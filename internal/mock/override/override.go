// Package override makes handlers from fixed responses.
package override

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/problem"
)

// Response is a fixed response, the same for every request.
type Response struct {
	Status  int // 0 is 200
	Headers map[string]string
	Body    json.RawMessage // a string is sent as text; unset is no body
}

// Handler returns a handler that sends the response. Errors are of type [problem.Field].
func (r Response) Handler() (http.HandlerFunc, error) {
	status := cmp.Or(r.Status, http.StatusOK)
	body, header := r.Body, make(http.Header)
	var wrong []error
	if status < 200 || status > 599 {
		wrong = append(wrong, problem.Field{Pointer: "/status", Detail: "want a status from 200 to 599"})
	}
	switch {
	case len(body) > 0 && (status == http.StatusNoContent || status == http.StatusNotModified):
		wrong = append(wrong, problem.Field{Pointer: "/body", Detail: "a response with this status has no body: leave it out"})
	case bytes.HasPrefix(body, []byte(`"`)):
		var text string
		if err := json.Unmarshal(body, &text); err != nil {
			return nil, err
		}
		body = []byte(text)
		header.Set("Content-Type", "text/plain; charset=utf-8")
	case len(body) > 0:
		header.Set("Content-Type", "application/json")
	}
	for name, value := range r.Headers {
		if err := httpx.CheckResponseHeader(name, value); err != nil {
			wrong = append(wrong, problem.Field{Pointer: "/headers", Detail: "invalid header: " + err.Error()})
		}
		header.Set(name, value)
	}
	if wrong != nil {
		return nil, errors.Join(wrong...)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header.Clone())
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}, nil
}
