package main

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// recursiveAnswers returns the operations with an answer whose schema has itself in it. Of such an answer Prism reports
// nothing, without a warning, whatever is wrong with it.
func recursiveAnswers(document *openapi3.T) []string {
	var found []string
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			for _, response := range operation.Responses.Map() {
				for _, media := range response.Value.Content {
					if isRecursive(media.Schema, nil) {
						found = append(found, method+" "+path)
					}
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// isRecursive looks for a schema inside of itself; around are those that the schema is in.
func isRecursive(schema *openapi3.SchemaRef, around []*openapi3.Schema) bool {
	if schema == nil || schema.Value == nil {
		return false
	}
	if slices.Contains(around, schema.Value) {
		return true
	}
	around = append(slices.Clone(around), schema.Value)
	parts := slices.Concat(schema.Value.AllOf, schema.Value.AnyOf, schema.Value.OneOf,
		openapi3.SchemaRefs{schema.Value.Not, schema.Value.Items, schema.Value.AdditionalProperties.Schema})
	for _, property := range schema.Value.Properties {
		parts = append(parts, property)
	}
	return slices.ContainsFunc(parts, func(part *openapi3.SchemaRef) bool { return isRecursive(part, around) })
}
