// Package redisstore shares the tokens of a fleet of machines through Redis.
//
//	store := redisstore.New(redis.NewClient(&redis.Options{Addr: "redis:6379"}), "")
//	source, err := authn.New(authn.Config{Credentials: authn.FromEnvironment, Store: store})
//
// The machine that logs in holds a lock whose lease outlives the login. The others wait for the new
// tokens. Redis compares versions in one step with the write, so a machine that was paused beyond
// its lease cannot overwrite newer tokens. Entries are encrypted before they reach Redis; see
// [authn.Config]. While Redis is down, each program carries on with the tokens it has in memory.
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

// DefaultPrefix is the prefix of the keys in Redis if New gets none.
const DefaultPrefix = "xsale:token:"

// unlockTimeout bounds an unlock, which runs even if the context of the login has ended.
const unlockTimeout = 2 * time.Second

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

// Load implements [authn.Store].
func (s *Store) Load(ctx context.Context, key string) (authn.Entry, error) {
	values, err := s.client.HMGet(ctx, s.entryKey(key), "data", "version", "expires").Result()
	if err != nil {
		return authn.Entry{}, err
	}
	data, ok := values[0].(string)
	if !ok {
		return authn.Entry{}, nil // not stored
	}
	version, versionErr := parseInt(values[1])
	expires, expiresErr := parseInt(values[2])
	if err := errors.Join(versionErr, expiresErr); err != nil {
		return authn.Entry{}, err
	}
	return authn.Entry{Data: []byte(data), Version: version, Expires: time.UnixMilli(expires)}, nil
}

func parseInt(value any) (int64, error) {
	digits, _ := value.(string)
	return strconv.ParseInt(digits, 10, 64)
}

// save compares and writes in one step, because Redis runs scripts atomically.
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

// unlock frees the lock only for its holder: after the lease, another machine may hold it.
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
		unlock.Run(ctx, s.client, []string{s.lockKey(key)}, holder) // if this fails, the lease frees it
	}, true, nil
}
