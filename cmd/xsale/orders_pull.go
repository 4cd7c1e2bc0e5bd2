package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/atomicfile"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/transfer"
)

// pull is one run of the command.
type pull struct {
	flowFlags
	params    xsale.ListOrdersParams
	anyStatus bool
	exec      string
	handOver  string
	to        string
	every     time.Duration

	account string // name of the saved account, empty for the environment's
	console *console
	tally   tally
}

func newOrdersPullCommand(a *app) *cobra.Command {
	p := &pull{}
	command := &cobra.Command{
		Use:   "pull",
		Short: "Pass each order to a program once, or write it to a file",
		Long: `Pass each order to a program once, or write it to a file or standard output.

Every listed order is stored in a database before it is handled. An order that fails is tried again
later, by this run or the next one. An order that fails for good is parked; 'xsale orders parked' lists
it. A finished order is not taken again, whatever its status. If the machine dies while an order is
handled, that order is passed on once more, with XSALE_ATTEMPT above 1.

--exec runs a command line once for each order, with sh -c (on Windows, cmd /C). The program gets the
order as JSON on standard input, and its exit code decides:
  0      the order is handled
  75     try again later, as often as needed; also 126 and 127: the shell cannot run the program
  other  the order has failed for good; the reason is what the program wrote to standard error
A program that is killed by a signal or exceeds --timeout is tried again, up to --attempts times.

The program's output goes to standard error. It inherits the environment of xsale, including the
account, so it can call xsale itself. XSALE_KEY (the order's id), XSALE_ATTEMPT and XSALE_ORGANIZATION
are set as well. When an attempt ends, the program and everything it started are ended.

--hand-over-exec runs a second command line in the same way afterwards, for example to change the
order's status. It also gets XSALE_OUTCOME (done or failed) and XSALE_REASON. It may run more than
once.`,
		Example: `  xsale orders pull --status-name Nowe --exec "php import.php"
  xsale orders pull --status-name Nowe --exec ./import.sh --hand-over-exec ./done.sh --every 2m
  xsale orders pull --status-name Nowe --to incoming/
  xsale orders pull --status-name Nowe --to - | python3 import.py`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if err := p.check(); err != nil {
				return err
			}
			p.console = a.console
			chosen, err := a.account(command)
			if err != nil {
				return err
			}
			if chosen != nil {
				p.account = chosen.Name
			}
			return a.withFlow(command, &p.flowFlags, p.tally.hooks(), func(ctx context.Context, organization *xsale.Organization, flow *flow) error {
				return p.run(ctx, command, a.output, organization, flow)
			})
		},
	}
	addStatusFlags(command, &p.params, "take")
	flags := command.Flags()
	flags.BoolVar(&p.anyStatus, "any-status", false, "take orders in any status, including the oldest")
	flags.StringVar(&p.exec, "exec", "", "pass each order to this `COMMAND` line")
	flags.StringVar(&p.to, "to", "", "write each order to a file in this `DIR`; - writes a line for each order to standard output")
	flags.StringVar(&p.handOver, "hand-over-exec", "", "run this `COMMAND` line after an order is handled or has failed for good")
	flags.DurationVar(&p.every, "every", 0, "keep running, and read the list again every `DURATION`, such as 2m")
	p.flowFlags.add(command, flowPull)
	p.flowFlags.addRun(command)
	return prints(command)
}

func (p *pull) check() error {
	filtered := len(p.params.StatusNames)+len(p.params.StatusIDs) > 0
	switch {
	case filtered == p.anyStatus:
		return usagef("pass --status-name or --status-id to select orders, or --any-status for all of them")
	case (p.exec == "") == (p.to == ""):
		return usagef("pass one of --exec and --to")
	case p.every != 0 && p.every < time.Second:
		return usagef("--every %v: want 1s or more", p.every)
	}
	return cmp.Or(checkStatusIDs(p.params.StatusIDs), p.checkRun(flowPull), p.checkDir())
}

// checkDir rejects a directory that does not exist: it may be on a disk that is not mounted.
func (p *pull) checkDir() error {
	if p.to == "" || p.to == "-" {
		return nil
	}
	info, err := os.Stat(p.to)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("there is no directory %s: create it", p.to)
	case err == nil && !info.IsDir():
		err = fmt.Errorf("%s is not a directory", p.to)
	}
	if err != nil {
		return usageError{fmt.Errorf("--to: %w", err)}
	}
	return nil
}

// run runs the flow once, or until ctx ends.
func (p *pull) run(ctx context.Context, command *cobra.Command, options *output.Options, organization *xsale.Organization, flow *flow) error {
	steps := pullSteps{
		list: func(ctx context.Context) iter.Seq2[xsale.Order, error] {
			return organization.Orders.List(ctx, p.params)
		},
		handle: p.handler(command, organization),
	}
	if p.handOver != "" {
		hand := program{p.handOver, organization.Name(), p.account, p.console}
		steps.handOver = func(ctx context.Context, item transfer.Item[xsale.Order], outcome transfer.Outcome) error {
			result := "done"
			if outcome.Failed {
				result = "failed"
			}
			return hand.run(ctx, item, "XSALE_OUTCOME="+result, "XSALE_REASON="+printable.String(outcome.Reason))
		}
	}
	progress := func() string { return p.tally.progress(transfer.StepHandle, "handled") }
	end := p.console.follow(ctx, progress)
	if p.every > 0 {
		err := flow.pull(steps).Watch(ctx, p.every)
		end()
		if err == nil {
			fmt.Fprintln(p.console, progress())
		}
		return cmp.Or(p.unwritten(ctx), err)
	}
	summary, err := flow.pull(steps).Run(ctx)
	end()
	if unwritten := p.unwritten(ctx); unwritten != nil {
		return unwritten
	}
	if err != nil && summary == (transfer.Summary{}) { // nothing was done
		return err
	}
	out := command.OutOrStdout()
	if p.to == "-" {
		out = p.console
	}
	result, err := flow.result(ctx, summary, err)
	return errors.Join(output.Value(ctx, out, options, result, runResult.rows), err)
}

// handler returns the function that passes orders on. Stop ends the run.
func (p *pull) handler(command *cobra.Command, organization *xsale.Organization) func(context.Context, transfer.Item[xsale.Order]) error {
	switch p.to {
	case "":
		program := program{p.exec, organization.Name(), p.account, p.console}
		return func(ctx context.Context, item transfer.Item[xsale.Order]) error { return program.run(ctx, item) }
	case "-":
		lines := &lineFile{out: command.OutOrStdout()}
		return lines.write
	}
	atomicfile.RemoveLeftovers(p.to, func(name string) bool { return filepath.Ext(name) == ".json" })
	return func(_ context.Context, item transfer.Item[xsale.Order]) error {
		path := filepath.Join(p.to, item.Key+".json") // the key is a whole number, a valid name everywhere
		_, err := os.Lstat(path)
		if failed := writeOrder(path, item); failed != nil {
			return failed
		}
		if err == nil {
			fmt.Fprintf(p.console, "replaced %s\n", path)
		}
		return nil
	}
}

// lineFile writes each order on a line.
type lineFile struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *lineFile) write(ctx context.Context, item transfer.Item[xsale.Order]) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := output.Encode(l.out, item.JSON); err != nil { // which ends the run
		return transfer.Later(err, 0)
	}
	return nil
}

// unwrittenError means that the reader of standard output ended before it had all orders.
type unwrittenError struct{ error }

// unwritten returns an error if the orders go to standard output and one could not be written.
func (p *pull) unwritten(ctx context.Context) error {
	if failed, ok := errors.AsType[outputError](context.Cause(ctx)); ok && p.to == "-" {
		return unwrittenError{fmt.Errorf("%w: the next run writes the remaining orders", failed)}
	}
	return nil
}

// writeOrder writes an order to its own file. The order is on disk when it returns.
func writeOrder(path string, item transfer.Item[xsale.Order]) error {
	order, err := output.Format(item.JSON)
	if err != nil {
		return transfer.Fail(err)
	}
	err = atomicfile.Write(path, append(order, '\n'), 0o600)
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil { // every order would fail
		return transfer.Later(err, 0)
	}
	return nil
}

// syncDir writes the names of a directory to disk. Windows neither has nor needs such a call.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// orderKey returns the key of an order. An order without an id is parked.
func orderKey(order xsale.Order) string { return transfer.ID(order.ID) }

// rawOrderKey returns the key of an order that does not fit its type, or "".
func rawOrderKey(order json.RawMessage) string {
	var fields struct {
		ID json.RawMessage `json:"Id"`
	}
	if json.Unmarshal(order, &fields) != nil {
		return ""
	}
	id, err := strconv.ParseInt(strings.Trim(string(fields.ID), `"`), 10, 64)
	if err != nil {
		return ""
	}
	return transfer.ID(id)
}
