package xsale

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/printable"
)

// maxMessage bounds what of a body becomes part of an error's text.
const maxMessage = 500

// problem has the members of the error bodies that ASP.NET and ServiceStack write: problem details (RFC 9457) with the
// errors map of ASP.NET, ModelState, ResponseStatus, and the plain Message of Web API.
type problem struct {
	Type           string          `json:"type"`
	Title          string          `json:"title"`
	Detail         string          `json:"detail"`
	Code           string          `json:"code"`
	Message        string          `json:"message"`
	Error          json.RawMessage `json:"error"`
	Errors         json.RawMessage `json:"errors"`
	ModelState     json.RawMessage `json:"modelState"`
	ResponseStatus *struct {
		ErrorCode string          `json:"errorCode"`
		Message   string          `json:"message"`
		Errors    json.RawMessage `json:"errors"`
	} `json:"responseStatus"`
}

// parseBody takes code, message and fields from a body, where it has a form that is known. Names match in any case.
func (e *Error) parseBody(contentType string) {
	if strings.HasPrefix(contentType, "text/plain") {
		e.Message = shorten(string(e.Body))
		return
	}
	var p problem
	if json.Unmarshal(e.Body, &p) != nil {
		var text string
		if json.Unmarshal(e.Body, &text) == nil {
			e.Message = shorten(text)
		}
		return
	}
	e.Code = shorten(p.Code)
	e.Message = shorten(firstNonEmpty(p.Detail, p.Message, p.Title, jsonText(p.Error)))
	e.Fields = append(fieldErrors(p.Errors), fieldErrors(p.ModelState)...)
	if status := p.ResponseStatus; status != nil {
		e.Code = shorten(firstNonEmpty(e.Code, status.ErrorCode))
		e.Message = shorten(firstNonEmpty(status.Message, e.Message))
		e.Fields = append(e.Fields, fieldErrors(status.Errors)...)
	}
}

// fieldErrors reads a map from field to message or messages, or a list of objects that name a field.
func fieldErrors(raw json.RawMessage) []FieldError {
	var byField map[string]json.RawMessage
	if json.Unmarshal(raw, &byField) == nil {
		var fields []FieldError
		for _, field := range slices.Sorted(maps.Keys(byField)) {
			var messages []string
			if json.Unmarshal(byField[field], &messages) != nil {
				messages = []string{jsonText(byField[field])}
			}
			fields = append(fields, FieldError{shorten(field), shorten(strings.Join(messages, "; "))})
		}
		return fields
	}
	var list []struct {
		Pointer   string `json:"pointer"`
		Field     string `json:"field"`
		FieldName string `json:"fieldName"`
		Detail    string `json:"detail"`
		Message   string `json:"message"`
	}
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	var fields []FieldError
	for _, entry := range list {
		fields = append(fields, FieldError{
			Field:   shorten(firstNonEmpty(entry.Pointer, entry.FieldName, entry.Field)),
			Message: shorten(firstNonEmpty(entry.Detail, entry.Message)),
		})
	}
	return fields
}

func jsonText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

func firstNonEmpty(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func shorten(text string) string {
	return printable.Line(strings.TrimSpace(text), maxMessage)
}
