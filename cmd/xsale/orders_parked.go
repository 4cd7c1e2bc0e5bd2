package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/transfer"
)

// newFlowCommand returns a command that reads or changes the entries of a flow, even while it runs.
func newFlowCommand(a *app, command *cobra.Command, run func(ctx context.Context, command *cobra.Command, keys []string, flow *flow) error) *cobra.Command {
	f := &flowFlags{}
	command.RunE = func(command *cobra.Command, keys []string) error {
		if err := f.check(""); err != nil {
			return err
		}
		return a.withFlow(command, f, transfer.Hooks{}, func(ctx context.Context, _ *xsale.Organization, flow *flow) error {
			return run(ctx, command, keys, flow)
		})
	}
	f.add(command, flowPull)
	return command
}

// parkedOrder is an element of the output of 'orders parked'.
type parkedOrder struct {
	Key    string    `json:"key"`
	Since  time.Time `json:"since"`
	Unsure bool      `json:"unsure"` // whether it may have been sent
	Reason string    `json:"reason"`
}

func newOrdersParkedCommand(a *app) *cobra.Command {
	command := &cobra.Command{
		Use:   "parked",
		Short: "List the orders that need a person",
		Long: `List the orders that need a person: those that failed for good, and those that could not be decoded.
The list is that of 'orders pull', or of 'orders push' with --flow push. 'orders show' prints the JSON;
'orders retry' and 'orders discard' decide what happens next.`,
		Example: `  xsale orders parked
  xsale orders parked --flow push`,
		Args: takes(),
	}
	return newFlowCommand(a, prints(command), func(ctx context.Context, command *cobra.Command, _ []string, flow *flow) error {
		parked := func(yield func(parkedOrder, error) bool) {
			for entry, err := range flow.Entries(ctx, transfer.StateParked) {
				if errors.Is(err, transfer.ErrEncrypted) { // the list does not show the JSON
					err = nil
				}
				if !yield(parkedOrder{entry.Key, entry.Changed, entry.Resume == transfer.StateUnsure, entry.Reason}, err) {
					return
				}
			}
		}
		return printList(command, a.output, parked, output.Rows[parkedOrder]{
			Heading: []string{"KEY", "SINCE", "REASON"},
			Row: func(o parkedOrder) []any {
				reason := o.Reason
				if o.Unsure {
					reason = "may have been sent: " + reason
				}
				return []any{o.Key, o.Since.Format(time.DateTime), reason}
			},
		})
	})
}

func newOrdersShowCommand(a *app) *cobra.Command {
	command := &cobra.Command{
		Use:   "show KEY",
		Short: "Show the state and the JSON of an order",
		Example: `  xsale orders show 4711
  xsale orders show --flow push 1001`,
		Args: takes("KEY"),
	}
	return newFlowCommand(a, prints(command), func(ctx context.Context, command *cobra.Command, keys []string, flow *flow) error {
		entry, err := flow.Entry(ctx, keys[0])
		if err != nil {
			return err
		}
		return printValue(command, a.output, entry, func(entry transfer.Entry) [][]any {
			rows := [][]any{
				{"Key", entry.Key}, {"State", entry.State}, {"Reason", entry.Reason},
				{"Added", entry.Added.Format(time.DateTime)}, {"Changed", entry.Changed.Format(time.DateTime)},
			}
			for _, part := range []struct {
				name string
				json []byte
			}{{"JSON", entry.JSON}, {"Result", entry.Result}} {
				if part.json != nil {
					rows = append(rows, []any{part.name, string(part.json)})
				}
			}
			return rows
		})
	})
}

func newOrdersRetryCommand(a *app) *cobra.Command {
	var all, resend bool
	command := &cobra.Command{
		Use:   "retry KEY…",
		Short: "Retry parked orders",
		Long: `Retry parked orders from the step that failed, with new attempts. The current run of 'orders pull' or
'orders push' does it, or else the next one.

An order of 'orders push' that may have been sent is looked up again. With --resend it is sent again:
first make sure that it is not in xSale.`,
		Example: `  xsale orders retry 4711 4712
  xsale orders retry --all
  xsale orders retry --flow push --resend 1001`,
	}
	command.PreRunE = func(command *cobra.Command, _ []string) error {
		if resend && !strings.HasPrefix(command.Flag("flow").Value.String(), flowPush) {
			return errors.New("--resend needs --flow " + flowPush)
		}
		return nil
	}
	command.Flags().BoolVar(&all, "all", false, "retry all parked orders")
	command.Flags().BoolVar(&resend, "resend", false, "send orders again even if they may have been sent")
	command.Args = func(_ *cobra.Command, keys []string) error {
		if all == (len(keys) > 0) {
			return errors.New("pass the keys of parked orders, or --all")
		}
		return checkKeys(keys)
	}
	return newFlowCommand(a, command, func(ctx context.Context, command *cobra.Command, keys []string, flow *flow) error {
		if all {
			for entry, err := range flow.Entries(ctx, transfer.StateParked) {
				if errors.Is(err, transfer.ErrEncrypted) { // the list does not show the JSON
					err = nil
				}
				if err != nil {
					return err
				}
				keys = append(keys, entry.Key)
			}
		}
		retry := flow.Retry
		if resend {
			retry = flow.push(pushSteps{}).Resend
		}
		return changed(command, keys, "will be retried", retry(ctx, keys...))
	})
}

func newOrdersDiscardCommand(a *app) *cobra.Command {
	command := &cobra.Command{
		Use:   "discard KEY…",
		Short: "Give up parked orders",
		Long: `Give up parked orders. They are not processed again, even if they are listed or pushed again. A later
run removes their JSON after its --keep.`,
		Example: "  xsale orders discard 4711 4712",
		Args: func(_ *cobra.Command, keys []string) error {
			if len(keys) == 0 {
				return errors.New("missing argument KEY")
			}
			return checkKeys(keys)
		},
	}
	return newFlowCommand(a, command, func(ctx context.Context, command *cobra.Command, keys []string, flow *flow) error {
		return changed(command, keys, "discarded", flow.Discard(ctx, keys...))
	})
}

// checkKeys rejects empty keys, which usually come from a variable that is not set.
func checkKeys(keys []string) error {
	for _, key := range keys {
		if strings.TrimSpace(key) == "" {
			return errors.New("KEY is empty")
		}
	}
	return nil
}

// changed reports how many orders were changed.
func changed(command *cobra.Command, keys []string, what string, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(command.OutOrStdout(), "%s %s\n", counted(len(keys), "order"), what)
	return err
}
