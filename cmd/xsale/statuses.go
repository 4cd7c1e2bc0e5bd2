package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
)

func newStatusesCommand(a *app) *cobra.Command {
	return newGroup("statuses", "List statuses", &cobra.Command{
		Use:   "list",
		Short: "List the statuses of orders and payments",
		Args:  takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				statuses := organization.Statuses.List(ctx)
				return printReceived(command, a.output, statuses, table[xsale.Status]{
					heading: []string{"ID", "NAME"},
					row:     func(status xsale.Status) []any { return []any{status.ID, status.Name} },
				})
			})
		},
	})
}
