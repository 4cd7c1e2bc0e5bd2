// Package typed reads specs in normal form with kin-openapi, which knows two things only in newer
// versions or not at all: operations of other methods, and paths that differ in nothing but the
// names of variables.
package typed

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Parse reads a spec as JSON or YAML. It fetches no references.
func Parse(data []byte) (*openapi3.T, error) {
	if bytes.Contains(data, []byte(tree.AdditionalOperations)) {
		document, err := tree.Read(data)
		if err != nil {
			return nil, err
		}
		ShowMethods(document)
		if data, err = tree.JSON(document); err != nil {
			return nil, err
		}
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	return loader.LoadFromData(data)
}

// ShowMethods moves additional operations to the fields that kin-openapi has for them, and returns
// their pointers before, by those after.
func ShowMethods(document tree.Object) map[string]string {
	moved := map[string]string{}
	for path, value := range tree.Fields(document["paths"]) {
		item, _ := value.(tree.Object)
		others := tree.ObjectAt(item, tree.AdditionalOperations)
		if others == nil {
			continue
		}
		pointer := tree.Join("/paths", path)
		before := tree.Join(pointer, tree.AdditionalOperations)
		delete(item, tree.AdditionalOperations)
		if query, ok := others[openapi3.MethodQuery]; ok {
			delete(others, openapi3.MethodQuery)
			item["query"] = query
			moved[tree.Join(pointer, "query")] = tree.Join(before, openapi3.MethodQuery)
		}
		item["additionalOperations"] = others
		moved[tree.Join(pointer, "additionalOperations")] = before
	}
	return moved
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
		shape := tree.PathShape(path)
		for method, operation := range item.Operations() {
			if standard := slices.Contains(tree.Methods, strings.ToLower(method)); !standard || shapes[shape] {
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
