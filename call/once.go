package call

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Waits of CreateOnce between two look-ups, and for how long it looks.
const (
	lookUpBase  = 500 * time.Millisecond
	lookUpLimit = 5 * time.Second
	lookUpTime  = 30 * time.Second
)

// CreateOnce creates an object that has the caller's own number, unless it exists already. It is
// for creates whose response may get lost: an order that is sent twice is delivered twice.
//
// First find looks for the number, so that CreateOnce can be called again after a failure or a
// restart of the program; what it finds is returned. Otherwise create sends the object, which must
// contain the number. After an [ErrMaybeProcessed], find looks again, for up to 30 seconds with
// random waits, because a server may list a new object late. If it finds the object, the create has
// succeeded. If not, the create is not sent again, because the server may still be working on it:
// the error stays ErrMaybeProcessed. Call CreateOnce again later, minutes rather than seconds; its
// first look-up decides. Any other error of create is returned.
//
// find returns false only if it is certain that there is no such object; [FindByNumber] searches a
// list that way. If it fails before the create, nothing is sent. If it fails after an
// ErrMaybeProcessed, the error wraps both. The context bounds everything, so bound the create
// itself with [Timeout], or no time is left to look.
//
// Calls with the same number wait for each other within the process, whatever they create, and
// share an ErrMaybeProcessed. Programs do not: give each number to one program. The number must
// reach find as it was sent, so choose one that the server does not trim or change. Safe for
// concurrent use.
func CreateOnce[T any](ctx context.Context, number string, find func(ctx context.Context, number string) (T, bool, error), create func(context.Context) (T, error)) (created T, err error) {
	var none T
	if strings.TrimSpace(number) == "" {
		return none, fmt.Errorf("%w: CreateOnce: the number %q is blank: pass the caller's own number of the object", ErrInvalid, number)
	}
	ctx, release, err := acquire(ctx, number)
	if err != nil {
		return none, fmt.Errorf("number %q: wait for another create: %w", number, err)
	}
	defer func() { release(err) }()
	object, found, err := find(ctx, number)
	if err != nil {
		return none, fmt.Errorf("number %q: look-up before the create: %w", number, err)
	}
	if found {
		return object, nil
	}
	object, err = create(ctx)
	if !errors.Is(err, ErrMaybeProcessed) {
		return object, err
	}
	return settle(ctx, number, find, err)
}

// settle finds out whether a create was processed.
func settle[T any](ctx context.Context, number string, find func(context.Context, string) (T, bool, error), lost error) (T, error) {
	var none T
	end := time.Now().Add(lookUpTime)
	for attempt := 0; ; attempt++ {
		object, found, err := find(ctx, number)
		if found && err == nil {
			return object, nil
		}
		if err != nil && (!Temporary(err) || time.Now().After(end)) {
			return none, fmt.Errorf("number %q: %w; look-up: %w", number, lost, err)
		}
		if err == nil && time.Now().After(end) {
			return none, fmt.Errorf("number %q: not found %v after the create, look again later: %w", number, lookUpTime, lost)
		}
		wait := time.NewTimer(httpx.FullJitter(attempt, lookUpBase, lookUpLimit))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return none, fmt.Errorf("number %q: %w; look-up: %w", number, lost, httpx.ContextError(ctx))
		}
	}
}

// FindByNumber returns the element of a list whose number is the given one, for [CreateOnce].
// numberOf returns the number of an element, and false if it has none: usually
//
//	func(o xsale.Order) (string, bool, error) { return o.GetString("ExternalNumber") }
//
// Numbers are compared as decoded strings, exactly: "01" is not "1". Two elements with the number
// are an error. If no element has it, the list must have been complete: an error of the list, an
// [ElementError] included, and an error of numberOf are returned, because the number may be there.
// The list must have every element that may have the number: all pages, and orders in any status.
func FindByNumber[T any](list iter.Seq2[T, error], number string, numberOf func(T) (string, bool, error)) (T, bool, error) {
	var found, none T
	count := 0
	var unread error // the first one
	for element, err := range list {
		if err == nil {
			var own string
			var has bool
			if own, has, err = numberOf(element); err == nil && has && own == number {
				found = element
				count++
			}
		}
		if err != nil && unread == nil {
			unread = err
		}
	}
	switch {
	case count > 1:
		return none, false, fmt.Errorf("%d elements have the number %q: want one", count, number)
	case count == 1:
		return found, true, nil
	case unread != nil:
		return none, false, fmt.Errorf("cannot tell whether %q exists: %w", number, unread)
	}
	return none, false, nil
}

// creating contains the numbers that CreateOnce works on.
var creating sync.Map // of string to *claim

// claim is the work on a number.
type claim struct {
	done chan struct{}
	err  error // once it is done
}

// claimed is the context key of a number that the caller works on, so that a create may use
// CreateOnce for a part of its object, such as the buyer of an order.
type claimed string

// acquire waits until nobody else works on a number. If that work ended with an ErrMaybeProcessed,
// the server may still be working on the create, so acquire fails with it.
func acquire(ctx context.Context, number string) (_ context.Context, release func(error), err error) {
	if ctx.Value(claimed(number)) != nil {
		return ctx, func(error) {}, nil
	}
	own := &claim{done: make(chan struct{})}
	for {
		other, busy := creating.LoadOrStore(number, own)
		if !busy {
			return context.WithValue(ctx, claimed(number), true), func(err error) {
				own.err = err
				creating.Delete(number)
				close(own.done)
			}, nil
		}
		select {
		case <-other.(*claim).done:
		case <-ctx.Done():
			return nil, nil, httpx.ContextError(ctx)
		}
		if err := other.(*claim).err; errors.Is(err, ErrMaybeProcessed) {
			return nil, nil, err
		}
	}
}
