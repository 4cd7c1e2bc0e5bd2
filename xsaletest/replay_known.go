package xsaletest

import (
	"encoding/json"
	"net/url"
	"strings"
)

// learn notes the texts of an exchange, which a client may send back as they are.
func (r *Replayer) learn(e *exchange) {
	for segment := range strings.SplitSeq(e.Request.Path, "/") {
		if text, err := url.PathUnescape(segment); err == nil {
			r.known[text] = true
		}
	}
	for name, values := range e.Request.Query {
		r.known[name] = true
		for _, value := range values {
			r.known[value] = true
		}
	}
	for _, body := range []recordedBody{e.Request.recordedBody, e.Response.recordedBody} {
		r.known[body.Text] = true
		var value any
		decoder := json.NewDecoder(strings.NewReader(string(body.Body)))
		decoder.UseNumber()
		if decoder.Decode(&value) == nil {
			r.learnValue(value)
		}
	}
}

func (r *Replayer) learnValue(value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			r.known[name] = true
			r.learnValue(member)
		}
	case []any:
		for _, element := range value {
			r.learnValue(element)
		}
	case string:
		r.known[value] = true
	case json.Number:
		r.known[value.String()] = true
	}
}
