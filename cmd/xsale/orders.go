package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
)

func newOrdersCommand(a *app) *cobra.Command {
	return newGroup("orders", "Read and create orders", newOrdersListCommand(a), newOrdersCreateCommand(a))
}

func newOrdersListCommand(a *app) *cobra.Command {
	var params xsale.ListOrdersParams
	command := &cobra.Command{
		Use:   "list",
		Short: "List orders, all or those in a status",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				orders := client.Organization("").Orders.List(ctx, params)
				return printList(command.OutOrStdout(), a.output, orders, table[xsale.Order]{
					heading: []string{"ID", "DATE", "LINES"},
					row: func(order xsale.Order) []any {
						return []any{order.ID, member(order, "PurchaseDate"), len(order.Items)}
					},
				})
			})
		},
	}
	command.Flags().StringSliceVar(&params.StatusNames, "status-name", nil, "only orders in these statuses, by name")
	command.Flags().Int64SliceVar(&params.StatusIDs, "status-id", nil, "only orders in these statuses, by id")
	return command
}

// member shows a member that the API description does not list, or nothing.
func member(order xsale.Order, name string) string {
	raw, _ := order.Get(name)
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return strings.TrimSpace(string(raw))
}

func newOrdersCreateCommand(a *app) *cobra.Command {
	var file string
	command := &cobra.Command{
		Use:   "create --file FILE",
		Short: "Create an order from JSON",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			var order xsale.CreateOrder
			if err := readJSON(command, file, &order); err != nil {
				return err
			}
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				created, err := client.Organization("").Orders.Create(ctx, order)
				if err != nil {
					return err
				}
				return printCreated(command, a.output, created)
			})
		},
	}
	command.Flags().StringVarP(&file, "file", "f", "", "file with the JSON of the order, - for standard input")
	command.MarkFlagRequired("file")
	return command
}

func printCreated(command *cobra.Command, output string, created xsale.Created) error {
	return printValue(command.OutOrStdout(), output, created, func(created xsale.Created) [][]any {
		if created.ID == 0 {
			return [][]any{{"Created", "the answer names no id"}}
		}
		return [][]any{{"Id", created.ID}}
	})
}
