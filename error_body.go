package xsale

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/printable"
)

// Bounds of what of a body becomes part of an error.
const (
	maxMessage = 500 // bytes of a code, a message, a field's name
	maxFields  = 100
)

// parseBody takes code, message and fields from a body, where it has a form that is known. The form decides, not the
// Content-Type, because servers and what stands in front of them get that wrong.
func (e *Error) parseBody(contentType string) {
	text := strings.TrimSpace(bodyText(e.Body))
	mediaType := mediaTypeOf(contentType)
	if text == "" {
		return
	}
	if value, ok := parseJSON(text); ok {
		e.readJSON(value)
	} else if isHTML(mediaType, text) {
		e.html = true
		e.Message = shorten(htmlTitle(text))
	} else if isReadable(mediaType, text) {
		e.Message = shorten(text)
	}
}

// parseJSON reads a text, a list or an object. Another value says nothing about an error.
func parseJSON(text string) (any, bool) {
	if !strings.Contains(`"[{`, text[:1]) {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // so that a code of any length stays what it is
	var value any
	if decoder.Decode(&value) != nil {
		return nil, false
	}
	_, err := decoder.Token()
	return value, err == io.EOF
}

func (e *Error) readJSON(value any) {
	switch value := value.(type) {
	case []any:
		e.readList(value)
	case map[string]any:
		e.readObject(value)
	default:
		e.Message = shorten(textOf(value))
	}
}

// readList reads a list of texts, or the list of code and description that ASP.NET Identity writes.
func (e *Error) readList(list []any) {
	var messages []string
	for _, entry := range list {
		message := textOf(entry)
		if object, ok := entry.(map[string]any); ok {
			names := fold(object)
			message = names.text("description", "message", "detail", "errorMessage")
			e.Code = firstNonEmpty(e.Code, shorten(names.text("code", "errorCode")))
		}
		if message != "" {
			messages = append(messages, message)
		}
	}
	e.Message = shorten(strings.Join(messages, "; "))
}

// readObject reads the members of an object and of the error inside it: the error of many APIs and of OData, or the
// ResponseStatus of ServiceStack. An object without a member that is known may still be a bare ModelState.
func (e *Error) readObject(body map[string]any) {
	names := fold(body)
	for _, name := range []string{"responseStatus", "error", "odata.error"} {
		if object, ok := names.get(name).(map[string]any); ok {
			e.readMembers(fold(object))
		}
	}
	e.readMembers(names)
	if e.Code == "" && e.Message == "" && len(e.Fields) == 0 && isModelState(body) {
		e.addFields(body)
	}
}

// readMembers takes what is not known yet. The type of problem details is no code: ASP.NET puts a link to a
// specification there. A StackTrace is never looked at.
func (e *Error) readMembers(names members) {
	code := names.text("code", "errorCode")
	message := names.text("detail", "message", "error_description", "title")
	for _, name := range []string{"messageDetail", "exceptionMessage"} { // of ASP.NET Web API, which says more than its Message
		if detail := names.text(name); detail != "" {
			message = strings.TrimPrefix(message+": "+detail, ": ")
		}
	}
	if failure := names.text("error"); message == "" {
		message = failure
	} else if names.text("error_description") != "" {
		code = firstNonEmpty(code, failure)
	}
	e.Code = firstNonEmpty(e.Code, shorten(code))
	e.Message = firstNonEmpty(e.Message, shorten(message))
	for _, name := range []string{"errors", "modelState", "details"} {
		e.addFields(names.get(name))
	}
}

// addFields reads a map from field to message or messages, or a list of texts or of objects that name a field.
func (e *Error) addFields(value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, field := range slices.Sorted(maps.Keys(value)) {
			e.addField(field, value[field])
		}
	case []any:
		for _, entry := range value {
			e.addField("", entry)
		}
	}
}

func (e *Error) addField(field string, value any) {
	message := textOf(value)
	if object, ok := value.(map[string]any); ok {
		names := fold(object)
		field = firstNonEmpty(field, names.text("pointer", "fieldName", "field", "propertyName", "target"))
		message = names.text("detail", "message", "errorMessage", "description", "errorCode", "code")
	}
	if len(e.Fields) < maxFields && (field != "" || message != "") {
		e.Fields = append(e.Fields, FieldError{shorten(field), shorten(message)})
	}
}

// isModelState reports whether every member is a list of texts.
func isModelState(body map[string]any) bool {
	for _, value := range body {
		list, ok := value.([]any)
		if !ok || len(list) == 0 || slices.ContainsFunc(list, func(entry any) bool { _, isText := entry.(string); return !isText }) {
			return false
		}
	}
	return true
}

// members is an object whose names match in any case.
type members map[string]any

// fold keeps the first of two names that differ in case alone, so that the result is always the same.
func fold(object map[string]any) members {
	folded := members{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if key := strings.ToLower(name); folded[key] == nil {
			folded[key] = object[name]
		}
	}
	return folded
}

func (m members) get(name string) any { return m[strings.ToLower(name)] }

// text returns the first text among the members of these names.
func (m members) text(names ...string) string {
	for _, name := range names {
		if text := textOf(m.get(name)); text != "" {
			return text
		}
	}
	return ""
}

// textOf returns a text, a number, a list of them, or the value of OData's text with a language. Anything else is empty.
func textOf(value any) string {
	switch value := value.(type) {
	case []any:
		var texts []string
		for _, entry := range value {
			if text := scalarText(entry); text != "" {
				texts = append(texts, text)
			}
		}
		return strings.Join(texts, "; ")
	case map[string]any:
		return scalarText(fold(value).get("value"))
	}
	return scalarText(value)
}

func scalarText(value any) string {
	switch value := value.(type) {
	case string:
		return strings.TrimSpace(value)
	case json.Number:
		return value.String()
	}
	return ""
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
