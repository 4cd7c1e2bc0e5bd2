package traffic_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/matching"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// randomTraffic makes exchanges that a spec allows.
type randomTraffic struct {
	*rand.Rand
	document *contract.Document
}

// randomExchange is a request and its response.
type randomExchange struct {
	method, target, requestBody string
	requestHeader               http.Header
	status                      int
	header                      http.Header
	body                        string
}

func (e randomExchange) request() *http.Request {
	request := httptest.NewRequest(e.method, e.target, strings.NewReader(e.requestBody))
	if e.requestBody == "" {
		request.Body, request.ContentLength = http.NoBody, 0
	}
	maps.Copy(request.Header, e.requestHeader)
	return request
}

func (e randomExchange) response() *http.Response {
	recorder := httptest.NewRecorder()
	maps.Copy(recorder.Header(), e.header)
	recorder.WriteHeader(e.status)
	recorder.WriteString(e.body)
	return recorder.Result()
}

// next returns an exchange of an operation that the checks accept, or false if a few tries have
// failed, because a pattern is out of reach, for example.
func (r *randomTraffic) next(path, method string) (randomExchange, bool) {
	for range 200 {
		e, ok := r.exchange(path, method)
		if !ok {
			return e, false
		}
		call := r.document.Call(e.request())
		findings := slices.Concat(call.CheckRequest([]byte(e.requestBody)), call.CheckResponse(e.status, e.header, []byte(e.body)))
		if len(contract.Errors(findings)) == 0 {
			return e, true
		}
	}
	return randomExchange{}, false
}

func (r *randomTraffic) exchange(path, method string) (randomExchange, bool) {
	item := r.document.Spec().Paths[path]
	operation := item.Operations[method]
	e := randomExchange{method: method, requestHeader: http.Header{}, header: http.Header{}}
	query, target := url.Values{}, path
	for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
		if p.Schema == nil || !p.Required && r.IntN(2) == 0 {
			continue
		}
		values := r.texts(p.Schema.Value)
		switch p.In {
		case "path":
			target = strings.ReplaceAll(target, "{"+p.Name+"}", pathText(p, values))
		case "query":
			if p.Explode != nil && !*p.Explode {
				separator := map[string]string{"pipeDelimited": "|", "spaceDelimited": " "}[p.Style]
				values = []string{strings.Join(values, cmp.Or(separator, ","))}
			}
			query[p.Name] = values
		case "header":
			e.requestHeader.Set(p.Name, strings.Join(values, ","))
		}
	}
	e.target = target
	if len(query) > 0 {
		e.target += "?" + query.Encode()
	}
	if operation.RequestBody != nil {
		mediaType, body := r.body(operation.RequestBody.Content, true)
		e.requestHeader.Set("Content-Type", mediaType)
		e.requestBody = body
	}
	return e, r.respond(&e, operation)
}

// pathText returns the values of a path variable in its style. An object is one field.
func pathText(p *model.Parameter, values []string) string {
	for i, value := range values {
		values[i] = url.PathEscape(value)
	}
	text := strings.Join(values, ",")
	if p.Schema.Value.Type.Is("object") {
		text = "x,1.5"
	}
	switch {
	case p.Style == "label":
		return "." + text
	case p.Style == "matrix" && p.Explode != nil && *p.Explode:
		return ";" + p.Name + "=" + strings.Join(values, ";"+p.Name+"=")
	}
	return text
}

func (r *randomTraffic) respond(e *randomExchange, operation *model.Operation) bool {
	statuses := slices.Sorted(maps.Keys(operation.Responses))
	key := statuses[r.IntN(len(statuses))]
	e.status, _ = strconv.Atoi(strings.NewReplacer("XX", "00", "default", "500").Replace(key))
	response := operation.Responses[key]
	for name, header := range response.Headers {
		if header.Schema != nil && (header.Required || r.IntN(2) == 0) {
			e.header.Set(name, strings.Join(r.texts(header.Schema.Value), ","))
		}
	}
	if len(response.Content) == 0 || e.status == http.StatusNoContent {
		return true
	}
	mediaType, body := r.body(response.Content, false)
	e.header.Set("Content-Type", mediaType)
	e.body = body
	return true
}

// body returns a body of one of the media types.
func (r *randomTraffic) body(content model.Content, request bool) (mediaType, body string) {
	types := slices.Sorted(maps.Keys(content))
	mediaType = types[r.IntN(len(types))]
	schema := content[mediaType].Schema
	switch {
	case strings.HasSuffix(mediaType, "json"):
		return mediaType, r.json(schema, 0, request)
	case mediaType == "application/x-www-form-urlencoded":
		return mediaType, r.form(schema.Value).Encode()
	case mediaType == "multipart/form-data":
		var parts bytes.Buffer
		writer := multipart.NewWriter(&parts)
		for name, values := range r.form(schema.Value) {
			writer.WriteField(name, values[0])
		}
		writer.Close()
		return writer.FormDataContentType(), parts.String()
	case strings.HasPrefix(mediaType, "text/"):
		return mediaType, "Jan Kowalski, ul. Długa 5/7"
	}
	return mediaType, "%PDF-1.7\x00\xff"
}

func (r *randomTraffic) form(schema *model.Schema) url.Values {
	form := url.Values{}
	for name, property := range schema.Properties {
		form[name] = r.texts(property.Value)[:1]
	}
	return form
}

// texts returns the values of a parameter.
func (r *randomTraffic) texts(schema *model.Schema) []string {
	if schema.Type.Is("array") {
		var values []string
		for range max(1, r.IntN(3)) {
			values = append(values, r.texts(schema.Items.Value)...)
		}
		return values
	}
	text := r.json(&model.SchemaRef{Value: schema}, 0, true)
	var s string
	if json.Unmarshal([]byte(text), &s) == nil {
		return []string{s}
	}
	if schema.Type.Is("boolean") && r.IntN(2) == 0 {
		text = strings.ToUpper(text[:1]) + text[1:] // as .NET writes it
	}
	return []string{text}
}

const deepest = 5

// json returns a random value for a schema; null without one.
func (r *randomTraffic) json(ref *model.SchemaRef, depth int, request bool) string {
	if ref == nil {
		return []string{"null", `"Jan"`, "1.50", `{"a":"Jan"}`, "[1]"}[r.IntN(5)]
	}
	schema := ref.Value
	switch {
	case schema.Nullable && (r.IntN(6) == 0 || depth > deepest):
		return "null"
	case len(schema.Enum) > 0:
		data, _ := json.Marshal(schema.Enum[r.IntN(len(schema.Enum))])
		return string(data)
	case len(schema.OneOf) > 0 && len(schema.Properties) == 0:
		return r.variant(schema, schema.OneOf, depth, request)
	case len(schema.AnyOf) > 0 && len(schema.Properties) == 0:
		return r.variant(schema, schema.AnyOf, depth, request)
	case schema.Type.Is("string"):
		return r.string(schema)
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return r.number(schema)
	case schema.Type.Is("boolean"):
		return strconv.FormatBool(r.IntN(2) == 0)
	case schema.Type.Is("array"):
		return r.array(schema, depth, request)
	case len(schema.AllOf) > 0 && scalar(schema.AllOf[0].Value):
		return r.json(schema.AllOf[0], depth, request)
	case schema.Type.Is("object"), len(schema.AllOf) > 0, len(schema.Properties) > 0:
		return r.object(schema, depth, request)
	}
	return r.json(nil, depth, request)
}

// scalar reports whether a schema is not of an object. An allOf with one is a reference with a
// description.
func scalar(schema *model.Schema) bool {
	return len(schema.Enum) > 0 || schema.Type != nil && !schema.Type.Is("object")
}

// variant sets the value of the discriminator.
func (r *randomTraffic) variant(schema *model.Schema, variants model.SchemaRefs, depth int, request bool) string {
	chosen := variants[r.IntN(len(variants))]
	value := r.json(chosen, depth, request)
	if schema.Discriminator == nil {
		return value
	}
	name := strings.TrimPrefix(chosen.Ref, "#/components/schemas/")
	for key, target := range schema.Discriminator.Mapping {
		if target == chosen.Ref {
			name = key
		}
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(value), &fields) != nil {
		return value
	}
	fields[schema.Discriminator.PropertyName], _ = json.Marshal(name)
	data, _ := json.Marshal(fields)
	return string(data)
}

func (r *randomTraffic) object(schema *model.Schema, depth int, request bool) string {
	properties, required := map[string]*model.SchemaRef{}, map[string]bool{}
	var additional *model.SchemaRef
	var add func(schema *model.Schema, level int)
	add = func(schema *model.Schema, level int) {
		for _, part := range schema.AllOf {
			if level < 10 {
				add(part.Value, level+1)
			}
		}
		if choices := slices.Concat(schema.OneOf, schema.AnyOf); len(choices) > 0 && level < 10 {
			add(choices[r.IntN(len(choices))].Value, level+1)
		}
		maps.Copy(properties, schema.Properties)
		for _, name := range schema.Required {
			required[name] = true
		}
		if schema.AdditionalProperties.Schema != nil {
			additional = schema.AdditionalProperties.Schema
		}
	}
	add(schema, 0)
	var fields []string
	for name, property := range properties {
		if property.Value.ReadOnly && request || property.Value.WriteOnly && !request {
			continue
		}
		if required[name] || depth < deepest && r.IntN(3) > 0 {
			fields = append(fields, quote(name)+":"+r.json(property, depth+1, request))
		}
	}
	if additional != nil && depth < deepest {
		for i := range r.IntN(13) {
			name := []string{strconv.Itoa(i + 1), fmt.Sprintf("jan.kowalski%d@example.pl", i), fmt.Sprintf("Key%c", 'A'+i)}[r.IntN(3)]
			fields = append(fields, quote(name)+":"+r.json(additional, depth+1, request))
		}
		slices.Sort(fields)
		fields = slices.CompactFunc(fields, func(a, b string) bool { return strings.SplitN(a, ":", 2)[0] == strings.SplitN(b, ":", 2)[0] })
	}
	r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	return "{" + strings.Join(fields, ",") + "}"
}

func (r *randomTraffic) array(schema *model.Schema, depth int, request bool) string {
	length := int(schema.MinItems) + r.IntN(4)
	if depth > deepest {
		length = int(schema.MinItems)
	}
	if schema.MaxItems != nil {
		length = min(length, int(*schema.MaxItems))
	}
	var elements []string
	for range length {
		element := r.json(schema.Items, depth+1, request)
		if !schema.UniqueItems || !slices.Contains(elements, element) {
			elements = append(elements, element)
		}
	}
	return "[" + strings.Join(elements, ",") + "]"
}

func (r *randomTraffic) number(schema *model.Schema) string {
	low, high := -1000.0, 100000.0
	if r.IntN(4) == 0 {
		low, high = 100000000, 2147483647
	}
	if schema.Min != nil {
		low = *schema.Min
		high = max(high, low+10)
	}
	if schema.Max != nil {
		high = *schema.Max
		low = min(low, high)
	}
	value := low + r.Float64()*(high-low)
	if schema.MultipleOf != nil {
		value = float64(int64(value / *schema.MultipleOf)) * *schema.MultipleOf
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	if schema.Type.Is("integer") {
		return strconv.FormatInt(int64(value), 10)
	}
	return strconv.FormatFloat(value, 'f', r.IntN(5), 64)
}

var personal = []string{"Jan Kowalski", "ul. Długa 5/7", "jan.kowalski@example.pl", "5260250274", "+48 600 100 200", "AB-123/2024", "Żółw", "x", "", "Oferta 501", "PL61109010140000071219812874", strings.Repeat("opis ", 20)}

func (r *randomTraffic) string(schema *model.Schema) string {
	value := personal[r.IntN(len(personal))]
	switch schema.Format {
	case "date":
		value = fmt.Sprintf("20%02d-%02d-%02d", r.IntN(30), 1+r.IntN(12), 1+r.IntN(28))
	case "date-time":
		value = fmt.Sprintf("20%02d-%02d-%02dT%02d:15:00%s", r.IntN(30), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), []string{"", "Z", ".5+02:00"}[r.IntN(3)])
	case "uuid":
		value = fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<16), r.IntN(1<<16), r.Int64N(1<<48))
	case "byte":
		value = base64.StdEncoding.EncodeToString([]byte(value))
	case "email":
		value = fmt.Sprintf("jan%d@example.pl", r.IntN(1000))
	case "uri", "url":
		value = fmt.Sprintf("https://example.pl/%d", r.IntN(1000))
	}
	if matched, ok := matching.String(r.Rand, schema.Pattern); schema.Pattern != "" && ok {
		for compiled := regexp.MustCompile(schema.Pattern); len([]rune(matched)) < int(schema.MinLength) && compiled.MatchString(matched+matched[len(matched)-1:]); {
			matched += matched[len(matched)-1:]
		}
		return quote(matched)
	}
	for length := len([]rune(value)); length < int(schema.MinLength); length++ {
		value += string(rune('a' + r.IntN(26)))
	}
	if schema.MaxLength != nil && len([]rune(value)) > int(*schema.MaxLength) {
		value = string([]rune(value)[:*schema.MaxLength])
	}
	return quote(value)
}

func quote(s string) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSpace(buffer.String())
}
