// Package redislimit shares a rate limit among a fleet of machines through Redis.
//
//	limiter := redislimit.New(redis.NewClient(&redis.Options{Addr: "redis:6379"}), "acme")
//	client, err := xsale.New(xsale.FromEnvironment(), xsale.WithRateLimit(1.6, 1), xsale.WithLimiter(limiter))
//
// Redis compares and writes in one step, so no program waits for another, and none can stop the
// others. Only the clock of Redis counts. While Redis is down, each program goes on with its share
// of the limit; see [call.Limiter].
package redislimit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/xsale-go/xsale/call"
)

// prefix is in front of the keys in Redis.
const prefix = "xsale:limit:"

const (
	keptFor = 24 * time.Hour   // after the last use
	viewAge = 10 * time.Second // a state seen before that is not worth a try
)

// Limiter is a [call.Limiter] in Redis 6 or later. It is safe for concurrent use.
type Limiter struct {
	client redis.UniversalClient
	name   string

	mu    sync.Mutex
	views map[string]view
}

// New returns a Limiter that uses client, which the caller closes. The name stands for the account
// whose limit it is: all programs that use the account pass the same name, and no others. It is part
// of a key in Redis, so it must not contain a secret. A Client gives up on Redis after 250
// milliseconds whatever the timeouts of client are, but looks for it again only when client has
// given up, too.
func New(client redis.UniversalClient, name string) *Limiter {
	return &Limiter{client: client, name: name, views: make(map[string]view)}
}

var _ call.Limiter = (*Limiter)(nil)

// view is a state as last seen in Redis.
type view struct {
	state string    // empty for none
	at    time.Time // by the clock of Redis
	seen  time.Time // by this machine's clock
}

// now estimates the time by the clock of Redis. It is late by less than a round trip.
func (v view) now() time.Time { return v.at.Add(time.Since(v.seen)) }

// exchange writes the new state if the stored one is as expected. It returns whether it did, the
// time, and the state to try again with. Without a new state it only reads.
var exchange = redis.NewScript(`
local time = redis.call('TIME')
local state = redis.call('GET', KEYS[1]) or ''
if #ARGV == 0 or state ~= ARGV[1] then
	return {0, time[1], time[2], state}
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {1, time[1], time[2], ''}`)

// Update implements [call.Limiter]. It takes one round trip if no other program has changed the
// state since this one did, and two if one has.
func (l *Limiter) Update(ctx context.Context, key string, change func(state []byte, now time.Time) ([]byte, error)) error {
	key = prefix + l.name + ":" + key
	l.mu.Lock()
	current, ok := l.views[key]
	l.mu.Unlock()
	if !ok || time.Since(current.seen) > viewAge {
		if _, err := l.run(ctx, key, &current); err != nil {
			return err
		}
	}
	for {
		var stored []byte
		if current.state != "" {
			stored = []byte(current.state)
		}
		state, err := change(stored, current.now())
		if err != nil {
			return err
		}
		written, err := l.run(ctx, key, &current, current.state, state, keptFor.Milliseconds())
		if err != nil {
			l.forget(key)
			return err
		}
		if written {
			current.state = string(state)
			l.mu.Lock()
			l.views[key] = current
			l.mu.Unlock()
			return nil
		}
		if err := ctx.Err(); err != nil { // go-redis looks at it only on request
			return err
		}
	}
}

func (l *Limiter) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.views, key)
}

// run runs the script and stores what it has returned.
func (l *Limiter) run(ctx context.Context, key string, seen *view, arguments ...any) (written bool, err error) {
	reply, err := exchange.Run(ctx, l.client, []string{key}, arguments...).Slice()
	if err != nil {
		return false, fmt.Errorf("rate limit %s in Redis: %w", l.name, err)
	}
	if len(reply) != 4 {
		return false, errors.New("rate limit in Redis: the script returned an unknown result")
	}
	done, _ := reply[0].(int64)
	seconds, _ := reply[1].(string)
	microseconds, _ := reply[2].(string)
	state, _ := reply[3].(string)
	s, secondsErr := strconv.ParseInt(seconds, 10, 64)
	us, microsecondsErr := strconv.ParseInt(microseconds, 10, 64)
	if err := errors.Join(secondsErr, microsecondsErr); err != nil {
		return false, fmt.Errorf("rate limit in Redis: time: %w", err)
	}
	*seen = view{state, time.Unix(s, us*1000), time.Now()}
	return done == 1, nil
}
