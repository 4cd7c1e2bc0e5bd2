package codegen

import (
	"fmt"

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
)

// checkExtensions rejects values of another type.
func (p *preparer) checkExtensions() error {
	var problems tree.Problems
	for _, operation := range tree.Operations(p.document) {
		for _, name := range []string{idempotentExtension, emptyExtension} {
			value, set := operation.Object[name]
			if _, ok := value.(bool); set && !ok {
				problems.Add(tree.Join(operation.Pointer, name), fmt.Sprintf("%.80q is not a boolean", fmt.Sprint(value)), "write true or false without quotes, or remove it with an overlay to use the default")
			}
		}
		value, set := operation.Object[listExtension]
		if name, ok := value.(string); set && (!ok || name == "") {
			problems.Add(tree.Join(operation.Pointer, listExtension), fmt.Sprintf("%.80q is not a name", fmt.Sprint(value)), `write the name of the field that contains the list, or "*" if it is unknown`)
		}
	}
	return problems.Err()
}

// idempotent reports whether an operation is safe to send more than once.
func idempotent(operation *codegen.OperationDefinition) bool {
	if value, ok := operation.Spec.Extensions[idempotentExtension].(bool); ok {
		return value
	}
	return httpx.IdempotentMethod(operation.Method)
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
