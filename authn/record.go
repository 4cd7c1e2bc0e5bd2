package authn

import (
	"fmt"
	"time"
)

// record is what these credentials can read of an entry: the pair, the failure of the last login, or both, when a login
// ahead of expiry has failed.
type record struct {
	pair    *pairRecord
	failure *failureRecord
}

// pairRecord is a pair as it is stored.
type pairRecord struct {
	AccessToken string    `json:"access_token"`
	IDToken     string    `json:"id_token"`
	IssuedAt    time.Time `json:"issued_at"`
	ExpiresAt   time.Time `json:"expires_at"`
}

// failureRecord lets programs share a failed login, or a hundred of them would each try the wrong password.
type failureRecord struct {
	Reason      Reason    `json:"reason"`
	StatusCode  int       `json:"status,omitempty"`
	Code        string    `json:"code,omitempty"`
	Description string    `json:"description,omitempty"`
	Count       int       `json:"count"`
	Until       time.Time `json:"until"` // when to try again
}

func newPairRecord(token *Token) *pairRecord {
	return &pairRecord{token.AccessToken(), token.IDToken(), token.issuedAt, token.expiresAt}
}

// token returns the pair, or nil when it is no longer valid. Nothing that a store says is trusted more than the login
// service.
func (p *pairRecord) token(now instant) (*Token, error) {
	if p == nil {
		return nil, nil
	}
	if err := checkToken("access_token", p.AccessToken); err != nil {
		return nil, fmt.Errorf("the stored pair: %w", err)
	}
	if err := checkToken("id_token", p.IDToken); err != nil {
		return nil, fmt.Errorf("the stored pair: %w", err)
	}
	left := p.ExpiresAt.Sub(now.time())
	if left <= 0 || left > maxLifetime {
		return nil, nil
	}
	token := newToken(p.AccessToken, p.IDToken, now, left)
	token.issuedAt, token.expiresAt = p.IssuedAt, p.ExpiresAt
	return token, nil
}
