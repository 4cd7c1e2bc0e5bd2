package orders

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale/transfer"
)

// pushes is a world in which programs push the orders of a shop.
type pushes[Tx any] struct {
	simulation[Tx]
	vendor   *vendor
	blind    bool         // there is no look-up
	placed   atomic.Int64 // orders of the shop, by others
	observer *observer
}

func newPushes[Tx any](t testing.TB, seed uint64, s store[Tx], blind bool, size, kills int) *pushes[Tx] {
	c := chance(seed)
	p := &pushes[Tx]{
		simulation: simulation[Tx]{t: t, chance: c, store: s, kills: kills, size: size},
		vendor:     newVendor(c), blind: blind, observer: s.observe(t),
	}
	p.arrive = func(count int) { p.placed.Store(max(int64(count), p.placed.Load())) }
	p.program, p.died, p.finished = p.push, func(*life) {}, p.complete
	return p
}

// target is xSale, as seen by a program that pushes.
type target interface {
	send(ctx context.Context, item transfer.Item[order]) (int64, error)
	find(ctx context.Context, item transfer.Item[order]) (int64, bool, error)
}

func pushFlow[Tx any](c chance, l *life, database transfer.Database[Tx], target target, blind bool) *transfer.Push[order, int64, Tx] {
	push := &transfer.Push[order, int64, Tx]{Flow: settings(c, l, database), Send: target.send, Settle: settle}
	if !blind {
		push.Find = target.find
	}
	return push
}

func (p *pushes[Tx]) flow(l *life, database transfer.Database[Tx]) *transfer.Push[order, int64, Tx] {
	return pushFlow(p.chance, l, database, &presentVendor{p.vendor, l}, p.blind)
}

// presentVendor implements target for a program in this process.
type presentVendor struct {
	*vendor
	life *life
}

// push is the main function of a program: it adds and sends all orders of the shop, including old ones.
func (p *pushes[Tx]) push(ctx context.Context, l *life, database transfer.Database[Tx]) error {
	push := p.flow(l, database)
	placed := p.placed.Load()
	first := max(placed-int64(2*p.size/p.kills)-10, 1) // those before were added, or are at the end
	if l.last == 0 {
		first = 1
	}
	if p.chance.of("one by one", l.number) < 0.3 {
		for id := first; id <= placed; id++ {
			if err := p.place(ctx, push, id); err != nil {
				return err
			}
		}
	} else if _, err := push.AddAll(ctx, func(yield func(string, order) bool) {
		for id := first; id <= placed; id++ {
			if !yield(key(id), order{id, total(id)}) {
				return
			}
		}
	}); err != nil {
		return err
	}
	_, err := push.Run(ctx)
	return err
}

// place stores an order of the shop together with the intent to send the order.
func (p *pushes[Tx]) place(ctx context.Context, push *transfer.Push[order, int64, Tx], id int64) error {
	tx, err := push.Database.Session().Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	added, err := push.AddTx(ctx, tx.Raw(), key(id), order{id, total(id)})
	if err != nil || !added {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO erp (id) VALUES ($1)`, id); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// complete reports whether all orders are finished. It also makes the decisions of a person.
func (p *pushes[Tx]) complete() bool {
	states := p.observer.pairs("SELECT key, state FROM xsale_transfer")
	parked := p.observer.pairs("SELECT key, resume || ' ' || reason FROM xsale_transfer WHERE state = 'parked'")
	database, err := p.store.open(p.t.Context(), &life{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer database.Close()
	push := p.flow(&life{}, database)
	complete := len(states) == p.size
	for key, why := range parked {
		if p.vendor.refuses(key) && strings.Contains(why, errRejected.Message) {
			continue
		}
		complete = false
		switch {
		case strings.HasPrefix(why, "unsure") && p.blind:
			p.vendor.end()
			if len(p.vendor.created[key]) > 0 {
				err = push.Discard(p.t.Context(), key)
			} else {
				err = push.Resend(p.t.Context(), key)
			}
		case unlucky(why), p.vendor.exhausted(key), p.blind:
			err = push.Retry(p.t.Context(), key)
		default:
			p.t.Errorf("%s is parked as %s", key, why)
		}
		if err != nil {
			p.t.Error(err)
		}
	}
	for key, state := range states {
		if state != "done" && state != "parked" && state != "discarded" {
			complete = false
			if p.t.Failed() {
				p.t.Logf("%s is %s", key, state)
			}
		}
	}
	return complete
}

// check compares the final state of each order with the expected one.
func (p *pushes[Tx]) check() {
	p.vendor.end()
	states := p.observer.pairs("SELECT key, state FROM xsale_transfer")
	lost, doubled, discarded := 0, 0, 0
	for id := range int64(p.size) {
		key := key(id + 1)
		created, want := len(p.vendor.created[key]), 1
		if p.vendor.refuses(key) {
			want = 0
		}
		switch {
		case created < want:
			lost++
			p.t.Errorf("%s is lost: %s", key, states[key])
		case created > want:
			doubled++
			p.t.Errorf("%s was created %d times", key, created)
		}
		switch state := transfer.State(states[key]); {
		case state == transfer.StateDiscarded && p.blind:
			discarded++
		case state != transfer.StateDone && want == 1, state != transfer.StateParked && want == 0:
			p.t.Errorf("%s is %s", key, state)
		}
	}
	database, err := p.store.open(p.t.Context(), &life{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer database.Close()
	for result, err := range p.flow(&life{}, database).Results(p.t.Context()) {
		if err != nil {
			p.t.Fatal(err)
		}
		if result.State == transfer.StateDone && !slices.Contains(p.vendor.created[result.Key], result.Value) {
			p.t.Errorf("%s has the result %d, want %v", result.Key, result.Value, p.vendor.created[result.Key])
		}
	}
	shop := p.observer.pairs("SELECT CAST(id AS text), CAST(count(*) AS text) FROM erp GROUP BY id")
	for id, count := range shop {
		if count != "1" || states[id] == "" {
			p.t.Errorf("the shop has %s %s times, and the flow has it as %q", id, count, states[id])
		}
	}
	for id, state := range p.observer.pairs("SELECT CAST(id AS text), CAST(state AS text) FROM river_job WHERE kind = 'xsale_transfer' AND state NOT IN ('completed', 'discarded', 'cancelled')") {
		p.t.Errorf("job %s is left %s", id, state)
	}
	sends := 0
	for count := range maps.Values(p.vendor.calls) {
		sends += count
	}
	p.t.Logf("%d orders, %d requests and look-ups, %d programs, %d killed: %d lost, %d doubled, %d settled by a person", p.size, sends, p.lives, p.deaths, lost, doubled, discarded)
}
