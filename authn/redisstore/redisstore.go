// Package redisstore shares the tokens of a fleet of machines through Redis.
//
//	store := redisstore.New(redis.NewClient(&redis.Options{Addr: "redis:6379"}), "")
//	source, err := authn.New(authn.Config{Credentials: authn.FromEnvironment, Store: store})
//
// Whoever logs in holds a lock with a lease that outlives the login; the others watch for the new pair meanwhile. An entry
// carries a version, and Redis itself refuses one that is not later than what it has, so that a machine that was paused
// beyond its lease cannot put an old pair in the place of a newer one. Entries are encrypted before they reach Redis, see
// [authn.Config]. While Redis is away, each program carries on with what it has in memory.
package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale/authn"
)

// DefaultPrefix stands before the keys in Redis, unless another one is given.
const DefaultPrefix = "xsale:token:"

// unlockTimeout bounds freeing a lock, which happens when the context of the login may have ended already.
const unlockTimeout = 2 * time.Second

// Store is an [authn.Store] in Redis 6 or later. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
}

// New returns a store on a client, which stays the caller's to close. An empty prefix is [DefaultPrefix]. In a cluster the
// entry and the lock of a key may lie on different nodes; no operation needs both.
func New(client redis.UniversalClient, prefix string) *Store {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	return &Store{client, prefix}
}

func (s *Store) entryKey(key string) string { return s.prefix + key }
func (s *Store) lockKey(key string) string  { return s.prefix + key + ":lock" }

// Load implements [authn.Store].
func (s *Store) Load(ctx context.Context, key string) (authn.Entry, error) {
	values, err := s.client.HMGet(ctx, s.entryKey(key), "data", "version", "expires").Result()
	if err != nil {
		return authn.Entry{}, err
	}
	data, ok := values[0].(string)
	if !ok {
		return authn.Entry{}, nil // there is none
	}
	version, versionErr := parseInt(values[1])
	expires, expiresErr := parseInt(values[2])
	if err := errors.Join(versionErr, expiresErr); err != nil {
		return authn.Entry{}, err
	}
	return authn.Entry{Data: []byte(data), Version: version, Expires: time.UnixMilli(expires)}, nil
}

func parseInt(value any) (int64, error) {
	text, _ := value.(string)
	return strconv.ParseInt(text, 10, 64)
}

// save compares and writes in one step, as Redis runs a script without interruption.
var save = redis.NewScript(`
local stored = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if stored >= tonumber(ARGV[1]) then
	return 0
end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'expires', ARGV[2], 'data', ARGV[3])
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return 1`)

// Save implements [authn.Store]. Redis drops the entry when it expires.
func (s *Store) Save(ctx context.Context, key string, entry authn.Entry) error {
	return save.Run(ctx, s.client, []string{s.entryKey(key)}, entry.Version, entry.Expires.UnixMilli(), entry.Data).Err()
}

// unlock frees the lock only for who holds it, because the lease may have run out and the lock be another's.
var unlock = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then
	return redis.call('DEL', KEYS[1])
end
return 0`)

// TryLock implements [authn.Store].
func (s *Store) TryLock(ctx context.Context, key string, lease time.Duration) (func(), bool, error) {
	holder := rand.Text()
	locked, err := s.client.SetNX(ctx, s.lockKey(key), holder, lease).Result()
	if err != nil || !locked {
		return nil, false, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockTimeout)
		defer cancel()
		unlock.Run(ctx, s.client, []string{s.lockKey(key)}, holder) // the lease frees it where this fails
	}, true, nil
}
