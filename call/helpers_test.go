package call

import "net/http"

var (
	getMe       = Operation{ID: "getMe", Method: http.MethodGet, Route: "/me", Idempotent: true}
	createOrder = Operation{ID: "createOrder", Method: http.MethodPost, Route: "/{organizationName}/orders", MayBeEmpty: true}
)

// For the tests of package call_test.
const (
	MaxErrorBody            = maxErrorBody
	MaxRetryWait            = maxRetryWait
	DefaultMaxResponseBytes = defaultMaxResponseBytes
)
