package authn

import (
	"net/http"
	"sync"
	"time"
	"weak"
)

// account is the login budget of an account in this program, whether it has a store or not.
type account struct {
	usedAt time.Time // guarded by accounts

	mu     sync.Mutex
	budget budget
}

// accounts has the budgets of this program. An HTTP client belongs to the key, because another one
// may reach another login service under the same URL.
var accounts = struct {
	sync.Mutex
	byKey map[accountKey]*account
}{byKey: map[accountKey]*account{}}

type accountKey struct {
	store  string // the key in a store
	client weak.Pointer[http.Client]
}

func accountOf(key accountKey, now time.Time) *account {
	accounts.Lock()
	defer accounts.Unlock()
	for key, a := range accounts.byKey {
		if now.Sub(a.usedAt) > maxRejectionInterval+maxRefusalInterval { // no limit lasts longer
			delete(accounts.byKey, key)
		}
	}
	a := accounts.byKey[key]
	if a == nil {
		a = &account{}
		accounts.byKey[key] = a
	}
	a.usedAt = now
	return a
}

// change applies a function to the budget.
func (a *account) change(now time.Time, f func(*budget)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.budget.shift(0, now)
	f(&a.budget)
}

// next returns the earliest time of a login by what this program knows.
func (a *account) next(purpose Purpose, now time.Time) (next time.Time) {
	a.change(now, func(b *budget) { next = b.next(purpose, now) })
	return next
}
