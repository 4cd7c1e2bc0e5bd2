// Package transfer moves orders and other elements between xSale and another system. No element is
// lost or doubled, whatever fails on the way.
//
// A [Pull] reads a list, passes each element to a handler once, and then hands it over, for example
// by changing its status in xSale. A [Push] sends elements that the caller has added, such as the
// orders of a shop, and looks up whether a request was processed if its response was lost. Both work
// for every element type that encoding/json can write and read back, such as those of package xsale
// and of a generated client.
//
// The state is in a database: a SQLite file for one machine (package transfer/sqlite), or PostgreSQL
// for several (package transfer/postgres). River (https://riverqueue.com) schedules the work.
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
//   - Each element is stored in the database before it is handled, unique by its key. Nothing
//     depends on the order of the list, on a checkpoint or on a clock, so the list may repeat
//     elements and shift while it is read. What one run misses, the next one finds.
//   - With HandleTx, the effect and its record are one transaction in the same database: each
//     element takes effect exactly once.
//   - With Handle, the worker records the effect before it takes its next element. If the program
//     dies in between, the handler is called once more, for at most one element of each worker.
//     Handlers are idempotent by [Item.Key].
//   - If the outcome of a request is unknown, a Push sends it again only after a look-up has shown
//     that it was not processed.
//   - A failed element is retried, and in the end parked with its reason and its JSON. It does not
//     delay the others. An outage parks nothing.
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

	// ErrConflict marks an element of a Push whose key was added before with different content.
	ErrConflict = errors.New("added before with different content")

	// ErrNotFound marks a key that the flow does not have.
	ErrNotFound = errors.New("unknown key")

	// ErrEncrypted marks JSON that none of Flow.EncryptionKeys decrypts.
	ErrEncrypted = errors.New("cannot decrypt the stored JSON: it needs the encryption key that it was stored with")

	// ErrInUse marks a database on which another program runs flows, although only one may, such as
	// a SQLite file.
	ErrInUse = errors.New("the database is in use")
)

// Item is the element that is passed to a function of a flow.
type Item[T any] struct {
	// Key identifies the element within its flow. Make handlers idempotent by it.
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

// Outcome is the result of the handler, for the hand-over.
type Outcome struct {
	Failed bool   // the handler failed for good; the element is parked after the hand-over
	Reason string // why it failed; empty otherwise
}

// Fail returns an error that makes an element fail for good: it is not retried, but handed over as
// failed and parked, with the error's text as the reason. From [Push.Send], it also means that the
// request was not processed.
func Fail(err error) error { return &outcomeError{err, true, 0} }

// Later returns an error after which the element is tried again after a delay, or after the wait of
// Flow.Backoff if the delay is 0. The attempt does not count. From [Push.Send], it also means that
// the request was not processed.
func Later(err error, delay time.Duration) error { return &outcomeError{err, false, max(delay, 0)} }

// outcomeError is the error that [Fail] or [Later] returns.
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

// maxKey limits keys, in bytes, because PostgreSQL limits the entries of an index.
const maxKey = 512

// ID returns the key of an element with a numeric id, for [Pull.Key]. For an id below 1, which means
// that the id is missing, it returns "", and the element is parked. With the key "0", all elements
// without an id would be the same element.
func ID(id int64) string {
	if id < 1 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func invalid(format string, arguments ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, arguments...)...)
}
