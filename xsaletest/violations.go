package xsaletest

import (
	"errors"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

const (
	// outOfRange is said of numbers that JSON can write and Go cannot hold.
	outOfRange     = "number is out of range"
	unfitParameter = "does not have the type that the API description gives it"
)

// violationsOf takes apart what the validator found. Of its texts only the reasons of schema errors are used, because
// others repeat the value.
func violationsOf(err error) []violation {
	switch err := err.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		var violations []violation
		for _, err := range err {
			violations = append(violations, violationsOf(err)...)
		}
		return violations
	case *openapi3filter.RequestError:
		if err.Parameter != nil {
			return parameterViolations(err)
		}
		return bodyViolations(err.Err)
	case *openapi3filter.ResponseError:
		return bodyViolations(err.Err)
	case *openapi3.SchemaError:
		return schemaViolations(err)
	}
	return []violation{{"", "does not match the API description"}}
}

// parameterViolations names the parameter, because a JSON pointer leads into a body only.
func parameterViolations(err *openapi3filter.RequestError) []violation {
	if errors.Is(err.Err, openapi3filter.ErrInvalidEmptyValue) {
		return []violation{{err.Parameter.Name, "is empty"}}
	}
	return []violation{{err.Parameter.Name, unfitParameter}}
}

func bodyViolations(err error) []violation {
	if err == nil { // of all reasons, only an unexpected media type comes without an error
		return []violation{{"Content-Type", "must be application/json"}}
	}
	if errors.Is(err, openapi3filter.ErrInvalidRequired) {
		return []violation{{"", "the body is missing"}}
	}
	if _, ok := errors.AsType[*openapi3filter.ParseError](err); ok {
		return []violation{{"", "the body is not valid JSON"}}
	}
	return violationsOf(err)
}

func schemaViolations(err *openapi3.SchemaError) []violation {
	// A reference with a description of its own is written with allOf; what is wrong is wrapped inside.
	if parts, ok := errors.AsType[openapi3.MultiError](err.Origin); ok {
		return violationsOf(parts)
	}
	pointer := ""
	for _, segment := range err.JSONPointer() { // names of the API description, in which nothing needs an escape
		pointer += "/" + segment
	}
	detail := err.Reason
	_, beyondFloats := errors.AsType[*strconv.NumError](err.Origin)
	switch {
	case beyondFloats, err.SchemaField == "format" && err.Schema.Type.Is(openapi3.TypeInteger): // a format of integers is a range
		detail = outOfRange
	case err.SchemaField == "anyOf":
		detail = missingAlternatives(err.Schema.AnyOf, detail)
	}
	return []violation{{pointer, detail}}
}

// missingAlternatives says which members are meant where the alternatives differ in their required members only.
func missingAlternatives(alternatives openapi3.SchemaRefs, otherwise string) string {
	var names []string
	for _, alternative := range alternatives {
		if len(alternative.Value.Required) == 0 {
			return otherwise
		}
		names = append(names, strings.Join(alternative.Value.Required, " with "))
	}
	return "at least one of " + strings.Join(names, ", ") + " is needed"
}
