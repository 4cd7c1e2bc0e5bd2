package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
)

func newMeCommand(a *app) *cobra.Command {
	return prints(&cobra.Command{
		Use:   "me",
		Short: "Show the user and their organizations",
		Example: `  xsale me
  xsale me --output json`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				me, err := client.Me(ctx)
				if err != nil {
					return err
				}
				return printValue(command, a.output, me, func(me xsale.Me) [][]any {
					rows := [][]any{{"Id", me.ID}, {"Name", me.Name}, {"Email", me.Email}}
					for _, organization := range me.Organizations {
						rows = append(rows, []any{"Organization", organization.Name, organization.ShortName})
					}
					return rows
				})
			})
		},
	})
}
