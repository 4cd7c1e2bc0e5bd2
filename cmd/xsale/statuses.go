package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
)

func newStatusesCommand(a *app) *cobra.Command {
	return newGroup("statuses", "Read statuses", &cobra.Command{
		Use:   "list",
		Short: "List the statuses of orders and payments",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				statuses := client.Organization("").Statuses.List(ctx)
				return printList(command.OutOrStdout(), a.output, statuses, table[xsale.Status]{
					heading: []string{"ID", "NAME"},
					row:     func(status xsale.Status) []any { return []any{status.ID, status.Name} },
				})
			})
		},
	})
}
