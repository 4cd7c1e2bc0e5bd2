package authn

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

const (
	// A Source remembers a failed login for a second, doubled for each further failed request,
	// up to a minute.
	minCoolDown = time.Second
	maxCoolDown = time.Minute
	// maxHintedCoolDown bounds a hint of the service: a wrong one must not stop a program for
	// weeks.
	maxHintedCoolDown = time.Hour
	// tooManyLoginsCoolDown is the time over which Auth0 counts the logins of a user.
	tooManyLoginsCoolDown = time.Minute
	// maxRefusals is the number of credentials whose permanent failures a Source remembers.
	maxRefusals = 16
)

// failure remembers a failed login, so that callers share it instead of repeating it.
type failure struct {
	err   *Error  // for later callers
	count int     // consecutive failed requests
	until instant // when to log in again or, if permanent, to check the credentials again
	ahead bool    // from a login while valid tokens were in use
}

// refusals are the permanent failures by the fingerprint of the credentials. They outlive failures
// of another kind.
type refusals map[[sha256.Size]byte]*Error

// with returns a copy with another refusal.
func (r refusals) with(fingerprint [sha256.Size]byte, err *Error) refusals {
	copied := maps.Clone(r)
	if copied == nil || len(copied) >= maxRefusals {
		copied = refusals{}
	}
	copied[fingerprint] = err
	return copied
}

// temporary returns the number of consecutive requests that failed for a temporary reason. Logins
// while valid tokens are in use do not count: they are spaced anyway, and must not delay later
// callers.
func (f *failure) temporary() int {
	if f == nil || f.ahead || f.err.held || f.err.Reason.Permanent() {
		return 0
	}
	return f.count
}

// remember returns the memory of a failed login, and sets when the next one may start. The wait
// grows with the consecutive failed requests, here and in programs that share the store.
func (s *Source) remember(err *Error, previous *failure, failuresElsewhere int) *failure {
	now := s.clock()
	failed := &failure{count: max(1, err.Attempts), ahead: s.valid(now) != nil}
	if !failed.ahead {
		failed.count += max(failuresElsewhere, previous.temporary())
	}
	err.FailedAt = now.time()
	wait := credentialsInterval
	if !err.Reason.Permanent() {
		wait = max(httpx.Exponential(failed.count-1, minCoolDown, maxCoolDown), min(err.RetryAfter, maxHintedCoolDown))
		if err.Code == "too_many_logins" {
			wait = max(wait, tooManyLoginsCoolDown)
		}
		err.RetryAt = now.add(wait).time()
	}
	failed.until = now.add(wait)
	failed.err = err.remembered()
	return failed
}

// again returns the memory of a permanent failure whose credentials have not changed.
func (s *Source) again(refusal *Error) *failure {
	return &failure{err: refusal.remembered(), count: 1, until: s.clock().add(credentialsInterval)}
}

// held returns the failure of a login that the budget does not allow before next.
func (s *Source) held(next time.Time) *failure {
	now := s.clock()
	wait := next.Sub(now.time())
	cause := fmt.Errorf("no login sent: the login budget of the account allows the next one in %v", wait.Round(time.Second))
	return &failure{err: &Error{Reason: ErrRateLimited, Err: cause, FailedAt: now.time(), RetryAt: next, held: true}, until: now.add(wait)}
}

// loginRequired returns the failure of a Source that cannot log in without its user. It looks into
// the store again soon.
func (s *Source) loginRequired() *failure {
	now := s.clock()
	return &failure{err: &Error{Reason: ErrLoginRequired, FailedAt: now.time(), held: true}, until: now.add(credentialsInterval)}
}

// guarded calls a user's function and converts a panic to an error.
func guarded(call func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked(value)
		}
	}()
	return call()
}

// panicked reports only the type of the value, because the value may contain a secret.
func panicked(value any) error {
	return fmt.Errorf("panic of type %T during the login", value)
}

var errAbandoned = errors.New("the login was abandoned")
