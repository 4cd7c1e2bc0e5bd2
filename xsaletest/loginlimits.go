package xsaletest

import (
	"slices"
	"sync"
	"time"
)

// Auth0's limits for one user and one address. The sandbox sees one address only.
const (
	maxWrongPasswords = 10          // in a row; then the user is blocked
	maxLogins         = 20          // in a loginWindow, including successful ones; one more throttles the user
	slowLogins        = 10          // in a loginWindow while the user is throttled
	loginWindow       = time.Minute // throttling ends after one window without a rejected login
)

// loginLimits limits the logins of each user name. Unknown names have limits too, so that a
// response does not reveal whether a user exists.
type loginLimits struct {
	mu    sync.Mutex
	users map[string]*loginHistory
}

type loginHistory struct {
	wrongPasswords int         // in a row
	recent         []time.Time // logins in the window within the limit, oldest first
	lastRejected   time.Time   // for too many logins
}

type loginVerdict int

const (
	loginSucceeds loginVerdict = iota
	loginWrongPassword
	loginTooManyAttempts // the user is blocked
	loginTooManyLogins   // the user is throttled
)

// loginQuota is how many logins a window allows, how many are left, and when the next one is free.
type loginQuota struct {
	limit, remaining int
	reset            time.Time
}

func newLoginLimits() *loginLimits {
	return &loginLimits{users: make(map[string]*loginHistory)}
}

// try checks and counts a login in one step, so that concurrent logins cannot exceed a limit
// together.
func (l *loginLimits) try(username string, samePassword bool, now time.Time) (loginVerdict, loginQuota) {
	l.mu.Lock()
	defer l.mu.Unlock()
	history := l.users[username]
	if history == nil {
		history = &loginHistory{}
		l.users[username] = history
	}
	return history.try(samePassword, now)
}

func (h *loginHistory) try(samePassword bool, now time.Time) (loginVerdict, loginQuota) {
	if h.wrongPasswords >= maxWrongPasswords {
		return loginTooManyAttempts, loginQuota{}
	}
	h.recent = slices.DeleteFunc(h.recent, func(t time.Time) bool { return now.Sub(t) >= loginWindow })
	limit := maxLogins
	if now.Sub(h.lastRejected) < loginWindow {
		limit = slowLogins
	}
	if len(h.recent) >= limit {
		h.lastRejected = now
		// Only slowLogins fit now, so all but slowLogins-1 of the recent ones must leave the
		// window first.
		return loginTooManyLogins, loginQuota{slowLogins, 0, h.recent[len(h.recent)-slowLogins].Add(loginWindow)}
	}
	h.recent = append(h.recent, now)
	quota := loginQuota{limit, limit - len(h.recent), h.recent[0].Add(loginWindow)}
	if !samePassword {
		h.wrongPasswords++
		return loginWrongPassword, quota
	}
	h.wrongPasswords = 0
	return loginSucceeds, quota
}

// block blocks a user like too many wrong passwords.
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

// unblock lifts the block for wrong passwords. It does not change the limit on logins.
func (l *loginLimits) unblock(username string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if history := l.users[username]; history != nil {
		history.wrongPasswords = 0
	}
}

// blocked returns the names of the blocked users, sorted.
func (l *loginLimits) blocked() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for name, history := range l.users {
		if history.wrongPasswords >= maxWrongPasswords {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// reset forgets all logins.
func (l *loginLimits) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.users)
}
