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
	reason string                 // why it cannot be worked on; it is parked
}

// known is what the table has of an arrival.
type known struct {
	state, resume State
	digest        []byte
}

// add adds the arrivals that the table does not have, each with its job. It returns how many it
// added and how many of these it parked, and calls seen for the others.
func (s *settings[Tx]) add(ctx context.Context, client *river.Client[Tx], tx Transaction[Tx], arrivals []arrival, seen func(arrival, known) error) (added, parked int, err error) {
	before, err := s.known(ctx, tx, arrivals)
	if err != nil {
		return 0, 0, err
	}
	now := time.Now().UnixMilli()
	waiting := make(map[string]bool)
	// Programs that add the same keys in different orders would wait for each other.
	for _, a := range slices.SortedStableFunc(slices.Values(arrivals), func(a, b arrival) int { return strings.Compare(a.key, b.key) }) {
		old, found := before[a.key]
		replaces := found && old.state == StateParked && old.resume == undecodable && a.reason == ""
		if found && !replaces {
			if err := seen(a, old); err != nil {
				return 0, 0, err
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
		rows, err := tx.Exec(ctx, `INSERT INTO xsale_transfer (flow, key, state, resume, reason, json, digest, added, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
			ON CONFLICT (flow, key) DO UPDATE SET state = excluded.state, resume = excluded.resume, reason = excluded.reason, json = excluded.json, digest = excluded.digest, changed = excluded.changed
			WHERE xsale_transfer.state = 'parked' AND xsale_transfer.resume = 'undecodable' AND excluded.resume = ''`,
			s.Name, a.key, string(state), string(resume), a.reason, s.seal(a.key, data), digest[:], now)
		if err != nil {
			return 0, 0, err
		}
		before[a.key] = known{state, resume, digest[:]} // the list may repeat it
		if rows == 0 {                                  // another program was faster
			continue
		}
		if !found {
			added++
		}
		if state == StateParked {
			parked++
		}
		waiting[a.key] = state == StateWaiting
	}
	var jobs []string // in the order of the list
	for _, a := range arrivals {
		if waiting[a.key] {
			jobs = append(jobs, a.key)
			delete(waiting, a.key)
		}
	}
	return added, parked, s.insertJobs(ctx, client, tx, jobs)
}

// known returns what the table has, by key.
func (s *settings[Tx]) known(ctx context.Context, tx Transaction[Tx], arrivals []arrival) (map[string]known, error) {
	arguments := make([]any, 0, len(arrivals)+1)
	arguments = append(arguments, s.Name)
	for _, a := range arrivals {
		arguments = append(arguments, a.key)
	}
	found := make(map[string]known, len(arrivals))
	err := tx.Query(ctx, func(scan func(...any) error) error {
		var key string
		var k known
		err := scan(&key, (*string)(&k.state), (*string)(&k.resume), &k.digest)
		found[key] = k
		return err
	}, `SELECT key, state, resume, digest FROM xsale_transfer WHERE flow = $1 AND key IN (`+parameters(2, len(arrivals))+`)`, arguments...)
	return found, err
}

// checkKey returns why a key cannot be one, or nil.
func checkKey(key string) error {
	switch {
	case strings.TrimSpace(key) == "":
		return invalid("the key %q is blank", key)
	case len(key) > maxKey:
		return invalid("the key %q… has %d bytes: want %d at most", key[:32], len(key), maxKey)
	case !utf8.ValidString(key) || strings.Contains(key, "\x00"):
		return invalid("the key %q is not UTF-8 text", key)
	}
	return nil
}
