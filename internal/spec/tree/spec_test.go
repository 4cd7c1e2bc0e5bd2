package tree

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestVersionOf(t *testing.T) {
	const (
		swagger = "/swagger: unknown Swagger version; serve the spec as Swagger 2.0 or OpenAPI 3.0 to 3.2"
		openapi = "/openapi: unknown OpenAPI version; serve the spec as Swagger 2.0 or OpenAPI 3.0 to 3.2"
		neither = "this is not an API spec: it has neither a swagger nor an openapi field; " +
			"use the URL of the JSON or YAML document itself, such as /swagger/v1/swagger.json"
	)
	for _, test := range []struct {
		document Object
		version  Version
		fault    string
	}{
		{Object{"swagger": "2.0"}, Version20, ""},
		{Object{"swagger": json.Number("2.0")}, Version20, ""},
		{Object{"swagger": json.Number("2")}, Version20, ""},
		{Object{"openapi": "3.0.0"}, Version30, ""},
		{Object{"openapi": "3.0.4"}, Version30, ""},
		{Object{"openapi": "3.0"}, Version30, ""},
		{Object{"openapi": json.Number("3.0")}, Version30, ""},
		{Object{"openapi": "3.1.0"}, Version31, ""},
		{Object{"openapi": "3.1.1"}, Version31, ""},
		{Object{"openapi": json.Number("3.1")}, Version31, ""},

		{Object{"swagger": "1.2"}, "", swagger},
		{Object{"swagger": "3.0.0"}, "", swagger},
		{Object{"swagger": nil}, "", swagger},
		{Object{"openapi": "3.2.0"}, Version32, ""},
		{Object{"openapi": "3.3.0"}, "", openapi},
		{Object{"openapi": "3.00"}, "", openapi},
		{Object{"openapi": "3.10.0"}, "", openapi},
		{Object{"openapi": "2.0"}, "", openapi},
		{Object{"openapi": json.Number("3")}, "", openapi},
		{Object{"openapi": ""}, "", openapi},
		{Object{"openapi": []any{"3.0.3"}}, "", openapi},
		{Object{"OpenAPI": "3.0.3"}, "", neither},
		{Object{}, "", neither},
		{nil, "", neither},
	} {
		version, err := VersionOf(test.document)
		if version != test.version {
			t.Errorf("%v: got %q", test.document, version)
		}
		if test.fault == "" {
			if err != nil {
				t.Errorf("%v: %v", test.document, err)
			}
			continue
		}
		if problem, ok := errors.AsType[*Problem](err); !ok || problem.Error() != test.fault {
			t.Errorf("%v: got error %v", test.document, err)
		}
	}
}
