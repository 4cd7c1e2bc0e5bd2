package codegen

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

const (
	jsonType = "application/json"
	textType = "text/plain"
)

// method is a method of the typed client, as its template needs it.
type method struct {
	Name       string
	Raw        string // name of the raw client's method
	Comment    string
	Arguments  string // in the declaration, behind ctx
	Names      string // in the call, behind ctx
	Result     string
	Call       string // what of package xsale sends it
	ID         string // Go literal, as the next two
	Method     string
	Route      string
	PathValues string
	Accept     string // Go literal; "" where the answer has no body
	MayBeEmpty bool
	Idempotent bool
	EmptyLists []string // fields of params that must not be sent empty
}

// methodsOf returns the methods of an operation: one without a body or, as the raw client has them, one for a body in any
// form and one for each form that has a type.
func methodsOf(operation *codegen.OperationDefinition) ([]method, error) {
	result, err := resultOf(operation)
	if err != nil {
		return nil, err
	}
	base := method{
		Name:       operation.OperationId,
		Raw:        operation.OperationId,
		Result:     result.declaration(),
		Call:       result.call(),
		ID:         strconv.Quote(originalID(operation)),
		Method:     "http.Method" + strings.ToUpper(operation.Method[:1]) + strings.ToLower(operation.Method[1:]),
		Route:      strconv.Quote(operation.Path),
		MayBeEmpty: result.mayBeEmpty && result.goType != "",
		Idempotent: isIdempotent(operation),
	}
	if len(result.accept) > 0 {
		base.Accept = strconv.Quote(strings.Join(result.accept, ", "))
	}
	for _, parameter := range operation.PathParams {
		base.Arguments += ", " + parameter.GoVariableName() + " " + parameter.TypeDef()
		base.Names += ", " + parameter.GoVariableName()
		base.PathValues += ", " + parameter.GoVariableName()
	}
	base.PathValues = strings.TrimPrefix(base.PathValues, ", ")
	if operation.RequiresParamObject() {
		base.Arguments += ", params *" + operation.OperationId + "Params"
		base.Names += ", params"
	}
	for _, parameter := range operation.QueryParams {
		if strings.HasPrefix(parameter.Schema.TypeDecl(), "[]") {
			base.EmptyLists = append(base.EmptyLists, parameter.GoName())
		}
	}
	if !operation.HasBody() {
		base.Comment = comment(operation, base.Name, result)
		return withElements([]method{base}, base, result), nil
	}
	whole := base
	whole.Name += "WithBody"
	whole.Raw = whole.Name
	whole.Arguments += ", contentType string, body io.Reader"
	whole.Names += ", contentType, body"
	whole.Comment = comment(operation, whole.Name, result)
	methods := []method{whole}
	for _, body := range operation.Bodies {
		if !body.IsSupportedByClient() {
			continue
		}
		typed := base
		typed.Name += body.Suffix()
		typed.Raw = typed.Name
		typed.Arguments += ", body " + operation.OperationId + body.NameTag + "RequestBody"
		typed.Names += ", body"
		typed.Comment = comment(operation, typed.Name, result)
		methods = withElements(append(methods, typed), typed, result)
	}
	return methods, nil
}

// elementsSuffix is behind the name of a method that yields the elements of a list one by one, as in the standard library.
const elementsSuffix = "Seq"

// withElements adds to a method whose answer is a list one that does not have all of it in memory.
func withElements(methods []method, whole method, result result) []method {
	element, isList := strings.CutPrefix(result.goType, "[]")
	if !isList || result.isStream || element == "byte" {
		return methods
	}
	each := whole
	each.Name += elementsSuffix
	each.Comment = fmt.Sprintf("// %s is %s with one element of the answer in memory at a time. The call is sent when the list is ranged over. An\n"+
		"// error ends the list; the elements before it are good.", each.Name, whole.Name)
	each.Result = "iter.Seq2[" + element + ", error]"
	each.Call = "Stream[" + element + "]"
	return append(methods, each)
}

func originalID(operation *codegen.OperationDefinition) string {
	id, _ := operation.Spec.Extensions[operationIDExtension].(string)
	return id
}

// result is what a call returns.
type result struct {
	goType     string   // of JSON or text; "" without
	accept     []string // media types
	isStream   bool     // a file, or answers of more than one form
	mayBeEmpty bool
}

// resultOf looks at the answers that are successes; where none is said to be, at the one for all statuses.
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
			if !slices.Contains(r.accept, mediaType) {
				r.accept = append(r.accept, mediaType)
			}
		}
		switch {
		case len(content) == 0:
			r.mayBeEmpty = true
		case goType == "" || len(content) > 1 || r.goType != "" && r.goType != goType:
			r.isStream = true
		default:
			r.goType = goType
		}
	}
	return r, nil
}

func (r result) declaration() string {
	switch {
	case r.isStream:
		return "(*http.Response, error)"
	case r.goType != "":
		return "(" + r.goType + ", error)"
	}
	return "error"
}

func (r result) call() string {
	switch {
	case r.isStream:
		return "Open"
	case r.goType != "":
		return "Fetch[" + r.goType + "]"
	}
	return "Execute"
}

// comment is the documentation of a method: what the description says, the call, and what is particular about the answer.
func comment(operation *codegen.OperationDefinition, name string, result result) string {
	text := fmt.Sprintf("%s calls %s %s.", name, operation.Method, operation.Path)
	for _, part := range []string{operation.Summary, operation.Spec.Description} {
		if part = strings.TrimSpace(part); part != "" {
			text += "\n\n" + part
		}
	}
	if result.isStream {
		text += "\n\nThe answer is returned with its body still to be read; close it."
	}
	if operation.Spec.Deprecated {
		text += "\n\nDeprecated: the API description says so."
	}
	var lines strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		lines.WriteString(strings.TrimRight("// "+line, " \t") + "\n")
	}
	return strings.TrimSuffix(lines.String(), "\n")
}
