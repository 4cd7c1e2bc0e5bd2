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

// defaultSettle is how long a request whose outcome is unknown is given before the look-up.
const defaultSettle = 2 * time.Minute

// Push sends elements that the caller has added, each once: T is what is sent, R what the server
// responds. An element is stored before it is sent, and so is the fact that it is about to be sent.
// So after a crash or a lost response it is known that the request may have been processed, and a
// look-up decides. A Push is safe for concurrent use; its fields must not change while it runs.
type Push[T, R, Tx any] struct {
	Flow[Tx]

	// Send sends an element. Its errors decide what follows:
	//
	//   - [Fail]: the request was not processed and is not sent again. The element is parked.
	//   - [Later]: the request was not processed and is sent again.
	//   - An error of package call or authn, such as those of the shipped and of generated clients,
	//     says itself whether the request may have been processed, and whether it is worth repeating.
	//   - Any other error, a timeout and a panic leave that open, so the look-up follows.
	Send func(ctx context.Context, item Item[T]) (R, error)

	// Find looks up an element whose request may have been processed, by a number of the caller's
	// own that it contains. It returns false only if it is certain that the element is not there:
	// see [call.FindByNumber]. An element that is not there is sent again. If Find fails, it is
	// called again like a Handle of [Pull]; in the end, the element is parked as unsure.
	//
	// If Find is nil, an unsure element is parked, unless Idempotent is set.
	Find func(ctx context.Context, item Item[T]) (R, bool, error)

	// Idempotent says that sending an element twice does no harm, such as writing a translation. It
	// is then sent again instead of looked up.
	Idempotent bool

	// Settle is how long Find waits after the request, or after the start of the program if an
	// earlier one sent it: 2 minutes by default, because a server may still work on a request whose
	// connection broke. It is measured by the program, not by clocks. Several programs on PostgreSQL
	// need one that is not shorter than Timeout: a worker that lost its connection to the database
	// may still send.
	Settle time.Duration
}

// Add stores an element to be sent, and reports whether it is new. A key that was added before with
// the same JSON is not new; with other JSON it is an [ErrConflict], except for an element that is
// parked and was certainly not processed, such as one that the API rejected: the corrected one
// replaces it and is new. The key is up to 512 bytes.
func (p *Push[T, R, Tx]) Add(ctx context.Context, key string, value T) (bool, error) {
	added, err := p.AddAll(ctx, func(yield func(string, T) bool) { yield(key, value) })
	return added == 1, err
}

// AddTx adds an element like Add, as part of a transaction of the caller: an order of the own shop
// and the intent to send it are then stored together, or not at all.
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

// AddAll adds elements like Add, hundreds in a transaction, and returns how many are new. A conflict
// or an invalid key keeps no other element from being added; the error has all of them, up to 100. After any
// other error, call it again with the same elements.
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

// intent checks and encodes an element.
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

// addIntents adds elements, and returns those that conflict with what was added before.
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

// Run sends what was added, until no element is left but those that are tried again later than in
// Settle and 5 seconds, so that unsure elements are looked up. See [Pull.Run] for the rest.
func (p *Push[T, R, Tx]) Run(ctx context.Context) (Summary, error) {
	e, release, err := p.start(ctx)
	if err != nil {
		return Summary{}, err
	}
	defer release()
	err = e.run(ctx, patience+cmp.Or(p.Settle, defaultSettle)) // unsure elements wait that long for the look-up
	return e.summary.summary(), err
}

// Watch sends what is added until ctx ends. See [Pull.Watch] for the rest.
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

// Resend has parked elements sent again that may have been processed, after a person has made sure
// that they were not. All of them, or none with an error if a key is unknown or not parked.
func (p *Push[T, R, Tx]) Resend(ctx context.Context, keys ...string) error {
	return p.unpark(ctx, keys, "'waiting'", true)
}

// Result is what became of an element of a Push.
type Result[R any] struct {
	Key    string
	State  State
	Value  R      // the response; zero unless State is StateDone
	Reason string // why it is parked, or why the latest attempt failed
}

// Result returns what became of the element of a key. It fails with [ErrNotFound] if the key was
// not added.
func (p *Push[T, R, Tx]) Result(ctx context.Context, key string) (Result[R], error) {
	entry, err := p.Entry(ctx, key)
	if err != nil {
		return Result[R]{}, err
	}
	return resultOf[R](entry)
}

// Results returns what became of each element, in the order of the keys.
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
