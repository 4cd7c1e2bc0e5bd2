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
}

// tokenRecord is a Token in a store.
type tokenRecord struct {
	AccessToken string    `json:"access_token"`
	IDToken     string    `json:"id_token"`
	IssuedAt    time.Time `json:"issued_at"`
	ExpiresAt   time.Time `json:"expires_at"`
}

// failureRecord shares a failed login, so that a hundred programs do not each try a wrong password.
type failureRecord struct {
	Reason      Reason    `json:"reason"`
	StatusCode  int       `json:"status,omitempty"`
	Code        string    `json:"code,omitempty"`
	Description string    `json:"description,omitempty"`
	Count       int       `json:"count"`
	Until       time.Time `json:"until"` // when to try again
}

func newTokenRecord(token *Token) *tokenRecord {
	return &tokenRecord{token.AccessToken(), token.IDToken(), token.issuedAt, token.expiresAt}
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
	left := r.ExpiresAt.Sub(now.time())
	if left <= 0 || left > maxLifetime {
		return nil, nil
	}
	token := newToken(r.AccessToken, r.IDToken, now, left)
	token.issuedAt, token.expiresAt = r.IssuedAt, r.ExpiresAt
	return token, nil
}
