package traffic

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire"
)

// masker replaces values by placeholders. It keeps types, so that masked traffic still fits the
// spec.
type masker struct {
	document *contract.Document
	kept     []locationPattern
	headers  []string // of responses that are kept as they are
	key      string

	// known are the placeholders of a recording, which a client sends back when it is replayed.
	known    map[string]bool
	learning bool // adds everything to known
	anew     bool // masks what is known, too: it may be an original that is equal to a placeholder
	again    int  // selects other placeholders, where two values of a set got the same
}

func newMasker(c *config) *masker {
	return &masker{document: c.document, kept: c.kept, headers: c.headers, key: c.maskKey, known: make(map[string]bool)}
}

// learn adds the placeholders of an exchange to the known ones.
func (m *masker) learn(request *http.Request, e *exchange) {
	m.learning = true
	m.request(request, e.Request.bytes())
	m.response(request, &http.Response{StatusCode: e.Response.Status, Header: e.Response.Header}, e.Response.bytes())
	m.learning = false
}

func (m *masker) replace(value string, placeholder func(string) string) string {
	switch {
	case m.known[value] && !m.anew:
		return value
	case m.learning:
		m.known[value] = true
		return value
	}
	return placeholder(value)
}

// request masks a request and returns the id of its operation.
func (m *masker) request(request *http.Request, body []byte) (recordedRequest, string) {
	c := m.document.Call(request)
	id := c.OperationID()
	contentType, body := withoutBoundary(withoutFileName(request.Header.Get("Content-Type")), body)
	masked := recordedRequest{
		Method: request.Method, Path: m.path(c, request), ContentType: contentType, recordedBody: m.body(id, body, c.RequestRules),
	}
	query := request.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if masked.Query == nil {
			masked.Query = make(map[string][]string)
		}
		rules := c.ParameterRules("query", name)
		maskedName := name
		if !rules.Listed {
			maskedName = m.name(name)
		}
		masked.Query[maskedName] = append(masked.Query[maskedName], m.parameter(rules, valueIn{rules.Schemas, id, "query " + name, name}, query[name])...)
	}
	return masked, id
}

// path masks the variables of a path. The result still routes to the same operation.
func (m *masker) path(c *contract.Call, request *http.Request) string {
	for other := *m; ; other.again++ {
		masked := c.MaskedPath(func(name, value string) string {
			rules := c.ParameterRules("path", name)
			return other.parameter(rules, valueIn{rules.Schemas, c.OperationID(), "path " + name, name}, []string{value})[0]
		})
		routed, err := recordedRequest{Method: request.Method, Path: masked}.request()
		if err != nil || other.again == maxAgain || m.document.Call(routed).Path == c.Path {
			return masked
		}
	}
}

// withoutBoundary replaces the boundary of a multipart body, which is random.
func withoutBoundary(contentType string, body []byte) (string, []byte) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	boundary := parameters["boundary"]
	if err != nil || boundary == "" {
		return contentType, body
	}
	return mediaType + "; boundary=boundary", bytes.ReplaceAll(body, []byte(boundary), []byte("boundary"))
}

// withoutFileName drops the name of a file from a Content-Type.
func withoutFileName(contentType string) string {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	count := len(parameters)
	delete(parameters, "name")
	delete(parameters, "filename")
	if err != nil || len(parameters) == count {
		return contentType
	}
	return mime.FormatMediaType(mediaType, parameters)
}

// keptHeaders are response headers without personal data.
var keptHeaders = []string{"Content-Type", "Retry-After", "Allow"}

func (m *masker) response(request *http.Request, response *http.Response, body []byte) recordedResponse {
	c := m.document.Call(request)
	rules := func(value any) contract.Rules { return c.ResponseRules(response.StatusCode, response.Header, value) }
	masked := recordedResponse{Status: response.StatusCode, recordedBody: m.body(c.OperationID(), body, rules)}
	for _, name := range slices.Concat(keptHeaders, m.headers) {
		if values := response.Header.Values(name); len(values) > 0 {
			if masked.Header == nil {
				masked.Header = make(map[string][]string)
			}
			for _, value := range values {
				key := http.CanonicalHeaderKey(name)
				if key == "Content-Type" {
					value = withoutFileName(value)
				}
				masked.Header[key] = append(masked.Header[key], strings.ToValidUTF8(value, "\uFFFD")) // files are JSON
			}
		}
	}
	return masked
}

// valueIn is where a value is, and what the spec says about it.
type valueIn struct {
	schemas  []*openapi3.Schema
	id       string // of the operation
	location string
	name     string // of the field, or of the field of the list
}

// parameter masks the values of a parameter.
func (m *masker) parameter(rules contract.ParameterRules, in valueIn, values []string) []string {
	if rules.Separator != "" {
		elements := m.parameter(contract.ParameterRules{Set: rules.Set}, in, strings.Split(strings.Join(values, rules.Separator), rules.Separator))
		return []string{strings.Join(elements, rules.Separator)}
	}
	mask := func(m *masker, i int) string { return m.text(in, strings.ToValidUTF8(values[i], "\uFFFD")) }
	if rules.Set {
		return m.set(values, mask)
	}
	masked := make([]string, len(values))
	for i := range values {
		masked[i] = mask(m, i)
	}
	return masked
}

// text masks a value of a path or a query, which writes numbers like strings.
func (m *masker) text(in valueIn, value string) string {
	ofType := func(name string) bool {
		return slices.ContainsFunc(in.schemas, func(schema *openapi3.Schema) bool { return schema.Type.Is(name) })
	}
	if ofType(openapi3.TypeNumber) && json.Valid([]byte(value)) || integer.MatchString(value) && !ofType(openapi3.TypeString) {
		return m.number(in, json.Number(value)).String()
	}
	return m.string(in, value)
}

func (m *masker) body(id string, body []byte, rules func(any) contract.Rules) recordedBody {
	if len(body) == 0 {
		return recordedBody{}
	}
	body = httpx.TrimBOM(body)
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err == nil {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			masking := &bodyMasker{masker: m, rules: rules(value), id: id, tokens: jsontext.NewDecoder(bytes.NewReader(body), lenient...)}
			if masking.value(value, "", "", "") == nil {
				return recordedBody{Body: masking.out.Bytes()}
			}
		}
	}
	return recordedBody{Text: m.replace(string(body), m.placeholder)}
}

var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// bodyMasker masks JSON in its order.
type bodyMasker struct {
	*masker
	rules  contract.Rules
	id     string
	tokens *jsontext.Decoder
	out    bytes.Buffer
}

// value masks the next value, which is parsed, too. The pointer has the original names, the
// location the masked ones. The name is that of its field, or of the field of its list.
func (b *bodyMasker) value(parsed any, pointer, location, name string) error {
	switch b.tokens.PeekKind() {
	case '{':
		fields, _ := parsed.(map[string]any) // no object if a duplicate follows
		return b.object(fields, pointer, location)
	case '[':
		elements, _ := parsed.([]any)
		return b.array(elements, pointer, location, name)
	}
	token, err := b.tokens.ReadToken()
	if err != nil {
		return err
	}
	b.out.WriteString(b.scalar(valueIn{b.rules[pointer], b.id, location, name}, token))
	return nil
}

// scalar returns the masked JSON of a value that is no object or array.
func (m *masker) scalar(in valueIn, token jsontext.Token) string {
	switch token.Kind() {
	case '"':
		return quoted(m.string(in, token.String()))
	case '0':
		return m.number(in, json.Number(token.String())).String()
	}
	return token.String()
}

func quoted(s string) string {
	data, _ := jsontext.AppendQuote(nil, s) // replaces invalid UTF-8
	return string(data)
}

func (b *bodyMasker) object(fields map[string]any, pointer, location string) error {
	b.tokens.ReadToken()
	b.out.WriteByte('{')
	names := slices.Sorted(maps.Keys(fields)) // any order gives the same placeholders
	masked := make(map[string]string, len(names))
	for i, name := range b.set(names, func(m *masker, i int) string { return m.name(names[i]) }) {
		masked[names[i]] = name
	}
	for count := 0; b.tokens.PeekKind() != '}'; count++ {
		token, err := b.tokens.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if _, ok := masked[name]; !ok { // in an object before a duplicate
			masked[name] = b.name(name)
		}
		if count > 0 {
			b.out.WriteByte(',')
		}
		b.out.WriteString(quoted(masked[name]) + ":")
		if err := b.value(fields[name], pointer+"/"+contract.EscapePointer(name), location+"/"+masked[name], name); err != nil {
			return err
		}
	}
	_, err := b.tokens.ReadToken()
	b.out.WriteByte('}')
	return err
}

func (b *bodyMasker) array(elements []any, pointer, location, name string) error {
	if elements != nil && slices.ContainsFunc(b.rules[pointer], func(schema *openapi3.Schema) bool { return schema.UniqueItems }) {
		return b.differentElements(elements, pointer, location, name)
	}
	b.tokens.ReadToken()
	b.out.WriteByte('[')
	for index := 0; b.tokens.PeekKind() != ']'; index++ {
		if index > 0 {
			b.out.WriteByte(',')
		}
		var parsed any
		if index < len(elements) {
			parsed = elements[index]
		}
		step := "/" + strconv.Itoa(index)
		if err := b.value(parsed, pointer+step, location+step, name); err != nil {
			return err
		}
	}
	_, err := b.tokens.ReadToken()
	b.out.WriteByte(']')
	return err
}

// differentElements masks an array so that its elements stay different.
func (b *bodyMasker) differentElements(elements []any, pointer, location, name string) error {
	array, err := b.tokens.ReadValue()
	if err != nil {
		return err
	}
	var raw []string
	split := jsontext.NewDecoder(bytes.NewReader(bytes.Clone(array)), lenient...)
	for split.ReadToken(); split.PeekKind() != ']'; {
		element, err := split.ReadValue()
		if err != nil {
			return err
		}
		raw = append(raw, string(element))
	}
	masked := b.set(raw, func(m *masker, i int) string {
		element := &bodyMasker{masker: m, rules: b.rules, id: b.id, tokens: jsontext.NewDecoder(strings.NewReader(raw[i]), lenient...)}
		step := "/" + strconv.Itoa(i)
		err = errors.Join(err, element.value(elements[i], pointer+step, location+step, name))
		return element.out.String()
	})
	b.out.WriteString("[" + strings.Join(masked, ",") + "]")
	return err
}

// set masks values so that different ones stay different.
func (m *masker) set(values []string, mask func(m *masker, index int) string) []string {
	masked := make([]string, len(values))
	taken := make(map[string]string, len(values)) // values by placeholder
	for i, value := range values {
		if masked[i] = mask(m, i); masked[i] == value {
			taken[canonical(value)] = value
		}
	}
	for i, value := range values {
		for other := *m; other.again < maxAgain; masked[i] = mask(&other, i) {
			if owner, ok := taken[canonical(masked[i])]; !ok || owner == value {
				break
			}
			other.again++
		}
		taken[canonical(masked[i])] = value
	}
	return masked
}

// canonical returns the same string for equal JSON, such as 0.5 and 0.50.
func canonical(value string) string {
	sorted := jsontext.Value(value)
	if sorted.Canonicalize(lenient...) != nil {
		return value // a string
	}
	return string(sorted)
}

// maxAgain bounds how often a placeholder is replaced by another one.
const maxAgain = 1000

// name masks a name that no field has: the names of maps are data. Short numbers are kept, as in
// values.
func (m *masker) name(name string) string {
	if contract.FieldName(name) || integer.MatchString(name) && len(name) <= 8 {
		return name
	}
	return m.replace(name, m.placeholder)
}

// birthday returns what replaces a personal date.
func (m *masker) birthday() string {
	return time.Date(1970, 1, 1+m.again, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

var (
	integer      = regexp.MustCompile(`^(0|-?[1-9]\d*)$`)
	shortNumber  = regexp.MustCompile(`^\d{1,2}$`) // there are too few of these for placeholders
	shortDecimal = regexp.MustCompile(`^-?\d{1,9}\.\d{1,6}$`)
	idName       = regexp.MustCompile(`(I|^i)[dD]s?$|^[iI]d[A-Z_]|_id$|idin$`)
	personalName = regexp.MustCompile(`(?i)nip|pesel|regon|iban|account|phone|mobile|fax|^tel|vat_?-?(id|no|num)|tax_?-?(id|no|num)|passport|birth|urodz`)
)

func (m *masker) number(in valueIn, number json.Number) json.Number {
	digits := number.String()
	long := integer.MatchString(digits) && len(strings.TrimPrefix(digits, "-")) >= 9
	personal := personalName.MatchString(in.name)
	if idName.MatchString(in.name) { // an AccountId, but not a VatId
		personal, long = personal && long, false
	}
	if !personal && !long || m.listed(in, number) || m.unmasked(in) {
		return number
	}
	return json.Number(m.replace(digits, func(value string) string { return m.numberLike(in.schemas, value) }))
}

// listed reports whether the spec lists a value.
func (m *masker) listed(in valueIn, value any) bool {
	return slices.ContainsFunc(in.schemas, func(schema *openapi3.Schema) bool {
		return len(schema.Enum) > 0 && m.document.Fits(schema, value)
	})
}

// unmasked reports whether values at a location are kept.
func (m *masker) unmasked(in valueIn) bool {
	return slices.ContainsFunc(m.kept, func(kept locationPattern) bool { return kept.matches(in.id, in.location) })
}

func (m *masker) string(in valueIn, value string) string {
	if value == "" || strings.EqualFold(value, "true") || strings.EqualFold(value, "false") || m.listed(in, value) {
		return value
	}
	_, err := wire.ParseDateTime(value)
	date, personal := err == nil, personalName.MatchString(in.name)
	switch {
	case date && personal:
		return m.birthday() + value[len(time.DateOnly):]
	case !personal && (date || shortDecimal.MatchString(value) || shortNumber.MatchString(value)):
		return value
	}
	if m.unmasked(in) && !hasEmail.MatchString(value) {
		return value
	}
	return m.replace(value, func(value string) string { return m.stringLike(in.schemas, value) })
}
