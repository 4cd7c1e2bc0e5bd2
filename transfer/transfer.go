// Package transfer moves orders and other elements between xSale and another system: none lost,
// none doubled, whatever dies on the way.
//
// A [Pull] reads a list, passes each element to a handler once, and then hands it over, such as by
// a change of its status in xSale. A [Push] sends what the caller has stored, such as the orders of
// an own shop, and finds out what became of a request whose response was lost. Both work for every
// element type that encoding/json can write and read back: those of package xsale and those of a
// generated client.
//
// The state is in a database: a file of SQLite for one machine, package transfer/sqlite, or
// PostgreSQL for several, package transfer/postgres. The jobs are those of River
// (https://riverqueue.com), which retries and schedules them.
//
//	pull := transfer.Pull[xsale.Order, *sql.Tx]{
//		Flow:     transfer.Flow[*sql.Tx]{Database: database, Name: "orders"},
//		List:     func(ctx context.Context) iter.Seq2[xsale.Order, error] { return client.Orders.List(ctx, newOrders) },
//		Key:      func(order xsale.Order) string { return transfer.ID(order.ID) },
//		HandleTx: erp.Import,
//		HandOver: setStatus,
//	}
//	summary, err := pull.Run(ctx)
//
// # What is promised
//
//   - Each element is a row of the database before it is worked on, unique by its key. Nothing
//     depends on the order of the list, on a checkpoint or on a clock, so a list may repeat elements
//     and shift while it is read. What one run misses, the next one finds.
//   - With HandleTx, the effect on the same database and the record of it are one transaction: each
//     element takes effect exactly once.
//   - With Handle, the record follows the effect before the worker takes its next element. If the
//     program dies in between, the handler is called once more for that element, at most one for
//     each worker. [Item.Key] is the key to be idempotent by.
//   - A Push never sends a request again whose outcome is unknown, before a look-up has shown that
//     it was not processed.
//   - What fails is retried, then parked with its reason and its JSON. It does not delay the others.
package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

var (
	// ErrInvalid marks settings, keys and values that are rejected before anything is stored.
	ErrInvalid = errors.New("invalid")

	// ErrConflict marks an element of a Push whose key was added before with other content.
	ErrConflict = errors.New("the key was added before with other content")

	// ErrNotFound marks a key that the flow does not know.
	ErrNotFound = errors.New("unknown key")

	// ErrInUse marks a database that only one program may work on, such as a file of SQLite, if
	// another one does.
	ErrInUse = errors.New("the database is in use")
)

// Item is an element that a handler works on.
type Item[T any] struct {
	// Key identifies the element in its flow. Handlers are idempotent by it.
	Key string

	// Value is the element, decoded from JSON.
	Value T

	// JSON is the element as it was stored. It may contain personal data.
	JSON json.RawMessage

	// Attempt is 1 for the first attempt at the step, and more if an earlier one may have had an
	// effect: one that failed, was put off with [Later], was interrupted, or died with its program,
	// also before a person called Retry. It may count too many, and is not what Flow.Attempts limits.
	Attempt int
}

// Outcome is what the handler made of an element, for the hand-over.
type Outcome struct {
	Failed bool   // for good; the element is parked after the hand-over
	Reason string // why it failed; empty otherwise
}

// Fail returns an error that makes an element fail for good: it is not retried but handed over as
// failed and parked, with the error's text as reason. For [Push.Send] it also says that the request
// was not processed.
func Fail(err error) error { return &outcomeError{err, true, 0} }

// Later returns an error that has an element tried again after a delay, without counting the
// attempt. For [Push.Send] it also says that the request was not processed.
func Later(err error, delay time.Duration) error { return &outcomeError{err, false, max(delay, 0)} }

// outcomeError is an error of [Fail] or [Later].
type outcomeError struct {
	err     error
	forGood bool
	delay   time.Duration
}

func (e *outcomeError) Error() string {
	if e.err == nil {
		return "failed without a reason"
	}
	return e.err.Error()
}

func (e *outcomeError) Unwrap() error { return e.err }

// maxKey is the limit of keys in bytes. Indexes of PostgreSQL have one, too.
const maxKey = 512

// ID returns the key of an element with a numeric id, for [Pull.Key]. Ids count from 1, so an element
// with another one lacks its id. Its key is "", with which it is parked: under "0", all such elements
// would be one.
func ID(id int64) string {
	if id < 1 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func invalid(format string, arguments ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, arguments...)...)
}
