package codegen

import (
	"fmt"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// idempotentExtension overrides whether an operation is safe to send more than once, which
// otherwise depends on its method. A search by POST is idempotent; a GET that increments a counter
// is not.
const idempotentExtension = "x-idempotent"

// checkIdempotence rejects values other than true and false.
func (p *preparer) checkIdempotence() error {
	var problems tree.Problems
	for _, operation := range tree.Operations(p.document) {
		value, set := operation.Object[idempotentExtension]
		if _, ok := value.(bool); set && !ok {
			problems.Add(tree.Join(operation.Pointer, idempotentExtension), fmt.Sprintf("%.80q is not a boolean", fmt.Sprint(value)), "write true or false without quotes, or remove it with an overlay to use the default of the method")
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
