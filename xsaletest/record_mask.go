package xsaletest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/wire"
)

// masker replaces values by placeholders. It keeps types, so that what it has masked still fits the description.
type masker struct {
	document *contract.Document
	kept     []placePattern
	key      string

	// known are the placeholders of a recording, which a client that it is played to sends back.
	known      map[string]bool
	isLearning bool // takes everything for a placeholder
}

// learn reads the placeholders of an exchange.
func (m *masker) learn(request *http.Request, e *exchange) {
	m.isLearning = true
	m.request(request, e.Request.bytes())
	m.body(e.Operation, e.Response.bytes())
	m.isLearning = false
}

// replace returns the placeholder of a text.
func (m *masker) replace(text string, placeholder func(string) string) string {
	switch {
	case m.known[text]:
		return text
	case m.isLearning:
		m.known[text] = true
		return text
	}
	return placeholder(text)
}

func newMasker(document *contract.Document, kept []placePattern, key string) *masker {
	return &masker{document: document, kept: kept, key: key, known: make(map[string]bool)}
}

// WithUnmasked leaves strings in a place that would be masked else, for Record. Operation and place are those of [WithIgnored], such as
// WithUnmasked("listStatuses", "/*/Name") or WithUnmasked("listOrders", "query statusnamein"). An e-mail address is masked all the same.
func WithUnmasked(operation, place string) TrafficOption {
	return func(c *trafficConfig) error {
		pattern, err := newPlacePattern("Keep", operation, place)
		if err != nil {
			return err
		}
		c.kept = append(c.kept, pattern)
		return c.allow("Keep", "Record")
	}
}

// WithMaskKey makes placeholders that only who knows the key can hold a guess against, for Record and Replay, which need
// the same one. It is not written anywhere; the environment is a place to keep it.
func WithMaskKey(key string) TrafficOption {
	return func(c *trafficConfig) error {
		if len(key) < 16 {
			return errors.New("WithMaskKey: the key is shorter than 16 characters: take a random one")
		}
		c.maskKey = key
		return c.allow("WithMaskKey", "Record", "Replay")
	}
}

// request masks a request, and returns the id of its operation.
func (m *masker) request(request *http.Request, body []byte) (recordedRequest, string) {
	call := m.document.Call(request)
	id := call.OperationID()
	contentType := request.Header.Get("Content-Type")
	masked := recordedRequest{
		Method: request.Method, Path: call.MaskedPath(func(name, value string) string { return m.parameter(id, "path "+name, name, value) }), ContentType: contentType,
		recordedBody: m.body(id, body),
	}
	for name, values := range request.URL.Query() {
		if masked.Query == nil {
			masked.Query = make(map[string][]string)
		}
		maskedName := m.name(name)
		for _, value := range values {
			masked.Query[maskedName] = append(masked.Query[maskedName], m.parameter(id, "query "+name, name, value))
		}
	}
	return masked, id
}

// keptHeaders of answers say nothing of a person.
var keptHeaders = []string{"Content-Type", "Retry-After", "Allow"}

func (m *masker) response(id string, response *http.Response, body []byte) recordedResponse {
	masked := recordedResponse{Status: response.StatusCode, recordedBody: m.body(id, body)}
	for _, name := range keptHeaders {
		if values := response.Header.Values(name); len(values) > 0 {
			if masked.Header == nil {
				masked.Header = make(map[string][]string)
			}
			masked.Header[name] = values
		}
	}
	return masked
}

// parameter masks a value in a path or a query, where a number is written like a text.
func (m *masker) parameter(id, place, name, value string) string {
	if number := json.Number(value); isInteger.MatchString(value) {
		return m.number(name, number).String()
	}
	return m.text(id, place, name, value)
}

var isInteger = regexp.MustCompile(`^(0|-?[1-9]\d*)$`)

func (m *masker) body(id string, body []byte) recordedBody {
	if len(body) == 0 {
		return recordedBody{}
	}
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err == nil {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			if data, err := marshalJSON(m.value(id, "", "", value), ""); err == nil {
				return recordedBody{Body: bytes.TrimSpace(data)}
			}
		}
	}
	return recordedBody{Text: m.replace(string(body), m.placeholder)}
}

// value masks a JSON value in place. The name is that of the member that it stands in, be it as an element of its list.
func (m *masker) value(id, place, name string, value any) any {
	switch value := value.(type) {
	case map[string]any:
		masked := make(map[string]any, len(value))
		for name, member := range value {
			masked[m.name(name)] = m.value(id, place+"/"+m.name(name), name, member)
		}
		return masked
	case []any:
		for i, element := range value {
			value[i] = m.value(id, place+"/"+strconv.Itoa(i), name, element)
		}
	case string:
		return m.text(id, place, name, value)
	case json.Number:
		return m.number(name, value)
	}
	return value
}

var fieldName = regexp.MustCompile(`^[$@_]?[A-Za-z][A-Za-z_-]*(\d{1,2}[A-Za-z_-]*)?$`)

// name masks a name that no field has: those of maps are data.
func (m *masker) name(name string) string {
	if len(name) <= 64 && fieldName.MatchString(name) {
		return name
	}
	return m.replace(name, m.placeholder)
}

// noDay stands for every day of birth.
const noDay = "1970-01-01"

var (
	isPersonal = regexp.MustCompile(`(?i)nip|pesel|regon|iban|account|phone|mobile|fax|^tel|vat_?-?(id|no|num)|tax_?-?(id|no|num)|passport|birth|urodz`)
	isID       = regexp.MustCompile(`(I|^i)[dD]$|^id|_id$|idin$`)
	isDecimal  = regexp.MustCompile(`^-?\d{1,9}\.\d{1,6}$`)
)

func (m *masker) number(name string, number json.Number) json.Number {
	text := number.String()
	isLong := isInteger.MatchString(text) && len(strings.TrimPrefix(text, "-")) >= 9
	if !isID.MatchString(name) && (isPersonal.MatchString(name) || isLong) {
		return json.Number(m.replace(text, m.digits))
	}
	return number
}

func (m *masker) text(id, place, name, text string) string {
	if text == "" || text == "true" || text == "false" || m.document.Listed(name, text) {
		return text
	}
	_, err := wire.ParseDateTime(text)
	isDate, isPersonal := err == nil, isPersonal.MatchString(name)
	switch {
	case isDate && isPersonal:
		return noDay + text[len(noDay):]
	case !isPersonal && (isDate || isDecimal.MatchString(text)):
		return text
	}
	if !hasEmail.MatchString(text) {
		for _, kept := range m.kept {
			if kept.matches(id, place) {
				return text
			}
		}
	}
	return m.replace(text, m.placeholder)
}
