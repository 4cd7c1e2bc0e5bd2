package transfer

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"
)

// defaultSettle is the wait before the look-up of a request whose outcome is unknown.
const defaultSettle = 2 * time.Minute

// Push sends each element that the caller has added once: T is the type that is sent, R the type of
// the response. The database has the element, and the fact that it is about to be sent, before the
// request. So after a crash or a lost response, the Push knows that the request may have been
// processed, and a look-up decides. A Push is safe for concurrent use; its fields must not change
// while it runs.
type Push[T, R, Tx any] struct {
	Flow[Tx]

	// Send sends an element. Its error decides what follows:
	//
	//   - [Fail]: the request was not processed, and is not sent again. The element is parked.
	//   - [Later]: the request was not processed, and is sent again.
	//   - An error of package call or authn, such as from the shipped and generated clients, reports
	//     whether the request may have been processed, and whether to repeat it.
	//   - After any other error, a timeout or a panic, the request may have been processed.
	Send func(ctx context.Context, item Item[T]) (R, error)

	// Find looks up an element whose request may have been processed, by the caller's own number in
	// it. It must return false only if the element is certainly not there: see [call.FindByNumber].
	// An element that is not there is sent again. The errors of Find have the same meaning as those
	// of [Pull.Handle]; if it fails for good, the element is parked as unsure.
	//
	// If Find is nil, an unsure element is parked, unless Idempotent is set.
	Find func(ctx context.Context, item Item[T]) (R, bool, error)

	// Idempotent means that sending an element twice does no harm, such as writing a translation. The
	// element is then sent again instead of looked up.
	Idempotent bool

	// Settle is the wait before Find, 2 minutes by default, because a server may still process a
	// request whose connection broke. It counts from the request, or from the start of this program
	// if an earlier one sent it. It does not depend on the clock. If several programs share a
	// PostgreSQL database, it must not be shorter than Timeout: a worker that lost its connection to
	// the database may still send.
	Settle time.Duration
}

// Add stores an element to send, and reports whether it is new. A key has up to 512 bytes. A key that
// was added before with the same JSON is not new; with different JSON, Add returns [ErrConflict]. There
// is one exception: if the earlier element is parked and was certainly not processed, for example
// because the API rejected it, the corrected element replaces it and is new.
func (p *Push[T, R, Tx]) Add(ctx context.Context, key string, value T) (bool, error) {
	added, err := p.AddAll(ctx, func(yield func(string, T) bool) { yield(key, value) })
	return added == 1, err
}

// AddTx adds an element like Add, in a transaction of the caller. A sale of the shop and the intent to
// send its order are then stored together, or not at all.
func (p *Push[T, R, Tx]) AddTx(ctx context.Context, tx Tx, key string, value T) (bool, error) {
	s, err := p.checked()
	if err != nil {
		return false, err
	}
	a, err := intent(key, value)
	if err != nil {
		return false, err
	}
	added, conflicts, err := s.addIntents(ctx, s.Database.Join(tx), []arrival{a})
	return added == 1, errors.Join(err, conflicts)
}

// AddAll adds elements like Add, hundreds in a transaction, and returns how many are new. After a
// conflict or an invalid key, the other elements are still added; the returned error joins up to 100
// of these. After any other error, call it again with the same elements.
func (p *Push[T, R, Tx]) AddAll(ctx context.Context, elements iter.Seq2[string, T]) (added int, err error) {
	s, err := p.checked()
	if err != nil {
		return 0, err
	}
	var rejected []error
	reject := func(err error) {
		if err != nil && len(rejected) < 100 {
			rejected = append(rejected, err)
		}
	}
	var batch []arrival
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		var count int
		var conflicts error
		err := s.within(ctx, func(tx Transaction[Tx]) (err error) {
			count, conflicts, err = s.addIntents(ctx, tx, batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("add elements: %w", err)
		}
		added += count
		reject(conflicts)
		batch = batch[:0]
		return nil
	}
	for key, value := range elements {
		a, err := intent(key, value)
		if err != nil {
			reject(err)
			continue
		}
		if batch = append(batch, a); len(batch) == intakeBatch {
			if err := flush(); err != nil {
				return added, err
			}
		}
	}
	err = flush()
	return added, errors.Join(append(rejected, err)...)
}

// intent checks and encodes an element to send.
func intent[T any](key string, value T) (arrival, error) {
	if err := checkKey(key); err != nil {
		return arrival{}, err
	}
	data, err := json.Marshal(value)
	if err != nil {
		return arrival{}, invalid("key %q: %w", key, err)
	}
	return arrival{key: key, json: func() ([]byte, error) { return data, nil }}, nil
}

// addIntents adds elements, and returns an error for each that conflicts with an earlier one.
func (s *settings[Tx]) addIntents(ctx context.Context, tx Transaction[Tx], batch []arrival) (added int, conflicts, err error) {
	client, err := s.inserter()
	if err != nil {
		return 0, nil, err
	}
	var found []error
	var corrected []element
	intake := intake[Tx]{settings: s, client: client, seen: func(a arrival, before []byte) error {
		data, err := a.json()
		digest := sha256.Sum256(data)
		if err != nil || bytes.Equal(digest[:], before) {
			return err
		}
		job, parked, err := s.begin(ctx, tx, a.key, `UPDATE xsale_transfer SET state = 'waiting', resume = '', reason = '', round = round + 1, attempts = 0, json = $3, digest = $4, changed = $5
			WHERE flow = $1 AND key = $2 AND state = 'parked' AND resume = 'waiting' RETURNING round`, s.seal(a.key, data), digest[:], time.Now().UnixMilli())
		if parked {
			corrected = append(corrected, job)
		} else {
			found = append(found, fmt.Errorf("key %q: %w", a.key, ErrConflict))
		}
		return err
	}}
	added, _, err = intake.add(ctx, tx, batch)
	if err == nil {
		err = s.insertJobs(ctx, client, tx, corrected)
	}
	return added + len(corrected), errors.Join(found...), err
}

// Run sends the added elements until none is due within Settle and 5 seconds, so that unsure elements
// are looked up. See [Pull.Run] for the rest.
func (p *Push[T, R, Tx]) Run(ctx context.Context) (Summary, error) {
	e, release, err := p.start(ctx)
	if err != nil {
		return Summary{}, err
	}
	defer release()
	err = e.run(ctx, patience+cmp.Or(p.Settle, defaultSettle)) // unsure elements wait that long for the look-up
	return e.summary.summary(), err
}

// Watch sends added elements until ctx ends. See [Pull.Watch] for the rest.
func (p *Push[T, R, Tx]) Watch(ctx context.Context) error {
	e, release, err := p.start(ctx)
	if err != nil {
		return err
	}
	defer release()
	return e.watch(ctx, 0)
}

func (p *Push[T, R, Tx]) start(ctx context.Context) (*engine[Tx], func(), error) {
	switch {
	case p.Send == nil:
		return nil, nil, invalid("Push.Send must be set")
	case p.Idempotent && p.Find != nil:
		return nil, nil, invalid("Push.Find is not called if Push.Idempotent is set: set one of them")
	case p.Settle < 0:
		return nil, nil, invalid("Push.Settle %v: want more than 0, or 0 for %v", p.Settle, defaultSettle)
	}
	return start(ctx, &p.Flow, &sender[T, R, Tx]{push: p, unsure: make(map[string]unsure)})
}

// Resend sends parked elements again that may have been processed. Call it after a person has made
// sure that they were not. If a key is unknown or not parked, it changes none and returns an error.
func (p *Push[T, R, Tx]) Resend(ctx context.Context, keys ...string) error {
	return p.unpark(ctx, keys, "'waiting'", true)
}

// Result is the result of an element of a Push.
type Result[R any] struct {
	Key    string
	State  State
	Value  R      // the response; zero unless State is StateDone
	Reason string // why the element is parked, or why its latest attempt failed
}

// Result returns the result of an element. It fails with [ErrNotFound] if the key was not added.
func (p *Push[T, R, Tx]) Result(ctx context.Context, key string) (Result[R], error) {
	entry, err := p.Entry(ctx, key)
	if err != nil {
		return Result[R]{}, err
	}
	return resultOf[R](entry)
}

// Results returns the results of all elements, in the order of their keys.
func (p *Push[T, R, Tx]) Results(ctx context.Context) iter.Seq2[Result[R], error] {
	return func(yield func(Result[R], error) bool) {
		for entry, err := range p.Entries(ctx) {
			result := Result[R]{Key: entry.Key}
			if err == nil {
				result, err = resultOf[R](entry)
			}
			if !yield(result, err) {
				return
			}
		}
	}
}

func resultOf[R any](entry Entry) (Result[R], error) {
	result := Result[R]{Key: entry.Key, State: entry.State, Reason: entry.Reason}
	if entry.State == StateDone {
		if err := json.Unmarshal(entry.Result, &result.Value); err != nil {
			return result, fmt.Errorf("result of %q: %w", entry.Key, err)
		}
	}
	return result, nil
}
