package call

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

// FailureSign is a top-level field of a 2xx response by which a server reports a failure. The call
// then fails with [ErrReportedFailure].
type FailureSign struct {
	Field string // matched case-insensitively

	// Values are those that mean a failure, compared as JSON. Without any, every value does except
	// null, false, 0, "", the zero date and GUID of .NET, and lists and objects of nothing else.
	Values []any
}

// in reports whether the value of the field means a failure.
func (s FailureSign) in(value json.RawMessage) bool {
	if len(s.Values) == 0 {
		return !blank(value)
	}
	var got any
	return json.Unmarshal(value, &got) == nil && slices.ContainsFunc(s.Values, func(want any) bool {
		text, err := json.Marshal(want)
		var same any
		return err == nil && json.Unmarshal(text, &same) == nil && reflect.DeepEqual(got, same)
	})
}

// reported returns the failure that the body of a success reports, or nil. The text is the body in
// UTF-8 without white space around it, and result the type that it is decoded into; nil if it is
// discarded.
func (s *state) reported(response *http.Response, body, text []byte, result reflect.Type) *Error {
	contentType := response.Header.Get("Content-Type")
	problem := httpx.MediaType(contentType) == "application/problem+json"
	common := (len(text) <= maxErrorBody || s.mayDoHarm()) && (problem || mayReportFailure(text))
	if !common && len(s.FailureWhen)+len(s.signs) == 0 || len(text) == 0 || text[0] != '{' {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		return nil
	}
	field := signIn(fields, s.FailureWhen, s.signs)
	certain := field != "" || problem
	if declared, known := declaredFields(result); field == "" && common && known {
		var explicit bool
		field, explicit = failureIn(fields, declared, problem, s.mayDoHarm())
		certain = certain || explicit
	}
	if field == "" {
		return nil
	}
	failure := s.reportedError(response, body, field)
	if !certain && s.mayDoHarm() { // it may be a warning next to a result
		failure.MaybeProcessed = true
	}
	return failure
}

// reportedError is a success whose field reports a failure. The server says that it failed, so only
// earlier attempts may have been processed.
func (s *state) reportedError(response *http.Response, body []byte, field string) *Error {
	e := newError(s, fmt.Errorf("%w (%s)", ErrReportedFailure, shorten(field)))
	e.MaybeProcessed = s.maybeBefore
	e.setResponse(s, response)
	e.setBody(s, body)
	e.parseBody(response.Header.Get("Content-Type"))
	return e
}

// signIn returns the first field of an object that has one of the signs; empty without one.
func signIn(fields map[string]json.RawMessage, signs ...[]FailureSign) string {
	for _, sign := range slices.Concat(signs...) {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if strings.EqualFold(name, sign.Field) && sign.in(fields[name]) {
				return name
			}
		}
	}
	return ""
}

// mayReportFailure is a quick test for the fields of failureIn.
func mayReportFailure(text []byte) bool {
	for _, part := range []string{"ucc", "UCC", "rror", "RROR", "fail", "Fail", "FAIL", "tatus", "TATUS", "alid", "ALID", "xception", "odelState", "ault", `ok"`, `Ok"`, `OK"`} {
		if bytes.Contains(text, []byte(part)) {
			return true
		}
	}
	return false
}

// outcomes are the fields that say whether a call succeeded, in the form of foldName.
var outcomes = []string{"success", "issuccess", "successful", "issuccessful", "succeeded", "issucceeded", "ok", "isok", "isvalid"}

// failureForms are the fields by which ASP.NET and other servers commonly report a failure. The
// names are in the form of foldName.
var failureForms = map[string]func(value json.RawMessage) bool{
	"errorcode": filled, "modelstate": filled, "validationerrors": filled, "exceptionmessage": filled, "fault": filled, "odata.error": filled,
	"iserror": jsonTrue, "haserror": jsonTrue, "haserrors": jsonTrue, "failed": jsonTrue, "isfailed": jsonTrue, "isfailure": jsonTrue,
	"errormessage": filled, "errormessages": filled, "errors": filled,
	"error": func(value json.RawMessage) bool {
		object, ok := objectIn(value)
		return !ok && filled(value) || slices.ContainsFunc(messageNames, func(name string) bool { return filled(object[foldName(name)]) })
	},
	"responsestatus": func(value json.RawMessage) bool { // of ServiceStack
		object, _ := objectIn(value)
		return filled(object["errorcode"])
	},
}

// failureIn returns the field by which an object that came with a 2xx status reports a failure in
// one of the common forms; empty without one. It is explicit if it says that nothing was done. A
// problem has the media type of problem details. A result must not be mistaken for a failure, so
// the forms do not apply to fields that the result declares, nor if one of those has a value;
// except that a command which says no, and why, is not taken for done. The declared names are in
// the form of foldName.
func failureIn(fields map[string]json.RawMessage, declared map[string]bool, problem, command bool) (field string, explicit bool) {
	folded := map[string]json.RawMessage{}
	outcome, other, hasResult, succeeded := "", "", false, false
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		key, value := foldName(name), fields[name]
		folded[key] = value
		hasResult = hasResult || declared[key] && !describesFailure(key) && !blank(value)
		form := failureForms[key]
		switch isOutcome := slices.Contains(outcomes, key); {
		case isOutcome && jsonTrue(value):
			succeeded = true
		case declared[key]:
		case isOutcome && jsonFalse(value):
			outcome = cmp.Or(outcome, name)
		case form != nil && form(value):
			other = cmp.Or(other, name)
		}
	}
	anyFilled := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return filled(folded[name]) })
	}
	if outcome != "" {
		explained := anyFilled("errormessage", "errormessages", "errors") ||
			command && anyFilled("message", "messages", "reason", "detail", "error", "errorcode", "validationerrors")
		if result := hasResult || succeeded; !result || explained {
			return outcome, !result
		}
		return "", false
	}
	if hasResult || succeeded {
		return "", false
	}
	if problem {
		return "problem details", true
	}
	for _, name := range []string{"data", "result", "d"} {
		if inner, ok := objectIn(folded[name]); ok && other == "" && !declared[name] {
			if field, explicit := failureIn(inner, declared, false, command); slices.Contains(outcomes, field) {
				return name + "." + field, explicit
			}
		}
	}
	if other != "" {
		return other, false
	}
	for _, name := range []string{"status", "statuscode"} {
		status := strings.ToLower(string(bytes.Trim(folded[name], `"`)))
		problem := len(status) == 3 && (status[0] == '4' || status[0] == '5') && anyFilled("title", "detail", "message") // of another media type
		jsend := slices.Contains([]string{"error", "fail", "failed"}, status) && anyFilled("message", "data")
		if !declared[name] && (problem || jsend) {
			return name, false
		}
	}
	return "", false
}

// describesFailure reports whether a field is filled by failures as well.
func describesFailure(name string) bool {
	return slices.Contains([]string{"message", "messages", "errormessage", "errormessages", "errors"}, name)
}

// declaredFields returns the names of the fields that a type declares. It reports false for a type
// that leaves it to the caller to look: a response, a map, an any, or one that keeps its JSON.
func declaredFields(result reflect.Type) (declared map[string]bool, known bool) {
	for result != nil && result.Kind() == reflect.Pointer {
		result = result.Elem()
	}
	switch {
	case result == nil:
		return nil, true
	case result == reflect.TypeFor[Response](), result == reflect.TypeFor[json.RawMessage]():
		return nil, false
	case result.Kind() != reflect.Struct:
		return nil, result.Kind() != reflect.Map && result.Kind() != reflect.Interface
	}
	declared, known = map[string]bool{}, result.NumField() == 0
	for _, field := range reflect.VisibleFields(result) {
		known = known || field.IsExported()
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" {
			declared[foldName(cmp.Or(name, field.Name))] = true
		}
	}
	return declared, known
}

// foldName makes the spellings of a name equal: PascalCase, camelCase and snake_case.
func foldName(name string) string { return strings.ToLower(wordBreaks.Replace(name)) }

var wordBreaks = strings.NewReplacer("_", "", "-", "")

// objectIn returns the fields of an object by their folded names.
func objectIn(value json.RawMessage) (map[string]json.RawMessage, bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) != nil || object == nil {
		return nil, false
	}
	folded := map[string]json.RawMessage{}
	for name, value := range object {
		folded[foldName(name)] = value
	}
	return folded, true
}

func jsonTrue(value json.RawMessage) bool {
	return slices.Contains([]string{"true", `"true"`, `"True"`}, string(value))
}

func jsonFalse(value json.RawMessage) bool {
	return slices.Contains([]string{"false", `"false"`, `"False"`}, string(value))
}

// filled reports whether a value is a list or an object with something in it, a number other than
// 0, or a string that does not say that all is well.
func filled(value json.RawMessage) bool {
	word := strings.ToLower(strings.Trim(string(value), `"`))
	return !blank(value) && !jsonTrue(value) && !slices.Contains([]string{"0", "ok", "none", "false", "success"}, word)
}

// blank reports whether a value is absent, null, false, 0, "", a zero of .NET, or a list or an
// object of nothing else.
func blank(value json.RawMessage) bool {
	text := string(bytes.TrimSpace(value))
	switch text {
	case "", "null", "false", `""`, `"00000000-0000-0000-0000-000000000000"`:
		return true
	}
	switch text[0] {
	case '[':
		var list []json.RawMessage
		return json.Unmarshal(value, &list) == nil && !slices.ContainsFunc(list, func(inner json.RawMessage) bool { return !blank(inner) })
	case '{':
		var object map[string]json.RawMessage
		return json.Unmarshal(value, &object) == nil && !slices.ContainsFunc(slices.Collect(maps.Values(object)), func(inner json.RawMessage) bool { return !blank(inner) })
	}
	return strings.HasPrefix(text, `"0001-01-01`) || strings.Trim(text, "-0.") == ""
}
