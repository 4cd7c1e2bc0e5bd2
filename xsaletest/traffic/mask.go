package traffic

import (
	"bytes"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/mask"
)

// masker masks exchanges.
type masker struct {
	mask.Masker
	headers []string // of responses that are kept as they are
}

func newMasker(c *config) *masker {
	keep := func(operation, location string) bool {
		return slices.ContainsFunc(c.kept, func(kept locationPattern) bool { return kept.matches(operation, location) })
	}
	return &masker{mask.Masker{Document: c.document, Key: c.maskKey, Keep: keep}, c.headers}
}

// learn adds the placeholders of an exchange to the known ones.
func (m *masker) learn(request *http.Request, e *exchange) {
	m.Learn(func() {
		m.request(request, e.Request.bytes())
		m.response(request, &http.Response{StatusCode: e.Response.Status, Header: e.Response.Header}, e.Response.bytes())
	})
}

// request masks a request and returns the id of its operation.
func (m *masker) request(request *http.Request, body []byte) (recordedRequest, string) {
	c := m.Document.Call(request)
	id := c.OperationID()
	contentType, body := withoutBoundary(withoutFileName(request.Header.Get("Content-Type")), body)
	masked := recordedRequest{
		Method: request.Method, Path: m.Path(c, request.Method), ContentType: contentType, recordedBody: m.body(id, body, c.RequestRules),
	}
	query := request.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if masked.Query == nil {
			masked.Query = make(map[string][]string)
		}
		rules := c.ParameterRules("query", name)
		maskedName := name
		if !rules.Listed {
			maskedName = m.Name(name)
		}
		masked.Query[maskedName] = append(masked.Query[maskedName], m.Parameter(rules, mask.In{Schemas: rules.Schemas, Operation: id, Location: "query " + name, Name: name}, query[name])...)
	}
	return masked, id
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
	c := m.Document.Call(request)
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

func (m *masker) body(operation string, body []byte, rules func(any) contract.Rules) recordedBody {
	masked, text := m.Body(operation, body, rules)
	return recordedBody{Body: masked, Text: text}
}
