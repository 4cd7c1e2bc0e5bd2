package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer"
)

// shopName is the name of the integration.
const shopName = "domenasklepu.pl"

// parameter is a property of offers, such as their color.
type parameter struct {
	IntegrationID, CategoryID int64
	Name                      string
}

// setUp creates the integration of the shop's orders, and parameters of a category in it: each of them
// once, however often it is called.
//
// How to read them is not public. So if a response is lost, the create is parked. A person checks in
// xSale whether it was processed, and then calls Discard or Resend.
func (s *shop) setUp(ctx context.Context, category int64, names []string) error {
	integrations, active := s.integrations(), true
	integration := xsale.CreateIntegration{Name: shopName, IntegrationType: xsale.IntegrationTypeOwnShop, IsActive: &active}
	if _, err := integrations.Add(ctx, shopName, integration); err != nil {
		return err
	}
	if _, err := integrations.Run(ctx); err != nil {
		return err
	}
	id, err := s.integrationID(ctx)
	if err != nil {
		return err
	}
	parameters := s.parameters()
	for _, name := range names {
		if _, err := parameters.Add(ctx, fmt.Sprintf("%d %s", category, name), parameter{id, category, name}); err != nil {
			return err
		}
	}
	_, err = parameters.Run(ctx)
	return err
}

// integrationID returns the id of the integration that setUp created.
func (s *shop) integrationID(ctx context.Context) (int64, error) {
	integration, err := s.integrations().Result(ctx, shopName)
	switch {
	case err != nil:
		return 0, err
	case integration.State != transfer.StateDone:
		return 0, fmt.Errorf("integration %s is %s: %s", shopName, integration.State, integration.Reason)
	case integration.Value.ID == 0: // what a create returns is not public
		return 0, fmt.Errorf("xSale returned no id for integration %s: look it up there", shopName)
	}
	return integration.Value.ID, nil
}

func (s *shop) integrations() *push[xsale.CreateIntegration, xsale.Created] {
	return &push[xsale.CreateIntegration, xsale.Created]{
		Flow: s.flow("integrations"),
		Send: func(ctx context.Context, item transfer.Item[xsale.CreateIntegration]) (xsale.Created, error) {
			return s.xsale.Integrations.Create(ctx, item.Value)
		},
	}
}

func (s *shop) parameters() *push[parameter, xsale.Created] {
	return &push[parameter, xsale.Created]{
		Flow: s.flow("parameters"),
		Send: func(ctx context.Context, item transfer.Item[parameter]) (xsale.Created, error) {
			definition, err := define(item.Value)
			if err != nil {
				return xsale.Created{}, transfer.Fail(err)
			}
			return s.xsale.Integrations.CreateParameter(ctx, item.Value.IntegrationID, item.Value.CategoryID, definition)
		},
	}
}

// define returns the definition of a parameter. Its fields are not public: look them up in the
// vendor's Swagger.
func define(parameter parameter) (definition xsale.ParameterDefinition, err error) {
	name, err := json.Marshal(parameter.Name)
	if err == nil {
		err = definition.Set("Name", name)
	}
	return definition, err
}
