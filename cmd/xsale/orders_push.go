package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/wire"
)

// push is one run of the command.
type push struct {
	flowFlags
	keyField string
	settle   time.Duration

	console *console
	tally   tally
}

func newOrdersPushCommand(a *app) *cobra.Command {
	p := &push{}
	command := &cobra.Command{
		Use:   "push [FILE…]",
		Short: "Create the orders of a file, each once",
		Long: `Create the orders of a file, each once, however often the command is run or killed. A FILE contains
one order per line, or an array of orders, in the format of 'orders create'; - is standard input.

--key-field names the field that contains the shop's own order number. Orders with the same number are
the same order. A number that was pushed before with different content is rejected, unless that order is
parked and was not created: then the corrected order replaces it.

Every order is stored in a database before it is sent. If the response to a create is lost, the order
is looked up by its number among all orders after --settle, and sent again only if it is not there. For
that, xSale must return the field. An order is parked if the API rejects it, or if it may have been
created and the look-up cannot decide; 'xsale orders parked --flow push' lists these.

The output shows the state of each order of the files. Without a FILE, the command continues what an
earlier run left unfinished.`,
		Example: `  xsale orders push --key-field ExternalNumber orders.ndjson
  ./export.sh | xsale orders push --key-field ExternalNumber - -o ndjson`,
		Args: func(_ *cobra.Command, files []string) error {
			for _, file := range files {
				if strings.TrimSpace(file) == "" {
					return errors.New("FILE is empty")
				}
			}
			return nil
		},
		RunE: func(command *cobra.Command, files []string) error {
			if err := p.check(); err != nil {
				return err
			}
			for _, file := range files { // before the database is created
				if _, err := os.Stat(file); file != "-" && err != nil {
					return usagef("FILE %s: %w", file, cause(err))
				}
			}
			p.console = a.console
			return a.withFlow(command, &p.flowFlags, p.tally.hooks(), func(ctx context.Context, organization *xsale.Organization, flow *flow) error {
				return p.run(ctx, command, a.output, organization, flow, files)
			})
		},
	}
	flags := command.Flags()
	flags.StringVar(&p.keyField, "key-field", "", "`NAME` of the field with the shop's own number of an order")
	flags.DurationVar(&p.settle, "settle", 2*time.Minute, "look up an order whose response was lost after this `DURATION`")
	p.flowFlags.add(command, flowPush)
	p.flowFlags.addRun(command)
	return prints(command)
}

func (p *push) check() error {
	switch {
	case p.keyField == "":
		return usagef("pass --key-field with the field that contains the shop's own number of an order")
	case p.settle <= 0:
		return usagef("--settle %v: want more than 0", p.settle)
	}
	return p.checkRun(flowPush)
}

func (p *push) run(ctx context.Context, command *cobra.Command, options *output.Options, organization *xsale.Organization, flow *flow, files []string) error {
	pusher := flow.push(pushSteps{
		send: func(ctx context.Context, item transfer.Item[xsale.CreateOrder]) (xsale.Created, error) {
			return organization.Orders.Create(ctx, item.Value)
		},
		find: func(ctx context.Context, item transfer.Item[xsale.CreateOrder]) (xsale.Created, bool, error) {
			return p.find(ctx, organization, item)
		},
		settle: p.settle,
	})
	var keys []string
	rejected := 0
	for _, file := range files {
		data, err := readInput(command, "FILE", file)
		if err != nil {
			return err
		}
		lines, err := splitOrders(inputName(file), data)
		if err != nil {
			return err
		}
		orders, failed := p.parse(ctx, organization, lines)
		rejected += failed
		added, failed, err := p.add(ctx, pusher, orders)
		if err != nil {
			return err
		}
		keys = append(keys, added...)
		rejected += failed
	}
	end := p.console.follow(ctx, func() string { return p.tally.progress(transfer.StepSend, "sent") })
	summary, err := pusher.Run(ctx)
	end()
	if err != nil && (ctx.Err() != nil || summary == (transfer.Summary{})) {
		return err
	}
	if rejected > 0 {
		err = errors.Join(err, fmt.Errorf("%s of the input rejected", counted(rejected, "order")))
	}
	_, err = flow.result(ctx, summary, err)
	return errors.Join(printList(command, options, results(ctx, pusher, keys), output.Rows[pushed]{
		Heading: []string{"KEY", "STATE", "ID", "REASON"},
		Row: func(p pushed) []any {
			id := ""
			if p.ID != 0 {
				id = fmt.Sprint(p.ID)
			}
			return []any{p.Key, p.State, id, p.Reason}
		},
	}), err)
}

// find looks up an order that may have been created. If no listed order has the field, the look-up
// fails, or every order would seem not to have been created.
func (p *push) find(ctx context.Context, organization *xsale.Organization, item transfer.Item[xsale.CreateOrder]) (created xsale.Created, found bool, err error) {
	if number, _, err := p.number(item.Value.UnknownFields); err != nil || number != item.Key {
		return created, false, transfer.Fail(fmt.Errorf("the field %s of the order is not its key: pass the same --key-field as the run that added it", p.keyField))
	}
	orders, named := 0, 0
	order, found, err := call.FindByNumber(organization.Orders.List(ctx, xsale.ListOrdersParams{}), item.Key,
		func(order xsale.Order) (string, bool, error) {
			number, has, err := p.number(order.UnknownFields)
			orders++
			if has {
				named++
			}
			return number, has, err
		})
	if err == nil && !found && orders > 0 && named == 0 {
		err = transfer.Fail(fmt.Errorf("cannot tell whether it exists: no listed order has the field %s", p.keyField))
	}
	return xsale.Created{ID: order.ID}, found, err
}

// number returns the shop's own number of an order, a string or a number.
func (p *push) number(order wire.UnknownFields) (string, bool, error) {
	raw, _ := order.Get(p.keyField)
	var number json.Number
	if len(raw) > 0 && raw[0] != '"' && json.Unmarshal(raw, &number) == nil && number != "" {
		return number.String(), true, nil
	}
	return order.GetString(p.keyField)
}

// line is an order of a file.
type line struct {
	at    string // such as orders.ndjson:3
	json  []byte
	key   string
	order xsale.CreateOrder
}

// splitOrders returns the orders of a file: the elements of an array, or lines.
func splitOrders(file string, data []byte) ([]line, error) {
	start := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(start) == 0:
		return nil, nil
	case start[0] == '[':
		return splitArray(file, data)
	case json.Valid(data): // one order, which may have several lines
		return []line{{at: file, json: data}}, nil
	}
	var lines []line
	number := 0
	for text := range bytes.Lines(data) {
		number++
		if text = bytes.TrimSpace(text); len(text) > 0 {
			lines = append(lines, line{at: fmt.Sprintf("%s:%d", file, number), json: text})
		}
	}
	return lines, nil
}

func splitArray(file string, data []byte) ([]line, error) {
	if err := parseJSON(file, data, new([]json.RawMessage)); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.Token()
	var lines []line
	for decoder.More() {
		var order json.RawMessage
		if err := decoder.Decode(&order); err != nil {
			return nil, err
		}
		start := decoder.InputOffset() - int64(len(order))
		lines = append(lines, line{at: fmt.Sprintf("%s:%d", file, bytes.Count(data[:start], []byte("\n"))+1), json: order})
	}
	return lines, nil
}

// parse returns the orders that can be sent. It reports and counts the others, but does not store them,
// so the user can correct them in the file.
func (p *push) parse(ctx context.Context, organization *xsale.Organization, lines []line) (orders []line, failed int) {
	for _, line := range lines {
		err := parseBody("createOrder", line.at, line.json, &line.order, "")
		if err == nil {
			var has bool
			if line.key, has, err = p.number(line.order.UnknownFields); err == nil && (!has || strings.TrimSpace(line.key) == "") {
				err = fmt.Errorf("the field %s is missing or empty", p.keyField)
			}
			if err == nil { // the checks of the client
				var request *http.Request
				_, err = organization.Orders.Create(ctx, line.order, call.DryRun(&request))
			}
			if errors.Is(err, call.ErrDryRun) && !errors.Is(err, xsale.ErrInvalid) {
				orders = append(orders, line)
				continue
			}
			err = fmt.Errorf("%s: %s", line.at, strings.TrimPrefix(err.Error(), call.ErrDryRun.Error()+": "))
		}
		p.reject(err)
		failed++
	}
	return orders, failed
}

func (p *push) reject(err error) { report(p.console, err) }

// addAtOnce is how many orders are stored at once.
const addAtOnce = 1000

// add stores orders, and returns the keys of those that are in the flow. It reports and counts the
// orders that it rejects.
func (p *push) add(ctx context.Context, pusher pusher, orders []line) (keys []string, failed int, err error) {
	for len(orders) > 0 {
		batch := orders[:min(addAtOnce, len(orders))]
		orders = orders[len(batch):]
		_, err := pusher.AddAll(ctx, func(yield func(string, xsale.CreateOrder) bool) {
			for _, line := range batch {
				if !yield(line.key, line.order) {
					return
				}
			}
		})
		one := errors.Is(err, transfer.ErrConflict) || errors.Is(err, transfer.ErrInvalid)
		if err != nil && !one {
			return keys, failed, err
		}
		for _, line := range batch {
			if one { // find out which; for the others, this changes nothing
				_, err := pusher.Add(ctx, line.key, line.order)
				if errors.Is(err, transfer.ErrConflict) || errors.Is(err, transfer.ErrInvalid) {
					p.reject(fmt.Errorf("%s: %w", line.at, err))
					failed++
					continue
				}
				if err != nil {
					return keys, failed, err
				}
			}
			keys = append(keys, line.key)
		}
	}
	return keys, failed, nil
}

// pushed is the result of an order.
type pushed struct {
	Key    string         `json:"key"`
	State  transfer.State `json:"state"`
	ID     int64          `json:"id,omitempty"` // also 0 if the response had none
	Reason string         `json:"reason,omitempty"`
}

// results returns the results of orders.
func results(ctx context.Context, pusher pusher, keys []string) iter.Seq2[pushed, error] {
	return func(yield func(pushed, error) bool) {
		for _, key := range keys {
			result, err := pusher.Result(ctx, key)
			if !yield(pushed{key, result.State, result.Value.ID, result.Reason}, err) {
				return
			}
		}
	}
}
