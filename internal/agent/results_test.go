package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"testing"
	"time"
)

// counted yields elements, and then an error if it is not nil.
func countedList(count int, err error) source {
	return func(_ context.Context, around func(string)) iter.Seq2[json.RawMessage, error] {
		return func(yield func(json.RawMessage, error) bool) {
			around(`{"Total":1}`)
			for i := range count {
				if !yield(json.RawMessage(fmt.Sprintf(`{"Id":%d,"Text":%q}`, i, strings.Repeat("x", i%50))), nil) {
					return
				}
			}
			if err != nil {
				yield(nil, err)
			}
		}
	}
}

func newTestResults(t *testing.T) *results {
	t.Setenv("TMPDIR", t.TempDir())
	rs := newResults()
	t.Cleanup(rs.Close)
	return rs
}

// A list of any length can be read by cursors, forwards and again.
func TestCursors(t *testing.T) {
	rs := newTestResults(t)
	r, err := rs.begin(nil, countedList(5000, nil))
	if err != nil {
		t.Fatal(err)
	}
	var offsets []int64
	offset := int64(0)
	for i := 0; ; i++ {
		element, after, err := r.next(t.Context(), offset)
		if err == io.EOF {
			if i != 5000 {
				t.Errorf("%d elements", i)
			}
			break
		}
		if want := fmt.Sprintf(`{"Id":%d,`, i); err != nil || !strings.HasPrefix(string(element), want) {
			t.Fatalf("element %d: %s, %v", i, element, err)
		}
		offsets = append(offsets, offset)
		offset = after
	}
	for _, i := range []int{4999, 0, 1234} {
		found, at, before, err := rs.find(rs.cursor(r, offsets[i], i))
		if err != nil || found != r || at != offsets[i] || before != i {
			t.Fatalf("cursor %d: %v", i, err)
		}
		if element, _, err := found.next(t.Context(), at); err != nil || !strings.HasPrefix(string(element), fmt.Sprintf(`{"Id":%d,`, i)) {
			t.Errorf("element %d again: %s, %v", i, element, err)
		}
	}
	cursor := rs.cursor(r, 0, 0)
	for i := range cursor {
		spoiled := []byte(cursor)
		spoiled[i] = 'A' + (spoiled[i]-'A'+1)%26
		if _, _, _, err := rs.find(string(spoiled)); err == nil && string(spoiled) != cursor {
			t.Errorf("%s was accepted", spoiled)
		}
	}
}

// What is on the disk cannot be read by others, and nothing is left.
func TestResultsLeaveNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	rs := newResults()
	r, err := rs.begin(nil, countedList(100, nil))
	if err != nil {
		t.Fatal(err)
	}
	for offset, err := int64(0), error(nil); err != io.EOF; {
		if _, offset, err = r.next(t.Context(), offset); err != nil && err != io.EOF {
			t.Fatal(err)
		}
	}
	data := make([]byte, 1000)
	if _, err := r.file.ReadAt(data, 0); err != nil || strings.Contains(string(data), "Text") || strings.Contains(string(data), "xxxx") {
		t.Errorf("the file has %q, %v", data, err)
	}
	rs.Close()
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
	if rs.bytes.Load() != 0 {
		t.Errorf("%d bytes are still counted", rs.bytes.Load())
	}
	if _, err := rs.begin(nil, countedList(1, nil)); err == nil {
		t.Error("a closed server took a list")
	}
}

func TestResultsExpire(t *testing.T) {
	rs := newTestResults(t)
	now := time.Now()
	rs.now = func() time.Time { return now }
	var cursors []string
	for range maxResults + 1 {
		r, err := rs.begin(nil, countedList(3, nil))
		if err != nil {
			t.Fatal(err)
		}
		cursors = append(cursors, rs.cursor(r, 0, 0))
		now = now.Add(time.Second)
	}
	if _, _, _, err := rs.find(cursors[0]); err == nil {
		t.Error("the oldest of too many results is still there")
	}
	if _, _, _, err := rs.find(cursors[1]); err != nil {
		t.Errorf("the second: %v", err)
	}
	now = now.Add(resultLifetime + time.Minute)
	if _, _, _, err := rs.find(cursors[maxResults]); err == nil || !strings.Contains(err.Error(), "call the operation again") {
		t.Errorf("an expired one: %v", err)
	}
	if len(rs.open) > 0 {
		t.Errorf("%d are open", len(rs.open))
	}
}

func TestBrokenList(t *testing.T) {
	rs := newTestResults(t)
	broken := errors.New("broken")
	r, err := rs.begin(nil, countedList(2, broken))
	if err != nil {
		t.Fatal(err)
	}
	offset := int64(0)
	for range 2 {
		if _, offset, err = r.next(t.Context(), offset); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := r.next(t.Context(), offset); err != broken {
		t.Errorf("after the elements: %v", err)
	}
}

// Who waits for a list that does not come can leave, and dropping the list ends its call.
func TestSlowList(t *testing.T) {
	rs := newTestResults(t)
	ended := make(chan struct{})
	r, err := rs.begin(nil, func(ctx context.Context, _ func(string)) iter.Seq2[json.RawMessage, error] {
		return func(yield func(json.RawMessage, error) bool) {
			<-ctx.Done()
			close(ended)
			yield(nil, ctx.Err())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := r.next(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	rs.finish(r)
	<-ended
}
