package authn

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// claims are those of a JWT (RFC 7519) as JSON, without a look at its header and its signature: the
// tokens came from the service over TLS (OpenID Connect Core, section 3.1.3.7), and a claim of an
// unusual type must not hide the others. They are nil for an opaque or an encrypted token.
type claims map[string]json.RawMessage

func claimsOf(token string) (c claims) {
	if json.Unmarshal(payload(token), &c) != nil {
		return nil
	}
	return c
}

// payload returns the JSON of the claims; nil if the token is not a JWT.
func payload(token string) []byte {
	parts := strings.Split(token, ".")
	if len(parts) < 2 {
		return nil
	}
	urlSafe := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(parts[1], "="))
	data, err := base64.RawURLEncoding.DecodeString(urlSafe)
	if err != nil {
		return nil
	}
	return data
}

// text returns a claim that is a string or a number; empty without one.
func (c claims) text(name string) string {
	var text string
	if json.Unmarshal(c[name], &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(c[name], &number) == nil {
		return number.String()
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

// audience returns the aud claim, a string or a list of them; nil if it is missing or something
// else.
func (c claims) audience() []string {
	var list []string
	if json.Unmarshal(c["aud"], &list) == nil {
		return list
	}
	var one string
	if json.Unmarshal(c["aud"], &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}

// checkOwner rejects tokens of two users, and an ID token for another client, which a mixed-up
// cache in front of the service would return (OpenID Connect Core, sections 3.1.3.7 and 3.1.3.8). A
// token that is not a JWT, or lacks the claim, passes.
func (r *tokenResponse) checkOwner(clientID string) error {
	access, id := claimsOf(r.accessToken), claimsOf(r.idToken)
	if user, other := access.text("sub"), id.text("sub"); user != "" && other != "" && user != other {
		return errors.New("access_token and id_token belong to different users: their sub claims differ")
	}
	if audience := id.audience(); len(audience) > 0 && !slices.Contains(audience, clientID) {
		return errors.New("id_token is for another client: its aud claim does not contain the client ID")
	}
	return nil
}
