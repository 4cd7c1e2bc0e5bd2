package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// State is the state of an element.
type State string

// The states of elements. Every element ends in StateDone, StateParked or StateDiscarded.
const (
	StateWaiting   State = "waiting"   // to be handled or sent
	StateHandled   State = "handled"   // Pull: the hand-over is next
	StateFailed    State = "failed"    // Pull: the handler failed for good; the hand-over of the failure is next
	StateSending   State = "sending"   // Push: the request may be in progress
	StateUnsure    State = "unsure"    // Push: the request may have been processed; the look-up is next
	StateDone      State = "done"      // handled and handed over, or sent
	StateParked    State = "parked"    // needs a person: see Retry and Discard
	StateDiscarded State = "discarded" // given up by a person
)

// undecodable is the state that a parked element returns to if it could not be decoded: waiting, and
// a list that has the element again may replace it.
const undecodable State = "undecodable"

// Entry is the record of an element.
type Entry struct {
	Key    string          `json:"key"`
	State  State           `json:"state"`
	Resume State           `json:"resume,omitempty"` // of a parked element: the state that Retry returns it to
	Reason string          `json:"reason,omitempty"` // why it is parked, or why the latest attempt failed; may quote a server
	JSON   json.RawMessage `json:"json,omitempty"`   // the element; absent after Flow.Keep; may contain personal data
	Result json.RawMessage `json:"result,omitempty"` // the response to a Push

	// Added and Changed are when the element was added, and when its state or reason last changed, by
	// the clock of the program that did it, in milliseconds.
	Added   time.Time `json:"added"`
	Changed time.Time `json:"changed"`
}

// entriesPage is how many entries are read at a time.
const entriesPage = 100

// Entries returns the entries in the given states, or all entries if no state is given, in the order
// of their keys. It reads them in pages, so the caller may change entries while it ranges. An entry
// that cannot be decrypted comes without its JSON and with an [ErrEncrypted], after which the range
// may go on; any other error ends it.
func (f *Flow[Tx]) Entries(ctx context.Context, states ...State) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		s, err := f.checked()
		if err != nil {
			yield(Entry{}, err)
			return
		}
		after := ""
		for {
			page, err := s.page(ctx, after, states)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, row := range page {
				if !yield(s.entry(row)) {
					return
				}
			}
			if len(page) < entriesPage {
				return
			}
			after = page[len(page)-1].key
		}
	}
}

func (s *settings[Tx]) page(ctx context.Context, after string, states []State) (page []row, err error) {
	arguments := []any{s.Name, after}
	where, values := among(states, 3)
	arguments = append(arguments, values...)
	query := fmt.Sprintf(`SELECT %s FROM xsale_transfer WHERE flow = $1 AND key > $2%s ORDER BY key LIMIT %d`, entryColumns, where, entriesPage)
	err = s.within(ctx, func(tx Transaction[Tx]) error {
		return tx.Query(ctx, func(scan func(...any) error) error {
			row, err := scanRow(scan)
			page = append(page, row)
			return err
		}, query, arguments...)
	})
	return page, err
}

func (s *settings[Tx]) entry(row row) (Entry, error) {
	entry := Entry{Key: row.key, State: row.state, Resume: row.resume, Reason: row.reason, Added: time.UnixMilli(row.added), Changed: time.UnixMilli(row.changed)}
	if entry.Resume == undecodable {
		entry.Resume = StateWaiting
	}
	var err, resultErr error
	entry.JSON, err = s.open(row.key, row.json)
	entry.Result, resultErr = s.open(row.key, row.result)
	if err := errors.Join(err, resultErr); err != nil {
		return entry, fmt.Errorf("key %q: %w", row.key, err)
	}
	return entry, nil
}

// Entry returns the entry of a key. It fails with [ErrNotFound] if the flow does not have the key.
func (f *Flow[Tx]) Entry(ctx context.Context, key string) (Entry, error) {
	s, err := f.checked()
	if err != nil {
		return Entry{}, err
	}
	var row row
	err = s.within(ctx, func(tx Transaction[Tx]) (err error) {
		row, err = s.load(ctx, tx, key)
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	return s.entry(row)
}

// among returns a condition for the given states, none without one, whose parameters begin at first.
// It lets the database use the index of what is not done, which is far smaller than the table.
func among(states []State, first int) (condition string, arguments []any) {
	if len(states) == 0 {
		return "", nil
	}
	for _, state := range states {
		arguments = append(arguments, string(state))
	}
	condition = " AND state IN (" + parameters(first, len(states)) + ")"
	if !slices.Contains(states, StateDone) {
		condition += " AND state <> 'done'"
	}
	return condition, arguments
}

// Stats counts the elements of a flow by state: those in the given states, all without one. With a
// million elements that are done, all take about a second, those in other states a millisecond.
func (f *Flow[Tx]) Stats(ctx context.Context, states ...State) (map[State]int, error) {
	s, err := f.checked()
	if err != nil {
		return nil, err
	}
	counts := map[State]int{}
	where, arguments := among(states, 2)
	err = s.within(ctx, func(tx Transaction[Tx]) error {
		return tx.Query(ctx, func(scan func(...any) error) error {
			var state State
			var count int
			err := scan((*string)(&state), &count)
			counts[state] = count
			return err
		}, `SELECT state, count(*) FROM xsale_transfer WHERE flow = $1`+where+` GROUP BY state`, append([]any{s.Name}, arguments...)...)
	})
	return counts, err
}

// Retry retries parked elements from the step that failed, with new attempts, in the current run or
// the next one. If a key is unknown or not parked, it changes none and returns an error. A Push looks
// up again what it is unsure about; see [Push.Resend].
func (f *Flow[Tx]) Retry(ctx context.Context, keys ...string) error {
	return f.unpark(ctx, keys, "CASE resume WHEN 'undecodable' THEN 'waiting' ELSE resume END", true)
}

// Discard gives up parked elements. They are not taken again, even if a list still has them. If a key
// is unknown or not parked, it changes none and returns an error.
func (f *Flow[Tx]) Discard(ctx context.Context, keys ...string) error {
	return f.unpark(ctx, keys, "'discarded'", false)
}

// unpark moves parked elements to the state that an SQL expression yields.
func (f *Flow[Tx]) unpark(ctx context.Context, keys []string, state string, work bool) error {
	s, err := f.checked()
	if err != nil {
		return err
	}
	client, err := s.inserter()
	if err != nil {
		return err
	}
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	keep := ""
	if !work && s.Keep == 0 {
		keep = ", json = NULL"
	}
	query := `UPDATE xsale_transfer SET state = ` + state + keep + `, resume = '', round = round + 1, attempts = 0, changed = $3
		WHERE flow = $1 AND key = $2 AND state = 'parked' RETURNING round`
	return s.within(ctx, func(tx Transaction[Tx]) error {
		var jobs []element
		for _, key := range keys {
			job, parked, err := s.begin(ctx, tx, key, query, time.Now().UnixMilli())
			if err != nil {
				return err
			}
			if !parked {
				row, err := s.load(ctx, tx, key)
				if err != nil {
					return err
				}
				return invalid("key %q is %s: only parked elements can be retried or discarded", key, row.state)
			}
			jobs = append(jobs, job)
		}
		if !work {
			return nil
		}
		return s.insertJobs(ctx, client, tx, jobs)
	})
}

// parameters returns $first, $first+1 and so on.
func parameters(first, count int) string {
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(names, ", ")
}
