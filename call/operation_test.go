package call

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/openapi"
)

// Every operation of the API description has a method here, and every method an operation there.
func TestOperationsMatchTheDescription(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Spec())
	if err != nil {
		t.Fatal(err)
	}
	described := map[operation]bool{}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			isIdempotent, ok := op.Extensions["x-idempotent"].(bool)
			if !ok {
				isIdempotent = httpx.IdempotentMethod(method)
			}
			described[operation{id: op.OperationID, method: method, route: path, idempotent: isIdempotent}] = true
		}
	}
	for _, op := range []operation{getMe, listOrders, createOrder, listStatuses, createIntegration, createParameter, listTranslations, setTranslation} {
		op.unpublished = false
		if !described[op] {
			t.Errorf("%+v is not in the API description", op)
		}
		delete(described, op)
	}
	for op := range described {
		t.Errorf("%+v has no method", op)
	}
}
