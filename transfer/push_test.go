package transfer_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/transfer"
)

type created struct{ ID int64 }

// server creates orders by number and loses responses.
type server struct {
	tally
	lose func(key string, request int) error // after the order is created, or instead
	drop bool                                // a lost request is not processed
}

func (s *server) send(_ context.Context, item transfer.Item[order]) (created, error) {
	request := s.tally.add("requests of " + item.Key)
	if err := s.lose(item.Key, request); err != nil {
		if !s.drop {
			s.tally.add(item.Key)
		}
		return created{}, err
	}
	s.tally.add(item.Key)
	return created{item.Value.ID * 100}, nil
}

func (s *server) find(_ context.Context, item transfer.Item[order]) (created, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts["look-ups of "+item.Key]++
	if s.counts[item.Key] == 0 {
		return created{}, false, nil
	}
	return created{item.Value.ID * 100}, true, nil
}

func (s *server) count(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[key]
}

func numbered(count int) func(func(string, order) bool) {
	return func(yield func(string, order) bool) {
		for o := range orders(count)(context.Background()) {
			if !yield(key(o), o) {
				return
			}
		}
	}
}

func newPush(t *testing.T, s *server) *transfer.Push[order, created, *sql.Tx] {
	t.Helper()
	push := &transfer.Push[order, created, *sql.Tx]{
		Flow:   transfer.Flow[*sql.Tx]{Database: openSQLite(t), Name: "shop", Backoff: soon},
		Send:   s.send,
		Find:   s.find,
		Settle: time.Millisecond,
	}
	if added, err := push.AddAll(t.Context(), numbered(20)); err != nil || added != 20 {
		t.Fatalf("added %d, %v, want 20", added, err)
	}
	return push
}

var errLost = &call.Error{Operation: "createOrder", MaybeProcessed: true, Err: errors.New("connection reset")}

func TestPushLooksUpWhatMayHaveBeenProcessed(t *testing.T) {
	for _, drop := range []bool{false, true} {
		s := &server{drop: drop, lose: func(key string, request int) error {
			if key == "7" && request == 1 {
				return errLost
			}
			return nil
		}}
		push := newPush(t, s)
		if summary, err := push.Run(t.Context()); err != nil || summary.Done != 20 {
			t.Fatalf("%+v, %v, want 20 done", summary, err)
		}
		requests := map[bool]int{false: 1, true: 2}[drop]
		if s.count("7") != 1 || s.count("look-ups of 7") != 1 || s.count("requests of 7") != requests {
			t.Errorf("dropped %v: %v, want order 7 once, 1 look-up and %d requests", drop, s.counts, requests)
		}
		results := 0
		for result, err := range push.Results(t.Context()) {
			if err != nil || result.State != transfer.StateDone || fmt.Sprint(result.Value.ID) != result.Key+"00" {
				t.Errorf("%+v, %v", result, err)
			}
			results++
		}
		if results != 20 {
			t.Errorf("%d results, want 20", results)
		}
		if result, err := push.Result(t.Context(), "7"); err != nil || result.Value.ID != 700 || result.State != transfer.StateDone {
			t.Errorf("result of 7: %+v, %v", result, err)
		}
		if _, err := push.Result(t.Context(), "99"); !errors.Is(err, transfer.ErrNotFound) {
			t.Errorf("result of an unknown key: %v", err)
		}
		if added, err := push.AddAll(t.Context(), numbered(20)); err != nil || added != 0 {
			t.Errorf("added again: %d, %v, want 0", added, err)
		}
		if summary, err := push.Run(t.Context()); err != nil || summary != (transfer.Summary{}) {
			t.Errorf("second run: %+v, %v, want nothing done", summary, err)
		}
	}
}

func TestPushWithoutLookUpParks(t *testing.T) {
	s := &server{lose: func(key string, request int) error {
		if key == "7" && request == 1 {
			return errors.New("connection reset") // of another client, which does not say whether it was processed
		}
		return nil
	}}
	push := newPush(t, s)
	push.Find = nil
	run := func(state transfer.State) transfer.Entry {
		t.Helper()
		if _, err := push.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		entry, err := push.Entry(t.Context(), "7")
		if err != nil || entry.State != state {
			t.Fatalf("%+v, %v, want %s", entry, err, state)
		}
		return entry
	}
	if entry := run(transfer.StateParked); !strings.Contains(entry.Reason, "connection reset") || entry.Resume != transfer.StateUnsure {
		t.Errorf("%+v, want its reason, and unsure when retried", entry)
	}
	if err := push.Retry(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	run(transfer.StateParked)
	if got := s.count("requests of 7"); got != 1 {
		t.Errorf("%d requests after a retry, want 1", got)
	}
	if err := push.Resend(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	run(transfer.StateDone)
	if got := s.count("requests of 7"); got != 2 {
		t.Errorf("%d requests after Resend, want 2", got)
	}
}

func TestPushFailures(t *testing.T) {
	for _, test := range []struct {
		name     string
		err      error
		times    int // the error occurs
		state    transfer.State
		requests int
	}{
		{"rejected by the API", &call.Error{Operation: "createOrder", StatusCode: 400}, 99, transfer.StateParked, 1},
		{"invalid", fmt.Errorf("%w: no lines", call.ErrInvalid), 99, transfer.StateParked, 1},
		{"given up", transfer.Fail(errors.New("no stock")), 99, transfer.StateParked, 1},
		{"not now", transfer.Later(errors.New("closed"), 0), 6, transfer.StateDone, 7},
		{"outage", &call.Error{Operation: "createOrder", StatusCode: 503}, 6, transfer.StateDone, 7},
		{"rate limit", &call.Error{Operation: "createOrder", StatusCode: 429, RetryAfter: time.Millisecond}, 6, transfer.StateDone, 7},
		{"login", &authn.Error{Reason: authn.ErrUnavailable}, 6, transfer.StateDone, 7},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &server{drop: true, lose: func(key string, request int) error {
				if key == "7" && request <= test.times {
					return test.err
				}
				return nil
			}}
			t.Parallel()
			push := newPush(t, s)
			push.Attempts = 3 // what passes by itself uses up none
			if _, err := push.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			entry, err := push.Entry(t.Context(), "7")
			if err != nil || entry.State != test.state || s.count("requests of 7") != test.requests || s.count("look-ups of 7") != 0 {
				t.Errorf("%+v, %v, %d requests, %d look-ups, want %s, %d and 0", entry, err, s.count("requests of 7"), s.count("look-ups of 7"), test.state, test.requests)
			}
		})
	}
}

// A run does not wait for what takes long or needs a person. Its elements wait for a later run.
func TestRunEndsWhenAllElementsWait(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want error
	}{
		{"account blocked", &authn.Error{Reason: authn.ErrBlocked}, authn.ErrBlocked},
		{"rate limit of an hour", &call.Error{Operation: "createOrder", StatusCode: 429, RetryAfter: time.Hour}, nil},
	} {
		s := &server{drop: true, lose: func(string, int) error { return test.err }}
		push := newPush(t, s)
		push.Attempts = 1
		if _, err := push.Run(t.Context()); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if stats, err := push.Stats(t.Context()); err != nil || stats[transfer.StateWaiting] != 20 {
			t.Errorf("%s: %v, %v, want all elements to wait", test.name, stats, err)
		}
	}
}

func TestPushIdempotentSendsAgain(t *testing.T) {
	s := &server{lose: func(key string, request int) error {
		if key == "7" && request <= 2 {
			return errors.New("connection reset")
		}
		return nil
	}}
	push := newPush(t, s)
	push.Find, push.Idempotent = nil, true
	if summary, err := push.Run(t.Context()); err != nil || summary.Done != 20 || s.count("requests of 7") != 3 {
		t.Errorf("%+v, %v, %d requests, want 20 done and 3", summary, err, s.count("requests of 7"))
	}
}

func TestPushConflicts(t *testing.T) {
	s := &server{lose: func(string, int) error { return nil }}
	push := newPush(t, s)
	elements := map[string]order{"7": {7, "1.00"}, "21": {21, "1.00"}, " ": {22, "1.00"}, "a\xff": {23, "1.00"}, strings.Repeat("x", 513): {24, "1.00"}}
	added, err := push.AddAll(t.Context(), maps.All(elements))
	if added != 1 || !errors.Is(err, transfer.ErrConflict) || !errors.Is(err, transfer.ErrInvalid) || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("added %d, %v, want 1, a conflict and 3 invalid keys", added, err)
	}
	if _, err := push.Entry(t.Context(), "22"); !errors.Is(err, transfer.ErrNotFound) {
		t.Errorf("unknown key: %v, want ErrNotFound", err)
	}
	for _, keys := range [][]string{{"22"}, {"7"}} {
		if err := push.Retry(t.Context(), keys...); err == nil {
			t.Errorf("retry %q: no error", keys)
		}
	}
}

// An order that the API rejects is corrected under its number. One that may have been processed is
// not: its number may be taken.
func TestPushSendsWhatWasCorrected(t *testing.T) {
	s := &server{drop: true, lose: func(key string, request int) error {
		switch {
		case key == "7" && request == 1:
			return &call.Error{Operation: "createOrder", StatusCode: 400}
		case key == "8" && request == 1:
			return errors.New("connection reset")
		}
		return nil
	}}
	push := newPush(t, s)
	push.Find = nil
	if summary, err := push.Run(t.Context()); err != nil || summary.Parked != 2 {
		t.Fatalf("%+v, %v, want 2 parked", summary, err)
	}
	added, err := push.AddAll(t.Context(), maps.All(map[string]order{"7": {7, "1.00"}, "8": {8, "1.00"}, "9": {9, "1.00"}}))
	if added != 1 || !errors.Is(err, transfer.ErrConflict) || strings.Count(err.Error(), "\n") != 1 || strings.Contains(err.Error(), `"7"`) {
		t.Errorf("added %d, %v, want 1 and 2 conflicts", added, err)
	}
	if summary, err := push.Run(t.Context()); err != nil || summary.Done != 1 || s.count("requests of 7") != 2 {
		t.Errorf("%+v, %v, %d requests, want 1 done and 2", summary, err, s.count("requests of 7"))
	}
	entry, err := push.Entry(t.Context(), "7")
	if err != nil || entry.State != transfer.StateDone || string(entry.JSON) != `{"ID":7,"Total":"1.00"}` {
		t.Errorf("%+v, %v, want the corrected JSON", entry, err)
	}
}

func TestPushAddTx(t *testing.T) {
	s := &server{lose: func(string, int) error { return nil }}
	push := newPush(t, s)
	database := push.Database.(interface{ DB() *sql.DB }).DB()
	for _, commit := range []bool{false, true} {
		tx, err := database.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if added, err := push.AddTx(t.Context(), tx, "21", order{21, "1.00"}); err != nil || !added {
			t.Fatalf("added %v, %v, want true", added, err)
		}
		end := map[bool]func() error{false: tx.Rollback, true: tx.Commit}[commit]
		if err := end(); err != nil {
			t.Fatal(err)
		}
		want := map[bool]int{false: 20, true: 21}[commit]
		if entries := keys(t, push.Entries(t.Context())); len(entries) != want {
			t.Errorf("committed %v: %d entries, want %d", commit, len(entries), want)
		}
	}
	if summary, err := push.Run(t.Context()); err != nil || summary.Done != 21 {
		t.Errorf("%+v, %v, want 21 done", summary, err)
	}
}

func keys(t *testing.T, entries func(func(transfer.Entry, error) bool)) []string {
	t.Helper()
	var keys []string
	for entry, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, entry.Key)
	}
	if !slices.IsSorted(keys) {
		t.Errorf("not in the order of keys: %q", keys)
	}
	return keys
}

// The wait before a look-up is that of the latest request, not of an earlier one.
func TestPushWaitsBeforeEachLookUp(t *testing.T) {
	var sent time.Time
	s := &server{lose: func(key string, _ int) error {
		if key == "7" {
			sent = time.Now()
			return errLost
		}
		return nil
	}}
	push := newPush(t, s)
	push.Settle = 500 * time.Millisecond // longer than it takes to fetch a job
	lookUps := 0
	push.Find = func(ctx context.Context, item transfer.Item[order]) (created, bool, error) {
		if wait := time.Since(sent); wait < push.Settle {
			t.Errorf("look-up %v after the request, want %v at least", wait, push.Settle)
		}
		if lookUps++; lookUps == 1 {
			return created{}, false, transfer.Fail(errors.New("the search is broken"))
		}
		return s.find(ctx, item)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	watching := make(chan error)
	go func() { watching <- push.Watch(ctx) }()
	await := func(state transfer.State) {
		t.Helper()
		for {
			entry, err := push.Entry(ctx, "7")
			if err != nil {
				t.Fatal(err)
			}
			if entry.State == state {
				return
			}
		}
	}
	await(transfer.StateParked)
	if err := push.Resend(ctx, "7"); err != nil {
		t.Fatal(err)
	}
	await(transfer.StateDone)
	cancel()
	if err := <-watching; err != nil || lookUps != 2 {
		t.Errorf("%v, %d look-ups, want 2", err, lookUps)
	}
}
