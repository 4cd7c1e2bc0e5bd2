package redisstore_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/redisstore"
	"github.com/xsale-go/xsale/internal/conformance/redisserver"
)

// machine returns a Source with memory of its own, as on another machine.
func machine(t *testing.T, client redis.UniversalClient, tokenURL string, change ...func(*authn.Config)) *authn.Source {
	t.Helper()
	config := authn.Config{
		Credentials: credentials("password"), TokenURL: tokenURL, Store: redisstore.New(client, ""),
		HTTPClient: &http.Client{}, LoginTimeout: 8 * time.Second,
	}
	for _, c := range change {
		c(&config)
	}
	source, err := authn.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source
}

// key returns the key of the entry in Redis.
func key(t *testing.T, tokenURL string) string {
	t.Helper()
	source, err := authn.New(authn.Config{Credentials: credentials("password"), TokenURL: tokenURL})
	if err != nil {
		t.Fatal(err)
	}
	key, err := source.StoreKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return redisstore.DefaultPrefix + key
}

// While Redis could be read but not used as usual, 17 to 30 of 30 machines logged in within a
// second.
func TestA04_RedisInTrouble(t *testing.T) {
	for name, test := range map[string]struct {
		trouble func(ctx context.Context, client *redis.Client, key string) error
		most    int32
	}{
		"a dead machine has the lock": {func(ctx context.Context, client *redis.Client, key string) error {
			return client.Set(ctx, key+":lock", "dead", time.Minute).Err()
		}, 3},
		"a hash at the key of the lock": {func(ctx context.Context, client *redis.Client, key string) error {
			return client.HSet(ctx, key+":lock", "a", "b").Err()
		}, 3},
		"a list at the key of the entry": {func(ctx context.Context, client *redis.Client, key string) error {
			return client.RPush(ctx, key, "a", "b").Err()
		}, 30},
		"no scripts": {func(ctx context.Context, client *redis.Client, _ string) error {
			return client.Do(ctx, "ACL", "SETUSER", "default", "-@scripting").Err()
		}, 1},
		"out of memory": {func(ctx context.Context, client *redis.Client, _ string) error {
			return client.ConfigSet(ctx, "maxmemory", "1").Err()
		}, 30},
		"a read-only replica": {func(ctx context.Context, client *redis.Client, _ string) error {
			return client.Do(ctx, "REPLICAOF", "127.0.0.1", "1").Err()
		}, 30},
	} {
		t.Run(name, func(t *testing.T) {
			server, service := redisserver.New(t), newLogin(t, 100*time.Millisecond)
			if err := test.trouble(t.Context(), server.Client(), key(t, service.URL)); err != nil {
				t.Fatal(err)
			}
			var machines sync.WaitGroup
			for range 30 {
				source := machine(t, server.Client(), service.URL)
				machines.Go(func() {
					if _, err := source.Token(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			machines.Wait()
			if posts := service.posts.Load(); posts > test.most {
				t.Errorf("30 machines sent %d logins, want at most %d", posts, test.most)
			}
			if most := service.mostWithin(100 * time.Millisecond); most > 12 {
				t.Errorf("%d logins within 100 ms", most)
			}
		})
	}
}

// What is not an entry is replaced.
func TestA26_DamagedEntries(t *testing.T) {
	for name, damage := range map[string]map[string]any{
		"highest version": {"data": "{}", "version": "9223372036854775807", "expires": "1"},
		"no number":       {"data": "{}", "version": "abc", "expires": "1"},
		"no version":      {"data": "{}", "expires": "1"},
		"negative":        {"data": "{}", "version": "-5", "expires": "x"},
		"no data":         {"version": "5", "expires": "1"},
	} {
		t.Run(name, func(t *testing.T) {
			server, service := redisserver.New(t), newLogin(t, 0)
			if err := server.Client().HSet(t.Context(), key(t, service.URL), damage).Err(); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				source := machine(t, server.Client(), service.URL)
				if _, err := source.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
				source.Close()
			}
			if posts := service.posts.Load(); posts != 1 {
				t.Errorf("%d logins", posts)
			}
		})
	}
}

// The lease is short, and lasts as long as its holder lives.
func TestLeaseIsRenewed(t *testing.T) {
	server := redisserver.New(t)
	a, b := redisstore.New(server.Client(), ""), redisstore.New(server.Client(), "")
	unlock, locked, err := a.HoldLock(t.Context(), "key", 60*time.Millisecond)
	if err != nil || !locked {
		t.Fatal(locked, err)
	}
	client := server.Client()
	for range 10 { // until the lease has been renewed ten times
		before := client.PTTL(t.Context(), redisstore.DefaultPrefix+"key:lock").Val()
		for client.PTTL(t.Context(), redisstore.DefaultPrefix+"key:lock").Val() <= before {
			if before = client.PTTL(t.Context(), redisstore.DefaultPrefix+"key:lock").Val(); before < 0 {
				t.Fatal("the lease has ended")
			}
		}
	}
	if _, locked, err := b.TryLock(t.Context(), "key", time.Minute); err != nil || locked {
		t.Errorf("the lock was free: %v, %v", locked, err)
	}
	unlock()
	if _, locked, err := b.TryLock(t.Context(), "key", time.Minute); err != nil || !locked {
		t.Errorf("the lock was not freed: %v, %v", locked, err)
	}
}

// The age of an entry is by the clock of Redis, and its end is a duration: the clock of a machine
// that saves may be wrong.
func TestAgeOfAnEntry(t *testing.T) {
	server := redisserver.New(t)
	store := redisstore.New(server.Client(), "")
	saved := time.Now()
	if err := store.Save(t.Context(), "key", authn.Entry{Data: []byte("x"), Version: 1, Expires: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	var entry authn.Entry
	for entry.Age < 30*time.Millisecond {
		var err error
		if entry, err = store.Load(t.Context(), "key"); err != nil {
			t.Fatal(err)
		}
	}
	if elapsed := time.Since(saved); entry.Age > elapsed+time.Millisecond {
		t.Errorf("age %v after %v", entry.Age, elapsed)
	}
}
