package xsaletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
)

// addition is a field that the spec does not list.
type addition struct{ name, value string }

// additions cover every JSON type and what parsers stumble over: a number that no float can
// represent, null, a name with escapes, nested objects and arrays, an empty string. No name
// differs from a listed one in case only.
var additions = []addition{
	{`"AddedObject"`, `{"Code":"PL","Nested":{"List":[1,{"Deep":null}]}}`},
	{`"AddedArray"`, `[{"Id":1},"text",[],null,true]`},
	{`"AddedDecimal"`, `12345678901234567890.123456789012345678`},
	{`"AddedNull"`, `null`},
	{`"AddedText"`, `""`},
	{`"added \"quoted\" \\ \/ \u017c\u00f3\u0142w"`, `"\u0105\t\ud83d\ude00"`},
}

// addedStatus is a status that no account has.
const addedStatus = "Dodany przez sandbox"

// A header that no response has otherwise.
const (
	addedHeader      = "X-Sandbox-Addition"
	addedHeaderValue = "1"
)

// WithUnknownFields adds what the spec does not list to the responses of some operations, or of
// all, as a newer version of the vendor's API might. Every JSON object gets the fields
// AddedObject, AddedArray, AddedDecimal, AddedNull, AddedText and one whose name needs escapes;
// listStatuses gets another status at the end; every response gets another header. They are the
// same in every run. A field that an object already has, in any case, stays as it is. Error
// responses get additions, too. An unknown operation is an error that lists the known ones.
func WithUnknownFields(operationIDs ...string) Option {
	return func(c *config) {
		c.additions, c.addTo = true, append(c.addTo, operationIDs...)
	}
}

// addsTo reports whether the responses of an operation get additions; an empty id is any other
// request.
func (c *config) addsTo(operationID string) bool {
	return c.additions && (len(c.addTo) == 0 || slices.Contains(c.addTo, operationID))
}

func (c *config) checkAdditions(spec *contract.Document) error {
	for _, id := range c.addTo {
		if spec.Operation(id) == nil {
			return fmt.Errorf("WithUnknownFields: no such operation %q: want one of %s", id, operationIDs(spec))
		}
	}
	return nil
}

// addUnknownFields adds the header and, to JSON, the fields.
func (r *response) addUnknownFields() {
	r.Header().Set(addedHeader, addedHeaderValue)
	mediaType := httpx.MediaType(r.Header().Get("Content-Type"))
	if !strings.HasSuffix(mediaType, "json") {
		return
	}
	if body, err := addFields(r.body.Bytes()); err == nil {
		r.body = *bytes.NewBuffer(body)
	}
}

// addFields adds the additions to every object of a JSON value, after its fields. It keeps
// everything else, numbers to the digit.
func addFields(body []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var out bytes.Buffer
	if err := copyValue(decoder, &out); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

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
	present := make(map[string]bool) // by name in lower case
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

// writeScalar writes a string, number, boolean or null.
func writeScalar(out *bytes.Buffer, token json.Token) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(token); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // without the encoder's newline
	return nil
}
