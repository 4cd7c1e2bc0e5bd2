package traffic

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	parameter := func(in, name, value string) string {
		return m.parameter(valueIn{c.ParameterRules(in, name), id, in + " " + name, name}, value)
	}
	masked := recordedRequest{
		Method:       request.Method,
		Path:         c.MaskedPath(func(name, value string) string { return parameter("path", name, value) }),
		ContentType:  request.Header.Get("Content-Type"),
		recordedBody: m.body(id, body, c.RequestRules),
	}
	for name, values := range request.URL.Query() {
		if masked.Query == nil {
			masked.Query = make(map[string][]string)
		}
		maskedName := m.name(name)
		for _, value := range values {
			masked.Query[maskedName] = append(masked.Query[maskedName], parameter("query", name, value))
		}
	}
	return masked, id
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
			masked.Header[http.CanonicalHeaderKey(name)] = values
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

// parameter masks a value of a path or a query, which writes numbers like strings.
func (m *masker) parameter(in valueIn, value string) string {
	if strings.Contains(value, ",") && len(in.schemas) > 0 { // a list in one value
		parts := strings.Split(value, ",")
		for i := range parts {
			parts[i] = m.parameter(in, parts[i])
		}
		return strings.Join(parts, ",")
	}
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
			if masking.value("", "", "") == nil {
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

// value masks the next value. The pointer has the original names, the location the masked ones. The
// name is that of its field, or of the field of its list.
func (b *bodyMasker) value(pointer, location, name string) error {
	switch b.tokens.PeekKind() {
	case '{':
		return b.object(pointer, location)
	case '[':
		return b.array(pointer, location, name)
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

func (b *bodyMasker) object(pointer, location string) error {
	b.tokens.ReadToken()
	b.out.WriteByte('{')
	taken := make(map[string]bool)
	for count := 0; b.tokens.PeekKind() != '}'; count++ {
		token, err := b.tokens.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		masked := b.distinct(taken, func(m *masker) string { return m.name(name) })
		if count > 0 {
			b.out.WriteByte(',')
		}
		b.out.WriteString(quoted(masked) + ":")
		if err := b.value(pointer+"/"+pointerEscapes.Replace(name), location+"/"+masked, name); err != nil {
			return err
		}
	}
	_, err := b.tokens.ReadToken()
	b.out.WriteByte('}')
	return err
}

func (b *bodyMasker) array(pointer, location, name string) error {
	b.tokens.ReadToken()
	b.out.WriteByte('[')
	set := slices.ContainsFunc(b.rules[pointer], func(schema *openapi3.Schema) bool { return schema.UniqueItems })
	taken := make(map[string]bool)
	for index := 0; b.tokens.PeekKind() != ']'; index++ {
		if index > 0 {
			b.out.WriteByte(',')
		}
		step := "/" + strconv.Itoa(index)
		if kind := b.tokens.PeekKind(); set && (kind == '"' || kind == '0') {
			token, err := b.tokens.ReadToken()
			if err != nil {
				return err
			}
			in := valueIn{b.rules[pointer+step], b.id, location + step, name}
			masked := b.distinct(taken, func(m *masker) string { return m.scalar(in, token) })
			b.out.WriteString(masked)
			continue
		}
		if err := b.value(pointer+step, location+step, name); err != nil {
			return err
		}
	}
	_, err := b.tokens.ReadToken()
	b.out.WriteByte(']')
	return err
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// maxAgain bounds how often a placeholder is replaced by another one.
const maxAgain = 100

// distinct returns a placeholder that is not taken, and takes it.
func (m *masker) distinct(taken map[string]bool, mask func(*masker) string) string {
	masked := mask(m)
	for other := *m; taken[masked] && other.again < maxAgain; {
		other.again++
		masked = mask(&other)
	}
	taken[masked] = true
	return masked
}

// name masks a name that no field has: the names of maps are data. Short numbers are kept, as in
// values.
func (m *masker) name(name string) string {
	if contract.FieldName(name) || integer.MatchString(name) && len(name) <= 8 {
		return name
	}
	return m.replace(name, m.placeholder)
}

// maskedBirthday replaces every personal date.
const maskedBirthday = "1970-01-01"

var (
	integer      = regexp.MustCompile(`^(0|-?[1-9]\d*)$`)
	shortDecimal = regexp.MustCompile(`^-?\d{1,9}\.\d{1,6}$`)
	idName       = regexp.MustCompile(`(I|^i)[dD]$|^id|_id$|idin$`)
	personalName = regexp.MustCompile(`(?i)nip|pesel|regon|iban|account|phone|mobile|fax|^tel|vat_?-?(id|no|num)|tax_?-?(id|no|num)|passport|birth|urodz`)
)

func (m *masker) number(in valueIn, number json.Number) json.Number {
	digits := number.String()
	long := integer.MatchString(digits) && len(strings.TrimPrefix(digits, "-")) >= 9
	if idName.MatchString(in.name) || !personalName.MatchString(in.name) && !long || m.listed(in, number) {
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

func (m *masker) string(in valueIn, value string) string {
	if value == "" || strings.EqualFold(value, "true") || strings.EqualFold(value, "false") || m.listed(in, value) {
		return value
	}
	_, err := wire.ParseDateTime(value)
	date, personal := err == nil, personalName.MatchString(in.name)
	switch {
	case date && personal:
		return maskedBirthday + value[len(maskedBirthday):]
	case !personal && (date || shortDecimal.MatchString(value)):
		return value
	}
	if !hasEmail.MatchString(value) {
		for _, kept := range m.kept {
			if kept.matches(in.id, in.location) {
				return value
			}
		}
	}
	return m.replace(value, func(value string) string { return m.stringLike(in.schemas, value) })
}
