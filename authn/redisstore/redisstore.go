// Package redisstore shares the tokens of a fleet of machines through Redis.
//
//	store := redisstore.New(redis.NewClient(&redis.Options{Addr: "redis:6379"}), "")
//	source, err := authn.New(authn.Config{Credentials: authn.FromEnvironment, Store: store})
//
// The machine that logs in holds a lock, whose short lease it renews until the login ends. The
// others wait for the new tokens. Redis compares versions in one step with the write, so a machine
// that was paused beyond its lease cannot overwrite newer tokens, and its own clock measures the
// age of an entry. Entries are encrypted before they reach Redis; see [authn.Config]. While Redis
// is down, each program carries on with the tokens it has in memory.
//
// The user needs the commands HMGET, HSET, PTTL, PEXPIRE, SET, GET, DEL, WATCH, UNWATCH, MULTI and
// EXEC, and no scripts.
package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale/authn"
)

// DefaultPrefix is the prefix of the keys in Redis if New gets none.
const DefaultPrefix = "xsale:token:"

// unlockTimeout bounds an unlock, which runs even if the context of the login has ended.
const unlockTimeout = 2 * time.Second

// maxLifetime is longer than any entry lives.
const maxLifetime = 365 * 24 * time.Hour

// Store is an [authn.Store] in Redis 6 or later. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
}

// New returns a store that uses client. The caller closes the client. If prefix is empty, it is
// [DefaultPrefix]. A cluster may store the entry and the lock of a key on different nodes; no
// operation needs both.
func New(client redis.UniversalClient, prefix string) *Store {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	return &Store{client, prefix}
}

func (s *Store) entryKey(key string) string { return s.prefix + key }
func (s *Store) lockKey(key string) string  { return s.prefix + key + ":lock" }

// Load implements [authn.Store]. The age is by the clock of Redis.
func (s *Store) Load(ctx context.Context, key string) (authn.Entry, error) {
	var fields *redis.SliceCmd
	var left *redis.DurationCmd
	_, err := s.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		fields = pipe.HMGet(ctx, s.entryKey(key), "data", "version", "expires", "lifetime")
		left = pipe.PTTL(ctx, s.entryKey(key))
		return nil
	})
	if err != nil {
		return authn.Entry{}, err
	}
	values := fields.Val()
	data, _ := values[0].(string)
	version := parseVersion(values[1])
	if values[0] == nil || version == 0 {
		return authn.Entry{}, nil // not stored, or not by this package
	}
	entry := authn.Entry{Data: []byte(data), Version: version, Expires: time.UnixMilli(parseInt(values[2]))}
	if lifetime := parseInt(values[3]); left.Val() > 0 && lifetime < maxLifetime.Milliseconds() {
		entry.Age = max(0, time.Duration(lifetime)*time.Millisecond-left.Val())
	}
	return entry, nil
}

// parseVersion returns 0 for what is not a version.
func parseVersion(value any) int64 {
	if version := parseInt(value); version > 0 && version <= authn.MaxVersion {
		return version
	}
	return 0
}

func parseInt(value any) int64 {
	digits, _ := value.(string)
	number, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return number
}

// Save implements [authn.Store]. Redis drops the entry when it expires. It replaces an entry
// without a valid version.
func (s *Store) Save(ctx context.Context, key string, entry authn.Entry) error {
	if entry.Version < 1 || entry.Version > authn.MaxVersion {
		return fmt.Errorf("redisstore: version %d of an entry is not valid: want 1 to %d", entry.Version, int64(authn.MaxVersion))
	}
	name := s.entryKey(key)
	// A duration, because the clocks may differ. An entry that has expired still replaces another.
	lifetime := max(time.Until(entry.Expires), time.Minute)
	return s.ifUnchanged(ctx, name, func(tx *redis.Tx) (func(redis.Pipeliner), error) {
		stored, err := tx.HMGet(ctx, name, "data", "version").Result()
		if err != nil && !strings.HasPrefix(err.Error(), "WRONGTYPE") {
			return nil, err
		}
		if err == nil && stored[0] != nil && parseVersion(stored[1]) >= entry.Version {
			return nil, nil
		}
		return func(pipe redis.Pipeliner) {
			pipe.Del(ctx, name) // whatever it was
			pipe.HSet(ctx, name, "version", entry.Version, "expires", entry.Expires.UnixMilli(), "lifetime", lifetime.Milliseconds(), "data", entry.Data)
			pipe.PExpire(ctx, name, lifetime)
		}, nil
	})
}

// ifUnchanged reads a key and writes it unless it has changed in between; then it starts over.
func (s *Store) ifUnchanged(ctx context.Context, name string, read func(*redis.Tx) (write func(redis.Pipeliner), err error)) error {
	for {
		err := s.client.Watch(ctx, func(tx *redis.Tx) error {
			write, err := read(tx)
			if err != nil || write == nil {
				return err
			}
			_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
				write(pipe)
				return nil
			})
			return err
		}, name)
		if !errors.Is(err, redis.TxFailedErr) {
			return err
		}
	}
}

// ifHeld writes the lock only if the holder still has it: after its lease, another machine may.
func (s *Store) ifHeld(ctx context.Context, key, holder string, write func(redis.Pipeliner)) error {
	name := s.lockKey(key)
	return s.ifUnchanged(ctx, name, func(tx *redis.Tx) (func(redis.Pipeliner), error) {
		if current, err := tx.Get(ctx, name).Result(); err != nil || current != holder {
			return nil, err
		}
		return write, nil
	})
}

// TryLock implements [authn.Store].
func (s *Store) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	unlock, _, err := s.lock(ctx, key, lease)
	return unlock, unlock != nil, err
}

// HoldLock implements [authn.LeaseStore].
func (s *Store) HoldLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	unlock, holder, err := s.lock(ctx, key, lease)
	if unlock == nil {
		return nil, false, err
	}
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		ticker := time.NewTicker(lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-renewing.Done():
				return
			case <-ticker.C: // if this fails, the next one may not
				_ = s.ifHeld(renewing, key, holder, func(pipe redis.Pipeliner) { pipe.PExpire(renewing, s.lockKey(key), lease) })
			}
		}
	}()
	return func() { stop(); unlock() }, true, nil
}

// lock returns a nil unlock if another machine has the lock.
func (s *Store) lock(ctx context.Context, key string, lease time.Duration) (unlock func(), holder string, err error) {
	holder = rand.Text()
	locked, err := s.client.SetNX(ctx, s.lockKey(key), holder, lease).Result()
	if err != nil {
		return nil, "", err
	}
	if !locked {
		if left, err := s.client.PTTL(ctx, s.lockKey(key)).Result(); err == nil && left == -1 { // would never end
			return nil, "", fmt.Errorf("redisstore: the key %q is not a lock: delete it", s.lockKey(key))
		}
		return nil, "", nil
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockTimeout)
		defer cancel()
		_ = s.ifHeld(ctx, key, holder, func(pipe redis.Pipeliner) { pipe.Del(ctx, s.lockKey(key)) }) // if this fails, the lease frees it
	}, holder, nil
}
