package transfer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// row is a row of the table.
type row struct {
	key            string
	state, resume  State
	reason         string
	json, result   []byte
	attempts       int
	round          int
	added, changed int64
}

const entryColumns = "key, state, resume, reason, json, result, attempts, round, added, changed"

func scanRow(scan func(...any) error) (r row, err error) {
	err = scan(&r.key, (*string)(&r.state), (*string)(&r.resume), &r.reason, &r.json, &r.result, &r.attempts, &r.round, &r.added, &r.changed)
	return r, err
}

// within runs a function in a transaction, and commits unless the function fails.
func (s *settings[Tx]) within(ctx context.Context, do func(Transaction[Tx]) error) error {
	return within(ctx, s.Database.Session(), do)
}

// within runs do in a transaction. A [database/sql] transaction whose context has ended says only that it
// is already rolled back, so the error then names the context's end, too.
func within[Tx any](ctx context.Context, session Session[Tx], do func(Transaction[Tx]) error) error {
	tx, err := session.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if err = do(tx); err == nil {
		err = tx.Commit(ctx)
	}
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

func (s *settings[Tx]) load(ctx context.Context, tx Transaction[Tx], key string) (row, error) {
	var found []row
	err := tx.Query(ctx, func(scan func(...any) error) error {
		row, err := scanRow(scan)
		found = append(found, row)
		return err
	}, `SELECT `+entryColumns+` FROM xsale_transfer WHERE flow = $1 AND key = $2`, s.Name, key)
	if err != nil {
		return row{}, err
	}
	if len(found) == 0 {
		return row{}, fmt.Errorf("%w: %q in flow %q", ErrNotFound, key, s.Name)
	}
	return found[0], nil
}

// purgeBatch is how many elements purge changes in a transaction.
const purgeBatch = 1000

// purge removes the JSON of elements that have been done or discarded for long enough.
func (s *settings[Tx]) purge(ctx context.Context) error {
	for {
		var purged int64
		err := s.within(ctx, func(tx Transaction[Tx]) (err error) {
			purged, err = tx.Exec(ctx, fmt.Sprintf(`UPDATE xsale_transfer SET json = NULL WHERE flow = $1 AND key IN (
				SELECT key FROM xsale_transfer WHERE flow = $1 AND state IN ('done', 'discarded') AND json IS NOT NULL AND changed <= $2 LIMIT %d)`,
				purgeBatch), s.Name, time.Now().Add(-s.Keep).UnixMilli())
			return err
		})
		if err != nil || purged < purgeBatch {
			return err
		}
	}
}
