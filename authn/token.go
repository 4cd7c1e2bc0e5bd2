package authn

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// The two header names in canonical form.
const (
	authorizationHeader = "Authorization"
	idTokenHeader       = "X-Id-Token"
)

// Token is the access token and the ID token of one login. It is immutable, safe for concurrent
// use, and prints as [redacted].
type Token struct {
	access, id Secret
	headers    func() (authorization, id []string) // a function, because printers do not look into one
	issuedAt   time.Time
	expiresAt  time.Time
	deadline   instant // when a Source prefers new tokens to these
	end        instant // when they expire
	refreshAt  instant // when a call starts a login in the background
	unsuspect  *Token  // the same tokens before the API rejected them
	requests   int     // of the login
}

// newToken returns the tokens of a login at now that are valid for lifetime.
func newToken(access, id string, now instant, lifetime time.Duration) *Token {
	margin := min(maxMargin, lifetime/10)
	window := min(maxRefreshWindow, lifetime/2)
	// Allocated once per login. Neither slice has spare capacity, so appending to a header of one
	// request cannot write into another.
	authorizationValues, idValues := []string{"Bearer " + access}, []string{id}
	return &Token{
		access:    NewSecret(access),
		id:        NewSecret(id),
		headers:   func() ([]string, []string) { return authorizationValues, idValues },
		issuedAt:  now.time(),
		expiresAt: now.add(lifetime).time(),
		deadline:  now.add(lifetime - margin),
		end:       now.add(lifetime),
		refreshAt: now.add(lifetime - margin - window + httpx.Random(window/4)),
	}
}

// AccessToken returns the access token in clear. Do not log it.
func (t *Token) AccessToken() string { return t.access.Reveal() }

// IDToken returns the ID token in clear. Do not log it.
func (t *Token) IDToken() string { return t.id.Reveal() }

// IssuedAt returns when the tokens were obtained, in UTC by this machine's clock.
func (t *Token) IssuedAt() time.Time { return t.issuedAt }

// ExpiresAt returns when the first of the two tokens expires, in UTC by this machine's clock. A
// Source tries to replace them a little earlier: a tenth of their lifetime, at most 30 seconds.
func (t *Token) ExpiresAt() time.Time { return t.expiresAt }

// Suspect reports whether the API has rejected the tokens and not accepted them since. A Source
// returns them until it has others.
func (t *Token) Suspect() bool { return t.unsuspect != nil }

// suspect returns the same tokens, marked.
func (t *Token) suspect() *Token {
	marked := *t
	marked.unsuspect = t
	return &marked
}

// same reports whether both are the same tokens, suspect or not.
func (t *Token) same(other *Token) bool {
	return t == other || t != nil && other != nil && (t.unsuspect == other || other.unsuspect == t || t.unsuspect != nil && t.unsuspect == other.unsuspect)
}

// Claims returns the unverified claims of the access token and of the ID token, for display only.
// Claims of a token that is not a JWT are nil.
func (t *Token) Claims() (access, id map[string]any) {
	decode := func(token string) (claims map[string]any) {
		if json.Unmarshal(payload(token), &claims) != nil {
			return nil
		}
		return claims
	}
	return decode(t.AccessToken()), decode(t.IDToken())
}

// SetHeaders sets both headers; header must not be nil. Requests share the values: replace them,
// never modify them.
func (t *Token) SetHeaders(header http.Header) {
	header[authorizationHeader], header[idTokenHeader] = t.headers()
}

// fingerprint identifies the tokens without containing them.
func (t *Token) fingerprint() [sha256.Size]byte {
	return hashFields(t.AccessToken(), t.IDToken())
}

// String returns [redacted].
func (*Token) String() string { return redacted }

// Format writes [redacted] for every verb.
func (*Token) Format(state fmt.State, _ rune) { io.WriteString(state, redacted) }

// LogValue logs only the expiry.
func (t *Token) LogValue() slog.Value {
	return slog.GroupValue(slog.Time("expires_at", t.expiresAt))
}

// MarshalJSON writes "[redacted]".
func (*Token) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }
