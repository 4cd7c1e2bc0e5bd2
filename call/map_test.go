package call

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// numbers lists the numbers below count and then fails with err, if any. It returns how many were
// read and whether the list has ended.
type numbers struct {
	count int
	err   error
	read  int
	ended bool
}

func (n *numbers) list() iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		defer func() { n.ended = true }()
		for i := range n.count {
			n.read++
			if !yield(i, nil) {
				return
			}
		}
		if n.err != nil {
			yield(0, n.err)
		}
	}
}

func TestMapKeepsTheOrderAndTheBound(t *testing.T) {
	for _, workers := range []int{1, 3, 50} {
		synctest.Test(t, func(t *testing.T) {
			var running, most atomic.Int32
			square := func(_ context.Context, i int) (int, error) {
				for now := running.Add(1); ; {
					if old := most.Load(); now <= old || most.CompareAndSwap(old, now) {
						break
					}
				}
				time.Sleep(time.Duration((i*7)%5+1) * time.Second)
				running.Add(-1)
				return i * i, nil
			}
			start := time.Now()
			results, err := Collect(Map(t.Context(), (&numbers{count: 20}).list(), workers, square))
			want := make([]int, 20)
			for i := range want {
				want[i] = i * i
			}
			if err != nil || !slices.Equal(results, want) {
				t.Errorf("%d workers: %v, %v", workers, results, err)
			}
			if int(most.Load()) != min(workers, 20) {
				t.Errorf("%d workers: %d calls at a time", workers, most.Load())
			}
			if took := time.Since(start); workers == 50 && took != 5*time.Second || workers == 1 && took != 60*time.Second {
				t.Errorf("%d workers: took %v", workers, took)
			}
		})
	}
}

func TestMapEndsWithTheFirstError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failure := errors.New("the second call fails first")
		var canceled atomic.Int32
		invoke := func(ctx context.Context, i int) (int, error) {
			if i == 2 {
				time.Sleep(time.Second)
				return 0, failure
			}
			wait := time.Duration(i+1) * 900 * time.Millisecond // only the first is done before the failure
			select {
			case <-time.After(wait):
				return i, nil
			case <-ctx.Done():
				canceled.Add(1)
				return 0, ctx.Err()
			}
		}
		list := &numbers{count: 100}
		start := time.Now()
		results, err := Collect(Map(t.Context(), list.list(), 4, invoke))
		if !errors.Is(err, failure) || errors.Is(err, context.Canceled) || !slices.Equal(results, []int{0}) {
			t.Errorf("%v, %v", results, err)
		}
		if took := time.Since(start); took != time.Second || canceled.Load() == 0 {
			t.Errorf("took %v, %d calls were canceled", took, canceled.Load())
		}
		if !list.ended || list.read > 6 {
			t.Errorf("%d elements were read, and the list has ended: %v", list.read, list.ended)
		}
	})
}

func TestMapYieldsWhatIsBeforeAnErrorOfTheList(t *testing.T) {
	cut := errors.New("cut")
	results, err := Collect(Map(t.Context(), (&numbers{count: 5, err: cut}).list(), 2, func(_ context.Context, i int) (string, error) {
		return fmt.Sprint(i), nil
	}))
	if !errors.Is(err, cut) || len(results) < 3 || !slices.Equal(results, []string{"0", "1", "2", "3", "4"}[:len(results)]) {
		t.Errorf("%q, %v", results, err)
	}
}

func TestMapThatIsBrokenOffLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails when a goroutine is left
		list := &numbers{count: 100}
		var started, ended atomic.Int32
		for range Map(t.Context(), list.list(), 8, func(ctx context.Context, i int) (int, error) {
			started.Add(1)
			defer ended.Add(1)
			if i == 0 {
				return i, nil
			}
			<-ctx.Done()
			time.Sleep(time.Second) // and then some
			return 0, ctx.Err()
		}) {
			break
		}
		if !list.ended || started.Load() != ended.Load() {
			t.Errorf("the list has ended: %v; %d calls of %d have", list.ended, ended.Load(), started.Load())
		}
	})
}

func TestMapEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		results, err := Collect(Map(ctx, (&numbers{count: 100}).list(), 2, func(context.Context, int) (int, error) {
			time.Sleep(25 * time.Second) // looks at no context
			return 1, nil
		}))
		if !errors.Is(err, context.DeadlineExceeded) || len(results) < 4 || len(results) > 6 {
			t.Errorf("%d results, %v", len(results), err)
		}
	})
}

func TestMapNeedsAWorker(t *testing.T) {
	list := &numbers{count: 1}
	_, err := Collect(Map(t.Context(), list.list(), 0, func(context.Context, int) (int, error) { return 0, nil }))
	if !errors.Is(err, ErrInvalid) || list.read != 0 {
		t.Errorf("%v after %d elements", err, list.read)
	}
}

func TestMapOfNothing(t *testing.T) {
	results, err := Collect(Map(t.Context(), (&numbers{}).list(), 3, func(context.Context, int) (int, error) { return 0, nil }))
	if err != nil || len(results) != 0 {
		t.Errorf("%v, %v", results, err)
	}
}
