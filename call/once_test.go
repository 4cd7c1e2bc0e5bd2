package call_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// numberedOrder returns an order with the shop's number in a field that the spec does not list.
func numberedOrder(t *testing.T, number string) xsale.CreateOrder {
	t.Helper()
	order := xsale.CreateOrder{
		IntegrationID: 1, PaymentFormID: 1, PurchaseDate: wire.NewDate(2024, time.October, 25), BuyerID: 7, RecipientID: 7, PayerID: 7,
		Items: []xsale.CreateOrderItem{{OfferID: 501, VariantID: 1, Quantity: wire.MustDecimal("1"), PriceGross: wire.MustDecimal("149.90")}},
	}
	encoded, err := json.Marshal(number)
	if err != nil {
		t.Fatal(err)
	}
	if err := order.Set("ExternalNumber", encoded); err != nil {
		t.Fatal(err)
	}
	return order
}

// createNumbered creates the order with a number once, and returns its id.
func createNumbered(t *testing.T, client *xsale.Client, number string) (int64, error) {
	find := func(ctx context.Context, number string) (int64, bool, error) {
		order, found, err := call.FindByNumber(client.Orders.List(ctx, xsale.ListOrdersParams{}), number,
			func(order xsale.Order) (string, bool, error) { return order.GetString("ExternalNumber") })
		return order.ID, found, err
	}
	return call.CreateOnce(t.Context(), number, find, func(ctx context.Context) (int64, error) {
		created, err := client.Orders.Create(ctx, numberedOrder(t, number))
		return created.ID, err
	})
}

// A response that is lost must not double an order, whatever the server makes of the number.
func TestCreateOnceWhenTheResponseIsLost(t *testing.T) {
	for _, number := range []string{"A+B", "Ł/ó", "😀", "<&>", `"quoted" 'twice'`, "a`b", `\u002B`, "12", " 12 "} {
		for name, options := range map[string][]xsaletest.Option{
			"plain":   {xsaletest.WithOrders(2)},
			"escaped": {xsaletest.WithOrders(2), xsaletest.WithEscapedStrings()},
			"newer":   {xsaletest.WithOrders(2), xsaletest.WithUnknownFields()},
		} {
			t.Run(number+" "+name, func(t *testing.T) {
				t.Parallel()
				sandbox := xsaletest.New(t, options...)
				client := sandbox.Client(t)
				if err := sandbox.Fail("createOrder", xsaletest.Cut(xsaletest.BeforeResponse).Processed()); err != nil {
					t.Fatal(err)
				}
				id, err := createNumbered(t, client, number)
				if err != nil || id != 3 {
					t.Errorf("got order %d, %v", id, err)
				}
				// The next run of the program finds it.
				if again, err := createNumbered(t, client, number); again != id || err != nil {
					t.Errorf("again: got order %d, %v", again, err)
				}
				if n := len(sandbox.Requests("createOrder")); n != 1 {
					t.Errorf("%d orders were sent", n)
				}
			})
		}
	}
}

func TestCreateOnceInManyGoroutines(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(0))
	client := sandbox.Client(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if id, err := createNumbered(t, client, "A-1"); id != 1 || err != nil {
				t.Errorf("got order %d, %v", id, err)
			}
		})
	}
	wait.Wait()
	if n := len(sandbox.Requests("createOrder")); n != 1 {
		t.Errorf("%d orders were sent", n)
	}
}

// A bad order may be the one that is looked for, so nothing is created.
func TestCreateOnceNeedsACompleteList(t *testing.T) {
	for name, list := range map[string]xsaletest.Fault{
		"an order that does not fit": xsaletest.Status(200, `[{"Id":1,"Items":{}}]`).WithHeader("Content-Type", "application/json"),
		"a number that is no string": xsaletest.Status(200, `[{"Id":1,"ExternalNumber":1}]`).WithHeader("Content-Type", "application/json"),
		"a cut":                      xsaletest.Cut(xsaletest.InBody),
		"404":                        xsaletest.Status(404),
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := xsaletest.New(t)
			client := sandbox.Client(t)
			if err := sandbox.Fail("listOrders", list.Always()); err != nil {
				t.Fatal(err)
			}
			id, err := createNumbered(t, client, "1")
			if id != 0 || err == nil || errors.Is(err, call.ErrMaybeProcessed) || len(sandbox.Requests("createOrder")) != 0 {
				t.Errorf("got order %d, %v, %d sent", id, err, len(sandbox.Requests("createOrder")))
			}
		})
	}
}

var errLost = fmt.Errorf("connection reset: %w", call.ErrMaybeProcessed)

// lookUps returns a look-up with the given results, the last one for all further calls.
func lookUps(results ...any) (find func(context.Context, string) (int, bool, error), calls *atomic.Int32) {
	calls = new(atomic.Int32)
	return func(context.Context, string) (int, bool, error) {
		switch result := results[min(int(calls.Add(1)), len(results))-1].(type) {
		case int:
			return result, true, nil
		case error:
			return 0, false, result
		}
		return 0, false, nil
	}, calls
}

func TestCreateOnceSettlesALostCreate(t *testing.T) {
	broken := errors.New("look-up failed")
	refused := errors.New("400")
	for name, test := range map[string]struct {
		lookUps  []any
		lost     error
		want     int
		errors   []error // of the result
		creates  int32
		min, max time.Duration
	}{
		"exists":            {[]any{7}, nil, 7, nil, 0, 0, 0},
		"created":           {[]any{nil}, nil, 1, nil, 1, 0, 0},
		"refused":           {[]any{nil, 7}, refused, 0, []error{refused}, 1, 0, 0},
		"found at once":     {[]any{nil, 7}, errLost, 7, nil, 1, 0, 0},
		"found late":        {[]any{nil, nil, nil, nil, 7}, errLost, 7, nil, 1, 1, 4 * time.Second},
		"never found":       {[]any{nil}, errLost, 0, []error{call.ErrMaybeProcessed}, 1, 30 * time.Second, 36 * time.Second},
		"look-up fails":     {[]any{broken}, nil, 0, []error{broken}, 0, 0, 0},
		"fails afterwards":  {[]any{nil, broken}, errLost, 0, []error{broken, call.ErrMaybeProcessed}, 1, 0, 0},
		"fails after waits": {[]any{nil, nil, broken}, errLost, 0, []error{broken, call.ErrMaybeProcessed}, 1, 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				find, _ := lookUps(test.lookUps...)
				var creates atomic.Int32
				start := time.Now()
				got, err := call.CreateOnce(t.Context(), "A", find, func(context.Context) (int, error) {
					creates.Add(1)
					if test.lost != nil {
						return 0, test.lost
					}
					return 1, nil
				})
				if got != test.want || (err == nil) != (len(test.errors) == 0) || creates.Load() != test.creates {
					t.Errorf("got %d, %v after %d creates", got, err, creates.Load())
				}
				for _, want := range test.errors {
					if !errors.Is(err, want) {
						t.Errorf("%v is not %v", err, want)
					}
				}
				if took := time.Since(start); took < test.min || took > test.max {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// The context bounds the look-ups, and the error still tells that the object may exist.
func TestCreateOnceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		find, _ := lookUps(nil)
		start := time.Now()
		_, err := call.CreateOnce(ctx, "A", find, func(context.Context) (int, error) { return 0, errLost })
		if !errors.Is(err, call.ErrMaybeProcessed) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

// A wait for a number ends with its context; a part of the object may have the number.
func TestCreateOnceWaitsForItsNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		find, _ := lookUps(nil)
		create := func(ctx context.Context) (int, error) {
			time.Sleep(time.Minute)
			part, err := call.CreateOnce(ctx, "A", find, func(context.Context) (int, error) { return 5, nil })
			return part + 1, err
		}
		var wait sync.WaitGroup
		wait.Go(func() {
			if got, err := call.CreateOnce(t.Context(), "A", find, create); got != 6 || err != nil {
				t.Errorf("got %d, %v", got, err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := call.CreateOnce(ctx, "A", find, func(context.Context) (int, error) { t.Error("created twice"); return 0, nil })
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, call.ErrMaybeProcessed) {
			t.Errorf("got %v", err)
		}
		wait.Wait()
	})
}

func TestCreateOnceRejectsABlankNumber(t *testing.T) {
	for _, number := range []string{"", " \t"} {
		find, calls := lookUps(7)
		_, err := call.CreateOnce(t.Context(), number, find, func(context.Context) (int, error) { return 1, nil })
		if !errors.Is(err, call.ErrInvalid) || calls.Load() != 0 {
			t.Errorf("%q: %v, %d look-ups", number, err, calls.Load())
		}
	}
}

func TestFindByNumber(t *testing.T) {
	unfit := fmt.Errorf("does not fit: %w", &call.ElementError{Index: 1})
	for name, test := range map[string]struct {
		list  []any
		found string
		err   string
	}{
		"absent":          {[]any{"01", "1 ", "１"}, "", ""},
		"found":           {[]any{"a", "1", "b"}, "1", ""},
		"twice":           {[]any{"1", "a", "1"}, "", `2 elements have the number "1": want one`},
		"unfit, absent":   {[]any{"a", unfit, "b"}, "", `cannot tell whether "1" exists: does not fit`},
		"unfit, found":    {[]any{"a", unfit, "1"}, "1", ""},
		"unfit, twice":    {[]any{"1", unfit, "1"}, "", `2 elements`},
		"no number":       {[]any{""}, "", ""},
		"unreadable":      {[]any{"error"}, "", `cannot tell whether "1" exists: want a string`},
		"unreadable, hit": {[]any{"error", "1"}, "1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			found, ok, err := call.FindByNumber(values(test.list), "1", func(s string) (string, bool, error) {
				if s == "error" {
					return "", false, errors.New("want a string")
				}
				return s, s != "", nil
			})
			if found != test.found || ok != (test.found != "") || (err == nil) != (test.err == "") {
				t.Errorf("got %q, %v, %v", found, ok, err)
			}
			if err != nil && !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// values is a list of strings and errors.
func values(list []any) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, value := range list {
			s, _ := value.(string)
			err, _ := value.(error)
			if !yield(s, err) {
				return
			}
		}
	}
}

// Who waits for a create that may have been processed gets its error, and does not send another
// one.
func TestCreateOnceSharesALostCreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var creates atomic.Int64
		find := func(context.Context, string) (int64, bool, error) { return 0, false, nil }
		create := func(context.Context) (int64, error) {
			creates.Add(1)
			return 0, call.ErrMaybeProcessed
		}
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				if _, err := call.CreateOnce(t.Context(), "S-1", find, create); !errors.Is(err, call.ErrMaybeProcessed) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if creates.Load() != 1 {
			t.Errorf("%d creates", creates.Load())
		}
	})
}
