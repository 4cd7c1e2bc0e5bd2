package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/output"
)

func newOrdersCommand(a *app) *cobra.Command {
	return newGroup("orders", "List, create and move orders",
		newOrdersListCommand(a), newOrdersCreateCommand(a),
		newOrdersPullCommand(a), newOrdersPushCommand(a),
		newOrdersParkedCommand(a), newOrdersShowCommand(a), newOrdersRetryCommand(a), newOrdersDiscardCommand(a))
}

func newOrdersListCommand(a *app) *cobra.Command {
	var params xsale.ListOrdersParams
	command := &cobra.Command{
		Use:   "list",
		Short: "List orders, optionally by status",
		Long: `List orders, optionally by status. Both filters are repeatable; --status-id also takes ids separated
by commas. If both are set, the sandbox lists the orders that match both; the vendor's documentation
does not say.`,
		Example: `  xsale orders list --status-name Nowe
  xsale orders list --status-id 3,7 --output ndjson`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkStatusIDs(params.StatusIDs); err != nil {
				return err
			}
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				orders := organization.Orders.List(ctx, params)
				return printReceived(command, a.output, orders, output.Rows[xsale.Order]{
					Heading: []string{"ID", "DATE", "LINES"},
					Row: func(order xsale.Order) []any {
						return []any{order.ID, unlistedField(order, "PurchaseDate"), len(order.Items)}
					},
				})
			})
		},
	}
	addStatusFlags(command, &params, "list")
	return prints(command)
}

// addStatusFlags adds the flags that select orders by status.
func addStatusFlags(command *cobra.Command, params *xsale.ListOrdersParams, verb string) {
	flags := command.Flags()
	flags.StringArrayVar(&params.StatusNames, "status-name", nil, verb+" orders in these statuses, by `NAME`")
	flags.Int64SliceVar(&params.StatusIDs, "status-id", nil, verb+" orders in these statuses, by `ID`")
	flags.Lookup("status-id").DefValue = "" // or the help shows []
}

func checkStatusIDs(ids []int64) error {
	for _, id := range ids {
		if id <= 0 {
			return usagef("--status-id %d: want an id from 1 up", id)
		}
	}
	return nil
}

// unlistedField returns a field that is missing from the spec, or "" if the order does not have it.
func unlistedField(order xsale.Order, name string) string {
	raw, _ := order.Get(name)
	var value string
	if json.Unmarshal(raw, &value) == nil {
		return value
	}
	return strings.TrimSpace(string(raw))
}

func newOrdersCreateCommand(a *app) *cobra.Command {
	var file string
	command := &cobra.Command{
		Use:     "create --file FILE",
		Short:   "Create an order from JSON",
		Example: "  xsale orders create --file order.json",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if file == "" {
				return usagef("pass --file with the order as JSON, - for standard input")
			}
			var order xsale.CreateOrder
			if err := readBody(command, "createOrder", file, &order); err != nil {
				return err
			}
			return a.withOrganization(command, func(ctx context.Context, organization *xsale.Organization) error {
				created, err := organization.Orders.Create(ctx, order)
				if err != nil {
					return err
				}
				return printCreated(command, a.output, created)
			})
		},
	}
	command.Flags().StringVarP(&file, "file", "f", "", "`FILE` with the order as JSON, - for standard input")
	return prints(command)
}

func printCreated(command *cobra.Command, options *output.Options, created xsale.Created) error {
	return afterCreate(printValue(command, options, created, func(created xsale.Created) [][]any {
		if created.ID == 0 {
			return [][]any{{"Created", "the response contains no id"}}
		}
		return [][]any{{"Id", created.ID}}
	}))
}
