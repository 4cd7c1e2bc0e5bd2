package xsaletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
)

// addition is a member that the API description does not list.
type addition struct{ name, value string }

// additions are of every JSON type, with what readers stumble over: a number that a float cannot hold, null, a name that is
// written with escapes, nested objects and arrays, an empty text. None differs from a listed name in case only.
var additions = []addition{
	{`"AddedObject"`, `{"Code":"PL","Nested":{"List":[1,{"Deep":null}]}}`},
	{`"AddedArray"`, `[{"Id":1},"text",[],null,true]`},
	{`"AddedDecimal"`, `12345678901234567890.123456789012345678`},
	{`"AddedNull"`, `null`},
	{`"AddedText"`, `""`},
	{`"added \"quoted\" \\ \/ \u017c\u00f3\u0142w"`, `"\u0105\t\ud83d\ude00"`},
}

// addedStatus is the name of the status that no account has by itself.
const addedStatus = "Dodany przez sandbox"

// The headers that no answer has by itself.
const (
	addedHeader      = "X-Sandbox-Addition"
	addedHeaderValue = "1"
)

// WithUnknownFields lets the answers of some operations, or of all, hold more than the API description lists, as those of a newer
// version of the vendor's API: every JSON object has the members AddedObject, AddedArray, AddedDecimal, AddedNull, AddedText
// and one whose name needs escapes; listStatuses has another status at the end; each answer has another header. They are the
// same in every run. A member that an object has already, in any case, is left as it is. Failures have additions, too. An
// operation that does not exist is an error that says which there are.
func WithUnknownFields(operationIDs ...string) Option {
	return func(c *config) error {
		c.additions, c.addTo = true, append(c.addTo, operationIDs...)
		return nil
	}
}

// addsTo reports whether the answers of an operation have additions; an empty id is that of any other request.
func (c *config) addsTo(operationID string) bool {
	return c.additions && (len(c.addTo) == 0 || slices.Contains(c.addTo, operationID))
}

// checkAdditions refuses the names of operations that do not exist.
func (c *config) checkAdditions(operations operationTable) error {
	for _, id := range c.addTo {
		if operations.byID(id) == nil {
			return fmt.Errorf("WithUnknownFields: there is no operation %q; there are %s", id, operations.names())
		}
	}
	return nil
}

// withAdditions puts the additions into the answers of a handler.
func withAdditions(c *config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.addsTo(loggedRequestOf(r).request.Operation) {
			next.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		answer.Header().Set(addedHeader, addedHeaderValue)
		mediaType, _, _ := mime.ParseMediaType(answer.Header().Get("Content-Type"))
		if strings.HasSuffix(mediaType, "json") {
			if body, err := addMembers(answer.Body.Bytes()); err == nil {
				answer.Body = bytes.NewBuffer(body)
			}
		}
		writeRecorded(w, answer)
	})
}

// addMembers adds the additions to every object of a JSON text, behind its members. All else stays what it is, numbers to the
// digit.
func addMembers(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out bytes.Buffer
	if err := copyValue(decoder, &out); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// copyValue copies the next value.
func copyValue(decoder *json.Decoder, out *bytes.Buffer) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return copyObject(decoder, out)
	case json.Delim('['):
		out.WriteByte('[')
		for first := true; decoder.More(); first = false {
			if !first {
				out.WriteByte(',')
			}
			if err := copyValue(decoder, out); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		_, err = decoder.Token()
		return err
	}
	return writeScalar(out, token)
}

func copyObject(decoder *json.Decoder, out *bytes.Buffer) error {
	out.WriteByte('{')
	present := make(map[string]bool) // in lower case
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		if len(present) > 0 {
			out.WriteByte(',')
		}
		present[strings.ToLower(name.(string))] = true
		if err := writeScalar(out, name); err != nil {
			return err
		}
		out.WriteByte(':')
		if err := copyValue(decoder, out); err != nil {
			return err
		}
	}
	for _, added := range additions {
		var name string
		if err := json.Unmarshal([]byte(added.name), &name); err != nil {
			return err
		}
		if present[strings.ToLower(name)] {
			continue
		}
		if len(present) > 0 {
			out.WriteByte(',')
		}
		present[strings.ToLower(name)] = true
		out.WriteString(added.name + ":" + added.value)
	}
	out.WriteByte('}')
	_, err := decoder.Token()
	return err
}

// writeScalar writes a text, number, boolean or null.
func writeScalar(out *bytes.Buffer, token json.Token) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(token); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the encoder ends its value with a line break
	return nil
}
