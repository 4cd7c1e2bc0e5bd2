package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/output"
)

func newStatusesCommand(a *app) *cobra.Command {
	return newGroup("statuses", "List statuses", prints(&cobra.Command{
		Use:     "list",
		Short:   "List the statuses of orders and payments",
		Example: "  xsale statuses list",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				statuses := organization.Statuses.List(ctx)
				return printReceived(command, a.output, statuses, output.Rows[xsale.Status]{
					Heading: []string{"ID", "NAME"},
					Row:     func(status xsale.Status) []any { return []any{status.ID, status.Name} },
				})
			})
		},
	}))
}
