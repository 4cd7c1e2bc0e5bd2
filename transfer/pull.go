package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/xsale-go/xsale/call"
)

// Pull takes each element of a list once: it handles the element, and then hands it over. Elements
// with the same key are the same element. The steps of an element run one after the other, in one
// worker at a time. Different elements are handled concurrently, in no particular order. A Pull is
// safe for concurrent use; its fields must not change while it runs.
type Pull[T, Tx any] struct {
	Flow[Tx]

	// List returns the elements to take, such as the orders in the status of new orders. It may
	// repeat elements, and shift while it is read. After a [call.ElementError], the element is
	// parked with its JSON, and reading continues; any other error ends the list.
	List func(ctx context.Context) iter.Seq2[T, error]

	// Key returns the key that identifies an element, such as the id of an order. It is not blank,
	// and has up to 512 bytes. An element without a valid key is parked.
	Key func(T) string

	// RawKey returns the key of an element that cannot be decoded, from its JSON, or "" if it has
	// none. If RawKey is nil or returns "", the key is a hash of the JSON. If RawKey returns the same
	// key as Key, the element is no longer parked once the list has it in a form that fits.
	RawKey func(json.RawMessage) string

	// Handle processes an element outside the database, for example by calling the API of an ERP
	// system. It may be called again for an element whose worker died: see the package comment and
	// Item.Key.
	//
	// If it returns nil, the element is handed over. If it returns an error of [Fail], the element is
	// handed over as failed and then parked. After an error of [Later], a rate limit, a failed login
	// or an outage, the element is tried again until it succeeds. An outage is a [call.Temporary]
	// error of a call to xSale or of a connection. After any other error, a timeout or a panic, the
	// element is tried again until its attempts are used up.
	Handle func(ctx context.Context, item Item[T]) error

	// HandleTx replaces Handle if the effect is in the same database: the effect and its record are
	// committed together, or not at all. It must not end the transaction. With SQLite, all other
	// workers wait for it, and it must use the database only through tx: call Push.AddTx, not
	// Push.Add.
	HandleTx func(ctx context.Context, tx Tx, item Item[T]) error

	// HandOver reports the outcome to the source, for example by changing the status of an order, so
	// that the list no longer has it. It may be called more than once, so it must be idempotent. Its
	// errors have the same meaning as those of Handle. If it fails for good, the element is parked,
	// and Retry resumes with the hand-over. If HandOver is nil, nothing is handed over.
	HandOver func(ctx context.Context, item Item[T], outcome Outcome) error
}

// Run reads the list to its end, and then handles elements until none is due within 5 seconds,
// including those that earlier runs left. A later run continues with the rest. Use Run in programs
// that a scheduler such as cron starts.
//
// If the list fails, Run handles what it has read, and then returns the error. A failed element is
// not an error: see Summary and Entries. When ctx ends, Run returns the error of ctx within twice the
// StopTimeout. If several programs share the database, Run also waits for their elements.
//
// Run ends early if a rate limit lasts for more than 5 seconds, or if the login fails until a person
// acts; then it returns the error of the login. A later run continues.
func (p *Pull[T, Tx]) Run(ctx context.Context) (Summary, error) {
	e, release, err := p.start(ctx)
	if err != nil {
		return Summary{}, err
	}
	defer release()
	// Elements that are handed over leave the list. Read it first, or this run would shift it.
	listed := p.read(ctx, e)
	if ctx.Err() != nil {
		return e.summary.summary(), ctx.Err()
	}
	err = e.run(ctx, patience)
	return e.summary.summary(), errors.Join(listed, err)
}

// Watch handles elements until ctx ends, and reads the list once in every period, which is at least
// a second: at once, unless it was already read in the current period. If several programs share the
// database, one of them reads the list in each period. Failures are logged. Watch returns nil within
// twice the StopTimeout after ctx ends, and an error if it cannot start.
func (p *Pull[T, Tx]) Watch(ctx context.Context, every time.Duration) error {
	if every < time.Second {
		return invalid("period %v: want a second or more", every)
	}
	e, release, err := p.start(ctx)
	if err != nil {
		return err
	}
	defer release()
	return e.watch(ctx, every)
}

func (p *Pull[T, Tx]) start(ctx context.Context) (*engine[Tx], func(), error) {
	switch {
	case p.List == nil || p.Key == nil:
		return nil, nil, invalid("Pull.List and Pull.Key must be set")
	case (p.Handle == nil) == (p.HandleTx == nil):
		return nil, nil, invalid("set either Pull.Handle or Pull.HandleTx")
	}
	return start(ctx, &p.Flow, p)
}

// read adds the elements of the list. It continues to read while it adds.
func (p *Pull[T, Tx]) read(ctx context.Context, e *engine[Tx]) error {
	return e.Hooks.run(ctx, Step{Flow: e.Name, Name: StepList}, func(ctx context.Context) error {
		intake := &intake[Tx]{settings: e.settings, client: e.client}
		if err := intake.loadUndecodable(ctx); err != nil {
			return err
		}
		reading, stop := context.WithCancel(ctx)
		defer stop()
		batches, taken := make(chan []arrival, 2), make(chan error, 1)
		go func() {
			var err error
			for batch := range batches {
				if err != nil {
					continue
				}
				if err = e.take(ctx, intake, batch); err != nil {
					stop() // no element can be added any more
				}
			}
			taken <- err
		}()
		listed := p.batches(reading, e, batches)
		if err := <-taken; err != nil {
			return err
		}
		return listed
	})
}

// batches reads the list and closes the channel that it sends the elements to.
func (p *Pull[T, Tx]) batches(ctx context.Context, e *engine[Tx], batches chan<- []arrival) error {
	var batch []arrival
	defer func() {
		if len(batch) > 0 {
			batches <- batch
		}
		close(batches)
	}()
	for element, err := range p.List(ctx) {
		var a arrival
		if unfit, ok := errors.AsType[*call.ElementError](err); ok {
			a = p.unfit(unfit.JSON, unfit.Error())
		} else if err != nil {
			return fmt.Errorf("list: %w", err)
		} else {
			a = p.arrival(element)
		}
		e.summary.listed.Add(1)
		if batch = append(batch, a); len(batch) == intakeBatch {
			batches <- batch
			batch = nil
		}
	}
	return nil
}

// take adds a batch of elements.
func (e *engine[Tx]) take(ctx context.Context, intake *intake[Tx], batch []arrival) error {
	var added, parked int
	add := func(tx Transaction[Tx]) (err error) {
		added, parked, err = intake.add(ctx, tx, batch)
		return err
	}
	err := e.within(ctx, add)
	if err != nil && ctx.Err() == nil {
		err = e.within(ctx, add) // the server may have ended the connection
	}
	if err != nil {
		return fmt.Errorf("add elements: %w", err)
	}
	e.summary.added.Add(int64(added))
	e.summary.parked.Add(int64(parked))
	return nil
}

func (p *Pull[T, Tx]) arrival(element T) arrival {
	key := p.Key(element)
	encode := func() ([]byte, error) { return json.Marshal(element) }
	if err := checkKey(key); err != nil {
		data, _ := encode()
		return p.unfit(data, err.Error())
	}
	return arrival{key: key, json: encode}
}

// unfit returns an element that is parked.
func (p *Pull[T, Tx]) unfit(data json.RawMessage, reason string) arrival {
	key := ""
	if p.RawKey != nil {
		key = p.RawKey(data)
	}
	if checkKey(key) != nil {
		sum := sha256.Sum256(data)
		key = "sha256:" + hex.EncodeToString(sum[:])
	}
	return arrival{key, func() ([]byte, error) { return data, nil }, reason}
}

// work implements steps.
func (p *Pull[T, Tx]) work(ctx context.Context, e *engine[Tx], task *task[Tx]) error {
	item, err := decode[T](e, task)
	if err != nil {
		return e.parkUnread(ctx, task, err)
	}
	if task.row.state == StateWaiting {
		if err := p.handle(ctx, e, task, item); err != nil || task.row.state == StateDone || task.row.state == StateParked {
			return err
		}
	}
	return p.handOver(ctx, e, task, item)
}

// parkUnread parks an element whose JSON cannot be read. The list must not replace an element that
// was handled, or it would be handled again.
func (e *engine[Tx]) parkUnread(ctx context.Context, task *task[Tx], err error) error {
	switch task.row.state {
	case StateWaiting:
		return e.park(ctx, task, undecodable, err.Error())
	case StateFailed: // the reason is still to be handed over
		return e.park(ctx, task, StateFailed, task.row.reason+"; "+err.Error())
	}
	return e.park(ctx, task, task.row.state, err.Error())
}

func decode[T, Tx any](e *engine[Tx], task *task[Tx]) (item Item[T], err error) {
	item = Item[T]{Key: task.row.key, Attempt: task.begun()}
	if item.JSON, err = e.open(task.row.key, task.row.json); err != nil {
		return item, err
	}
	if err := json.Unmarshal(item.JSON, &item.Value); err != nil {
		return item, fmt.Errorf("decode: %w", err)
	}
	return item, nil
}

// handle calls the handler.
func (p *Pull[T, Tx]) handle(ctx context.Context, e *engine[Tx], task *task[Tx], item Item[T]) error {
	handled := change{state: StateHandled, at: time.Now().UnixMilli()}
	if p.HandOver == nil {
		handled.state = StateDone
	}
	var err error
	if p.HandleTx == nil {
		err = e.step(ctx, StepHandle, task, func(ctx context.Context) error { return p.Handle(ctx, item) })
	} else {
		err = p.handleTx(ctx, e, task, item, handled)
	}
	if err == nil && p.HandleTx != nil {
		e.settled(task, handled)
		return nil
	}
	if err == nil {
		return e.settle(ctx, task, handled)
	}
	v := e.judge(ctx, StepHandle, task, err)
	switch {
	case !v.forGood:
		return e.remember(ctx, task, v)
	case p.HandOver == nil:
		return e.park(ctx, task, StateWaiting, v.reason)
	}
	return e.settle(ctx, task, change{state: StateFailed, reason: v.reason})
}

// handleTx calls the handler and records the result in one transaction.
func (p *Pull[T, Tx]) handleTx(ctx context.Context, e *engine[Tx], task *task[Tx], item Item[T], handled change) error {
	return e.step(ctx, StepHandle, task, func(ctx context.Context) error {
		return within(ctx, task.session, func(tx Transaction[Tx]) error {
			// SQLite rolls a transaction back by itself after some errors, such as a full disk. If the
			// handler went on after one, the savepoint is gone, and the effect with it.
			if _, err := tx.Exec(ctx, `SAVEPOINT xsale_transfer`); err != nil {
				return err
			}
			if err := p.HandleTx(ctx, tx.Raw(), item); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `RELEASE SAVEPOINT xsale_transfer`); err != nil {
				return fmt.Errorf("the handler ended the transaction: %w", err)
			}
			return e.apply(ctx, tx, task, handled)
		})
	})
}

// handOver calls the hand-over.
func (p *Pull[T, Tx]) handOver(ctx context.Context, e *engine[Tx], task *task[Tx], item Item[T]) error {
	item.Attempt = task.begun()
	outcome := Outcome{Failed: task.row.state == StateFailed}
	over := change{state: StateDone}
	if outcome.Failed {
		outcome.Reason = task.row.reason
		over = change{state: StateParked, resume: StateWaiting, reason: task.row.reason}
	}
	var err error
	if p.HandOver != nil {
		err = e.step(ctx, StepHandOver, task, func(ctx context.Context) error { return p.HandOver(ctx, item, outcome) })
	}
	if err == nil && outcome.Failed {
		return e.park(ctx, task, over.resume, over.reason)
	}
	if err == nil {
		return e.settle(ctx, task, over)
	}
	v := e.judge(ctx, StepHandOver, task, err)
	switch {
	case !v.forGood && outcome.Failed: // the reason of the failure must not get lost
		return v.retry
	case !v.forGood:
		return e.remember(ctx, task, v)
	case outcome.Failed:
		return e.park(ctx, task, StateWaiting, outcome.Reason+"; "+v.reason)
	}
	return e.park(ctx, task, StateHandled, v.reason)
}

// remember records why an element is tried again.
func (e *engine[Tx]) remember(ctx context.Context, task *task[Tx], v verdict) error {
	if v.reason == "" {
		return v.retry
	}
	err := e.settle(ctx, task, change{state: task.row.state, reason: v.reason})
	if err != nil {
		return err
	}
	return v.retry
}
