package codegen

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
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
	field.Tag = "`" + parameter.In + ":" + strconv.Quote(parameterTag(parameter)) + "`"
	return field
}

var tagName = strings.NewReplacer("%", "%25", ",", "%2C")

// parameterTag returns the tag of a parameter for package param.
func parameterTag(parameter codegen.ParameterDefinition) string {
	options := []string{tagName.Replace(parameter.ParamName)}
	add := func(option string, set bool) {
		if set {
			options = append(options, option)
		}
	}
	style, explode := parameter.Style(), parameter.Explode()
	query := parameter.In == "query" || parameter.In == "cookie"
	delimited := style == "spaceDelimited" || style == "pipeDelimited"
	explode = explode && !(delimited && parameter.Spec.Explode == nil) // the default of these styles
	compound := compoundType(parameter)
	add("required", parameter.Required && parameter.In != "path")
	switch {
	case !parameter.IsStyled():
		add("json", parameter.IsJson())
	case style == "deepObject" || style == "label" || style == "matrix":
		add(style, true)
	case delimited:
		add(style, compound && !explode)
	case style == "form":
		add("joined", compound && !explode)
	}
	add("exploded", parameter.IsStyled() && compound && !query && explode)
	add("allowReserved", parameter.Spec.AllowReserved)
	add("catchAll", parameter.In == "path" && parameter.Spec.Extensions[restExtension] == true)
	return strings.Join(options, ",")
}

// compoundType reports whether a parameter is a list or an object.
func compoundType(parameter codegen.ParameterDefinition) bool {
	switch parameter.SchemaType() {
	case "array", "object":
		return true
	}
	return false
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
		if tag := parameterTag(*parameter); tag != tagName.Replace(parameter.ParamName) {
			value = "param.Styled(" + strconv.Quote(tag) + ", " + value + ")"
		}
		values = append(values, value)
	}
	return strings.Join(values, ", ")
}
