// Package rare lets package contract check parameters in rare styles, cookies and forms, with
// kin-openapi. Import it for its side effect. It also validates specs, as kin-openapi does.
package rare

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/typed"
)

func init() { contract.NewRare = load }

type library struct{ spec *openapi3.T }

func load(data []byte) (contract.Rare, error) {
	spec, err := typed.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("the spec cannot be read as OpenAPI 3.0: %w", err)
	}
	err = typed.Validate(spec, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(),
		openapi3.DisableSchemaPatternValidation(), openapi3.AllowExtraSiblingFields("description", "nullable"))
	if err != nil {
		return nil, fmt.Errorf("the spec is not OpenAPI 3.0: %w", err)
	}
	return &library{spec}, nil
}

// Parameter uses only the verdict, because the library's messages repeat values.
func (l *library) Parameter(call contract.RareCall, in, name string) bool {
	input := l.input(call)
	parameter := input.Route.Operation.Parameters.GetByInAndName(in, name)
	if parameter == nil {
		parameter = input.Route.PathItem.Parameters.GetByInAndName(in, name)
	}
	return openapi3filter.ValidateParameter(call.Request.Context(), input, parameter) == nil
}

// Form leaves it to the library to split a form into parts and to parse each by its schema.
func (l *library) Form(call contract.RareCall, body []byte) ([]contract.RareValue, error) {
	input := l.input(call)
	input.Request = &http.Request{Method: call.Request.Method, URL: call.Request.URL, Header: call.Request.Header, Body: io.NopCloser(bytes.NewReader(body))}
	err := openapi3filter.ValidateRequestBody(call.Request.Context(), input, input.Route.Operation.RequestBody.Value)
	if err == nil {
		return nil, nil
	}
	var wrong []contract.RareValue
	for _, failure := range schemaErrors(err) {
		data, err := failure.Schema.MarshalJSON()
		if err != nil {
			return nil, err
		}
		schema, err := tree.Read(data)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, contract.RareValue{Pointer: failure.JSONPointer(), Value: failure.Value, Schema: schema, Keyword: failure.SchemaField})
	}
	if len(wrong) == 0 {
		return nil, errors.New("the form cannot be read")
	}
	return wrong, nil
}

// schemaErrors returns the schema errors in an error of the library.
func schemaErrors(err error) []*openapi3.SchemaError {
	switch err := err.(type) {
	case openapi3.MultiError:
		var all []*openapi3.SchemaError
		for _, err := range err {
			all = append(all, schemaErrors(err)...)
		}
		return all
	case *openapi3filter.RequestError:
		return schemaErrors(err.Err)
	case *openapi3.SchemaError:
		return []*openapi3.SchemaError{err}
	}
	return nil
}

func (l *library) input(call contract.RareCall) *openapi3filter.RequestValidationInput {
	item := l.spec.Paths.Value(call.Path)
	return &openapi3filter.RequestValidationInput{
		Request:    call.Request,
		PathParams: call.Variables,
		Route:      &routers.Route{Spec: l.spec, Path: call.Path, PathItem: item, Method: call.Request.Method, Operation: item.GetOperation(call.Method)},
		Options: &openapi3filter.Options{
			MultiError:              true,
			SkipSettingDefaults:     true,
			AuthenticationFunc:      openapi3filter.NoopAuthenticationFunc,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidators(formats), openapi3.DisablePatternValidation()},
		},
	}
}

// formats are those of package contract. The library's own registry is global, so a package must not
// change it.
var formats = func() map[string]openapi3.StringFormatValidator {
	validators := make(map[string]openapi3.StringFormatValidator)
	for name, accepts := range contract.Formats() {
		validators[name] = openapi3.NewCallbackValidator(func(value string) error {
			if !accepts(value) {
				return errors.New("wrong format")
			}
			return nil
		})
	}
	return validators
}()
