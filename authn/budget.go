package authn

import (
	"crypto/rand"
	"slices"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// The limits of a login budget. Auth0 refuses a user's logins beyond 20 a minute, successful ones
// included, and blocks an account after ten wrong passwords
// (https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy,
// https://auth0.com/docs/secure/attack-protection/brute-force-protection).
const (
	// A login after a 401 that helps costs nothing further. While the new tokens are rejected too,
	// the wait doubles.
	minRejectionInterval = 30 * time.Second
	maxRejectionInterval = time.Hour
	// freeRefusals wrong passwords in a row may follow each other at once; then the wait doubles.
	freeRefusals       = 3
	minRefusalInterval = time.Minute
	maxRefusalInterval = time.Hour
	// minRefreshInterval spaces logins ahead of expiry.
	minRefreshInterval = 30 * time.Second
	// maxKeptLogins is more than the ceiling of any window. Older logins are kept for people to
	// see.
	maxKeptLogins = 20
	keptLogins    = 24 * time.Hour
)

// ceilings bound the login requests in a window of time. The shorter window spreads the logins of
// the longer one.
var ceilings = [...]struct {
	requests int
	window   time.Duration
}{
	{15, time.Minute},
	{6, 20 * time.Second},
}

// Purpose is why a login was made.
type Purpose string

// The purposes of logins.
const (
	ForNoTokens  Purpose = "no tokens"    // a call needed tokens
	ForExpiry    Purpose = "expiry"       // ahead of the expiry of valid tokens
	ForRejection Purpose = "rejection"    // the API rejected the tokens with a 401
	ForRequest   Purpose = "user request" // Refresh, or the first login after Reset or Clear
)

// budget limits the logins of one account. It is stored in clear next to the tokens, because
// programs with different passwords share it.
type budget struct {
	Logins   []loginRecord `json:"logins,omitempty"` // oldest first
	Rejected streak        `json:"rejected,omitzero"`
	Refused  streak        `json:"refused,omitzero"`
}

// loginRecord is one login and its place in a store.
type loginRecord struct {
	Login
	ID      string `json:"id"`
	Running bool   `json:"running,omitempty"`
}

// streak counts events in a row: logins after a 401 that have not helped, or wrong passwords.
type streak struct {
	Count int       `json:"count"`
	At    time.Time `json:"at"` // of the last one
}

func (s streak) next(free int, shortest, longest time.Duration) time.Time {
	if s.Count <= free {
		return time.Time{}
	}
	return s.At.Add(httpx.Exponential(s.Count-free-1, shortest, longest))
}

// next returns the earliest time of a login, which may have passed.
func (b *budget) next(purpose Purpose, now time.Time) time.Time {
	next := b.Refused.next(freeRefusals-1, minRefusalInterval, maxRefusalInterval)
	if purpose == ForRejection {
		next = later(next, b.Rejected.next(0, minRejectionInterval, maxRejectionInterval))
	}
	for _, ceiling := range ceilings {
		requests := 0
		for _, login := range slices.Backward(b.Logins) {
			free := login.At.Add(ceiling.window)
			if !free.After(now) {
				break
			}
			if requests += min(login.Requests, ceiling.requests); requests >= ceiling.requests {
				next = later(next, free)
				break
			}
		}
	}
	for _, login := range b.Logins {
		if purpose == ForExpiry && login.Purpose == ForExpiry {
			next = later(next, login.At.Add(minRefreshInterval))
		}
	}
	return next
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func newLoginRecord(purpose Purpose, now time.Time) loginRecord {
	return loginRecord{Login{now, purpose, 1}, rand.Text(), true}
}

// begin records a login before its first request. A second time it does nothing.
func (b *budget) begin(login loginRecord) {
	if slices.ContainsFunc(b.Logins, func(l loginRecord) bool { return l.ID == login.ID }) {
		return
	}
	b.Logins = append(b.Logins, login)
	b.Logins = slices.Delete(b.Logins, 0, max(0, len(b.Logins)-maxKeptLogins))
	if login.Purpose == ForRejection {
		b.Rejected = streak{b.Rejected.Count + 1, login.At}
	}
}

// end records the outcome of a login. The reason is empty after a success. A second time it does
// nothing.
func (b *budget) end(login loginRecord, reason Reason, now time.Time) {
	i := slices.IndexFunc(b.Logins, func(l loginRecord) bool { return l.ID == login.ID })
	if i >= 0 && !b.Logins[i].Running {
		return
	}
	if i >= 0 {
		b.Logins[i].Running, b.Logins[i].Requests = false, max(1, login.Requests)
	}
	switch reason {
	case "":
		b.Refused = streak{}
	case ErrInvalidCredentials:
		b.Refused = streak{b.Refused.Count + 1, now}
	}
}

// running returns the newest login that has not ended and has not been abandoned.
func (b *budget) running(now time.Time, abandoned time.Duration) (id string) {
	for _, login := range slices.Backward(b.Logins) {
		if login.Running && now.Sub(login.At) < abandoned {
			return login.ID
		}
	}
	return ""
}

// shift adds d to all times, which belonged to another clock. No time is later than now, so that a
// wrong clock cannot prolong a wait; shift reports whether one was.
func (b *budget) shift(d time.Duration, now time.Time) (changed bool) {
	move := func(at *time.Time) {
		if at.IsZero() {
			return
		}
		if *at = at.Add(d); at.After(now) {
			*at, changed = now, true
		}
	}
	for i := range b.Logins {
		move(&b.Logins[i].At)
	}
	b.Logins = slices.DeleteFunc(b.Logins, func(login loginRecord) bool { return now.Sub(login.At) > keptLogins })
	for _, s := range []*streak{&b.Rejected, &b.Refused} {
		if move(&s.At); now.Sub(s.At) > maxRejectionInterval+maxRefusalInterval { // over
			*s = streak{}
		}
	}
	return changed
}

// until returns when the last limit ends.
func (b *budget) until() time.Time {
	until := later(b.Rejected.next(0, minRejectionInterval, maxRejectionInterval), b.Refused.next(freeRefusals-1, minRefusalInterval, maxRefusalInterval))
	if n := len(b.Logins); n > 0 {
		until = later(until, b.Logins[n-1].At.Add(ceilings[0].window))
	}
	return until
}
