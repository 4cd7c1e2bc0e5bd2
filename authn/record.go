package authn

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// record is how a pair is kept in a Store.
type record struct {
	Version     int       `json:"version"`
	Key         string    `json:"key"` // so that a pair of another account is never used, whatever the store does
	AccessToken string    `json:"access_token"`
	IDToken     string    `json:"id_token"`
	IssuedAt    time.Time `json:"issued_at"`
	ExpiresAt   time.Time `json:"expires_at"`
}

const recordVersion = 1

// storeKey names an account: two that differ in any of these must never share a pair.
func storeKey(tokenURL, clientID, audience, scope, username string) string {
	hash := hashFields(tokenURL, clientID, audience, scope, username)
	return hex.EncodeToString(hash[:])
}

func encodeRecord(key string, token *Token) ([]byte, error) {
	return json.Marshal(record{recordVersion, key, token.AccessToken(), token.IDToken(), token.issuedAt, token.expiresAt})
}

// decodeRecord returns the stored pair, or nil when it is of another account, of another version or no longer valid.
// Data that cannot be read is an error.
func decodeRecord(data []byte, key string, now instant) (*Token, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("the stored pair cannot be read")
	}
	if r.Version != recordVersion || r.Key != key {
		return nil, nil
	}
	if err := checkToken("access_token", r.AccessToken); err != nil {
		return nil, fmt.Errorf("the stored pair: %w", err)
	}
	if err := checkToken("id_token", r.IDToken); err != nil {
		return nil, fmt.Errorf("the stored pair: %w", err)
	}
	left := r.ExpiresAt.Sub(now.time())
	if left <= 0 || left > maxLifetime {
		return nil, nil
	}
	token := newToken(r.AccessToken, r.IDToken, now, left)
	token.issuedAt, token.expiresAt = r.IssuedAt, r.ExpiresAt
	return token, nil
}
