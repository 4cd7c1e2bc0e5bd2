package mock

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/mock/values"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// media is a body that a response may have.
type media struct {
	name  string // content type
	kind  kind
	entry *model.MediaType
	fixed func() fixedBody // made on first use
	frame func() any       // around an item or a list, made on first use
}

type kind int

// Kinds of bodies, the preferred one first.
const (
	jsonBody kind = iota
	textBody
	linesBody
	eventsBody
	xmlBody
	binaryBody
)

type fixedBody struct {
	value   any // of JSON
	encoded []byte
	err     error
}

func newOperation(p *Plan, spec *contract.Operation) *operation {
	o := &operation{Operation: spec}
	o.status, o.success = successOf(spec)
	if o.success != nil && bodied(o.status) {
		for _, name := range slices.Sorted(maps.Keys(o.success.Content)) {
			o.media = append(o.media, newMedia(p, spec, name, o.success.Content[name]))
		}
	}
	slices.SortStableFunc(o.media, func(a, b *media) int { return cmp.Compare(a.kind, b.kind) })
	if request := spec.Spec().RequestBody; request != nil {
		for _, name := range slices.Sorted(maps.Keys(request.Content)) {
			if httpx.JSON(name) && o.body == nil {
				o.body = request.Content[name].Schema
			}
		}
	}
	return o
}

func bodied(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusResetContent && status != http.StatusNotModified
}

// successOf returns the lowest success that the spec lists: a status, a range or the default.
// Without any, it is the lowest redirection or failure, or else 200.
func successOf(o *contract.Operation) (int, *model.Response) {
	responses := o.Spec().Responses
	for _, class := range []string{"2", "3", "4", "5"} {
		for _, key := range slices.Sorted(maps.Keys(responses)) { // digits precede XX
			if strings.HasPrefix(key, class) {
				return statusOf(key, o.Method), responses[key]
			}
		}
		if def := responses["default"]; def != nil && class == "2" {
			return statusOf("2XX", o.Method), def
		}
	}
	return http.StatusOK, nil
}

// statusOf returns a status of a range, or the status itself.
func statusOf(key, method string) int {
	if status, err := strconv.Atoi(key); err == nil {
		return status
	}
	switch {
	case key[0] == '5':
		return http.StatusInternalServerError
	case key[0] == '4':
		return http.StatusBadRequest
	case key[0] == '3':
		return http.StatusFound
	case method == http.MethodPost:
		return http.StatusCreated
	}
	return http.StatusOK
}

func newMedia(p *Plan, o *contract.Operation, name string, entry *model.MediaType) *media {
	m := &media{name: concrete(name), entry: entry}
	if original, ok := entry.Extensions["x-media-type"].(string); ok {
		m.name = original
	}
	m.kind = kindOf(m.name, entry.Schema)
	key := o.Method + " " + o.Path
	m.fixed = sync.OnceValue(func() fixedBody { return m.make(p, key) })
	m.frame = sync.OnceValue(func() any {
		frame, err := p.generator.Value(entry.Schema, key, values.Required)
		if err != nil {
			return nil
		}
		calm(entry.Schema, frame)
		return frame
	})
	return m
}

// concrete returns a media type without wildcards.
func concrete(name string) string {
	switch {
	case name == "*/*" || name == "application/*":
		return "application/octet-stream"
	case name == "text/*":
		return "text/plain"
	case name == "image/*":
		return "image/png"
	}
	return strings.ReplaceAll(name, "*", "octet-stream")
}

func kindOf(name string, schema *model.SchemaRef) kind {
	switch {
	case httpx.JSON(name):
		return jsonBody
	case strings.HasSuffix(name, "/xml") || strings.HasSuffix(name, "+xml"):
		return xmlBody
	case name == "text/event-stream":
		return eventsBody
	case isList(schema) && (strings.Contains(name, "jsonl") || strings.Contains(name, "json-seq") || strings.Contains(name, "ndjson")):
		return linesBody
	case strings.HasPrefix(name, "text/"):
		return textBody
	}
	return binaryBody
}

func isList(schema *model.SchemaRef) bool {
	return schema != nil && schema.Value.Type.Is(model.Array)
}

// make returns the example of a body, or a generated one.
func (m *media) make(p *Plan, key string) fixedBody {
	schema := m.entry.Schema
	value, found := m.example(p.document)
	if !found && schema != nil && m.kind != binaryBody {
		var err error
		if value, err = p.generator.Value(schema, key, values.Full); err != nil {
			return fixedBody{err: fmt.Errorf("generate %s: %w", m.name, err)}
		}
		if m.kind == jsonBody {
			calm(schema, value)
		}
	}
	encoded, err := m.encode(schema, value)
	return fixedBody{value, encoded, err}
}

// example returns the first example that fits the schema.
func (m *media) example(document *contract.Document) (value any, found bool) {
	examples := []any{m.entry.Example}
	for _, name := range slices.Sorted(maps.Keys(m.entry.Examples)) {
		examples = append(examples, m.entry.Examples[name])
	}
	for _, example := range examples {
		if example = tree.Clone(example); example != nil && (m.entry.Schema == nil || document.Fits(m.entry.Schema.Value, example)) {
			return example, true
		}
	}
	return nil, false
}

// encode writes a value as the body of a response.
func (m *media) encode(schema *model.SchemaRef, value any) ([]byte, error) {
	elements, _ := value.([]any)
	switch m.kind {
	case jsonBody:
		return marshal(value)
	case linesBody, eventsBody:
		return m.encodeSequence(elements)
	case xmlBody:
		return encodeXML(schema, value)
	}
	switch value := value.(type) {
	case string:
		return []byte(value), nil
	case nil:
		return []byte("sandbox\n"), nil
	}
	return marshal(value)
}

func (m *media) encodeSequence(elements []any) ([]byte, error) {
	var body bytes.Buffer
	for _, element := range elements {
		fields, isEvent := element.(map[string]any)
		if m.kind == eventsBody && isEvent && fields["data"] != nil {
			for _, name := range []string{"event", "id", "retry"} {
				if fields[name] != nil {
					fmt.Fprintf(&body, "%s: %v\n", name, fields[name])
				}
			}
			element = fields["data"]
		}
		line, isText := element.(string)
		if !isText || m.kind == linesBody {
			encoded, err := marshal(element)
			if err != nil {
				return nil, err
			}
			line = strings.TrimSpace(string(encoded))
		}
		switch {
		case m.kind == eventsBody:
			fmt.Fprintf(&body, "data: %s\n\n", line)
		case strings.Contains(m.name, "json-seq"):
			body.WriteString("\x1e" + line + "\n")
		default:
			body.WriteString(line + "\n")
		}
	}
	return body.Bytes(), nil
}

// marshal writes JSON without the escapes that are for HTML.
func marshal(value any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return body.Bytes(), err
}

// accepted returns the body that a client prefers, nil if the response has none. A client that
// accepts none of them gets the first.
func (o *operation) accepted(accept []string) *media {
	if len(o.media) == 0 {
		return nil
	}
	best, quality := o.media[0], 0.0
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		q := 1.0
		if _, weight, found := strings.Cut(parameters, "q="); found {
			q, _ = strconv.ParseFloat(strings.TrimSpace(weight), 64)
		}
		for _, m := range o.media {
			if q > quality && accepts(strings.ToLower(strings.TrimSpace(name)), m.name) {
				best, quality = m, q
				break
			}
		}
	}
	return best
}

func accepts(pattern, name string) bool {
	prefix, wildcard := strings.CutSuffix(pattern, "*")
	return pattern == name || pattern == "*/*" || wildcard && strings.HasPrefix(name, prefix)
}
