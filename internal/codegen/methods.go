package codegen

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

const (
	jsonType = "application/json"
	textType = "text/plain"
	formType = "application/x-www-form-urlencoded"
)

// method is the template data of a method of the typed client.
type method struct {
	Name        string
	Comment     string
	Arguments   string // in the declaration, after ctx
	Sent        string // arguments of Endpoint.Send: parameters and body
	Result      string
	Call        string // function of package call that sends it
	ID          string // Go literal, as the next two
	Method      string
	Route       string
	PathValues  string
	Accept      string // Go literal; "" if no response has a body
	MayBeEmpty  bool
	Idempotent  bool
	ListField   string // Go literal; "" if the list is the whole response
	Paging      string // in Go; "" without pages
	FailureWhen string // signs in Go; "" without any
}

// methodsOf returns the methods of an operation: one for an operation without a body, otherwise one
// for each kind of body that Go supports, and one for a body of any type.
func methodsOf(operation *codegen.OperationDefinition) ([]method, error) {
	result, err := resultOf(operation)
	if err != nil {
		return nil, err
	}
	base := method{
		Name:        operation.OperationId,
		Result:      result.declaration(),
		Call:        result.call(),
		ID:          strconv.Quote(originalID(operation)),
		Method:      methodLiteral(operation.Method),
		Route:       strconv.Quote(operation.Path),
		PathValues:  pathValues(operation),
		MayBeEmpty:  mayBeEmpty(operation, result),
		Idempotent:  idempotent(operation),
		FailureWhen: failureWhen(operation),
	}
	if len(result.accept) > 0 {
		base.Accept = strconv.Quote(strings.Join(result.accept, ", "))
	}
	for _, parameter := range operation.PathParams {
		base.Arguments += ", " + argumentName(parameter) + " " + parameter.TypeDef()
	}
	params := "nil"
	if operation.RequiresParamObject() {
		base.Arguments += ", params *" + operation.OperationId + "Params"
		params = "params"
	}
	if !operation.HasBody() {
		base.Sent = params + ", nil"
		base.Comment = comment(operation, base.Name, result)
		return withElements(operation, []method{base}, base, result)
	}
	var methods []method
	for _, body := range bodiesOf(operation) {
		if body.encode == "" {
			continue
		}
		typed := base
		typed.Name += body.suffix
		typed.Arguments += ", body " + body.goType
		typed.Sent = params + ", " + body.encode
		typed.Comment = comment(operation, typed.Name, result)
		if methods, err = withElements(operation, append(methods, typed), typed, result); err != nil {
			return nil, err
		}
	}
	whole := base
	whole.Name += "WithBody"
	whole.Arguments += ", contentType string, body io.Reader"
	whole.Sent = params + ", call.ReaderBody(contentType, body)"
	if len(methods) == 0 {
		whole.Comment = comment(operation, whole.Name, result)
	} else {
		whole.Comment = withDuties(operation, whole.Name+" is "+methods[0].Name+" with a body of any type.", result)
	}
	return append(methods, whole), nil
}

// rawMethod is the template data of a method of the raw client.
type rawMethod struct {
	method
	Request    string // what follows New in the name of the function that returns the request
	Deprecated bool
}

// rawMethodsOf returns the methods of the raw client, which has those of the typed client that send
// different requests.
func rawMethodsOf(operation *codegen.OperationDefinition) ([]rawMethod, error) {
	methods, err := methodsOf(operation)
	var raw []rawMethod
	for _, m := range methods {
		if strings.HasPrefix(m.Call, "Stream") {
			continue
		}
		rest := strings.TrimPrefix(m.Name, operation.OperationId)
		raw = append(raw, rawMethod{m, operation.OperationId + "Request" + rest, operation.Spec.Deprecated})
	}
	return raw, err
}

// methodLiteral returns an HTTP method as Go code.
func methodLiteral(method string) string {
	if !slices.Contains(tree.Methods, strings.ToLower(method)) {
		return strconv.Quote(method)
	}
	return "http.Method" + method[:1] + strings.ToLower(method[1:])
}

// elementsSuffix ends the name of a method that yields the elements of a list, as in the standard
// library.
const elementsSuffix = "Seq"

// withElements adds a streaming variant of a method that returns a list, a page of one, or a
// sequence of JSON values.
func withElements(operation *codegen.OperationDefinition, methods []method, whole method, result result) ([]method, error) {
	element, err := elementOf(operation, result)
	if err != nil || element == "" {
		return methods, err
	}
	paging := pagingCode(operation)
	result.stream = false // the body is closed with the range
	each := whole
	each.Name += elementsSuffix
	what := " is " + whole.Name + " with one element of the response in memory at a time. The range over the list sends the call."
	if paging != "" {
		what = " yields the elements of all pages of " + whole.Name + ", with one element in memory at a time. The range over the list sends a call for each page."
	}
	each.Comment = withDuties(operation, each.Name+what+" An element that does not fit is a [*call.ElementError], after which the range goes on. "+
		"Any other error ends the list. The elements before an error are valid.", result)
	if field := listField(operation); field != "" {
		each.ListField = strconv.Quote(field)
	}
	each.Paging = paging
	each.Result = "iter.Seq2[" + element + ", error]"
	each.Call = "Stream[" + element + "]"
	return append(methods, each), nil
}

// elementOf returns the Go type of the elements of a list; empty without a list.
func elementOf(operation *codegen.OperationDefinition, result result) (string, error) {
	if pagingCode(operation) != "" {
		return pagedElement(operation, result)
	}
	if result.stream {
		return sequenceElement(operation, result)
	}
	element, list := strings.CutPrefix(result.goType, "[]")
	if !list || element == "byte" {
		return "", nil
	}
	return element, nil
}

// sequenceElement returns the Go type of the JSON values in a response that is a sequence of
// them; empty for another response.
func sequenceElement(operation *codegen.OperationDefinition, result result) (string, error) {
	if len(result.accept) != 1 || !httpx.SequentialJSON(result.accept[0]) {
		return "", nil
	}
	schema := successOf(operation, result.accept[0])
	if schema == nil || schema.Value == nil || schema.Value.Items == nil {
		return "", nil
	}
	definition, err := codegen.GenerateGoSchema(schema.Value.Items, []string{operation.OperationId, "Item"})
	return definition.TypeDecl(), err
}

func originalID(operation *codegen.OperationDefinition) string {
	id, _ := operation.Spec.Extensions[operationIDExtension].(string)
	return id
}

// result is what a call returns.
type result struct {
	goType     string   // of JSON or plain text; "" without either
	accept     []string // media types
	stream     bool     // a file, or more than one type of response
	mayBeEmpty bool
}

// resultOf returns the result for the 2xx responses of an operation or, without any, its default
// response.
func resultOf(operation *codegen.OperationDefinition) (result, error) {
	definitions, err := operation.GetResponseTypeDefinitions()
	if err != nil {
		return result{}, err
	}
	typeOf := map[string]string{} // by status
	for _, definition := range definitions {
		if definition.ContentTypeName == jsonType {
			typeOf[definition.ResponseName] = definition.Schema.TypeDecl()
		}
	}
	var statuses []string
	for status := range operation.Spec.Responses.Map() {
		if strings.HasPrefix(status, "2") {
			statuses = append(statuses, status)
		}
	}
	if len(statuses) == 0 && operation.Spec.Responses.Value("default") != nil {
		statuses = []string{"default"}
	}
	slices.Sort(statuses)
	var r result
	for _, status := range statuses {
		content := operation.Spec.Responses.Value(status).Value.Content
		goType := typeOf[status]
		for _, mediaType := range slices.Sorted(maps.Keys(content)) {
			if mediaType == textType {
				goType = "string"
			}
			if sent := sentMediaType(content, mediaType); !slices.Contains(r.accept, sent) {
				r.accept = append(r.accept, sent)
			}
		}
		switch {
		case len(content) == 0:
			r.mayBeEmpty = true
		case goType == "" || len(content) > 1 || r.goType != "" && r.goType != goType:
			r.stream = true
		default:
			r.goType = goType
		}
	}
	return r, nil
}

// mediaTypeExtension has the name that a server gives to JSON.
const mediaTypeExtension = "x-media-type"

// sentMediaType returns the media type that a server sends for one of the prepared spec.
func sentMediaType(content openapi3.Content, mediaType string) string {
	if sent, ok := content[mediaType].Extensions[mediaTypeExtension].(string); ok {
		return sent
	}
	return mediaType
}

// responseMediaType returns the media type of a fake's response.
func responseMediaType(operation codegen.OperationDefinition, status, mediaType string) string {
	return sentMediaType(operation.Spec.Responses.Value(status).Value.Content, mediaType)
}

func (r result) declaration() string {
	switch {
	case r.stream:
		return "(*http.Response, error)"
	case r.goType != "":
		return "(" + r.goType + ", error)"
	}
	return "error"
}

func (r result) call() string {
	switch {
	case r.stream:
		return "Open"
	case r.goType != "":
		return "Fetch[" + r.goType + "]"
	}
	return "Execute"
}

// comment returns the documentation of a method: what the operation does, the request, and what is
// special about the response.
func comment(operation *codegen.OperationDefinition, name string, result result) string {
	request := operation.Method + " " + operation.Path
	text := action(name, operation.Summary)
	if text != "" {
		text = paragraphs(text, operation.Spec.Description, "It calls "+request+"."+evidence(operation))
	} else {
		text = paragraphs(name+" calls "+request+"."+evidence(operation), operation.Summary, operation.Spec.Description)
	}
	if pagingCode(operation) != "" {
		text = paragraphs(text, "It returns one page of the list; "+name+elementsSuffix+" yields the elements of all pages.")
	}
	return withDuties(operation, text, result)
}

// withDuties completes the documentation with what every variant of a method needs.
func withDuties(operation *codegen.OperationDefinition, text string, result result) string {
	if result.stream {
		text = paragraphs(text, "The caller must close the body of the response.")
	}
	if operation.Spec.Deprecated {
		text = paragraphs(text, "Deprecated: the spec marks it as deprecated.")
	}
	return lineComment(text, commentWidth)
}

// paragraphs joins the paragraphs that are not empty.
func paragraphs(texts ...string) string {
	var joined []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			joined = append(joined, text)
		}
	}
	return strings.Join(joined, "\n\n")
}

// evidence returns the evidence of an operation and its source, from extensions of the spec.
func evidence(operation *codegen.OperationDefinition) string {
	kind, _ := operation.Spec.Extensions["x-evidence"].(string)
	source, _ := operation.Spec.Extensions["x-evidence-source"].(string)
	switch {
	case kind == "":
		return ""
	case source == "":
		return " Evidence: " + kind + "."
	}
	return " Evidence: " + kind + ", " + source
}
