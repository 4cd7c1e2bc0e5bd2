package orders

import (
	"context"
	"errors"
	"time"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
)

// The errors of the systems at both ends.
var (
	errBroken   = errors.New("connection reset by peer")
	errDown     = &call.Error{Operation: "listOrders", StatusCode: 503}
	errDeadlock = errors.New("deadlock")
	errLocked   = transfer.Later(errors.New("locked by a user"), time.Millisecond)
	errSlowDown = &call.Error{StatusCode: 429, RetryAfter: time.Millisecond}
	errTax      = transfer.Fail(errors.New("unknown VAT rate"))
	errLost     = &call.Error{Operation: "createOrder", Attempts: 1, MaybeProcessed: true}
	errFailed   = &call.Error{Operation: "createOrder", StatusCode: 503, MaybeProcessed: true}
	errClosed   = &call.Error{Operation: "createOrder"} // nobody listens
	errRejected = &call.Error{Operation: "createOrder", StatusCode: 400, Message: "unknown payment form"}
	errNoNumber = transfer.Later(errors.New("no number yet"), time.Millisecond)
	errEOF      = errors.New("unexpected EOF")
	errDecode   = errors.New("cannot decode")
)

// faults are the errors by name, so that they can be passed between processes.
var faults = map[string]error{
	"broken": errBroken, "down": errDown, "deadlock": errDeadlock, "locked": errLocked, "slow down": errSlowDown, "tax": errTax, "lost": errLost,
	"failed": errFailed, "closed": errClosed, "rejected": errRejected, "no number": errNoNumber, "EOF": errEOF, "decode": errDecode, "dead": errDead,
	"late": context.DeadlineExceeded,
}

// hang returns when the timeout of a step has passed.
func hang(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-time.After(100 * time.Millisecond):
	}
	return context.DeadlineExceeded
}
