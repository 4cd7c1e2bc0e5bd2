package call

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/printable"
)

// Bounds of what an error takes from a body.
const (
	maxMessage = 500 // bytes of a code, a message or a field name
	maxFields  = 100
)

// parseBody reads code, message and fields from a body in a known format. JSON is recognized
// whatever the Content-Type, which servers and the proxies in front of them often get wrong.
func (e *Error) parseBody(contentType string) {
	body, err := inUTF8(e.Body, contentType, maxErrorBody*utf8.UTFMax)
	if body == nil && e.Err == nil {
		e.Err = err
	}
	text := strings.TrimSpace(string(httpx.TrimBOM(body)))
	mediaType := httpx.MediaType(contentType)
	if text == "" {
		return
	}
	if value, ok := parseJSON(text); ok {
		e.readJSON(value)
	} else if htmlPage(mediaType, text) {
		e.html = true
		e.Message = shorten(htmlTitle(text))
	} else if readable(mediaType, text) {
		e.Message = shorten(text)
	}
}

// parseJSON reads a string, a list or an object. Other values mean nothing in an error.
func parseJSON(text string) (any, bool) {
	if !strings.Contains(`"[{`, text[:1]) {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // keeps a code of any length as it is
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

// readList reads a list of strings, or the list of code and description that ASP.NET Identity
// writes.
func (e *Error) readList(list []any) {
	var messages []string
	for _, entry := range list {
		message := textOf(entry)
		if object, ok := entry.(map[string]any); ok {
			fields := fold(object)
			message = fields.text("description", "message", "detail", "errorMessage")
			e.Code = cmp.Or(e.Code, shorten(fields.text("code", "errorCode")))
		}
		if message != "" {
			messages = append(messages, message)
		}
	}
	e.Message = shorten(strings.Join(messages, "; "))
}

// readObject reads an object and the error inside it: the error of many APIs and of OData, or the
// ResponseStatus of ServiceStack. An object without a known field may still be a bare ModelState.
func (e *Error) readObject(body map[string]any) {
	fields := fold(body)
	for _, name := range []string{"responseStatus", "error", "odata.error"} {
		if object, ok := fields.get(name).(map[string]any); ok {
			e.readFields(fold(object))
		}
	}
	e.readFields(fields)
	if e.Code == "" && e.Message == "" && len(e.Fields) == 0 && modelState(body) {
		e.addFields(body)
	}
}

// readFields sets what is not set yet. The type of problem details is not a code: ASP.NET puts a
// link to a specification there. A StackTrace is ignored.
func (e *Error) readFields(fields foldedFields) {
	code := fields.text("code", "errorCode")
	message := fields.text("detail", "message", "error_description", "title")
	for _, name := range []string{"messageDetail", "exceptionMessage"} { // of ASP.NET Web API, more specific than its Message
		if detail := fields.text(name); detail != "" {
			message = strings.TrimPrefix(message+": "+detail, ": ")
		}
	}
	if failure := fields.text("error"); message == "" {
		message = failure
	} else if fields.text("error_description") != "" {
		code = cmp.Or(code, failure)
	}
	e.Code = cmp.Or(e.Code, shorten(code))
	e.Message = cmp.Or(e.Message, shorten(message))
	for _, name := range []string{"errors", "modelState", "details"} {
		e.addFields(fields.get(name))
	}
}

// addFields reads a map from field to message or messages, or a list of strings or of objects that
// name a field.
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
		fields := fold(object)
		field = cmp.Or(field, fields.text("pointer", "fieldName", "field", "propertyName", "target"))
		message = fields.text("detail", "message", "errorMessage", "description", "errorCode", "code")
	}
	if len(e.Fields) < maxFields && (field != "" || message != "") {
		e.Fields = append(e.Fields, FieldError{shorten(field), shorten(message)})
	}
}

// modelState reports whether every field is a list of strings.
func modelState(body map[string]any) bool {
	for _, value := range body {
		list, ok := value.([]any)
		if !ok || len(list) == 0 || slices.ContainsFunc(list, func(entry any) bool { _, ok := entry.(string); return !ok }) {
			return false
		}
	}
	return true
}

// foldedFields are the fields of an object by their names in lower case.
type foldedFields map[string]any

// fold keeps the first of two names that differ only by case, in sorted order, so that the result
// is deterministic.
func fold(object map[string]any) foldedFields {
	folded := foldedFields{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if key := strings.ToLower(name); folded[key] == nil {
			folded[key] = object[name]
		}
	}
	return folded
}

func (f foldedFields) get(name string) any { return f[strings.ToLower(name)] }

// text returns the first non-empty string among the named fields.
func (f foldedFields) text(names ...string) string {
	for _, name := range names {
		if text := textOf(f.get(name)); text != "" {
			return text
		}
	}
	return ""
}

// textOf returns a string, a number, a list of them, or the value of OData's string with a
// language; empty for other values.
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

func shorten(text string) string {
	return printable.Line(strings.TrimSpace(text), maxMessage)
}
