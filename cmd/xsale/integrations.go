package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
)

func newIntegrationsCommand(a *app) *cobra.Command {
	return newGroup("integrations", "Create integrations", newIntegrationsCreateCommand(a))
}

func newIntegrationsCreateCommand(a *app) *cobra.Command {
	var file, name string
	var active bool
	command := &cobra.Command{
		Use:     "create (--name NAME | --file FILE)",
		Short:   "Create an integration for your own shop",
		Example: "  xsale integrations create --name domenasklepu.pl",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if err := fileOrFlags(command, "name", "active"); err != nil {
				return err
			}
			integration := xsale.CreateIntegration{
				Name:            name,
				IsActive:        &active,
				IntegrationType: xsale.IntegrationTypeOwnShop,
			}
			if file != "" {
				integration = xsale.CreateIntegration{}
				if err := readBody(command, "createIntegration", file, &integration); err != nil {
					return err
				}
			}
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				created, err := organization.Integrations.Create(ctx, integration)
				if err != nil {
					return err
				}
				return printCreated(command, a.output, created)
			})
		},
	}
	flags := command.Flags()
	flags.StringVarP(&file, "file", "f", "", "`FILE` with the integration as JSON, - for standard input")
	flags.StringVar(&name, "name", "", "`NAME` of the integration")
	flags.BoolVar(&active, "active", true, "activate the integration")
	return prints(command)
}
