package traffic

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
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire"
)

// masker replaces values by placeholders. It keeps types, so that masked traffic still fits the
// spec.
type masker struct {
	document *contract.Document
	kept     []locationPattern
	key      string

	// known are the placeholders of a recording, which a client sends back when it is replayed.
	known    map[string]bool
	learning bool // adds everything to known
}

func newMasker(c *config) *masker {
	return &masker{document: c.document, kept: c.kept, key: c.maskKey, known: make(map[string]bool)}
}

// learn adds the placeholders of an exchange to the known ones.
func (m *masker) learn(request *http.Request, e *exchange) {
	m.learning = true
	m.request(request, e.Request.bytes())
	m.body(e.Operation, e.Response.bytes())
	m.learning = false
}

func (m *masker) replace(value string, placeholder func(string) string) string {
	switch {
	case m.known[value]:
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
	masked := recordedRequest{
		Method:       request.Method,
		Path:         c.MaskedPath(func(name, value string) string { return m.parameter(id, "path "+name, name, value) }),
		ContentType:  request.Header.Get("Content-Type"),
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

// keptHeaders are response headers without personal data.
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

// parameter masks a value of a path or a query, which writes numbers like strings.
func (m *masker) parameter(id, location, name, value string) string {
	if integer.MatchString(value) {
		return m.number(name, json.Number(value)).String()
	}
	return m.string(id, location, name, value)
}

func (m *masker) body(id string, body []byte) recordedBody {
	if len(body) == 0 {
		return recordedBody{}
	}
	decoder := json.NewDecoder(bytes.NewReader(httpx.TrimBOM(body)))
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

// value masks a JSON value in place. The name is that of its field, or of the field of its list.
func (m *masker) value(id, location, name string, value any) any {
	switch value := value.(type) {
	case map[string]any:
		masked := make(map[string]any, len(value))
		for name, field := range value {
			masked[m.name(name)] = m.value(id, location+"/"+m.name(name), name, field)
		}
		return masked
	case []any:
		for i, element := range value {
			value[i] = m.value(id, location+"/"+strconv.Itoa(i), name, element)
		}
	case string:
		return m.string(id, location, name, value)
	case json.Number:
		return m.number(name, value)
	}
	return value
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

func (m *masker) number(name string, number json.Number) json.Number {
	digits := number.String()
	long := integer.MatchString(digits) && len(strings.TrimPrefix(digits, "-")) >= 9
	if !idName.MatchString(name) && (personalName.MatchString(name) || long) {
		return json.Number(m.replace(digits, m.integer))
	}
	return number
}

func (m *masker) string(id, location, name, value string) string {
	if value == "" || strings.EqualFold(value, "true") || strings.EqualFold(value, "false") || m.document.Listed(name, value) {
		return value
	}
	_, err := wire.ParseDateTime(value)
	date, personal := err == nil, personalName.MatchString(name)
	switch {
	case date && personal:
		return maskedBirthday + value[len(maskedBirthday):]
	case !personal && (date || shortDecimal.MatchString(value)):
		return value
	}
	if !hasEmail.MatchString(value) {
		for _, kept := range m.kept {
			if kept.matches(id, location) {
				return value
			}
		}
	}
	return m.replace(value, m.placeholder)
}
