// Package mask replaces personal data in JSON and in parameters. Everything that may be personal is
// replaced; what the spec lists, dates and short numbers are kept. Recordings and the server for
// agents share it.
package mask

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/wire"
)

// Masker replaces values. With placeholders, it keeps types, so that masked traffic still fits the
// spec. It is safe for concurrent use, except while it learns.
type Masker struct {
	Document *contract.Document
	Key      string // of placeholders; may be empty

	// Keep reports whether the strings and numbers of an operation at a location are kept. E-mail
	// addresses are not.
	Keep func(operation, location string) bool

	// Replace decides instead of the rules and returns what a value becomes; nil for placeholders.
	// Suspect reports whether the rules would replace the value. It is not called for values that
	// the spec lists. A number that it changes becomes a string.
	Replace func(in In, value string, suspect bool) string

	// DataNames reports whether the names in an object at a location are data, such as the totals by
	// user, although they look like names of fields. Nil means that they are not.
	DataNames func(location string, names []string) bool

	// known are the placeholders of a recording, which a client sends back when it is replayed.
	known    map[string]bool
	learning bool // adds everything to known
	anew     bool // masks what is known, too: it may be an original that is equal to a placeholder
	again    int  // selects other placeholders, where two values of a set got the same
}

// Learn takes all values that are masked during a function as placeholders, which stay as they are.
func (m *Masker) Learn(masking func()) {
	if m.known == nil {
		m.known = make(map[string]bool)
	}
	m.learning = true
	masking()
	m.learning = false
}

// Originals returns a Masker that masks what is known, too.
func (m Masker) Originals() Masker {
	m.anew = true
	return m
}

func (m *Masker) replace(value string, placeholder func(string) string) string {
	switch {
	case m.known[value] && !m.anew:
		return value
	case m.learning:
		m.known[value] = true
		return value
	}
	return placeholder(value)
}

// Path masks the variables of a path. The result still routes to the same operation.
func (m *Masker) Path(c *contract.Call, method string) string {
	for other := *m; ; other.again++ {
		masked := c.MaskedPath(func(name, value string) string {
			rules := c.ParameterRules("path", name)
			return other.Parameter(rules, In{rules.Schemas, c.OperationID(), "path " + name, name}, []string{value})[0]
		})
		target, err := url.ParseRequestURI(masked)
		if err != nil || other.again == maxAgain || m.Document.Call(&http.Request{Method: method, URL: target}).Path == c.Path {
			return masked
		}
	}
}

// In is where a value is, and what the spec says about it.
type In struct {
	Schemas   []*model.Schema
	Operation string // its id
	Location  string
	Name      string // of the field, or of the field of the list
}

// Parameter masks the values of a parameter.
func (m *Masker) Parameter(rules contract.ParameterRules, in In, values []string) []string {
	if rules.Separator != "" {
		elements := m.Parameter(contract.ParameterRules{Set: rules.Set}, in, strings.Split(strings.Join(values, rules.Separator), rules.Separator))
		return []string{strings.Join(elements, rules.Separator)}
	}
	mask := func(m *Masker, i int) string { return m.text(in, strings.ToValidUTF8(values[i], "\uFFFD")) }
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
func (m *Masker) text(in In, value string) string {
	ofType := func(name string) bool {
		return slices.ContainsFunc(in.Schemas, func(schema *model.Schema) bool { return schema.Type.Is(name) })
	}
	if ofType(model.Number) && json.Valid([]byte(value)) || integer.MatchString(value) && !ofType(model.String) {
		return m.number(in, json.Number(value))
	}
	return m.string(in, value)
}

// Body masks a body. It returns JSON, or for anything else the text that replaces it.
func (m *Masker) Body(operation string, body []byte, rules func(any) contract.Rules) (masked []byte, text string) {
	if len(body) == 0 {
		return nil, ""
	}
	body = httpx.TrimBOM(body)
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err == nil {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			masking := &bodyMasker{Masker: m, rules: rules(value), id: operation, tokens: jsontext.NewDecoder(bytes.NewReader(body), lenient...)}
			if masking.value(value, "", "", "") == nil {
				return masking.out.Bytes(), ""
			}
		}
	}
	if m.Replace != nil {
		return nil, m.Replace(In{Operation: operation}, string(body), true)
	}
	return nil, m.replace(string(body), m.placeholder)
}

var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// bodyMasker masks JSON in its order.
type bodyMasker struct {
	*Masker
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
	b.out.WriteString(b.scalar(In{b.rules[pointer], b.id, location, name}, token))
	return nil
}

// scalar returns the masked JSON of a value that is no object or array.
func (m *Masker) scalar(in In, token jsontext.Token) string {
	switch token.Kind() {
	case '"':
		return quoted(m.string(in, token.String()))
	case '0':
		return m.number(in, json.Number(token.String()))
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
	data := b.DataNames != nil && b.DataNames(location, names)
	for i, name := range b.set(names, func(m *Masker, i int) string { return m.fieldName(names[i], data) }) {
		masked[names[i]] = name
	}
	for count := 0; b.tokens.PeekKind() != '}'; count++ {
		token, err := b.tokens.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if _, ok := masked[name]; !ok { // in an object before a duplicate
			masked[name] = b.fieldName(name, data)
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
	if elements != nil && slices.ContainsFunc(b.rules[pointer], func(schema *model.Schema) bool { return schema.UniqueItems }) {
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
	masked := b.set(raw, func(m *Masker, i int) string {
		element := &bodyMasker{Masker: m, rules: b.rules, id: b.id, tokens: jsontext.NewDecoder(strings.NewReader(raw[i]), lenient...)}
		step := "/" + strconv.Itoa(i)
		err = errors.Join(err, element.value(elements[i], pointer+step, location+step, name))
		return element.out.String()
	})
	b.out.WriteString("[" + strings.Join(masked, ",") + "]")
	return err
}

// set masks values so that different ones stay different, if they become placeholders.
func (m *Masker) set(values []string, mask func(m *Masker, index int) string) []string {
	masked := make([]string, len(values))
	if m.Replace != nil {
		for i := range values {
			masked[i] = mask(m, i)
		}
		return masked
	}
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

// Name masks a name that no field has: the names of maps are data. Short numbers are kept, as in
// values.
func (m *Masker) Name(name string) string { return m.fieldName(name, false) }

// fieldName masks a name if it is data, or no field has such a name.
func (m *Masker) fieldName(name string, data bool) string {
	switch {
	case !data && contract.FieldName(name), integer.MatchString(name) && len(name) <= 8:
		return name
	case m.Replace != nil:
		return m.Replace(In{}, name, true)
	}
	return m.replace(name, m.placeholder)
}

// birthday returns what replaces a personal date.
func (m *Masker) birthday() string {
	return time.Date(1970, 1, 1+m.again, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

var (
	integer      = regexp.MustCompile(`^(0|-?[1-9]\d*)$`)
	shortNumber  = regexp.MustCompile(`^\d{1,2}$`) // there are too few of these for placeholders
	shortDecimal = regexp.MustCompile(`^-?\d{1,9}\.\d{1,6}$`)
	idName       = regexp.MustCompile(`(I|^i)[dD]s?$|^[iI]d[A-Z_]|_id$|idin$`)
	personalName = regexp.MustCompile(`(?i)nip|pesel|regon|iban|account|phone|mobile|fax|^tel|vat_?-?(id|no|num)|tax_?-?(id|no|num)|passport|birth|urodz`)
)

// number returns the JSON of a masked number.
func (m *Masker) number(in In, number json.Number) string {
	digits := number.String()
	long := integer.MatchString(digits) && len(strings.TrimPrefix(digits, "-")) >= 9
	personal := personalName.MatchString(in.Name)
	if idName.MatchString(in.Name) { // an AccountId, but not a VatId
		personal, long = personal && long, false
	}
	suspect := (personal || long) && !m.unmasked(in)
	switch {
	case m.Replace == nil && !suspect || m.listed(in, number):
		return digits
	case m.Replace == nil:
		return m.replace(digits, func(value string) string { return m.numberLike(in.Schemas, value) })
	}
	if masked := m.Replace(in, digits, suspect); masked != digits {
		return quoted(masked)
	}
	return digits
}

// listed reports whether the spec lists a value.
func (m *Masker) listed(in In, value any) bool {
	return slices.ContainsFunc(in.Schemas, func(schema *model.Schema) bool {
		return len(schema.Enum) > 0 && m.Document.Fits(schema, value)
	})
}

// unmasked reports whether values at a location are kept.
func (m *Masker) unmasked(in In) bool {
	return m.Keep != nil && m.Keep(in.Operation, in.Location)
}

func (m *Masker) string(in In, value string) string {
	if value == "" || strings.EqualFold(value, "true") || strings.EqualFold(value, "false") || m.listed(in, value) {
		return value
	}
	_, err := wire.ParseDateTime(value)
	date, personal := err == nil, personalName.MatchString(in.Name)
	harmless := !personal && (date || shortDecimal.MatchString(value) || shortNumber.MatchString(value))
	switch {
	case m.Replace != nil:
		return m.Replace(in, value, !harmless)
	case date && personal:
		return m.birthday() + value[len(time.DateOnly):]
	case harmless, m.unmasked(in) && !hasEmail.MatchString(value):
		return value
	}
	return m.replace(value, func(value string) string { return m.stringLike(in.Schemas, value) })
}
