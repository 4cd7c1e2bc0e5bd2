// Package typed reads specs in normal form with kin-openapi, which knows two things only in newer
// versions or not at all: operations of other methods, and paths that differ in nothing but the
// names of variables.
package typed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/contract/route"
)

// additionalOperations is the field of the normal form with operations of other methods.
const additionalOperations = "x-oai-additionalOperations"

// Parse reads a spec as JSON or YAML. It fetches no references.
func Parse(data []byte) (*openapi3.T, error) {
	spec, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil || !bytes.Contains(data, []byte(additionalOperations)) {
		return spec, err
	}
	for path, item := range spec.Paths.Map() {
		others, err := json.Marshal(item.Extensions[additionalOperations])
		if err != nil {
			return nil, err
		}
		delete(item.Extensions, additionalOperations)
		var operations map[string]*openapi3.Operation
		if err := json.Unmarshal(others, &operations); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", additionalOperations, path, err)
		}
		for method, operation := range operations {
			item.SetOperation(method, operation)
		}
	}
	return spec, openapi3.NewLoader().ResolveRefsIn(spec, nil)
}

// Validate validates a parsed spec. The operations that OpenAPI 3.0 cannot have at their location
// are validated alone.
func Validate(spec *openapi3.T, options ...openapi3.ValidationOption) error {
	ctx := openapi3.WithValidationOptions(context.Background(), options...)
	plain := *spec
	plain.Paths = openapi3.NewPaths()
	shapes := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(spec.Paths.Map())) {
		item := *spec.Paths.Value(path)
		shape := route.Shape(path)
		for method, operation := range item.Operations() {
			if method == openapi3.MethodQuery || item.AdditionalOperations[method] != nil || shapes[shape] {
				if err := operation.Validate(ctx); err != nil {
					return err
				}
			}
		}
		item.Query, item.AdditionalOperations = nil, nil
		if !shapes[shape] {
			plain.Paths.Set(path, &item)
		}
		shapes[shape] = true
	}
	return plain.Validate(ctx, options...)
}
