package codegen

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// parameterField is a field of a struct of parameters, or of a fake's request.
type parameterField struct {
	Name, Type, Tag, Comment string
}

// parameterFields returns the fields of an operation's parameters in query, headers and cookies.
func parameterFields(operation *codegen.OperationDefinition) []parameterField {
	var fields []parameterField
	for _, parameter := range operation.Params() {
		field := newParameterField(parameter)
		field.Comment = fieldComment(field.Name, parameter.Spec.Description, parameter.Spec.Deprecated)
		fields = append(fields, field)
	}
	return fields
}

// fieldComment returns a comment that the commenter makes a sentence of.
func fieldComment(name, description string, isDeprecated bool) string {
	if isDeprecated {
		description = paragraphs(description, "Deprecated: the spec marks it as deprecated.")
	}
	if description == "" {
		return ""
	}
	return lineComment(name+" "+description, commentWidth-4)
}

// pathFields returns the fields of a fake's request for the variables of the path.
func pathFields(operation *codegen.OperationDefinition) []parameterField {
	var fields []parameterField
	for _, parameter := range operation.PathParams {
		fields = append(fields, newParameterField(parameter))
	}
	return fields
}

func newParameterField(parameter codegen.ParameterDefinition) parameterField {
	field := parameterField{Name: parameter.GoName(), Type: parameter.TypeDef()}
	if parameter.HasOptionalPointer() {
		field.Type = "*" + field.Type
	}
	field.Tag = "`" + parameter.In + ":" + strconv.Quote(parameterTag(parameter.Spec)) + "`"
	return field
}

func parameterTag(p *openapi3.Parameter) string {
	parameter := model.Parameter{
		Name: p.Name, In: p.In, Required: p.Required, Style: p.Style, Explode: p.Explode, AllowReserved: p.AllowReserved,
		Content: make(model.Content), Extensions: p.Extensions,
	}
	if p.Schema != nil {
		parameter.Schema = &model.SchemaRef{Value: &model.Schema{Type: p.Schema.Value.Type.Slice()}}
	}
	for name := range p.Content {
		parameter.Content[name] = nil
	}
	return parameter.Tag()
}

// argumentName returns the name of a path parameter as an argument.
func argumentName(parameter codegen.ParameterDefinition) string {
	name := parameter.GoVariableName()
	if rest, ok := strings.CutPrefix(name, "iDs"); ok {
		return "ids" + rest
	}
	return name
}

var pathVariable = regexp.MustCompile(`\{([^{}]*)\}`)

// pathValues returns the values of the variables in the path, in their order.
func pathValues(operation *codegen.OperationDefinition) string {
	var values []string
	for _, variable := range pathVariable.FindAllStringSubmatch(operation.Path, -1) {
		parameter := codegen.ParameterDefinitions(operation.PathParams).FindByName(variable[1])
		if parameter == nil { // the generator rejects such a path
			continue
		}
		value := argumentName(*parameter)
		if tag := parameterTag(parameter.Spec); tag != model.TagName(parameter.ParamName) {
			value = "param.Styled(" + strconv.Quote(tag) + ", " + value + ")"
		}
		values = append(values, value)
	}
	return strings.Join(values, ", ")
}
