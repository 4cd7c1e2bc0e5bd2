package faults_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/xsale-go/xsale"
)

// checkOrders compares the orders of the sandbox with the results of the creates.
func (c *chaos) checkOrders(orders []xsale.Order, before int) {
	found := map[int][]int64{} // by the number of the call
	for _, order := range orders {
		value, ok := order.Get(marker)
		if !ok {
			before--
			continue
		}
		number, err := strconv.Atoi(string(value))
		if err != nil {
			c.t.Errorf("order %d is of call %s", order.ID, value)
		}
		found[number] = append(found[number], order.ID)
	}
	if before != 0 {
		c.t.Errorf("%d orders less than before that no call has created", before)
	}
	for i := range c.calls {
		call := &c.calls[i]
		ids := found[call.number]
		delete(found, call.number)
		switch {
		case call.method != http.MethodPost:
			if len(ids) > 0 {
				c.t.Errorf("call %d is a %s and has created %v", call.number, call.name, ids)
			}
		case call.err == nil:
			if len(ids) != 1 || ids[0] != call.created {
				c.t.Errorf("call %d has created %d, and there is %v", call.number, call.created, ids)
			}
		case errors.Is(call.err, xsale.ErrMaybeProcessed):
			if len(ids) > 1 {
				c.t.Errorf("call %d, which may have been processed, was so more than once: %v", call.number, ids)
			}
		case len(ids) > 0:
			c.t.Errorf("call %d was processed as %v, and its error does not say so: %v", call.number, ids, call.err)
		}
	}
	if len(found) > 0 {
		c.t.Errorf("orders of no call: %v", found)
	}
}

// checkCalls compares what the calls returned with what the proxy did to their requests.
func (c *chaos) checkCalls(seen map[int][]fate) {
	for i := range c.calls {
		call := &c.calls[i]
		for _, problem := range call.problems(seen[call.number]) {
			c.t.Errorf("call %d, %s, fates %v: %s: %v", call.number, call.name, seen[call.number], problem, call.err)
		}
	}
}

// problems returns the contradictions between a result and the fates of the requests.
func (c *chaosCall) problems(seen []fate) (problems []string) {
	require := func(holds bool, problem string) {
		if !holds {
			problems = append(problems, problem)
		}
	}
	if c.err == nil {
		require(len(seen) > 0 && seen[len(seen)-1].processed(), "a success of what was not processed")
		require(!c.mayHarm() || countFates(seen, fate.limitedFate) == len(seen)-1, "repeated though it may have been processed")
		return problems
	}
	failed, ok := errors.AsType[*xsale.Error](c.err)
	if !ok {
		return append(problems, "not an *Error")
	}
	require(failed.Operation == c.operation && failed.Method == c.method && failed.Route == c.route, "names another call")
	// A call that timed out may have left the last response unread.
	late := errors.Is(c.err, context.DeadlineExceeded) || errors.Is(c.err, context.Canceled)
	require(c.ended == nil || errors.Is(c.err, c.ended), "hides that the context has ended")
	require(!late || c.hurried, "a call without hurry has run out of time")
	require(failed.Attempts <= 4, "more attempts than allowed")

	// net/http replays a GET when a reused connection turns out to be cut.
	replayed := 0
	if c.method == http.MethodGet && !c.marked {
		replayed = countFates(seen, fate.cut)
	}
	require(len(seen)-replayed <= failed.Attempts, "more requests than attempts")
	require(c.hurried || failed.Attempts <= len(seen), "fewer requests than attempts")

	harmful := countFates(seen, fate.limitedFate) < len(seen)
	maybe := errors.Is(c.err, xsale.ErrMaybeProcessed)
	require(c.mayHarm() || !maybe, "may have been processed, but would do no harm")
	require(!c.mayHarm() || !harmful || maybe, "may have been processed, which the error does not say")
	require(harmful || late || !maybe, "may have been processed, though the server never said so")

	if late {
		return problems
	}
	if len(seen) == 0 {
		return append(problems, "failed without a request")
	}
	last := seen[len(seen)-1]
	final := last == cutInside && c.list || c.mayHarm() && !last.limitedFate()
	require(c.hurried || final || failed.Attempts == 4, "gave up before all attempts")
	require(classOf(failed) == classOfFate(last), "does not say what has happened")
	return problems
}

// classOf returns the kind of failure that an error reports.
func classOf(failed *xsale.Error) string {
	class := ""
	for _, sentinel := range []error{
		xsale.ErrBadRequest, xsale.ErrUnauthorized, xsale.ErrForbidden, xsale.ErrNotFound, xsale.ErrConflict, xsale.ErrRateLimited,
		xsale.ErrServer, xsale.ErrRedirect, xsale.ErrDecode, xsale.ErrTooLarge, xsale.ErrInvalid, xsale.ErrDryRun,
	} {
		if errors.Is(failed, sentinel) {
			class += sentinel.Error()
		}
	}
	if class == "" && failed.StatusCode == 0 && failed.Err != nil {
		class = "connection"
	}
	return class
}

// classOfFate returns the kind of failure that an error must report.
func classOfFate(f fate) string {
	switch f {
	case cutBefore, cutAfter:
		return "connection"
	case cutInside:
		return xsale.ErrDecode.Error()
	case unavailableBefore, unavailableAfter:
		return xsale.ErrServer.Error()
	case limitedAtOnce, limited:
		return xsale.ErrRateLimited.Error()
	}
	return "nothing"
}

func countFates(seen []fate, is func(fate) bool) (count int) {
	for _, f := range seen {
		if is(f) {
			count++
		}
	}
	return count
}
