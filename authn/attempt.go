package authn

import (
	"context"
	"errors"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

const (
	// pollInterval is how often a program checks whether another one has finished its login.
	pollInterval = 50 * time.Millisecond
	// maxSpread spreads the logins of programs that start together and cannot share them.
	maxSpread = 2 * time.Second
	// claimWait is how long a program without a lock waits for another claim of the same login.
	claimWait = 2 * pollInterval
	// saveGrace is how long callers wait until their new tokens are saved.
	saveGrace = 200 * time.Millisecond
	// impatience spreads the programs that stop waiting for the lock.
	impatience = time.Second
)

// attempt gets tokens for one flight: from the store, or from a login that the budget of the
// account allows and that no other program makes at the same time.
type attempt struct {
	source      *Source
	flight      *flight
	credentials Credentials
	account     *account
	shared      *shared
	patience    time.Time    // when to stop waiting for the lock of another program
	spread      bool         // has waited to spread logins
	unwanted    *tokenRecord // tokens not to use, even if valid
	login       loginRecord  // recorded, if it has an ID
}

func (s *Source) newAttempt(f *flight, credentials Credentials) *attempt {
	a := &attempt{
		source: s, flight: f, credentials: credentials,
		account:  accountOf(accountKey{s.keyOf(credentials), s.httpClient}, s.clock().time()),
		shared:   s.newShared(credentials),
		patience: time.Now().Add(s.loginTimeout / 2), // leaves as much for the login
	}
	s.mu.Lock()
	s.account, s.key = a.account, a.shared.key
	s.mu.Unlock()
	return a
}

func (a *attempt) run(ctx context.Context) {
	s, f := a.source, a.flight
	for first := true; ctx.Err() == nil; first = false {
		r := a.shared.load(ctx)
		if first && f.purpose == ForRequest {
			a.unwanted = r.tokens
		}
		if token := a.usable(ctx, r); token != nil {
			s.land(f, result{token: token, fromStore: true})
			return
		}
		if a.credentials.UserLogin {
			s.land(f, result{failed: s.loginRequired()})
			return
		}
		if refusal := f.refused[a.credentials.fingerprint()]; refusal != nil && !f.pass {
			s.land(f, result{failed: s.again(refusal)})
			return
		}
		if failed := s.standing(r.failure); failed != nil && !f.pass {
			s.land(f, result{failed: failed})
			return
		}
		if wait := a.budgetWait(r); wait > 0 {
			if a.anotherLogsIn(r) {
				a.poll(ctx)
				continue
			}
			if f.purpose == ForExpiry || f.purpose == ForRejection || wait > maxHold || !hasTime(ctx, wait) {
				a.hold(wait)
				return
			}
			a.shared.unlock()
			pause(ctx, wait+httpx.Random(pollInterval))
		} else if a.turn(ctx, r) {
			a.logIn(ctx, r)
			return
		}
	}
	s.fail(f, &Error{Reason: ErrUnavailable, Err: httpx.ContextError(ctx)})
}

// anotherLogsIn reports whether another program is logging in, whose tokens may be those to use.
func (a *attempt) anotherLogsIn(r *record) bool {
	id := r.budget.running(a.source.clock().time(), a.abandoned())
	return id != "" && id != a.login.ID && time.Now().Before(a.patience)
}

// poll waits before another look at the entry. The time of the login that it waits for is not the
// store's.
func (a *attempt) poll(ctx context.Context) {
	pause(ctx, pollInterval+httpx.Random(pollInterval))
	a.shared.resetTime()
}

// budgetWait returns how long the login budget makes this login wait.
func (a *attempt) budgetWait(r *record) time.Duration {
	if a.flight.pass || a.login.ID != "" {
		return 0
	}
	now := a.source.clock().time()
	return later(a.account.next(a.flight.purpose, now), r.budget.next(a.flight.purpose, now)).Sub(now)
}

// hold lands the flight without a login. Callers with valid tokens do not notice.
func (a *attempt) hold(wait time.Duration) {
	failed := a.source.held(a.source.clock().time().Add(wait))
	r := result{failed: failed}
	if a.flight.purpose == ForNoTokens {
		r.err = failed.err
	}
	a.source.land(a.flight, r)
}

// turn reports whether to log in now. If not, the entry may have changed meanwhile. Programs wait
// for the one with the lock, and watch the entry rather than the lock, so that all of them get the
// new tokens at once. One that loses patience, or cannot lock, claims the login in the entry, where
// the others see it.
func (a *attempt) turn(ctx context.Context, r *record) bool {
	shared := a.shared
	other := r.budget.running(a.source.clock().time(), a.abandoned())
	switch {
	case shared.out(): // each program for itself
		if shared.failed && !a.spread {
			pause(ctx, httpx.Random(min(maxSpread, a.source.loginTimeout/4)))
		}
		a.claim(ctx)
		return ctx.Err() == nil
	case shared.locked():
		a.claim(ctx)
		return true
	case a.login.ID != "" && other == a.login.ID:
		return true
	case shared.lock(ctx): // the entry may have changed before
	case shared.lockable() && time.Now().Before(a.patience), other != "":
		a.poll(ctx)
	case !a.spread:
		a.spread = true
		longest := min(maxSpread, a.source.loginTimeout/4) - claimWait
		if shared.lockable() {
			shared.degraded("lock", errors.New("timed out waiting for the lock of another program"))
			longest = min(impatience, a.source.loginTimeout/8)
		}
		pause(ctx, httpx.Random(longest))
	default:
		again := a.login.ID != "" // the first claim is not in the entry: the store does not keep it
		a.claim(ctx)
		pause(ctx, claimWait)
		return again
	}
	return false
}

// abandoned is the age at which a claim of a program without the lock counts no more.
func (a *attempt) abandoned() time.Duration { return a.source.loginTimeout / 4 }

// claim records the login before its first request. Even a login of a killed program counts.
func (a *attempt) claim(ctx context.Context) {
	now := a.source.clock().time()
	login := newLoginRecord(a.flight.purpose, now)
	if a.login.ID == "" { // counts once here, however often it must be claimed
		a.account.change(now, func(b *budget) { b.begin(login) })
	}
	a.login = login
	if !a.shared.out() {
		a.shared.change(ctx, func(e *envelope) error { e.Budget.begin(login); return nil })
	}
}

func (a *attempt) logIn(ctx context.Context, r *record) {
	s := a.source
	failuresBefore := 0
	if r.failure != nil && !r.failure.Reason.Permanent() {
		failuresBefore = r.failure.Count
	}
	a.flight.sent = true
	token, err := s.login.run(ctx, a.credentials)
	ctx = context.WithoutCancel(ctx) // what happened is saved even after Close
	now := s.clock().time()
	if err != nil {
		cause, _ := errors.AsType[*Error](err)
		a.login.Requests = cause.Attempts
		a.account.change(now, func(b *budget) { b.end(a.login, cause.Reason, now) })
		closed := s.lifetime.Err() != nil
		failed := s.remember(cause, a.flight.previous, failuresBefore)
		r := result{failed: failed, err: cause}
		if cause.Reason.Permanent() {
			r.refused = a.flight.refused.with(a.credentials.fingerprint(), failed.err)
		}
		a.landAndSave(ctx, r, func(e *envelope) error {
			e.Budget.end(a.login, cause.Reason, now)
			if closed { // means nothing to others
				return nil
			}
			return e.setFailure(a.shared.sealer, a.shared.key, s.newFailureRecord(failed))
		})
		return
	}
	s.logins.Add(1)
	a.login.Requests = token.requests
	a.account.change(now, func(b *budget) { b.end(a.login, "", now) })
	a.landAndSave(ctx, result{token: token}, func(e *envelope) error {
		e.Budget.end(a.login, "", now)
		return e.setTokens(a.shared.sealer, a.shared.key, newTokenRecord(token))
	})
}

// landAndSave gives a healthy store a moment before callers go on, because a program may exit right
// after its only call. They do not wait for a slow one.
func (a *attempt) landAndSave(ctx context.Context, r result, set func(*envelope) error) {
	saved := make(chan struct{})
	go func() {
		defer close(saved)
		a.shared.change(ctx, set)
	}()
	select {
	case <-saved:
	case <-time.After(saveGrace):
	}
	a.source.land(a.flight, r)
	<-saved
}

// usable returns the tokens of the record if they are valid, pass VerifyStored, and are better than
// the Source's own.
func (a *attempt) usable(ctx context.Context, r *record) *Token {
	s := a.source
	if a.unwanted.same(r.tokens) {
		return nil
	}
	token, err := r.tokens.token(s.clock())
	if err != nil {
		a.shared.degraded("load", err)
		return nil
	}
	if token == nil || s.clock().reaches(token.deadline) || !s.wants(token) {
		return nil
	}
	if verify := s.verifyStored; verify != nil {
		_, err := within(ctx, a.shared, func(ctx context.Context) (struct{}, error) { return struct{}{}, verify(ctx, token) }, nil)
		if err != nil {
			a.shared.degraded("verify", err)
			return nil
		}
	}
	return token
}

// wants reports whether stored tokens are an improvement: not the Source's own, and later than
// valid ones that a login in the background is about to replace.
func (s *Source) wants(token *Token) bool {
	current := s.current.Load()
	switch {
	case current == nil:
		return true
	case current.fingerprint() == token.fingerprint():
		return false
	case current.Suspect():
		return !token.issuedAt.Before(current.issuedAt)
	}
	return token.expiresAt.After(current.expiresAt)
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
