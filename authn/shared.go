package authn

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

const (
	// storePollInterval is how often a program checks whether another one has finished its login.
	storePollInterval = 50 * time.Millisecond
	// storeTimeout bounds one operation of the store.
	storeTimeout = 5 * time.Second
	// sharedLatch is how long programs share a permanent failure. A job that starts every minute
	// with a wrong password then tries it once a day.
	sharedLatch = 24 * time.Hour
)

// shared is the entry of one account in a store, during one login.
type shared struct {
	source *Source
	store  Store
	key    string
	sealer *sealer

	// From the last load.
	version  int64
	envelope envelope

	unwanted *tokenRecord // tokens not to use, even if valid
}

func (s *Source) entry(credentials Credentials) (*shared, error) {
	sealer, err := newSealer(credentials, s.encryptionKey)
	if err != nil {
		return nil, err
	}
	return &shared{source: s, store: s.store, key: s.keyOf(credentials), sealer: sealer}, nil
}

// stored returns the account's tokens in the store, or nil if there are no usable ones.
func (s *Source) stored(ctx context.Context, credentials Credentials) *Token {
	if s.store == nil {
		return nil
	}
	entry, err := s.entry(credentials)
	if err != nil {
		return nil
	}
	token := entry.usable(ctx, entry.load(ctx))
	if token != nil {
		s.notify(func(o Observer) { o.TokenChanged(token, true) })
	}
	return token
}

// keyOf returns the account's key in a store. Accounts that differ in any of these fields must
// never share tokens.
func (s *Source) keyOf(credentials Credentials) string {
	hash := hashFields(s.login.tokenURL.String(), credentials.ClientID, s.login.audience, s.login.scope, credentials.Username)
	return hex.EncodeToString(hash[:])
}

// StoreKey returns the account's key in a [Store]. It needs the credentials but does not log in.
func (s *Source) StoreKey(ctx context.Context) (key string, err error) {
	credentials, failed := s.askCredentials(ctx)
	if failed != nil {
		return "", failed
	}
	return s.keyOf(credentials), nil
}

// Clear forgets the tokens and a failed login, in this Source and in the store. The tokens stay
// valid until they expire, and a login in progress continues. Clear fails without credentials,
// changing nothing, and if the store fails, with this Source cleared all the same.
func (s *Source) Clear(ctx context.Context) error {
	credentials, failed := s.askCredentials(ctx)
	if failed != nil {
		return failed
	}
	s.mu.Lock()
	s.failure, s.next.ignoreFailure = nil, true
	s.current.Store(nil)
	s.mu.Unlock()
	if s.store == nil {
		return nil
	}
	entry, err := s.entry(credentials)
	if err != nil {
		return err
	}
	stored, err := s.store.Load(ctx, entry.key)
	if err != nil {
		return err
	}
	data, err := json.Marshal(envelope{})
	if err != nil {
		return err
	}
	return s.store.Save(ctx, entry.key, Entry{Data: data, Version: stored.Version + 1, Expires: s.clock().add(time.Hour).time()})
}

// load returns the stored record. It treats a failing store as empty.
func (s *shared) load(ctx context.Context) *record {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	var entry Entry
	err := guarded(func() (err error) {
		entry, err = s.store.Load(ctx, s.key)
		return err
	})
	if err != nil {
		s.source.degraded("load", err)
		return &record{}
	}
	s.version, s.envelope = entry.Version, envelope{}
	if entry.Version == 0 {
		return &record{}
	}
	if json.Unmarshal(entry.Data, &s.envelope) != nil {
		s.envelope = envelope{}
		s.source.degraded("load", errors.New("stored entry has an unknown format"))
		return &record{}
	}
	tokens, failure, err := s.envelope.open(s.sealer, s.key)
	if err != nil {
		s.envelope = envelope{}
		s.source.degraded("load", err)
		return &record{}
	}
	return &record{tokens, failure}
}

// save stores the last loaded entry with one part replaced, unless another program has saved since.
func (s *shared) save(ctx context.Context, set func(*envelope) error) {
	err := set(&s.envelope)
	var data []byte
	expires := s.envelope.dropOld(s.source.clock().time())
	if err == nil {
		data, err = json.Marshal(s.envelope)
	}
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, storeTimeout)
		defer cancel()
		err = guarded(func() error { return s.store.Save(ctx, s.key, Entry{Data: data, Version: s.version + 1, Expires: expires}) })
	}
	if err != nil {
		s.source.degraded("save", err)
	}
}

// lock takes the lock, or reports that another program holds it. If the store cannot lock, this
// program logs in without the lock.
func (s *shared) lock(ctx context.Context) (unlock func(), locked bool) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err := guarded(func() (err error) {
		unlock, locked, err = s.store.TryLock(ctx, s.key, s.source.loginTimeout+storeTimeout)
		return err
	})
	if err != nil {
		s.source.degraded("lock", err)
		return func() {}, true
	}
	free := unlock
	return func() {
		if err := guarded(func() error { free(); return nil }); err != nil {
			s.source.degraded("unlock", err)
		}
	}, locked
}

// fetch returns tokens from the store, or logs in while it holds the lock. Waiting programs
// watch the entry rather than the lock, so that all of them get the new tokens at once.
func (s *shared) fetch(ctx context.Context, options loginOptions, login func(failuresBefore int) (*Token, *failure)) (*Token, *failure) {
	// Reserve half of the time for the login itself, in case another program hangs with the lock.
	patience, cancel := context.WithTimeoutCause(ctx, s.source.loginTimeout/2, errors.New("timed out waiting for the lock of another program"))
	defer cancel()
	locked := false
	for first := true; ; first = false {
		r := s.load(ctx)
		if first && options.ignoreTokens {
			s.unwanted = r.tokens
		}
		if token := s.usable(ctx, r); token != nil {
			s.source.notify(func(o Observer) { o.TokenChanged(token, true) })
			return token, nil
		}
		if failed := s.standing(r.failure); failed != nil && !options.ignoreFailure {
			return nil, failed
		}
		if locked {
			return s.loginAndSave(ctx, r, login)
		}
		unlock, ok := s.lock(patience)
		if ok {
			defer unlock()
			locked = true
			continue // the entry may have changed before the lock was taken
		}
		select {
		case <-time.After(storePollInterval + httpx.Random(storePollInterval)):
		case <-patience.Done():
			if ctx.Err() == nil {
				s.source.degraded("lock", context.Cause(patience))
			}
			return s.loginAndSave(ctx, r, login)
		}
	}
}

func (s *shared) loginAndSave(ctx context.Context, r *record, login func(failuresBefore int) (*Token, *failure)) (*Token, *failure) {
	failuresBefore := 0
	if r.failure != nil && !r.failure.Reason.Permanent() {
		failuresBefore = r.failure.Count
	}
	token, failed := login(failuresBefore)
	if failed == nil {
		s.save(ctx, func(e *envelope) error { return e.setTokens(s.sealer, s.key, newTokenRecord(token)) })
		return token, nil
	}
	if s.source.lifetime.Err() == nil { // a failure caused by Close means nothing to others
		// Save the failure even if the context of the login has ended.
		s.save(context.WithoutCancel(ctx), func(e *envelope) error { return e.setFailure(s.sealer, s.key, s.newFailureRecord(failed)) })
	}
	return nil, failed
}

// usable returns the tokens of the record if they are valid, pass VerifyStored, and are better than
// the Source's own.
func (s *shared) usable(ctx context.Context, r *record) *Token {
	if s.unwanted != nil && r.tokens != nil && *r.tokens == *s.unwanted {
		return nil
	}
	token, err := r.tokens.token(s.source.clock())
	if err != nil {
		s.source.degraded("load", err)
		return nil
	}
	if token == nil || s.source.clock().reaches(token.deadline) || !s.source.wants(token) {
		return nil
	}
	if verify := s.source.verifyStored; verify != nil {
		if err := guarded(func() error { return verify(ctx, token) }); err != nil {
			s.source.degraded("verify", err)
			return nil
		}
	}
	return token
}

func (s *shared) newFailureRecord(failed *failure) *failureRecord {
	r := &failureRecord{
		Reason:      failed.err.Reason,
		StatusCode:  failed.err.StatusCode,
		Code:        failed.err.Code,
		Description: failed.err.Description,
		Count:       failed.count,
		Until:       failed.until.time(),
	}
	if failed.err.Reason.Permanent() {
		r.Until = s.source.clock().add(sharedLatch).time()
	}
	return r
}

// standing returns the failure of another program while it applies to this one, or nil.
func (s *shared) standing(r *failureRecord) *failure {
	now := s.source.clock()
	left := time.Duration(0)
	if r != nil {
		left = min(r.Until.Sub(now.time()), sharedLatch)
	}
	if left <= 0 {
		return nil
	}
	err := &Error{Reason: r.Reason, StatusCode: r.StatusCode, Code: r.Code, Description: r.Description, RetryAt: r.Until}
	if r.Reason.Permanent() {
		left = credentialsInterval // check the store again soon: another program may have logged in
	}
	failed := &failure{err: err, count: r.Count, until: now.add(left), old: true}
	if r.Reason.Permanent() {
		failed.rejected = &rejectedCredentials{s.sealer.fingerprint, err}
	}
	return failed
}
