package authn

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// maxLifetime is the longest that Auth0 can be set to. A later expiry, such as one in milliseconds, is not believed.
	maxLifetime = 30*24*time.Hour + time.Hour
	// minLifetime is the shortest that a pair is worth using for; below it each call would log in.
	minLifetime = time.Second
	// fallbackLifetime serves when neither the answer nor the tokens say how long they are valid.
	fallbackLifetime = time.Hour
	// maxMargin is how long before its end a pair is no longer handed out, so that it outlives the call that carries it.
	maxMargin = 30 * time.Second
	// maxRefreshWindow is how long before that a login in the background may start; long enough to ride out an outage.
	maxRefreshWindow = 20 * time.Minute
)

var errExpiredOnArrival = errors.New("the tokens have already expired")

// lifetime returns how long a pair that was just received is valid: until the first of expires_in and the two exp claims.
// The vendor's expires_in speaks of the access token only, while the ID token may die hours earlier.
//
// The claims are compared with the service's own clock, that is its iat claim and its Date header, so that a wrong clock
// on this machine neither shortens nor prolongs a pair. No signature is checked: the pair came over TLS from the service
// itself (OpenID Connect Core, section 3.1.3.7).
func (r *reply) lifetime(date, now time.Time) (time.Duration, error) {
	if date.IsZero() {
		date = now
	}
	shortest := maxLifetime + 1 // what is longer is not believed
	if r.expiresIn > 0 {
		shortest = min(shortest, r.expiresIn)
	}
	for _, token := range []string{r.accessToken, r.idToken} {
		var claims jwt.RegisteredClaims
		if _, _, err := jwt.NewParser().ParseUnverified(token, &claims); err != nil || claims.ExpiresAt == nil {
			continue // opaque and encrypted tokens are fine: expires_in speaks for them
		}
		if claims.ExpiresAt.Unix() <= 0 || claims.ExpiresAt.Year() > 9999 {
			continue // a number that did not fit, or milliseconds, with which an iat of the same kind would look like days
		}
		left := claims.ExpiresAt.Sub(date)
		if claims.IssuedAt != nil {
			fromIssue := claims.ExpiresAt.Sub(claims.IssuedAt.Time)
			if left <= 0 || left > fromIssue {
				left = fromIssue // the clock that date came from is wrong
			}
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
