package xsaletest

import (
	"slices"
	"sync"
	"time"
)

// Auth0's limits for one user and one address; the sandbox sees one address only.
const (
	maxWrongPasswords = 10          // in a row; then the user is blocked
	maxLogins         = 20          // in a loginWindow, successful ones included; a login beyond them slows the user down
	slowLogins        = 10          // in a loginWindow while the user is slowed down
	loginWindow       = time.Minute // the user is slowed down until one has passed without a refusal
)

// loginLimits decides by a user's past logins whether another one may go on. Names that no user has are limited too, so
// that the answers do not tell whether a user exists.
type loginLimits struct {
	mu    sync.Mutex
	users map[string]*loginHistory
}

type loginHistory struct {
	wrongPasswords int         // in a row
	recent         []time.Time // of the logins in the window that were not refused for a limit, oldest first
	lastRefusal    time.Time   // for too many logins
}

// loginVerdict is what becomes of a login.
type loginVerdict int

const (
	loginSucceeds loginVerdict = iota
	loginWrongPassword
	loginTooManyAttempts // the user is blocked
	loginTooManyLogins   // the user is slowed down
)

// loginQuota says how many logins the window holds, how many of them are left, and when one more is free again.
type loginQuota struct {
	limit, remaining int
	reset            time.Time
}

func newLoginLimits() *loginLimits {
	return &loginLimits{users: make(map[string]*loginHistory)}
}

// try counts a login whose password has been checked. Deciding and counting are one step, so that logins at the same
// time cannot pass a limit together.
func (l *loginLimits) try(username string, passwordIsRight bool, now time.Time) (loginVerdict, loginQuota) {
	l.mu.Lock()
	defer l.mu.Unlock()
	history := l.users[username]
	if history == nil {
		history = &loginHistory{}
		l.users[username] = history
	}
	return history.try(passwordIsRight, now)
}

func (h *loginHistory) try(passwordIsRight bool, now time.Time) (loginVerdict, loginQuota) {
	if h.wrongPasswords >= maxWrongPasswords {
		return loginTooManyAttempts, loginQuota{}
	}
	h.recent = slices.DeleteFunc(h.recent, func(t time.Time) bool { return now.Sub(t) >= loginWindow })
	limit := maxLogins
	if now.Sub(h.lastRefusal) < loginWindow {
		limit = slowLogins
	}
	if len(h.recent) >= limit {
		h.lastRefusal = now
		// From now on only slowLogins fit, so all but slowLogins-1 of the recent ones have to leave the window first.
		return loginTooManyLogins, loginQuota{slowLogins, 0, h.recent[len(h.recent)-slowLogins].Add(loginWindow)}
	}
	h.recent = append(h.recent, now)
	quota := loginQuota{limit, limit - len(h.recent), h.recent[0].Add(loginWindow)}
	if !passwordIsRight {
		h.wrongPasswords++
		return loginWrongPassword, quota
	}
	h.wrongPasswords = 0
	return loginSucceeds, quota
}

// block blocks a user as too many wrong passwords do.
func (l *loginLimits) block(username string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	history := l.users[username]
	if history == nil {
		history = &loginHistory{}
		l.users[username] = history
	}
	history.wrongPasswords = maxWrongPasswords
}

// unblock lifts the block for wrong passwords, and leaves the limit on logins as it is.
func (l *loginLimits) unblock(username string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if history := l.users[username]; history != nil {
		history.wrongPasswords = 0
	}
}
