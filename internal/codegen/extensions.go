package codegen

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Extensions of operations that this package reads.
const (
	// idempotentExtension overrides whether an operation is safe to send more than once, which
	// otherwise depends on its method. A search by POST is idempotent; a GET that increments a
	// counter is not.
	idempotentExtension = "x-idempotent"

	// emptyExtension marks an operation whose success may have no body, although the spec describes
	// one: the result is then the zero value.
	emptyExtension = "x-may-be-empty"

	// listExtension names the field of an object that may contain the list, although the spec
	// describes an array. "*" stands for an unknown field.
	listExtension = "x-list-field"

	// failureExtension lists the fields of a success that report a failure, with the values that
	// do. It may also stand at the root, for the operations without one.
	failureExtension = "x-failure-when"
)

// shown returns the start of a value in JSON, for an error.
func shown(value any) string {
	data, _ := json.Marshal(value) // cannot fail for JSON
	return fmt.Sprintf("%.80s", data)
}

// checkExtensions rejects invalid values, and replaces those of failureExtension with Go code.
func (p *preparer) checkExtensions() error {
	var problems tree.Problems
	for _, operation := range tree.Operations(p.document) {
		for _, name := range []string{idempotentExtension, emptyExtension} {
			value, set := operation.Object[name]
			if _, ok := value.(bool); set && !ok {
				problems.Add(tree.Join(operation.Pointer, name), shown(value)+" is not a boolean", "write true or false without quotes, or remove it with an overlay to use the default")
			}
		}
		value, set := operation.Object[listExtension]
		if name, ok := value.(string); set && (!ok || name == "") {
			problems.Add(tree.Join(operation.Pointer, listExtension), shown(value)+" is not a name", `write the name of the field that contains the list, or "*" if it is unknown`)
		}
		pointer, value := operation.Pointer, operation.Object[failureExtension]
		if _, set := operation.Object[failureExtension]; !set {
			if value, set = p.document[failureExtension]; !set {
				continue
			}
			pointer = ""
		}
		code, ok := failureSigns(value)
		if !ok {
			problems.Add(tree.Join(pointer, failureExtension), shown(value)+" is not a map from fields to lists of values", "write it like {Status: [ERROR, 500]}, with strings, numbers, booleans and nulls; an empty list means any value but null, false, 0 and empty ones")
		}
		if operation.Object[failureExtension] = code; pointer == "" && !ok {
			delete(p.document, failureExtension) // it is reported once
		}
	}
	return problems.Err()
}

// failureSigns returns the value of failureExtension as Go code; empty for an empty map.
func failureSigns(value any) (code string, ok bool) {
	fields, ok := value.(tree.Object)
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		values, list := fields[field].([]any)
		ok = ok && list && field != ""
		var literals []string
		for _, value := range values {
			literal := fmt.Sprintf("%#v", value)
			switch value := value.(type) {
			case nil:
				literal = "nil"
			case json.Number:
				number, err := value.Float64()
				literal = strconv.FormatFloat(number, 'g', -1, 64)
				if integer, notInteger := value.Int64(); notInteger == nil {
					literal, err = strconv.FormatInt(integer, 10), nil
				}
				ok = ok && err == nil
			case string, bool:
			default:
				ok = false
			}
			literals = append(literals, literal)
		}
		code += fmt.Sprintf("{Field: %q, Values: []any{%s}}, ", field, strings.Join(literals, ", "))
	}
	return strings.TrimSuffix(code, ", "), ok
}

// idempotent reports whether an operation is safe to send more than once.
func idempotent(operation *codegen.OperationDefinition) bool {
	if value, ok := operation.Spec.Extensions[idempotentExtension].(bool); ok {
		return value
	}
	return httpx.IdempotentMethod(operation.Method)
}

// acceptNull marks the operations whose result is an object that may be null. ASP.NET then responds
// with null or with 204.
func (p *preparer) acceptNull() error {
	for _, operation := range tree.Operations(p.document) {
		for status, response := range tree.Fields(operation.Object["responses"]) {
			for _, media := range tree.Fields(tree.ObjectAt(response.(tree.Object), "content")) {
				schema := tree.ObjectAt(media.(tree.Object), "schema")
				target := p.resolve(schema)
				object := target["properties"] != nil || target["allOf"] != nil || target["oneOf"] != nil || target["anyOf"] != nil
				if strings.HasPrefix(status, "2") && object && (tree.True(schema, "nullable") || tree.True(target, "nullable")) {
					setUnlessSet(operation.Object, emptyExtension, true)
				}
			}
		}
	}
	return nil
}

// mayBeEmpty reports whether the spec allows a success without a body.
func mayBeEmpty(operation *codegen.OperationDefinition, result result) bool {
	marked, _ := operation.Spec.Extensions[emptyExtension].(bool)
	return result.goType != "" && (result.mayBeEmpty || marked)
}

// listField returns the field of an object that may contain the list.
func listField(operation *codegen.OperationDefinition) string {
	name, _ := operation.Spec.Extensions[listExtension].(string)
	return name
}

// failureWhen returns the signs of a failure, which checkExtensions has turned into Go code.
func failureWhen(operation *codegen.OperationDefinition) string {
	code, _ := operation.Spec.Extensions[failureExtension].(string)
	return code
}
