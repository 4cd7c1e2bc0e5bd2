package xsaletest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract"
)

// problemSchema is the name of the schema of problem details in the served spec.
const problemSchema = "SandboxProblem"

const problemSchemaJSON = `{
	"type": "object",
	"description": "Problem details (RFC 9457), the sandbox's choice.",
	"required": ["type", "title", "status", "detail"],
	"properties": {
		"type": {"type": "string"},
		"title": {"type": "string"},
		"status": {"type": "integer"},
		"detail": {"type": "string"},
		"errors": {
			"type": "array",
			"items": {
				"type": "object",
				"required": ["pointer", "detail"],
				"properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}
			}
		}
	}
}`

// servedSpec returns the spec as the sandbox serves it: with the sandbox as the server, and with the
// statuses that it responds with. Common readers fail on 2XX, and the spec itself must not list
// statuses, because xSale publishes none. The result shares what it does not change.
func servedSpec(spec *contract.Document, url string, data backend) (*openapi3.T, error) {
	served := *spec.Spec()
	served.Servers = openapi3.Servers{{URL: url, Description: "This sandbox"}}
	served.Paths = &openapi3.Paths{Extensions: served.Paths.Extensions}
	for path, item := range spec.Spec().Paths.Map() {
		copied := *item
		served.Paths.Set(path, &copied)
	}
	problems := false
	for _, o := range spec.Operations() {
		success, failures := data.statuses(o)
		item := served.Paths.Value(o.Path)
		operation := *item.GetOperation(o.Method)
		operation.Responses = servedResponses(operation.Responses, success, failures)
		item.SetOperation(o.Method, &operation)
		problems = problems || len(failures) > 0
	}
	if !problems {
		return &served, nil
	}
	info := *served.Info
	info.Description += "\n\nThis copy is served by a sandbox. It lists the statuses that the sandbox responds with, each marked as the sandbox's choice."
	served.Info = &info
	var schema openapi3.Schema
	if err := json.Unmarshal([]byte(problemSchemaJSON), &schema); err != nil {
		return nil, err
	}
	components := *served.Components
	components.Schemas = maps.Clone(components.Schemas)
	components.Schemas[problemSchema] = &openapi3.SchemaRef{Value: &schema}
	served.Components = &components
	return &served, nil
}

// servedResponses returns the responses of an operation with the success instead of 2XX. Failures, if
// there are any, are added to those of the spec and replace its default response.
func servedResponses(original *openapi3.Responses, success int, failures []int) *openapi3.Responses {
	responses := &openapi3.Responses{Extensions: original.Extensions}
	for status, response := range original.Map() {
		responses.Set(status, response)
	}
	if all := responses.Value("2XX"); all != nil {
		responses.Delete("2XX")
		if responses.Value(strconv.Itoa(success)) == nil {
			response := *all.Value
			description := fmt.Sprintf("Status %d is the sandbox's choice.", success)
			if response.Description != nil {
				description = *response.Description + " " + description
			}
			response.Description = &description
			responses.Set(strconv.Itoa(success), &openapi3.ResponseRef{Value: &response})
		}
	}
	if len(failures) == 0 {
		return responses
	}
	responses.Delete("default") // readers take it for a success, too
	reference := &openapi3.SchemaRef{Ref: "#/components/schemas/" + problemSchema}
	problem := openapi3.Content{"application/problem+json": {Schema: reference}}
	for _, status := range failures {
		if responses.Value(strconv.Itoa(status)) == nil {
			response := openapi3.NewResponse().WithDescription(http.StatusText(status) + ", the sandbox's choice.").WithContent(problem)
			responses.Set(strconv.Itoa(status), &openapi3.ResponseRef{Value: response})
		}
	}
	return responses
}
