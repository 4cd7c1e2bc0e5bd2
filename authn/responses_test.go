package authn

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// success responds to the n-th login with opaque tokens that are valid for a day.
func success(n int) step {
	return step{body: tokenBody(fmt.Sprintf("%s%d", canaryAccessToken, n), fmt.Sprintf("%s%d", canaryIDToken, n), 86400)}
}

// tokenBody returns the body of a response. expiresIn is any JSON value, or nil to omit the field.
func tokenBody(access, id string, expiresIn any) string {
	fields := map[string]any{"access_token": access, "id_token": id, "token_type": "Bearer", "scope": DefaultScope}
	if expiresIn != nil {
		fields["expires_in"] = expiresIn
	}
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// unsigned returns a JWT without a signature.
func unsigned(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + "."
}

// jwtFor returns a JWT that is valid from now for the given time.
func jwtFor(lifetime time.Duration) string {
	return unsigned(map[string]any{"iat": time.Now().Unix(), "exp": time.Now().Add(lifetime).Unix()})
}

// oauthError responds with an error in the format of Auth0.
func oauthError(status int, code, description string, header ...string) step {
	s := step{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, description)}
	for i := 0; i < len(header); i += 2 {
		s.header.Set(header[i], header[i+1])
	}
	return s
}

func wrongPassword() step {
	return oauthError(403, "invalid_grant", "Wrong email or password.")
}

// after delays the response.
func (s step) after(delay time.Duration) step {
	s.delay = delay
	return s
}
