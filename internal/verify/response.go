package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// examine checks a success response: its status, headers, content type and whether it is JSON. It
// learns the shape of the JSON, which is compared at the end.
func (r *run) examine(operation view.Operation, request Request, response *Response) (value any, ok bool) {
	described, exact := r.describedResponse(operation, response.Status)
	if described.Object == nil {
		r.add(operation, Finding{Verdict: Contradicted, Detail: detailStatus, Spec: strings.Join(successes(operation), ", "), Response: strconv.Itoa(response.Status), SpecPointer: operation.Pointer})
		return nil, false
	}
	if !exact {
		r.status(operation, described, response.Status)
	}
	r.headers(operation, described, response.Header)
	return r.body(operation, request, described, response)
}

// describedResponse returns the response in the spec for a status, and whether the spec names that
// exact status.
func (r *run) describedResponse(operation view.Operation, status int) (described view.Node, exact bool) {
	responses := operation.At("responses")
	code := strconv.Itoa(status)
	if named := r.spec.Resolve(responses.At(code)); named.Object != nil {
		return named, true
	}
	for name := range responses.Object {
		if strings.EqualFold(name, code[:1]+"XX") {
			return r.spec.Resolve(responses.At(name)), false
		}
	}
	if len(successes(operation)) == 0 {
		described = r.spec.Resolve(responses.At("default"))
	}
	return described, false
}

// status reports the exact success status if the spec only describes a success.
func (r *run) status(operation view.Operation, described view.Node, status int) {
	code := strconv.Itoa(status)
	if slices.Contains(tree.ListAt(described.Object, statusesKey), any(code)) {
		return
	}
	tokens, _ := tree.Split(described.Pointer)
	r.add(operation, Finding{Verdict: New, Detail: detailStatus, Spec: tokens[len(tokens)-1], Response: code, SpecPointer: described.Pointer})
	r.learned.status(described, code)
}

// commonHeaders belong to HTTP, connections, caches and browsers, not to the API.
var commonHeaders = []string{
	"Accept-Ranges", "Age", "Alt-Svc", "Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date",
	"Etag", "Expires", "Keep-Alive", "Last-Modified", "Nel", "Pragma", "Report-To", "Server", "Set-Cookie", "Strict-Transport-Security",
	"Transfer-Encoding", "Vary", "Via", "X-Content-Type-Options", "X-Frame-Options", "X-Powered-By", "X-Xss-Protection",
}

// maxHeaders bounds the headers of a strange server in a report.
const maxHeaders = 50

func (r *run) headers(operation view.Operation, described view.Node, header http.Header) {
	known := map[string]bool{}
	for name := range tree.ObjectAt(described.Object, "headers") {
		known[http.CanonicalHeaderKey(name)] = true
	}
	var names []string
	for name := range header {
		if !known[name] && !slices.Contains(commonHeaders, name) && headerName.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names[:min(len(names), maxHeaders)] {
		kind := view.String
		if _, err := strconv.ParseInt(header.Get(name), 10, 64); err == nil {
			kind = view.Integer
		}
		if r.learned.header(described, name, kind, operation.ID) {
			r.add(operation, Finding{Verdict: New, Detail: "header " + name, Response: string(kind), SpecPointer: described.Pointer})
		}
	}
}

// headerName matches header names that are not data.
var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z-]*(\d{1,2}[A-Za-z-]*)?$`)

// body reads the body as JSON and learns its shape.
func (r *run) body(operation view.Operation, request Request, described view.Node, response *Response) (value any, ok bool) {
	content, mediaType, known := view.JSON(described)
	finding := Finding{Verdict: Contradicted, Detail: detailResponse, Evidence: evidenceOf(described.Object), Spec: "no body", SpecPointer: described.Pointer}
	if known {
		finding.Spec = r.spec.Describe(r.spec.Schema(content.At("schema")))
		finding.SpecPointer = content.Pointer
	}
	data := bytes.TrimSpace(bytes.TrimPrefix(response.Body, []byte("\xEF\xBB\xBF")))
	switch {
	case len(data) == 0 && known:
		finding.Response = "no body"
		r.add(operation, finding)
		return nil, false
	case len(data) == 0:
		finding.Verdict, finding.Response = Confirmed, "no body"
		r.add(operation, finding)
		if finding.Evidence == evidence.Inferred {
			r.learned.confirm(described)
		}
		return nil, false
	}
	received := mediaTypeOf(response.Header)
	if !known && len(described.At("content").Object) > 0 {
		r.otherMediaType(operation, described, received)
		return nil, false
	}
	if known && !sameMediaType(mediaType, received) {
		r.add(operation, Finding{Verdict: Contradicted, Detail: detailMediaType, Spec: mediaType, Response: received, SpecPointer: content.Pointer})
	}
	value, err := decode(data)
	if err != nil {
		if known {
			finding.Response, finding.at = notJSON(data, received), r.brokenAt(data)
			r.add(operation, finding)
		}
		return nil, false
	}
	if known {
		r.check(operation, request, response, described, content, mediaType, value)
	}
	o := r.observed[operation.Pointer]
	if o == nil {
		o = &observation{response: described, content: content, shape: newShape()}
		r.observed[operation.Pointer] = o
	}
	o.shape.learn(value, nil, r.note)
	return value, true
}

// otherMediaType checks the type of a response that the spec does not describe as JSON, such as a
// PDF.
func (r *run) otherMediaType(operation view.Operation, described view.Node, received string) {
	finding := Finding{Verdict: Contradicted, Detail: detailMediaType, Evidence: evidenceOf(described.Object), Response: received, SpecPointer: described.Pointer}
	names := slices.Sorted(maps.Keys(described.At("content").Object))
	if slices.ContainsFunc(names, func(name string) bool { return sameMediaType(name, received) }) {
		finding.Verdict = Confirmed
	}
	finding.Spec = strings.Join(names, ", ")
	r.add(operation, finding)
}

// decode reads one JSON value and keeps numbers as written.
func decode(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("trailing data after JSON value")
	}
	return value, nil
}

// notJSON describes a body that is not valid JSON.
func notJSON(data []byte, mediaType string) string {
	switch {
	case data[0] == '<' || strings.HasSuffix(mediaType, "html"):
		return "a page, not JSON"
	case data[0] == '[' || data[0] == '{':
		return "truncated or malformed JSON"
	}
	return "not JSON"
}

// brokenAt returns the location at which the JSON of a body ends.
func (r *run) brokenAt(data []byte) location {
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			return steps(string(decoder.StackPointer()))
		}
		if token.Kind() == '"' {
			r.note(token.String())
		}
	}
}

func sameMediaType(described, received string) bool {
	plain := httpx.MediaType(described)
	return plain == "*/*" || strings.EqualFold(plain, received)
}

// mediaTypeName matches a media type without anything else that a server may write there.
var mediaTypeName = regexp.MustCompile(`^[a-z]{1,20}/[a-z0-9.+-]{1,60}$`)

func mediaTypeOf(header http.Header) string {
	received := httpx.MediaType(header.Get("Content-Type"))
	switch {
	case header.Get("Content-Type") == "":
		return "none"
	case !mediaTypeName.MatchString(received):
		return "not a media type"
	}
	return received
}
