package mock

import (
	"cmp"
	"maps"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/mock/values"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// Problem returns the body of an error response as the spec has it for the status: the given problem
// details if they fit, or else a generated body with those fields of the details that fit. It returns
// nil if the spec has no JSON for the status.
func (p *Plan) Problem(o *contract.Operation, status int, details []byte) (contentType string, body []byte) {
	responses := o.Spec().Responses
	listed := cmp.Or(responses.Status(status), responses["default"])
	if listed == nil {
		return "", nil
	}
	for _, name := range slices.Sorted(maps.Keys(listed.Content)) {
		media := listed.Content[name]
		if !httpx.JSON(name) || media.Schema == nil {
			continue
		}
		if original, ok := media.Extensions["x-media-type"].(string); ok {
			name = original
		}
		fields, _ := decode(details).(map[string]any)
		ofProblem := isProblem(media.Schema)
		if p.document.Fits(media.Schema.Value, fields) && (ofProblem || len(propertiesOf(media.Schema)) == 0) {
			return problemType, details
		}
		body, err := marshal(p.problem(media.Schema, o, status, fields))
		if err != nil {
			return "", nil
		}
		if ofProblem && name == "application/json" { // as ASP.NET documents it
			name = problemType
		}
		return name, body
	}
	return "", nil
}

const problemType = "application/problem+json"

// isProblem reports whether a schema is one of problem details.
func isProblem(schema *model.SchemaRef) bool {
	properties := propertiesOf(schema)
	return properties["title"] != nil && properties["status"] != nil
}

// problem returns a generated body for an error, with the details where fields of their meaning are.
func (p *Plan) problem(schema *model.SchemaRef, o *contract.Operation, status int, details map[string]any) any {
	key := o.Method + " " + o.Path + " " + http.StatusText(status)
	generated, err := p.generator.Value(schema, key, values.Required)
	if err != nil {
		return details
	}
	object, ok := generated.(map[string]any)
	if !ok {
		return generated
	}
	p.describe(schema, object, details, 2)
	return object
}

// meanings are names of fields for the details of a problem.
var meanings = map[string]string{
	"type": "type", "title": "title", "status": "status", "statuscode": "status", "code": "status", "detail": "detail", "details": "detail",
	"message": "detail", "description": "detail", "errormessage": "detail", "exceptiondescription": "detail", "reason": "detail", "error": "detail", "errors": "errors",
}

func (p *Plan) describe(schema *model.SchemaRef, object, details map[string]any, depth int) {
	for name, property := range propertiesOf(schema) {
		if value := details[meanings[plain(name)]]; value != nil && p.document.Fits(property.Value, value) && len(property.Value.Enum) == 0 {
			if trial := maps.Clone(object); scalarOrListed(property) {
				trial[name] = value
				if p.document.Fits(schema.Value, trial) {
					object[name] = value
				}
			}
			continue
		}
		if inner, ok := object[name].(map[string]any); ok && depth > 0 {
			p.describe(property, inner, details, depth-1)
		}
	}
}

// scalarOrListed reports whether the schema of a field says what its values are.
func scalarOrListed(property *model.SchemaRef) bool {
	schema := single(property)
	return schema != nil && schema.Value.Type != nil
}
