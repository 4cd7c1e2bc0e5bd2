package authn

import (
	"fmt"
	"time"
)

// record is the part of an entry that these credentials can read. It has both tokens and a failure
// when a login in the background has failed.
type record struct {
	tokens  *tokenRecord
	failure *failureRecord
	budget  budget
}

// tokenRecord is a Token in a store. Until is by this program's clock; see [envelope].
type tokenRecord struct {
	AccessToken string        `json:"access_token"`
	IDToken     string        `json:"id_token"`
	Lifetime    time.Duration `json:"lifetime"`

	until time.Time
}

// failureRecord shares a failed login, so that a hundred programs do not each try a wrong password.
type failureRecord struct {
	Reason      Reason        `json:"reason"`
	StatusCode  int           `json:"status,omitempty"`
	Code        string        `json:"code,omitempty"`
	Description string        `json:"description,omitempty"`
	Count       int           `json:"count"`
	Wait        time.Duration `json:"wait"` // from the failure to the next login

	until time.Time
}

func newTokenRecord(token *Token) *tokenRecord {
	return &tokenRecord{token.AccessToken(), token.IDToken(), token.expiresAt.Sub(token.issuedAt), token.expiresAt}
}

// token returns the tokens, or nil if they have expired. Data from a store is checked like a
// response of the login service.
func (r *tokenRecord) token(now instant) (*Token, error) {
	if r == nil {
		return nil, nil
	}
	if err := checkToken("access_token", r.AccessToken); err != nil {
		return nil, fmt.Errorf("stored tokens: %w", err)
	}
	if err := checkToken("id_token", r.IDToken); err != nil {
		return nil, fmt.Errorf("stored tokens: %w", err)
	}
	lifetime := min(r.Lifetime, maxLifetime)
	left := min(r.until.Sub(now.time()), lifetime)
	if left <= 0 {
		return nil, nil
	}
	return newToken(r.AccessToken, r.IDToken, now.add(left-lifetime), lifetime), nil
}

// same reports whether both records have the same tokens.
func (r *tokenRecord) same(other *tokenRecord) bool {
	return r != nil && other != nil && r.AccessToken == other.AccessToken && r.IDToken == other.IDToken
}
