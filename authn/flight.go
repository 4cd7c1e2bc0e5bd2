package authn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// maxHold is the longest wait for the login budget within a login. Callers get an error if it takes
// longer.
const maxHold = 30 * time.Second

// suspectPatience is how long callers of Token wait for better tokens than valid ones.
const suspectPatience = 5 * time.Second

// flight is one login that any number of callers wait for. No caller owns it.
type flight struct {
	purpose  Purpose
	pass     bool // ignore failures and the login budget
	previous *failure
	refused  refusals
	resets   int  // of the Source at takeoff
	sent     bool // a login was sent; read it after done
	done     chan struct{}
	token    *Token
	err      error
}

// result is how a flight ends: with tokens or with a failure.
type result struct {
	token     *Token
	fromStore bool

	failed  *failure
	err     *Error   // for the callers of this flight, if failed is new
	refused refusals // with the credentials of a permanent failure
}

// valid returns the current tokens until they expire, or nil.
func (s *Source) valid(now instant) *Token {
	if token := s.current.Load(); token != nil && !now.reaches(token.end) {
		return token
	}
	return nil
}

// wait returns the result of the login in progress, or of a new one. It falls back to tokens that
// are still valid.
func (s *Source) wait(ctx context.Context) (*Token, error) {
	s.mu.Lock()
	now := s.clock()
	valid, flight, failed := s.valid(now), s.flight, s.failure
	if failed != nil && now.reaches(failed.until) {
		failed = nil
	}
	expiring := valid == nil || now.reaches(valid.deadline)
	switch {
	case s.lifetime.Err() != nil:
		s.mu.Unlock()
		return nil, ErrClosed
	case flight == nil && valid != nil && (!expiring || failed != nil):
		s.mu.Unlock()
		return valid, nil
	case flight == nil && failed != nil:
		s.mu.Unlock()
		return nil, failed.err
	case flight == nil:
		flight = s.takeOff(ForNoTokens)
	}
	s.mu.Unlock()
	if valid == nil {
		return s.waitFor(ctx, flight)
	}
	longest := suspectPatience
	if expiring { // leave time to use them
		longest = time.Duration(valid.end.wall-now.wall) / 2
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	token, err := s.waitFor(ctx, flight)
	if err != nil && !errors.Is(err, ErrClosed) {
		if valid := s.valid(s.clock()); valid != nil {
			return valid, nil
		}
	}
	return token, err
}

// waitFor returns the result of the login, or an error as soon as ctx ends or the Source is closed.
func (s *Source) waitFor(ctx context.Context, flight *flight) (*Token, error) {
	select {
	case <-flight.done:
		return flight.token, flight.err
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the login: %w", httpx.ContextError(ctx))
	case <-s.lifetime.Done():
		return nil, ErrClosed
	}
}

// refreshAhead starts a login while the tokens are still valid, unless one is running or has just
// failed. It never waits.
func (s *Source) refreshAhead(token *Token, now instant) {
	if !s.mu.TryLock() {
		return // another goroutine is starting or finishing a login
	}
	defer s.mu.Unlock()
	if s.flight != nil || s.current.Load() != token || s.lifetime.Err() != nil {
		return
	}
	if !now.reaches(s.nextRefresh) || s.failure != nil && !now.reaches(s.failure.until) {
		return
	}
	s.nextRefresh = now.add(minRefreshInterval + httpx.Random(minRefreshInterval))
	s.takeOff(ForExpiry)
}

// takeOff starts a login; the caller must hold mu. The login has its own context and timeout: a
// caller that leaves does not end it, and a service that hangs does not block it.
func (s *Source) takeOff(purpose Purpose) *flight {
	f := &flight{purpose: purpose, pass: s.pass, previous: s.failure, refused: s.refusals, resets: s.resets, done: make(chan struct{})}
	s.flight, s.pass = f, false
	s.running.Go(func() {
		ctx, cancel := context.WithTimeoutCause(s.lifetime, s.loginTimeout, fmt.Errorf("no login within %v", s.loginTimeout))
		defer cancel()
		s.fly(ctx, f)
	})
	return f
}

// fly runs the login and always lands it. A panic or runtime.Goexit in the user's functions
// becomes an error.
func (s *Source) fly(ctx context.Context, f *flight) {
	defer func() {
		cause := errAbandoned
		if value := recover(); value != nil {
			cause = panicked(value)
		}
		select {
		case <-f.done:
			return
		default:
		}
		s.fail(f, &Error{Reason: ErrUnavailable, Err: cause})
	}()
	credentials, err := s.askCredentials(ctx)
	if err != nil {
		s.fail(f, err)
		return
	}
	a := s.newAttempt(f, credentials)
	defer a.shared.unlock()
	a.run(ctx)
}

// fail lands a flight that ended before its login.
func (s *Source) fail(f *flight, err *Error) {
	s.land(f, result{failed: s.remember(err, f.previous, 0), err: err})
}

// land publishes the result of a flight and releases its callers.
func (s *Source) land(f *flight, r result) {
	s.mu.Lock()
	closed := s.lifetime.Err() != nil
	s.flight = nil
	switch {
	case closed:
		f.err = ErrClosed
	case r.token != nil:
		f.token = r.token
		s.failure, s.refusals = nil, nil
		s.current.Store(r.token)
		if f.purpose == ForRejection {
			s.unconfirmed = r.token
		}
	default:
		f.err = r.failed.err
		if r.err != nil {
			f.err = r.err
		}
		s.pass = s.pass || f.pass && !f.sent // nothing has passed yet
		spare := r.failed.err.held && (f.purpose == ForExpiry || f.purpose == ForRejection)
		if !spare && s.resets == f.resets {
			s.failure = r.failed
			if r.refused != nil {
				s.refusals = r.refused
			}
		}
	}
	s.mu.Unlock()
	switch {
	case r.token != nil:
		s.notify(func(o Observer) { o.TokenChanged(r.token, r.fromStore) })
	case r.err != nil && !closed:
		s.notify(func(o Observer) { o.LoginFailed(r.err) })
	}
	close(f.done)
}

// askCredentials calls the user's CredentialsFunc.
func (s *Source) askCredentials(ctx context.Context) (Credentials, *Error) {
	var credentials Credentials
	err := guarded(func() (err error) {
		credentials, err = s.credentials(ctx)
		return err
	})
	if err == nil {
		err = credentials.check("ClientID", "ClientSecret", "Username", "Password")
	}
	if err != nil {
		return Credentials{}, &Error{Reason: ErrCredentialsUnavailable, Err: err}
	}
	return credentials, nil
}
