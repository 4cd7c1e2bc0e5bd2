package orders

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xsale-go/xsale/transfer"
)

const workers = 4

// timeout is the timeout of a step, and the longest time that a call hangs.
var timeout = 50 * time.Millisecond

// pulls is a world in which programs pull orders.
type pulls[Tx any] struct {
	simulation[Tx]
	source   *source
	shared   bool // the ERP is in the database of the flow
	observer *observer

	mu       sync.Mutex
	calls    map[string]int // of a step, by its name and key
	attempts map[string]int // the last one that reached the handler
	effects  map[string]int // outside of the database
	allowed  map[string]int // effects that a death excuses
	recorded map[string]bool
	done     map[string]bool
	returned map[int]map[string]bool // what the handler returned success for, by life
}

func newPulls[Tx any](t testing.TB, seed uint64, s store[Tx], shared bool, size, kills int) *pulls[Tx] {
	c := chance(seed)
	p := &pulls[Tx]{
		simulation: simulation[Tx]{t: t, chance: c, store: s, kills: kills, size: size},
		source:     newSource(c), shared: shared,
		calls: map[string]int{}, attempts: map[string]int{}, effects: map[string]int{}, allowed: map[string]int{},
		recorded: map[string]bool{}, done: map[string]bool{}, returned: map[int]map[string]bool{},
	}
	p.arrive, p.program, p.died, p.finished = p.source.arrive, p.pull, p.afterDeath, p.complete
	p.observer = s.observe(t)
	return p
}

// ends are the systems at both ends, as seen by a program that pulls.
type ends interface {
	list(ctx context.Context) iter.Seq2[order, error]
	fault(ctx context.Context, step string, item transfer.Item[order]) error
	handle(ctx context.Context, item transfer.Item[order]) error
	handOver(ctx context.Context, item transfer.Item[order], outcome transfer.Outcome) error
}

// pullFlow returns the flow of a program. If shared, the ERP is in the database of the flow.
func pullFlow[Tx any](c chance, l *life, database transfer.Database[Tx], ends ends, shared bool) *transfer.Pull[order, Tx] {
	pull := &transfer.Pull[order, Tx]{
		Flow: settings(c, l, database),
		List: ends.list,
		Key: func(o order) string {
			if c.kind(o.ID) == keyless {
				return " "
			}
			return key(o.ID)
		},
		RawKey:   rawKey,
		HandOver: ends.handOver,
	}
	if !shared {
		pull.Handle = ends.handle
		return pull
	}
	pull.HandleTx = func(ctx context.Context, tx Tx, item transfer.Item[order]) error {
		if _, err := database.Join(tx).Exec(ctx, `INSERT INTO erp (id) VALUES ($1)`, item.Value.ID); err != nil {
			return err
		}
		return ends.fault(ctx, "handle", item)
	}
	return pull
}

// settings are the settings of all flows.
func settings[Tx any](c chance, l *life, database transfer.Database[Tx]) transfer.Flow[Tx] {
	return transfer.Flow[Tx]{
		Database: database, Name: "orders", Workers: workers,
		Backoff: func(attempt int) time.Duration {
			return time.Duration(c.below(4, "backoff", l.number, attempt)) * time.Millisecond
		},
		Timeout: timeout, StopTimeout: time.Second,
	}
}

func (p *pulls[Tx]) flow(l *life, database transfer.Database[Tx]) *transfer.Pull[order, Tx] {
	return pullFlow(p.chance, l, database, &present[Tx]{p, l}, p.shared)
}

// pull is the main function of a program.
func (p *pulls[Tx]) pull(ctx context.Context, l *life, database transfer.Database[Tx]) error {
	pull := p.flow(l, database)
	var err error
	if l.last > 0 && p.chance.of("watch", l.number) < 0.25 {
		ctx, stop := context.WithTimeout(ctx, 700*time.Millisecond)
		defer stop()
		if err = pull.Watch(ctx, time.Second); errors.Is(err, context.DeadlineExceeded) {
			err = nil // before it had started
		}
	} else {
		_, err = pull.Run(ctx)
	}
	if l.isDead() {
		return errDead
	}
	if errors.Is(err, errDown) || errors.Is(err, errBroken) {
		err = nil // the list ended early
	}
	return err
}

// present implements ends for a program in this process.
type present[Tx any] struct {
	*pulls[Tx]
	life *life
}

func (p *present[Tx]) list(ctx context.Context) iter.Seq2[order, error] {
	return p.source.list(p.life)(ctx)
}

// fault returns the error of a step, or nil.
func (p *present[Tx]) fault(ctx context.Context, step string, item transfer.Item[order]) error {
	if p.life.isDead() {
		return errDead
	}
	id := item.Value.ID
	if item.Key != key(id) || item.Value.Total != total(id) {
		p.t.Errorf("%s: got %q %+v", step, item.Key, item.Value)
	}
	if step == "handle" {
		switch p.chance.kind(id) {
		case rejected:
			return errTax
		case crashing:
			panic("index out of range")
		}
	}
	p.mu.Lock()
	if step == "handle" {
		p.attempts[item.Key] = item.Attempt
	}
	p.calls[step+item.Key]++
	count := p.calls[step+item.Key]
	p.mu.Unlock()
	if count > 3 {
		return nil
	}
	switch p.chance.below(40, step, id, count) {
	case 0:
		return errDeadlock
	case 1:
		return errLocked
	case 2:
		return errDown
	case 3:
		return errSlowDown
	case 4:
		panic("nil map")
	case 5:
		time.Sleep(2 * time.Millisecond)
	case 6:
		if count == 1 {
			return hang(ctx)
		}
	}
	return nil
}

// handle is the handler of an ERP with its own memory.
func (p *present[Tx]) handle(ctx context.Context, item transfer.Item[order]) error {
	if err := p.fault(ctx, "handle", item); err != nil {
		return err
	}
	if !p.life.happens(func() { p.effect(p.life, item.Key) }) {
		return errDead
	}
	return nil
}

func (p *pulls[Tx]) effect(l *life, key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.effects[key]++
	if p.recorded[key] {
		p.t.Errorf("life %d: %s is handled again after that was recorded", l.number, key)
	}
	if p.returned[l.number][key] {
		p.t.Errorf("life %d: %s is handled again by the same program", l.number, key)
	}
	if p.returned[l.number] == nil {
		p.returned[l.number] = map[string]bool{}
	}
	p.returned[l.number][key] = true
}

// handOver changes the status.
func (p *present[Tx]) handOver(ctx context.Context, item transfer.Item[order], outcome transfer.Outcome) error {
	if err := p.fault(ctx, "hand-over", item); err != nil {
		return err
	}
	status := statusImported
	if outcome.Failed {
		status = statusManual
	}
	if !p.life.happens(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		kind := p.chance.kind(item.Value.ID)
		if outcome.Failed != (kind == rejected || kind == crashing) && !unlucky(outcome.Reason) && p.attempts[item.Key] < maxAttempts {
			p.t.Errorf("%s is handed over as %+v after %d attempts", item.Key, outcome, p.attempts[item.Key])
		}
		if p.done[item.Key] {
			p.t.Errorf("life %d: %s is handed over again after that was recorded", p.life.number, item.Key)
		}
		if !outcome.Failed && !p.shared {
			if p.effects[item.Key] == 0 {
				p.t.Errorf("%s is handed over before it is handled", item.Key)
			}
			p.recorded[item.Key] = true
		}
		p.source.set(item.Value.ID, status)
	}) {
		return errDead
	}
	return nil
}

// afterDeath checks the state that a dead program left.
func (p *pulls[Tx]) afterDeath(l *life) {
	p.mu.Lock()
	defer p.mu.Unlock()
	keys := p.returned[l.number]
	delete(p.returned, l.number)
	if len(keys) == 0 {
		return
	}
	var list []string
	for key := range keys {
		list = append(list, "'"+key+"'")
	}
	states := p.observer.pairs("SELECT key, state FROM xsale_transfer WHERE flow = 'orders' AND key IN (" + strings.Join(list, ", ") + ")")
	left := 0
	for key := range keys {
		switch transfer.State(states[key]) {
		case transfer.StateDone:
			p.done[key], p.recorded[key] = true, true
		case transfer.StateHandled:
			p.recorded[key] = true
		default:
			left++
			p.allowed[key]++
		}
	}
	if left > workers {
		p.t.Errorf("life %d: %d elements are handled and not recorded at its death, more than its %d workers", l.number, left, workers)
	}
}

// maxAttempts is how many attempts an element has. Its faults hardly use up three of them, so an element
// that has used all lost the others to deaths, or to a busy machine.
const maxAttempts = 8

// unlucky reports whether an element is parked because its programs died, or because a busy machine let
// the time of its last attempt pass before the handler ran.
func unlucky(reason string) bool {
	return strings.Contains(reason, "the program died") || strings.Contains(reason, "context deadline exceeded")
}

// complete reports whether all elements are finished, and retries the unlucky ones.
func (p *pulls[Tx]) complete() bool {
	p.source.mu.Lock()
	defer p.source.mu.Unlock()
	states := p.observer.pairs("SELECT key, state FROM xsale_transfer")
	reasons := p.observer.pairs("SELECT key, reason FROM xsale_transfer WHERE state = 'parked'")
	var again []string
	complete := true
	for id, status := range p.source.status {
		state := transfer.State(states[key(id)])
		if state == transfer.StateParked && p.chance.kind(id) == good || unlucky(reasons[key(id)]) {
			again = append(again, key(id))
		}
		listed := state == transfer.StateDone || state == transfer.StateParked && (p.chance.kind(id) != cleared || status != statusNew)
		complete = complete && (listed || state == "" && status == statusTaken)
	}
	if len(again) > 0 {
		database, err := p.store.open(p.t.Context(), &life{})
		if err != nil {
			p.t.Fatal(err)
		}
		defer database.Close()
		if err := p.flow(&life{}, database).Retry(p.t.Context(), again...); err != nil {
			p.t.Error(err)
		}
	}
	return complete && len(again) == 0
}

// check compares the final state of each order with the expected one.
func (p *pulls[Tx]) check() {
	states := p.observer.pairs("SELECT key, state FROM xsale_transfer")
	reasons := p.observer.pairs("SELECT key, reason FROM xsale_transfer")
	effects := p.effects
	if p.shared {
		effects = map[string]int{}
		for key, count := range p.observer.pairs("SELECT CAST(id AS text), CAST(count(*) AS text) FROM erp GROUP BY id") {
			effects[key], _ = strconv.Atoi(count)
		}
	}
	lost, doubled, repeats := 0, 0, 0
	for id, status := range p.source.status {
		key := key(id)
		kind, state, reason := p.chance.kind(id), transfer.State(states[key]), reasons[key]
		wantState, wantStatus, wantEffects, wantReason := transfer.StateDone, statusImported, 1, ""
		switch kind {
		case undecodable:
			wantState, wantStatus, wantEffects, wantReason = transfer.StateParked, statusNew, 0, "want a string"
		case keyless:
			wantState, wantStatus, wantEffects, wantReason = transfer.StateParked, statusNew, 0, "is blank"
		case rejected:
			wantState, wantStatus, wantEffects, wantReason = transfer.StateParked, statusManual, 0, "handle: unknown VAT rate"
		case crashing:
			wantState, wantStatus, wantEffects, wantReason = transfer.StateParked, statusManual, 0, "handle: panic: index out of range"
		}
		got := effects[key]
		if p.source.taken[id] {
			wantStatus = status
			if state == "" || kind == cleared && state == transfer.StateParked {
				wantState, wantEffects, wantReason = state, 0, ""
			}
		}
		if status == statusNew && p.source.back[id] {
			wantStatus = status
		}
		if state != wantState || status != wantStatus || !strings.Contains(reason, wantReason) {
			p.t.Errorf("order %s of kind %d: %s with %q and status %s, want %s with %q and status %s", key, kind, state, reason, status, wantState, wantReason, wantStatus)
		}
		switch {
		case got < wantEffects:
			lost++
			p.t.Errorf("order %s is lost", key)
		case p.shared && got != wantEffects, got > wantEffects+p.allowed[key]:
			doubled++
			p.t.Errorf("order %s took effect %d times, want %d and %d more", key, got, wantEffects, p.allowed[key])
		}
		repeats += got - wantEffects
	}
	for id, state := range p.observer.pairs("SELECT CAST(id AS text), CAST(state AS text) FROM river_job WHERE kind = 'xsale_transfer' AND state NOT IN ('completed', 'discarded', 'cancelled')") {
		p.t.Errorf("job %s is left %s", id, state)
	}
	p.t.Logf("%d orders, %d lists, %d programs, %d killed: %d lost, %d doubled, %d handled again before that was recorded", len(p.source.status), p.source.reads, p.lives, p.deaths, lost, doubled, repeats)
}
