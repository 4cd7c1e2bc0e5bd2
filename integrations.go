package xsale

import (
	"context"
	"strings"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
)

// IntegrationTypeOwnShop is the type of an integration with the user's own shop. The vendor
// publishes no other type.
const IntegrationTypeOwnShop = 28

// IntegrationsService creates integrations (integracje), the sources of orders, and the parameters
// of their offers. It is safe for concurrent use.
type IntegrationsService service

// CreateIntegration is a new integration; see [gen.CreateIntegration] for the fields.
type CreateIntegration = gen.CreateIntegration

// OrderSynchronization contains the settings for the export of orders; see
// [gen.OrderSynchronization].
type OrderSynchronization = gen.OrderSynchronization

// ParameterDefinition is the definition of a parameter of offers. Its fields are not published: set
// them with its method Set.
type ParameterDefinition = gen.ParameterDefinition

// Create adds an integration. Name and IntegrationType are required.
//
// POST /{organizationName}/integrations, documented at https://xsale.ai/?p=41323. Inferred: the Id
// of the response, so [gen.Created.ID] may be 0 after a success.
func (s *IntegrationsService) Create(ctx context.Context, integration CreateIntegration, options ...call.Option) (Created, error) {
	check := unset(field{"Name", strings.TrimSpace(integration.Name) != ""}, field{"IntegrationType (28, IntegrationTypeOwnShop, is an own shop)", integration.IntegrationType != 0})
	return s.client.api.CreateIntegration(ctx, s.name, integration, s.checked(options, check)...)
}

// CreateParameter defines a parameter of the offers in a category of an own-shop integration. The
// vendor's Swagger has the fields of the definition.
//
// POST /{organizationName}/integrations/{id}/categories/{categoryId}/parameters, documented at
// https://xsale.ai/docs/api-techniczne/obsluga-integracji-z-wlasnym-sklepem/definiowanie-parametrow.
// Inferred: the Id of the response.
func (s *IntegrationsService) CreateParameter(ctx context.Context, integrationID, categoryID int64, definition ParameterDefinition, options ...call.Option) (Created, error) {
	return s.client.api.CreateParameter(ctx, s.name, integrationID, categoryID, definition, s.checked(options)...)
}
