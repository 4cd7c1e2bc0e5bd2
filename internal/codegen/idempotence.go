package codegen

import (
	"fmt"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// idempotentExtension says of an operation whether sending it twice does what sending it once does, where its method
// says otherwise: a search by POST is idempotent, a GET that counts something up is not.
const idempotentExtension = "x-idempotent"

// checkIdempotence refuses what is neither true nor false.
func (p *preparer) checkIdempotence() error {
	var problems tree.Problems
	for _, operation := range tree.Operations(p.document) {
		value, isSet := operation.Object[idempotentExtension]
		if _, ok := value.(bool); isSet && !ok {
			problems.Add(tree.Join(operation.Pointer, idempotentExtension), fmt.Sprintf("%.80q is neither true nor false", fmt.Sprint(value)), "write true or false without quotes, or remove it with an overlay; without it the method decides")
		}
	}
	return problems.Err()
}

// isIdempotent reports whether an operation may be repeated.
func isIdempotent(operation *codegen.OperationDefinition) bool {
	if is, ok := operation.Spec.Extensions[idempotentExtension].(bool); ok {
		return is
	}
	return httpx.IdempotentMethod(operation.Method)
}
