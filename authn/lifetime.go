package authn

import (
	"errors"
	"time"
)

const (
	// maxLifetime is the maximum setting in Auth0, plus an hour. A later expiry is ignored: it
	// may be in milliseconds.
	maxLifetime = 30*24*time.Hour + time.Hour
	// minLifetime is the shortest usable lifetime. With less, each call would log in.
	minLifetime = time.Second
	// fallbackLifetime applies when neither the response nor the tokens contain an expiry.
	fallbackLifetime = time.Hour
	// maxMargin is how long before their expiry a Source prefers new tokens, so that they outlive
	// the call that carries them.
	maxMargin = 30 * time.Second
	// maxRefreshWindow is how long before that a login in the background may start: long enough to
	// survive an outage.
	maxRefreshWindow = 20 * time.Minute
)

var errExpiredOnArrival = errors.New("the tokens have already expired")

// lifetime returns how long new tokens are valid: until the first of expires_in and the two exp
// claims. The vendor's expires_in covers the access token only; the ID token may expire hours
// earlier.
//
// Claims are compared with the service's own clock, its iat claim and its Date header, so that a
// wrong clock on this machine neither shortens nor prolongs the lifetime.
func (r *tokenResponse) lifetime(date, now time.Time) (time.Duration, error) {
	if date.IsZero() {
		date = now
	}
	shortest := maxLifetime + 1 // means unknown
	if r.expiresIn > 0 {
		shortest = min(shortest, r.expiresIn)
	}
	for _, token := range []string{r.accessToken, r.idToken} {
		claims := claimsOf(token)
		expiry, ok := claims.time("exp")
		if !ok {
			continue // opaque or encrypted: expires_in covers the token
		}
		left := expiry.Sub(date)
		if issued, ok := claims.time("iat"); ok && issued.Before(expiry) { // any other iat is wrong
			fromIssue := expiry.Sub(issued)
			if left <= 0 || left > fromIssue {
				left = fromIssue // the clock behind date is wrong
			}
		} else if left < -maxLifetime {
			continue // as long ago as no new token can be: the clock or the claim is wrong
		}
		shortest = min(shortest, left)
	}
	switch {
	case shortest > maxLifetime:
		return fallbackLifetime, nil
	case shortest < minLifetime:
		return 0, errExpiredOnArrival
	}
	return shortest, nil
}
