package xsale

import (
	"context"
	"errors"
	"fmt"
	"github.com/xsale-go/xsale/call"
	"net/http"

	"github.com/xsale-go/xsale/gen"
)

// IntegrationTypeOwnShop is the kind of integration that stands for an own shop. The vendor
// publishes no other value.
const IntegrationTypeOwnShop = 28

// IntegrationsService creates integrations (integracje), the sources of orders, and the parameters
// of their offers. It is safe for concurrent use.
type IntegrationsService service

// The types of integrations.
type (
	CreateIntegration    = gen.CreateIntegration
	OrderSynchronization = gen.OrderSynchronization
	ParameterDefinition  = gen.ParameterDefinition
)

// Create adds an integration. Name and IntegrationType are required.
//
// POST /{organizationName}/integrations, documented at https://xsale.ai/?p=41323. Inferred: the Id
// of the answer, so that
// [Created.ID] may be 0 after a success.
func (s *IntegrationsService) Create(ctx context.Context, integration CreateIntegration, options ...call.Option) (Created, error) {
	return call.Fetch[Created](ctx, createIntegration, options, func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		if err := errors.Join(s.err, checkIntegration(integration)); err != nil {
			return nil, err
		}
		return s.client.api.CreateIntegration(ctx, s.name, integration, edit)
	})
}

func checkIntegration(integration CreateIntegration) error {
	var problems []error
	if integration.Name == "" {
		problems = append(problems, fmt.Errorf("%w: Name is not set", ErrInvalid))
	}
	if integration.IntegrationType == 0 {
		problems = append(problems, fmt.Errorf("%w: IntegrationType is not set: use IntegrationTypeOwnShop", ErrInvalid))
	}
	return errors.Join(problems...)
}

// CreateParameter defines a parameter of the offers in a category of an own-shop integration. The
// members of the definition are not published: look them up in the vendor's Swagger, and set them
// with [ParameterDefinition.Set].
//
// POST /{organizationName}/integrations/{id}/categories/{categoryId}/parameters, documented at
// https://xsale.ai/docs/api-techniczne/obsluga-integracji-z-wlasnym-sklepem/definiowanie-parametrow.
// Inferred: the Id of the answer.
func (s *IntegrationsService) CreateParameter(ctx context.Context, integrationID, categoryID int64, definition ParameterDefinition, options ...call.Option) (Created, error) {
	return call.Fetch[Created](ctx, createParameter, options, func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		if s.err != nil {
			return nil, s.err
		}
		return s.client.api.CreateParameter(ctx, s.name, integrationID, categoryID, definition, edit)
	})
}
