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
		Use:   "create (--name NAME | --file FILE)",
		Short: "Create an own-shop integration",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			integration := xsale.CreateIntegration{
				Name:            name,
				IsActive:        &active,
				IntegrationType: xsale.IntegrationTypeOwnShop,
			}
			if file != "" {
				integration = xsale.CreateIntegration{}
				if err := readJSON(command, file, &integration); err != nil {
					return err
				}
			}
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				created, err := client.Organization("").Integrations.Create(ctx, integration)
				if err != nil {
					return err
				}
				return printCreated(command, a.output, created)
			})
		},
	}
	flags := command.Flags()
	flags.StringVarP(&file, "file", "f", "", "file with the JSON of the integration, - for standard input")
	flags.StringVar(&name, "name", "", "name of the integration")
	flags.BoolVar(&active, "active", true, "make it active")
	command.MarkFlagsMutuallyExclusive("file", "name")
	command.MarkFlagsMutuallyExclusive("file", "active")
	command.MarkFlagsOneRequired("file", "name")
	return command
}
