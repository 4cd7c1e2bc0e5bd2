package authn

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// claims are those of a JWT (RFC 7519). They are nil for an opaque or an encrypted token.
type claims struct{ jwt.MapClaims }

// claimsOf reads claims without a look at the header and the signature: the tokens came from the
// service over TLS (OpenID Connect Core, section 3.1.3.7). A header that the library does not know,
// or a claim of an unusual type, must not hide the others.
func claimsOf(token string) (c claims) {
	decoder := json.NewDecoder(bytes.NewReader(payload(token)))
	decoder.UseNumber() // two large users must not become one
	if decoder.Decode(&c.MapClaims) != nil {
		return claims{}
	}
	return c
}

// payload returns the JSON of the claims; nil if the token is not a JWT.
func payload(token string) []byte {
	parts := strings.Split(token, ".")
	if len(parts) < 2 {
		return nil
	}
	urlSafe := strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(parts[1])
	data, err := jwt.NewParser().DecodeSegment(urlSafe)
	if err != nil {
		return nil
	}
	return data
}

// text returns a claim that is a string or a number; empty without one.
func (c claims) text(name string) string {
	switch value := c.MapClaims[name].(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// maxUnixSeconds is the end of the year 9999. A later instant is in milliseconds: compared with
// each other, minutes in milliseconds would look like days.
const maxUnixSeconds = 253402300799

// time returns a claim that is a number of seconds since 1970, or a string with one.
func (c claims) time(name string) (time.Time, bool) {
	seconds, err := strconv.ParseFloat(strings.TrimSpace(c.text(name)), 64)
	if err != nil || !(seconds > 0 && seconds <= maxUnixSeconds) { // also not a number
		return time.Time{}, false
	}
	return time.UnixMicro(int64(seconds * 1e6)), true
}

// checkOwner rejects tokens of two users, and tokens for another client, which a mixed-up
// cache in front of the service would return (OpenID Connect Core, sections 3.1.3.7 and 3.1.3.8). A
// token that is not a JWT, or lacks the claim, passes.
func (r *tokenResponse) checkOwner(clientID string) error {
	access, id := claimsOf(r.accessToken), claimsOf(r.idToken)
	if user, other := access.text("sub"), id.text("sub"); user != "" && other != "" && user != other {
		return errors.New("access_token and id_token belong to different users: their sub claims differ")
	}
	if audience, err := id.GetAudience(); err == nil && len(audience) > 0 && !slices.Contains(audience, clientID) {
		return errors.New("id_token is for another client: its aud claim does not contain the client ID")
	}
	if party := access.text("azp"); party != "" && party != clientID {
		return errors.New("access_token is for another client: its azp claim is not the client ID")
	}
	if party := id.text("azp"); party != "" && party != clientID {
		return errors.New("id_token is for another client: its azp claim is not the client ID")
	}
	return nil
}
