package control

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

func (a *api) addHandler(r *request) (any, error) {
	var added struct {
		Pattern string
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
	if err := r.decode(&added); err != nil {
		return nil, err
	}
	status := cmp.Or(added.Status, http.StatusOK)
	body, header := added.Body, make(http.Header)
	var wrong []error
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
	for name, value := range added.Headers {
		if !httpx.ValidHeaderName(name) || !httpx.ValidHeaderValue(value) {
			wrong = append(wrong, problem.Field{Pointer: "/headers", Detail: "invalid header: the name must be an ASCII token, the value one line"})
		}
		header.Set(name, value)
	}
	if wrong != nil {
		return nil, errors.Join(wrong...)
	}
	return nil, a.sandbox.HandleFunc(added.Pattern, func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		_, _ = w.Write(body)
	})
}

func (a *api) clearHandlers(*request) (any, error) {
	a.sandbox.ClearHandlers()
	return nil, nil
}
