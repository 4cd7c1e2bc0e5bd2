package authn

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// success is the answer to the n-th login, with opaque tokens that are valid for a day.
func success(n int) step {
	return step{body: pair(fmt.Sprintf("%s%d", canaryAccessToken, n), fmt.Sprintf("%s%d", canaryIDToken, n), 86400)}
}

// pair is a token reply; expiresIn is written as JSON, and left out when nil.
func pair(access, id string, expiresIn any) string {
	members := map[string]any{"access_token": access, "id_token": id, "token_type": "Bearer", "scope": DefaultScope}
	if expiresIn != nil {
		members["expires_in"] = expiresIn
	}
	body, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// unsigned is a JWT without a signature, which is as good as any to a client that checks none.
func unsigned(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + "."
}

// jwtFor is a JWT that is valid from now for the given time.
func jwtFor(lifetime time.Duration) string {
	return unsigned(map[string]any{"iat": time.Now().Unix(), "exp": time.Now().Add(lifetime).Unix()})
}

// refused is an answer as Auth0 writes it.
func refused(status int, code, description string, header ...string) step {
	s := step{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, description)}
	for i := 0; i < len(header); i += 2 {
		s.header.Set(header[i], header[i+1])
	}
	return s
}

func wrongPassword() step {
	return refused(403, "invalid_grant", "Wrong email or password.")
}

// after makes an answer slow.
func (s step) after(delay time.Duration) step {
	s.delay = delay
	return s
}
