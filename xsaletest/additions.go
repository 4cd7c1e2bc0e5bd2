package xsaletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"

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
// responses get additions, too. Strings are escaped as by [WithEscapedStrings]. An unknown operation
// is an error that lists the known ones.
func WithUnknownFields(operationIDs ...string) Option {
	return func(c *config) {
		if len(operationIDs) == 0 {
			operationIDs = []string{AnyOperation}
		}
		c.settings.UnknownFields = append(c.settings.UnknownFields, operationIDs...)
	}
}

// WithEscapedStrings escapes the strings in JSON responses as ASP.NET does by default: what is not
// ASCII, and " & ' + < > and the backquote, are written as \u002B. Code that compares JSON instead
// of decoded strings fails.
func WithEscapedStrings() Option {
	return func(c *config) { c.settings.EscapedStrings = true }
}

// rewrite replaces the body, if it is JSON, with one that has escaped strings and, if additions is
// set, unknown fields.
func (r *response) rewrite(additions bool) {
	if additions {
		r.Header().Set(addedHeader, addedHeaderValue)
	}
	mediaType := httpx.MediaType(r.Header().Get("Content-Type"))
	if !strings.HasSuffix(mediaType, "json") {
		return
	}
	body := rewriter{decoder: json.NewDecoder(bytes.NewReader(r.body.Bytes())), additions: additions}
	body.decoder.UseNumber() // keeps numbers to the digit
	if body.copyValue() == nil {
		body.out.WriteByte('\n')
		r.body = body.out
	}
}

// rewriter copies a JSON value with escaped strings. Additions follow the fields of every object.
type rewriter struct {
	decoder   *json.Decoder
	out       bytes.Buffer
	additions bool
}

func (r *rewriter) copyValue() error {
	token, err := r.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return r.copyObject()
	case json.Delim('['):
		r.out.WriteByte('[')
		for first := true; r.decoder.More(); first = false {
			if !first {
				r.out.WriteByte(',')
			}
			if err := r.copyValue(); err != nil {
				return err
			}
		}
		r.out.WriteByte(']')
		_, err = r.decoder.Token()
		return err
	}
	if text, ok := token.(string); ok {
		r.writeString(text)
		return nil
	}
	scalar, err := json.Marshal(token)
	r.out.Write(scalar)
	return err
}

func (r *rewriter) copyObject() error {
	r.out.WriteByte('{')
	present := make(map[string]bool) // by name in lower case
	separate := func(name string) {
		if len(present) > 0 {
			r.out.WriteByte(',')
		}
		present[strings.ToLower(name)] = true
	}
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return err
		}
		name := token.(string)
		separate(name)
		r.writeString(name)
		r.out.WriteByte(':')
		if err := r.copyValue(); err != nil {
			return err
		}
	}
	for _, added := range additions {
		var name string
		if err := json.Unmarshal([]byte(added.name), &name); err != nil {
			return err
		}
		if r.additions && !present[strings.ToLower(name)] {
			separate(name)
			r.out.WriteString(added.name + ":" + added.value)
		}
	}
	r.out.WriteByte('}')
	_, err := r.decoder.Token()
	return err
}

// shortEscapes are the characters that System.Text.Json does not escape by number.
var shortEscapes = map[rune]string{'\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`, '\\': `\\`}

// writeString writes a string as System.Text.Json does with its default encoder, which allows only
// letters of ASCII and what is harmless in HTML.
func (r *rewriter) writeString(text string) {
	r.out.WriteByte('"')
	for _, c := range text {
		switch short := shortEscapes[c]; {
		case short != "":
			r.out.WriteString(short)
		case c >= ' ' && c < 0x7f && !strings.ContainsRune("\"&'+<>`", c):
			r.out.WriteRune(c)
		default:
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&r.out, `\u%04X`, unit)
			}
		}
	}
	r.out.WriteByte('"')
}
