package authn

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"
)

const (
	// storeTimeout bounds all operations of the store in one login, without those that wait for the
	// login of another program.
	storeTimeout = 3 * time.Second
	// unlockTimeout bounds the end of a lock.
	unlockTimeout = time.Second
	// lockLease is the lease of a lock that its store renews.
	lockLease = 15 * time.Second
	// sharedLatch is how long programs share a permanent failure. A job that starts every minute
	// with a wrong password then tries it once a day.
	sharedLatch = 24 * time.Hour
)

// shared is the entry of one account in a store, during one login.
type shared struct {
	source   *Source
	store    Store // nil without one
	failed   bool  // the entry cannot be read or written
	key      string
	sealer   *sealer
	left     time.Duration // for the operations of the store
	reported map[string]bool
	held     func() // frees the lock
	lockErr  error  // why the store cannot lock

	// From the last load.
	version  int64
	envelope envelope
}

func (s *Source) newShared(credentials Credentials) *shared {
	e := s.openShared(s.keyOf(credentials))
	if e.store == nil {
		return e
	}
	var err error
	if e.sealer, err = newSealer(credentials, s.encryptionKey); err != nil {
		e.fail("seal", err)
		e.store = nil
	}
	return e
}

func (s *Source) openShared(key string) *shared {
	e := &shared{source: s, store: s.store, key: key, reported: map[string]bool{}}
	e.resetTime()
	return e
}

func (e *shared) resetTime() { e.left = min(storeTimeout, e.source.loginTimeout/4) }

// keyOf returns the account's key in a store. Accounts that differ in any of these fields must
// never share tokens.
func (s *Source) keyOf(credentials Credentials) string {
	fields := []string{s.login.tokenURL.String(), credentials.ClientID, s.login.audience, s.login.scope, credentials.Username}
	if credentials.UserLogin {
		fields = append(fields, "user login")
	}
	hash := hashFields(fields...)
	return hex.EncodeToString(hash[:])
}

// out reports whether there is no store to share the login with.
func (e *shared) out() bool { return e.store == nil || e.failed }

// fail reports an error of the store. This login then goes on without other programs.
func (e *shared) fail(operation string, err error) {
	e.degraded(operation, err)
	e.failed = true
}

// degraded reports an error, once for each operation in a login.
func (e *shared) degraded(operation string, err error) {
	if !e.reported[operation] {
		e.reported[operation] = true
		e.source.notify(func(o Observer) { o.StoreDegraded(operation, err) })
	}
}

// within runs an operation of the store in the time that is left for all of them; see [bounded].
func within[T any](ctx context.Context, e *shared, operation func(context.Context) (T, error), late func(T)) (T, error) {
	start := time.Now()
	defer func() { e.left -= time.Since(start) }()
	ctx, cancel := context.WithTimeout(ctx, e.left)
	defer cancel()
	return bounded(ctx, &e.source.abandoned, func() (T, error) { return operation(ctx) }, late)
}

// load returns the stored record. It treats a failing store as empty.
func (e *shared) load(ctx context.Context) *record {
	if e.out() || e.loadEnvelope(ctx) != nil {
		return &record{}
	}
	r, err := e.envelope.open(e.sealer, e.key)
	if err != nil {
		e.degraded("load", err)
	}
	return r
}

// loadEnvelope loads the entry.
func (e *shared) loadEnvelope(ctx context.Context) error {
	e.version, e.envelope = 0, envelope{}
	stored, err := within(ctx, e, func(ctx context.Context) (Entry, error) { return e.store.Load(ctx, e.key) }, nil)
	if err != nil {
		if ctx.Err() == nil {
			e.fail("load", err)
		}
		return err
	}
	return e.use(ctx, stored)
}

// use decodes an entry and converts its times to this program's clock. An entry from a wrong clock
// is saved again, so that its waits do not start over with the next reader.
func (e *shared) use(ctx context.Context, stored Entry) error {
	e.version, e.envelope = stored.Version, envelope{}
	if stored.Version == 0 {
		return nil
	}
	if json.Unmarshal(stored.Data, &e.envelope) != nil {
		e.envelope = envelope{}
		e.degraded("load", errors.New("stored entry has an unknown format"))
		return nil
	}
	if e.envelope.rebase(stored.Age, e.source.clock().time()) {
		_, err := e.save(ctx)
		return err
	}
	return nil
}

// maxSaves is how often a change is tried while other programs save.
const maxSaves = 3

// change loads the entry, changes it, and saves it. It replaces an entry that cannot be read.
// Another program may save at the same time, so change looks whether its own entry is there, and
// otherwise starts over: set may be called several times.
func (e *shared) change(ctx context.Context, set func(*envelope) error) error {
	if e.store == nil || e.left <= 0 {
		return nil
	}
	loadErr := e.loadEnvelope(ctx)
	for range maxSaves {
		if err := set(&e.envelope); err != nil {
			e.fail("save", err)
			return err
		}
		saved, err := e.save(ctx)
		if err != nil {
			return err
		}
		stored, err := within(ctx, e, func(ctx context.Context) (Entry, error) { return e.store.Load(ctx, e.key) }, nil)
		if err != nil {
			return errors.Join(loadErr, err)
		}
		if bytes.Equal(stored.Data, saved) {
			return nil
		}
		if err := e.use(ctx, stored); err != nil {
			return err
		}
	}
	err := errors.New("the store does not keep what was saved, or other programs save all the time")
	e.degraded("save", err)
	return err
}

// save returns what it saved.
func (e *shared) save(ctx context.Context) ([]byte, error) {
	now := e.source.clock().time()
	e.envelope.Saved = now
	expires := e.envelope.dropOld(now)
	data, err := json.Marshal(e.envelope)
	if err == nil {
		entry := Entry{Data: data, Version: e.version + 1, Expires: expires}
		_, err = within(ctx, e, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, e.store.Save(ctx, e.key, entry)
		}, nil)
	}
	if err != nil {
		e.fail("save", err)
		return nil, err
	}
	e.version++
	return data, nil
}

// locked reports whether this login has the lock.
func (e *shared) locked() bool { return e.held != nil }

// lockable reports whether the store can lock.
func (e *shared) lockable() bool { return e.lockErr == nil }

// lock takes the lock, or reports that another program has it or that the store cannot lock.
func (e *shared) lock(parent context.Context) bool {
	if !e.lockable() {
		return false
	}
	type lock struct {
		unlock func()
		locked bool
	}
	ctx, cancel := context.WithTimeout(parent, e.left/3) // a lock that hangs leaves time to save
	defer cancel()
	taken, err := within(ctx, e, func(ctx context.Context) (l lock, err error) {
		if leases, ok := e.store.(LeaseStore); ok {
			l.unlock, l.locked, err = leases.HoldLock(ctx, e.key, lockLease)
		} else {
			l.unlock, l.locked, err = e.store.TryLock(ctx, e.key, e.source.loginTimeout+storeTimeout)
		}
		return l, err
	}, func(l lock) {
		if l.locked {
			l.unlock()
		}
	})
	if err != nil {
		if parent.Err() == nil {
			e.lockErr = err
			e.degraded("lock", err)
		}
		return false
	}
	if taken.locked {
		e.held = taken.unlock
	}
	return taken.locked
}

// unlock frees the lock, if this login has it, whatever time is left: others wait for it.
func (e *shared) unlock() {
	if e.held == nil {
		return
	}
	free := e.held
	e.held = nil
	ctx, cancel := context.WithTimeout(context.Background(), unlockTimeout)
	defer cancel()
	_, err := bounded(ctx, new(atomic.Int32), func() (struct{}, error) { free(); return struct{}{}, nil }, nil)
	if err != nil {
		e.degraded("unlock", err)
	}
}

func (s *Source) newFailureRecord(failed *failure) *failureRecord {
	now := s.clock()
	wait := time.Duration(failed.until.wall - now.wall)
	if failed.err.Reason.Permanent() {
		wait = sharedLatch
	}
	return &failureRecord{
		Reason:      failed.err.Reason,
		StatusCode:  failed.err.StatusCode,
		Code:        failed.err.Code,
		Description: failed.err.Description,
		Count:       failed.count,
		Wait:        wait,
		until:       now.add(wait).time(),
	}
}

// standing returns the failure of another program while it applies to this one, or nil.
func (s *Source) standing(r *failureRecord) *failure {
	if r == nil {
		return nil
	}
	now := s.clock()
	longest := maxHintedCoolDown
	if r.Reason.Permanent() {
		longest = sharedLatch
	}
	wait := min(r.Wait, longest)
	left := min(r.until.Sub(now.time()), wait)
	if left <= 0 {
		return nil
	}
	err := &Error{
		Reason: r.Reason, StatusCode: r.StatusCode, Code: r.Code, Description: r.Description,
		RetryAt: now.add(left).time(), FailedAt: now.add(left - wait).time(), Remembered: true,
	}
	if r.Reason.Permanent() {
		left = credentialsInterval // check the store again soon: another program may have logged in
	}
	return &failure{err: err, count: r.Count, until: now.add(left)}
}
