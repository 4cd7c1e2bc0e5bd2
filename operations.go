package xsale

import (
	"net/http"

	"github.com/xsale-go/xsale/call"
)

var (
	getMe             = call.Operation{ID: "getMe", Method: http.MethodGet, Route: "/me", Idempotent: true}
	listOrders        = call.Operation{ID: "listOrders", Method: http.MethodGet, Route: "/{organizationName}/orders", Idempotent: true}
	createOrder       = call.Operation{ID: "createOrder", Method: http.MethodPost, Route: "/{organizationName}/orders", MayBeEmpty: true}
	listStatuses      = call.Operation{ID: "listStatuses", Method: http.MethodGet, Route: "/{organizationName}/statuses", Idempotent: true}
	createIntegration = call.Operation{ID: "createIntegration", Method: http.MethodPost, Route: "/{organizationName}/integrations", MayBeEmpty: true}
	createParameter   = call.Operation{ID: "createParameter", Method: http.MethodPost, Route: "/{organizationName}/integrations/{id}/categories/{categoryId}/parameters", MayBeEmpty: true}
	listTranslations  = call.Operation{ID: "listTranslations", Method: http.MethodGet, Route: "/{organizationName}/articles/{id}/translations", Idempotent: true}
	setTranslation    = call.Operation{ID: "setTranslation", Method: http.MethodPut, Route: "/{organizationName}/articles/{id}/translations", Idempotent: true}
)
