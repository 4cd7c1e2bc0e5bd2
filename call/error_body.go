package call

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/printable"
)

// Bounds of what an error takes from a body.
const (
	maxMessage    = 500 // bytes of a code, a message or a field name
	maxFields     = 100
	maxFieldDepth = 8 // of objects in what is said about a field
)

// parseBody reads code, message and fields from a body in a known format. JSON is recognized
// whatever the Content-Type, which servers and the proxies in front of them often get wrong.
func (e *Error) parseBody(contentType string) {
	text := strings.TrimSpace(httpx.Text(e.Body))
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

// readList reads a list of strings, of objects that name a field, or of code and description, as
// ASP.NET Identity writes.
func (e *Error) readList(list []any) {
	var messages []string
	for _, entry := range list {
		message := textOf(entry)
		if object, ok := entry.(map[string]any); ok {
			fields := fold(object)
			if fields.text(fieldNames...) != "" {
				e.addObject("", object, 0)
				continue
			}
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
// ResponseStatus of ServiceStack. An object without a known field may still be a wrapper, or a bare
// ModelState.
func (e *Error) readObject(body map[string]any) {
	fields := fold(body)
	for _, name := range []string{"responseStatus", "error", "odata.error"} {
		if object, ok := fields.get(name).(map[string]any); ok {
			inner := fold(object)
			if status := inner.text("status"); status != "" && strings.Trim(status, "0123456789") != "" { // of Google, next to a number as code
				e.Code = cmp.Or(e.Code, shorten(status))
			}
			e.readFields(inner)
			if modelState(object) {
				e.addFields(object)
			}
		}
	}
	e.readFields(fields)
	for _, name := range []string{"result", "data"} {
		if object, ok := fields.get(name).(map[string]any); ok && e.silent() {
			e.readFields(fold(object))
		}
	}
	if e.silent() && modelState(body) {
		e.addFields(body)
	}
}

// silent reports whether nothing has been read so far.
func (e *Error) silent() bool { return e.Code == "" && e.Message == "" && len(e.Fields) == 0 }

// idNames are fields with the server's id of a request, most specific first.
var idNames = []string{"traceId", "requestId", "correlationId"}

// readFields sets what is not set yet. The type of problem details is not a code: ASP.NET puts a
// link to a specification there. A StackTrace is ignored.
func (e *Error) readFields(fields foldedFields) {
	code := fields.text("code", "errorCode")
	message := fields.text("detail", "message", "errorDescription", "title", "errorMessage", "errorMessages", "messages", "reason", "description")
	for _, name := range []string{"messageDetail", "exceptionMessage", "details"} { // of ASP.NET Web API and ABP, more specific than the message
		if detail := scalarText(fields.get(name)); detail != "" {
			message = strings.TrimPrefix(message+": "+detail, ": ")
		}
	}
	if failure := fields.text("error"); message == "" {
		message = failure
	} else if fields.text("errorDescription") != "" {
		code = cmp.Or(code, failure)
	}
	e.Code = cmp.Or(e.Code, shorten(code))
	e.Message = cmp.Or(e.Message, shorten(message))
	for _, name := range []string{"errors", "modelState", "validationErrors", "details", "errorMessages", "messages"} {
		if value := fields.get(name); textOf(value) != message || message == "" {
			e.addFields(value)
		}
	}
	if list, ok := fields.get("error").([]any); ok {
		e.addFields(list)
	}
	e.RequestID = cmp.Or(e.RequestID, shorten(fields.text(idNames...)))
	for _, name := range []string{"extensions", "innerError"} {
		if object, ok := fields.get(name).(map[string]any); ok {
			e.RequestID = cmp.Or(e.RequestID, shorten(fold(object).text(idNames...)))
		}
	}
}

// fieldNames are those of a field that an error is about, and messageNames those of its message.
var (
	fieldNames   = []string{"pointer", "fieldName", "field", "propertyName", "property", "target", "members", "memberNames", "parameter"}
	messageNames = []string{"detail", "message", "messages", "errorMessage", "errorMessages", "description", "reason", "title", "errors", "errorCode", "code"}
)

// addFields reads a map from field to message or messages, or a list of strings or of objects that
// name a field.
func (e *Error) addFields(value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, field := range slices.Sorted(maps.Keys(value)) {
			e.addField(field, value[field], 0)
		}
	case []any:
		for _, entry := range value {
			e.addField("", entry, 0)
		}
	}
}

// addField reads what is said about a field; the name is empty if none is known. Messages may be
// nested in lists and objects.
func (e *Error) addField(field string, value any, depth int) {
	if depth > maxFieldDepth {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		e.addObject(field, value, depth)
		return
	case []any:
		nested := slices.ContainsFunc(value, func(entry any) bool { _, ok := entry.(map[string]any); return ok })
		if nested {
			for _, entry := range value {
				e.addField(field, entry, depth+1)
			}
			return
		}
	}
	e.appendField(field, textOf(value))
}

// addObject reads an object about a field. If it has no message, its names are parts of the field.
func (e *Error) addObject(field string, object map[string]any, depth int) {
	fields := fold(object)
	e.addFields(fields.get("fieldViolations")) // of Google
	name, message := fields.text(fieldNames...), fields.text(messageNames...)
	if source, ok := fields.get("source").(map[string]any); ok { // of JSON:API
		name = cmp.Or(name, fold(source).text(fieldNames...))
	}
	switch {
	case field != "" && message == "":
		for _, key := range slices.Sorted(maps.Keys(object)) {
			e.addField(field+"."+key, object[key], depth+1)
		}
	case field != "" && name != "" && name != field:
		e.appendField(field+"."+name, message)
	default:
		e.appendField(cmp.Or(field, name), message)
	}
}

func (e *Error) appendField(field, message string) {
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

// foldedFields are the fields of an object by their folded names.
type foldedFields map[string]any

// fold keeps the first of two names that differ only by case, in sorted order, so that the result
// is deterministic.
func fold(object map[string]any) foldedFields {
	folded := foldedFields{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if key := foldName(name); folded[key] == nil {
			folded[key] = object[name]
		}
	}
	return folded
}

func (f foldedFields) get(name string) any { return f[foldName(name)] }

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
