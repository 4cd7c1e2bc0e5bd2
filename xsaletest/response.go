package xsaletest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
)

// response is a response in memory. The zero value is empty and ready to use.
type response struct {
	status  int
	header  http.Header
	body    bytes.Buffer
	checked bool // against the spec
}

// newResponse returns a response with a body of JSON, or without one if body is nil.
func newResponse(status int, body any) *response {
	r := &response{}
	if body == nil {
		r.WriteHeader(status)
	} else {
		writeJSON(r, status, "application/json", body)
	}
	return r
}

func (r *response) Header() http.Header {
	if r.header == nil {
		r.header = make(http.Header)
	}
	return r.header
}

func (r *response) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *response) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// send sends the whole response. A client that has left is not an error.
func (r *response) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes())
}

// writeJSON writes a value that can be encoded. A client that has left is not an error.
func writeJSON(w http.ResponseWriter, status int, contentType string, value any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
