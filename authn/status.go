package authn

import (
	"context"
	"time"
)

// Login is one login in the history of an account.
type Login struct {
	At       time.Time `json:"at"` // in UTC by this machine's clock
	Purpose  Purpose   `json:"for"`
	Requests int       `json:"requests"` // at least 1; a login is tried again after some failures
}

// Status is what a [Source] and its store know of an account.
type Status struct {
	// Token has the tokens in use or in the store, nil if there are no valid ones.
	Token *Token
	// ExpiredAt is when the last tokens expired, by this machine's clock in UTC. It is zero with
	// valid tokens, and if none are known.
	ExpiredAt time.Time
	// OtherTokens is the number of sets of tokens in the store that other credentials of the
	// account made, such as an earlier password. They cannot be used.
	OtherTokens int
	// Failure is the failed login that stands in the way of the next one, or nil. It is
	// [ErrLoginRequired] without valid tokens if only the user can log in.
	Failure *Error
	// Logins are the last logins of the account, at most 20, oldest first: of all programs that
	// share the store, or of this program.
	Logins []Login
	// NextLogin and NextAfterRejection are the earliest times, in UTC, of the next login with the
	// same credentials and of one after a 401. They may have passed.
	NextLogin, NextAfterRejection time.Time
}

// Status returns what is known of the account, without a login. It fails without credentials.
func (s *Source) Status(ctx context.Context) (status Status, err error) {
	credentials, failed := s.askCredentials(ctx)
	if failed != nil {
		return Status{}, failed
	}
	a := s.newAttempt(&flight{}, credentials)
	r := a.shared.load(ctx)
	now := s.clock()

	status.Token = s.valid(now)
	if stored := a.usable(ctx, r); stored != nil {
		status.Token = stored
	}
	if status.Token == nil && r.tokens != nil && !now.time().Before(r.tokens.until) {
		status.ExpiredAt = r.tokens.until
	}
	for id, part := range a.shared.envelope.Tokens {
		if id != a.shared.sealer.keyID && part.Until.After(now.time()) {
			status.OtherTokens++
		}
	}
	s.mu.Lock()
	if s.failure != nil && !now.reaches(s.failure.until) {
		status.Failure = s.failure.err
	}
	s.mu.Unlock()
	if standing := s.standing(r.failure); standing != nil {
		status.Failure = standing.err
	}
	if credentials.UserLogin && status.Token == nil {
		status.Failure = s.loginRequired().err
	}
	defer func() {
		if status.Failure != nil {
			status.NextLogin = later(status.NextLogin, status.Failure.RetryAt)
		}
	}()
	a.account.change(now.time(), func(b *budget) {
		if a.shared.out() {
			r.budget = *b
		}
		next := func(purpose Purpose) time.Time {
			return later(b.next(purpose, now.time()), r.budget.next(purpose, now.time()))
		}
		status.NextLogin, status.NextAfterRejection = next(ForNoTokens), next(ForRejection)
		for _, login := range r.budget.Logins {
			status.Logins = append(status.Logins, login.Login)
		}
	})
	return status, nil
}
