package xsaletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxReportedBody is how much of a body a report shows.
const maxReportedBody = 4 << 10

// noteViolations keeps what a request breaks of the API description, for the report.
func noteViolations(r *http.Request, violations []violation) {
	if e := loggedRequestOf(r); e != nil {
		e.violations = append(e.violations, violations...)
	}
}

// reportViolations fails the test of a sandbox whose request breaks the API description. A path or a method that the
// description does not have is no reason: it is known to have not all of them.
func (s *Sandbox) reportViolations(e *loggedRequest, operation *apiOperation) {
	if s.test == nil || s.allowsInvalid || len(e.violations) == 0 {
		return
	}
	s.test.Errorf("xsaletest: %s", violationReport(e.request, e.violations, operation))
}

// violationReport says what is wrong with a request, without the texts that were sent, which may be personal data.
func violationReport(request Request, violations []violation, operation *apiOperation) string {
	var report strings.Builder
	fmt.Fprintf(&report, "request %d, %s (%s %s), breaks the API description and was answered 400; WithInvalidRequests allows it:\n",
		request.Number, operation.id, request.Method, request.Route)
	for _, violation := range violations {
		place := violation.Pointer
		if place == "" {
			place = "the body"
		}
		fmt.Fprintf(&report, "  %s: %s\n", place, violation.Detail)
		if sent := describeSent(request, violation.Pointer); sent != "" {
			fmt.Fprintf(&report, "    sent: %s\n", sent)
		}
		if wanted := operation.describe(violation.Pointer); wanted != "" {
			fmt.Fprintf(&report, "    described: %s\n", wanted)
		}
	}
	if masked, ok := maskedBody(request.Body); ok {
		fmt.Fprintf(&report, "  body, with its texts masked: %s\n", masked)
	} else if len(request.Body) > 0 {
		fmt.Fprintf(&report, "  body: %d bytes, not one JSON value\n", len(request.Body))
	}
	return strings.TrimSuffix(report.String(), "\n")
}

// describeSent says what stood at a pointer, without it.
func describeSent(request Request, pointer string) string {
	if pointer != "" && !strings.HasPrefix(pointer, "/") { // a parameter
		if values, ok := request.Query[pointer]; ok {
			return fmt.Sprintf("%d in the query", len(values))
		}
		if value, ok := request.PathValues[pointer]; ok {
			return fmt.Sprintf("a text of %d characters in the path", len([]rune(value)))
		}
		return ""
	}
	value, ok := readNumbers(request.Body)
	if !ok {
		return ""
	}
	for segment := range pointerSegments(pointer) {
		switch parent := value.(type) {
		case map[string]any:
			value, ok = parent[segment]
		case []any:
			index, err := strconv.Atoi(segment)
			if ok = err == nil && index >= 0 && index < len(parent); ok {
				value = parent[index]
			}
		default:
			ok = false
		}
		if !ok {
			return "nothing"
		}
	}
	return typeOfJSON(value)
}

func typeOfJSON(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return "a number with a fraction or an exponent"
		}
		return "an integer"
	case string:
		return "a string"
	case []any:
		return fmt.Sprintf("an array of %d", len(value))
	}
	return "an object"
}

// describe says what the API description has at a pointer into the body of an operation, or of a parameter.
func (o *apiOperation) describe(pointer string) string {
	if pointer != "" && !strings.HasPrefix(pointer, "/") {
		for _, parameter := range slices.Concat(o.pathParameters, o.spec.Parameters) {
			if parameter.Value.Name == pointer {
				return typeName(parameter.Value.Schema) + " in " + parameter.Value.In + summary(parameter.Value.Description)
			}
		}
		return ""
	}
	if o.spec.RequestBody == nil {
		return ""
	}
	schema, required := o.spec.RequestBody.Value.Content.Get("application/json").Schema, o.spec.RequestBody.Value.Required
	for segment := range pointerSegments(pointer) {
		parent := schema.Value
		for len(parent.AllOf) == 1 {
			parent = parent.AllOf[0].Value
		}
		if parent.Items != nil {
			schema, required = parent.Items, false
			continue
		}
		schema, required = parent.Properties[segment], slices.Contains(parent.Required, segment)
		if schema == nil {
			return ""
		}
	}
	text := typeName(schema)
	if format := schema.Value.Format; format != "" {
		text += " (" + format + ")"
	}
	if required {
		text += ", required"
	}
	return text + summary(schema.Value.Description)
}

// summary is the first sentence of a description, behind a colon.
func summary(description string) string {
	description = strings.Join(strings.Fields(description), " ")
	if first, _, found := strings.Cut(description, ". "); found {
		description = first + "."
	}
	if description == "" {
		return ""
	}
	return ": " + description
}

// pointerSegments yields the names and indices of a JSON pointer.
func pointerSegments(pointer string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		if pointer == "" {
			return
		}
		for segment := range strings.SplitSeq(pointer[1:], "/") {
			if !yield(strings.NewReplacer("~1", "/", "~0", "~").Replace(segment)) {
				return
			}
		}
	}
}

// maskedBody returns a JSON body with every text in it masked, but for dates and decimals, which are seldom personal and often
// what is wrong.
func maskedBody(body []byte) (masked string, ok bool) {
	value, ok := readNumbers(body)
	if !ok {
		return "", false
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(mask(value)) != nil {
		return "", false
	}
	text := strings.TrimSpace(out.String())
	if len(text) > maxReportedBody {
		return strings.ToValidUTF8(text[:maxReportedBody], "") + "…", true
	}
	return text, true
}

func mask(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name := range value {
			value[name] = mask(value[name])
		}
	case []any:
		for i := range value {
			value[i] = mask(value[i])
		}
	case string:
		if !isDateText(value) && !decimalText.MatchString(value) {
			return "…"
		}
	}
	return value
}

// decimalText has a fraction, because a text of digits alone may be a phone number or the number of a person.
var decimalText = regexp.MustCompile(`^-?[0-9]+[.,][0-9]+$`)

func isDateText(text string) bool {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05", time.RFC3339, time.DateTime, "02.01.2006"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// readNumbers reads one JSON value, and keeps its numbers as they are written.
func readNumbers(body []byte) (value any, ok bool) {
	if !json.Valid(body) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return value, decoder.Decode(&value) == nil
}
