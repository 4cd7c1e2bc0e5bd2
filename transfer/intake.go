package transfer

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/riverqueue/river"
)

// intakeBatch is how many elements are added in a transaction.
const intakeBatch = 200

// arrival is an element that is about to be added.
type arrival struct {
	key    string
	json   func() ([]byte, error) // called for new elements only
	reason string                 // why it is parked; empty if it can be handled
}

// intake adds elements to a flow.
type intake[Tx any] struct {
	*settings[Tx]
	client *river.Client[Tx]

	// undecodable are the elements that a list may replace.
	undecodable map[string]bool

	// seen is called for elements that are in the table, with the digest of their JSON. If it is
	// nil, only the index of the table is read.
	seen func(arrival, []byte) error
}

// add adds the arrivals that are not in the table yet, each with a job. It returns how many it added,
// and how many of these it parked.
func (i *intake[Tx]) add(ctx context.Context, tx Transaction[Tx], arrivals []arrival) (added, parked int, err error) {
	before, err := i.known(ctx, tx, arrivals)
	if err != nil {
		return 0, 0, err
	}
	now := time.Now().UnixMilli()
	waiting := make(map[string]element)
	// Sorted, or programs that add the same keys in different orders would deadlock.
	for _, a := range slices.SortedStableFunc(slices.Values(arrivals), func(a, b arrival) int { return strings.Compare(a.key, b.key) }) {
		digestBefore, found := before[a.key]
		if found && (!i.undecodable[a.key] || a.reason != "") {
			if i.seen != nil {
				if err := i.seen(a, digestBefore); err != nil {
					return 0, 0, err
				}
			}
			continue
		}
		state, resume := StateWaiting, State("")
		data, err := a.json()
		if err != nil {
			a.reason = err.Error()
		}
		if a.reason != "" {
			state, resume = StateParked, undecodable
		}
		digest := sha256.Sum256(data)
		job, taken, err := i.begin(ctx, tx, a.key, `INSERT INTO xsale_transfer (flow, key, state, resume, reason, json, digest, added, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
			ON CONFLICT (flow, key) DO UPDATE SET state = excluded.state, resume = excluded.resume, reason = excluded.reason, json = excluded.json, digest = excluded.digest,
				changed = excluded.changed, round = xsale_transfer.round + 1, attempts = 0
			WHERE xsale_transfer.state = 'parked' AND xsale_transfer.resume = 'undecodable' AND excluded.resume = ''
			RETURNING round`,
			string(state), string(resume), a.reason, i.seal(a.key, data), digest[:], now)
		if err != nil {
			return 0, 0, err
		}
		before[a.key] = digest[:] // the list may repeat it
		if !taken {               // another program was faster
			continue
		}
		if !found {
			added++
		}
		if state == StateParked {
			parked++
		}
		if state == StateWaiting {
			waiting[a.key] = job
		}
	}
	var jobs []element // in the order of the list
	for _, a := range arrivals {
		if job, waits := waiting[a.key]; waits {
			jobs = append(jobs, job)
			delete(waiting, a.key)
		}
	}
	return added, parked, i.insertJobs(ctx, i.client, tx, jobs)
}

// known returns the keys that are in the table, with digests if seen needs them.
func (i *intake[Tx]) known(ctx context.Context, tx Transaction[Tx], arrivals []arrival) (map[string][]byte, error) {
	arguments := make([]any, 0, len(arrivals)+1)
	arguments = append(arguments, i.Name)
	for _, a := range arrivals {
		arguments = append(arguments, a.key)
	}
	columns := "key"
	if i.seen != nil {
		columns = "key, digest"
	}
	found := make(map[string][]byte, len(arrivals))
	err := tx.Query(ctx, func(scan func(...any) error) (err error) {
		var key string
		var digest []byte
		if i.seen != nil {
			err = scan(&key, &digest)
		} else {
			err = scan(&key)
		}
		found[key] = digest
		return err
	}, `SELECT `+columns+` FROM xsale_transfer WHERE flow = $1 AND key IN (`+parameters(2, len(arrivals))+`)`, arguments...)
	return found, err
}

// loadUndecodable reads the keys of elements that the list may replace.
func (i *intake[Tx]) loadUndecodable(ctx context.Context) error {
	i.undecodable = make(map[string]bool)
	return i.within(ctx, func(tx Transaction[Tx]) error {
		return tx.Query(ctx, func(scan func(...any) error) error {
			var key string
			err := scan(&key)
			i.undecodable[key] = true
			return err
		}, `SELECT key FROM xsale_transfer WHERE flow = $1 AND resume = 'undecodable'`, i.Name)
	})
}

// checkKey returns an error if a key is not valid.
func checkKey(key string) error {
	switch {
	case strings.TrimSpace(key) == "":
		return invalid("the key %q is blank", key)
	case len(key) > maxKey:
		return invalid("the key %q… has %d bytes: want at most %d", key[:32], len(key), maxKey)
	case !utf8.ValidString(key) || strings.Contains(key, "\x00"):
		return invalid("the key %q is not UTF-8 text", key)
	}
	return nil
}
