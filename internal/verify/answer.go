package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// examine looks at the answer to a success: its status, its headers, its content type and whether it is JSON. What is in
// the JSON is learned, and compared at the end.
func (r *run) examine(operation tree.Operation, request Request, answer *Answer) (value any, ok bool) {
	response, isExact := r.response(operation, answer.Status)
	if response.object == nil {
		r.add(operation, Finding{Verdict: Contradicted, Detail: detailStatus, Description: strings.Join(successes(operation), ", "), Answer: strconv.Itoa(answer.Status), DescribedAt: operation.Pointer})
		return nil, false
	}
	if !isExact {
		r.status(operation, response, answer.Status)
	}
	r.headers(operation, response, answer.Header)
	return r.body(operation, request, response, answer)
}

// response returns the response that the description has for a status, and whether it names the very status.
func (r *run) response(operation tree.Operation, status int) (response node, isExact bool) {
	responses := node{operation.Pointer, operation.Object}.member("responses")
	code := strconv.Itoa(status)
	for name := range responses.object {
		if strings.EqualFold(name, code[:1]+"XX") {
			response = r.resolve(responses.member(name))
		}
	}
	if exact := r.resolve(responses.member(code)); exact.object != nil {
		return exact, true
	}
	if len(successes(operation)) == 0 {
		response = r.resolve(responses.member("default"))
	}
	return response, false
}

// status enters which success it is, where the description only says that it is one.
func (r *run) status(operation tree.Operation, response node, status int) {
	code := strconv.Itoa(status)
	if slices.Contains(tree.ListAt(response.object, statusesKey), any(code)) {
		return
	}
	tokens, _ := tree.Split(response.pointer)
	r.add(operation, Finding{Verdict: New, Detail: detailStatus, Description: tokens[len(tokens)-1], Answer: code, DescribedAt: response.pointer})
	r.learned.status(response, code)
}

// commonHeaders are those of HTTP, of connections, caches and browsers, which say nothing about the API.
var commonHeaders = []string{
	"Accept-Ranges", "Age", "Alt-Svc", "Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date",
	"Etag", "Expires", "Keep-Alive", "Last-Modified", "Nel", "Pragma", "Report-To", "Server", "Set-Cookie", "Strict-Transport-Security",
	"Transfer-Encoding", "Vary", "Via", "X-Content-Type-Options", "X-Frame-Options", "X-Powered-By", "X-Xss-Protection",
}

// maxHeaders bounds what a strange server can have a report hold.
const maxHeaders = 50

func (r *run) headers(operation tree.Operation, response node, header http.Header) {
	described := map[string]bool{}
	for name := range tree.ObjectAt(response.object, "headers") {
		described[http.CanonicalHeaderKey(name)] = true
	}
	var names []string
	for name := range header {
		if !described[name] && !slices.Contains(commonHeaders, name) && headerName.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names[:min(len(names), maxHeaders)] {
		of := kindString
		if _, err := strconv.ParseInt(header.Get(name), 10, 64); err == nil {
			of = kindInteger
		}
		if r.learned.header(response, name, of, idOf(operation)) {
			r.add(operation, Finding{Verdict: New, Detail: "header " + name, Answer: string(of), DescribedAt: response.pointer})
		}
	}
}

// headerName is that of a header whose name is no data.
var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z-]*(\d{1,2}[A-Za-z-]*)?$`)

// body reads the body as JSON and learns from it.
func (r *run) body(operation tree.Operation, request Request, response node, answer *Answer) (value any, ok bool) {
	content, mediaType, isDescribed := jsonContent(response)
	place := content.pointer
	finding := Finding{Verdict: Contradicted, Detail: detailAnswer, Evidence: evidenceOf(response.object), Description: "no body", DescribedAt: response.pointer}
	if isDescribed {
		finding.Description = r.describe(r.schemaOf(content.member("schema")))
		finding.DescribedAt = place
	}
	data := bytes.TrimSpace(bytes.TrimPrefix(answer.Body, []byte("\xEF\xBB\xBF")))
	switch {
	case len(data) == 0 && isDescribed:
		finding.Answer = "no body"
		r.add(operation, finding)
		return nil, false
	case len(data) == 0:
		finding.Verdict, finding.Answer = Confirmed, "no body"
		r.add(operation, finding)
		if finding.Evidence == inferred {
			r.learned.confirm(response)
		}
		return nil, false
	}
	came := mediaTypeOf(answer.Header)
	if contents := tree.ObjectAt(response.object, "content"); !isDescribed && len(contents) > 0 {
		r.otherMediaType(operation, response, came)
		return nil, false
	}
	if isDescribed && !sameMediaType(mediaType, came) {
		r.add(operation, Finding{Verdict: Contradicted, Detail: detailMediaType, Description: mediaType, Answer: came, DescribedAt: place})
	}
	value, err := decode(data)
	if err != nil {
		if isDescribed {
			finding.Answer, finding.at = r.notJSON(data, came), r.brokenAt(data)
			r.add(operation, finding)
		}
		return nil, false
	}
	if isDescribed {
		r.check(operation, request, answer, response, content, mediaType, value)
	}
	s := r.seen[operation.Pointer]
	if s == nil {
		s = &seen{response: response, content: content, shape: newShape()}
		r.seen[operation.Pointer] = s
	}
	s.shape.learn(value, nil, r.note)
	return value, true
}

// otherMediaType looks at an answer that is not described as JSON, such as a PDF: no more than its type can be told.
func (r *run) otherMediaType(operation tree.Operation, response node, came string) {
	finding := Finding{Verdict: Contradicted, Detail: detailMediaType, Evidence: evidenceOf(response.object), Answer: came, DescribedAt: response.pointer}
	var described []string
	for name := range tree.Fields(response.object["content"]) {
		described = append(described, name)
		if sameMediaType(name, came) {
			finding.Verdict = Confirmed
		}
	}
	finding.Description = strings.Join(described, ", ")
	r.add(operation, finding)
}

// decode reads one JSON value, with numbers as they were written.
func decode(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return value, nil
}

// notJSON says what a body is that cannot be read.
func (r *run) notJSON(data []byte, mediaType string) string {
	switch {
	case data[0] == '<' || strings.HasSuffix(mediaType, "html"):
		return "a page, not JSON"
	case data[0] == '[' || data[0] == '{':
		return "JSON that breaks off or is not well-formed"
	}
	return "no JSON"
}

// brokenAt returns the place in which the JSON of a body ends.
func (r *run) brokenAt(data []byte) place {
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			break
		}
		if token.Kind() == '"' {
			r.note(token.String())
		}
	}
	var at place
	for token := range decoder.StackPointer().Tokens() {
		if index, err := strconv.Atoi(token); err == nil {
			at = at.element(index)
			continue
		}
		at = at.member(token)
	}
	return at
}

// jsonContent returns the JSON among the contents of a response.
func jsonContent(response node) (content node, mediaType string, ok bool) {
	contents := response.member("content")
	for name := range tree.Fields(contents.object) {
		plain, _, _ := mime.ParseMediaType(name)
		if isJSON(plain) && (!ok || plain == "application/json") {
			content, mediaType, ok = contents.member(name), name, true
		}
	}
	return content, mediaType, ok
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || mediaType == "text/json" || mediaType == "*/*" || strings.HasSuffix(mediaType, "+json")
}

func sameMediaType(described, came string) bool {
	plain, _, _ := mime.ParseMediaType(described)
	return plain == "*/*" || strings.EqualFold(plain, came)
}

// mediaTypeName is that of a content type without anything else that a server may write there.
var mediaTypeName = regexp.MustCompile(`^[a-z]{1,20}/[a-z0-9.+-]{1,60}$`)

func mediaTypeOf(header http.Header) string {
	came, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	switch {
	case header.Get("Content-Type") == "":
		return "none"
	case !mediaTypeName.MatchString(came):
		return "no media type"
	}
	return came
}
