package authn

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// When Windows readers did not share the right to delete, and a busy file was not tried again, 299
// of the saves failed.
func TestA11_SavesNextToReaders(t *testing.T) {
	store := NewDirStore(t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var reading sync.WaitGroup
	for range 8 {
		reading.Go(func() {
			last := int64(0)
			for ctx.Err() == nil {
				entry, err := store.Load(t.Context(), "key")
				if err != nil || entry.Version < last {
					t.Errorf("read version %d after %d: %v", entry.Version, last, err)
					return
				}
				last = entry.Version
			}
		})
	}
	failed := 0
	for version := range int64(300) {
		if err := store.Save(t.Context(), "key", Entry{Data: []byte("data"), Version: version + 1}); err != nil {
			failed++
			t.Log(err)
		}
	}
	stop()
	reading.Wait()
	if failed > 0 {
		t.Errorf("%d of 300 saves failed", failed)
	}
	if entry, err := store.Load(t.Context(), "key"); err != nil || entry.Version != 300 {
		t.Errorf("version %d, %v, want 300", entry.Version, err)
	}
}

// On Windows, when saves failed next to readers, 30 sources sent 148 logins in ten rounds.
func TestA12_TokensEndForManySources(t *testing.T) {
	var posts atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := posts.Add(1)
		fmt.Fprintf(w, `{"access_token":"access-%d","id_token":"id-%d","expires_in":600}`, n, n)
	}))
	defer server.Close()
	var later atomic.Int64
	clock := func() instant { return systemClock().add(time.Duration(later.Load())) }
	dir := t.TempDir()
	var sources []*Source
	for range 30 {
		source, err := New(Config{Credentials: Static(testCredentials()), TokenURL: server.URL, Store: NewDirStore(dir), OnDemand: true})
		if err != nil {
			t.Fatal(err)
		}
		defer source.Close()
		source.clock, source.login.clock = clock, clock
		sources = append(sources, source)
	}
	const rounds = 10
	for range rounds {
		var calling sync.WaitGroup
		for _, source := range sources {
			calling.Go(func() {
				if _, err := source.Token(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		calling.Wait()
		later.Add(int64(10 * time.Minute))
	}
	if got := posts.Load(); got != rounds {
		t.Errorf("%d sources sent %d logins in %d rounds, want one per round", len(sources), got, rounds)
	}
}
