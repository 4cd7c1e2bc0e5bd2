package authn

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Limits on responses of the login service, far above what it sends.
const (
	maxResponseBytes    = 256 << 10
	maxTokenBytes       = 64 << 10
	maxCodeBytes        = 60
	maxDescriptionBytes = 300
)

// tokenResponse is a validated 2xx response of the token endpoint.
type tokenResponse struct {
	accessToken, idToken string
	expiresIn            time.Duration // 0 if missing or not plausible
}

// parseTokenResponse checks every field, because the tokens end up in headers.
func parseTokenResponse(body []byte) (*tokenResponse, error) {
	var fields struct {
		AccessToken string          `json:"access_token"`
		IDToken     string          `json:"id_token"`
		TokenType   string          `json:"token_type"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		Error       json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal([]byte(strings.TrimLeft(httpx.Text(body), "\ufeff")), &fields); err != nil {
		return nil, errors.New("response is not a JSON token response")
	}
	if !emptyError(fields.Error) {
		return nil, errors.New("response is a success but contains an error")
	}
	if err := checkToken("access_token", fields.AccessToken); err != nil {
		return nil, err
	}
	if err := checkToken("id_token", fields.IDToken); err != nil {
		return nil, err
	}
	if kind := strings.TrimSpace(fields.TokenType); kind != "" && !strings.EqualFold(kind, "Bearer") {
		return nil, errors.New("token_type is not Bearer")
	}
	return &tokenResponse{fields.AccessToken, fields.IDToken, parseExpiresIn(fields.ExpiresIn)}, nil
}

// emptyError reports whether an error field says that there is no error.
func emptyError(raw json.RawMessage) bool {
	var value any
	if len(raw) == 0 || json.Unmarshal(raw, &value) != nil {
		return true // the body has been decoded, so that raw is valid
	}
	switch value := value.(type) {
	case string:
		return strings.TrimSpace(value) == ""
	case map[string]any:
		return len(value) == 0
	case []any:
		return len(value) == 0
	}
	return value == nil || value == false || value == 0.0
}

// checkToken rejects a token that cannot be sent in a header. The error does not contain the token.
func checkToken(name, token string) error {
	switch {
	case token == "" && name == "id_token":
		return errors.New("id_token is missing: add openid to the scope")
	case token == "":
		return fmt.Errorf("%s is missing", name)
	case len(token) > maxTokenBytes:
		return fmt.Errorf("%s is longer than %d bytes", name, maxTokenBytes)
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return fmt.Errorf("%s contains a character that is not visible ASCII", name)
		}
	}
	return nil
}

// parseExpiresIn parses seconds, a JSON number or string. It returns 0 for a value that is missing,
// not a number, not positive, or longer than maxLifetime.
func parseExpiresIn(raw json.RawMessage) time.Duration {
	seconds, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || math.IsNaN(seconds) || seconds <= 0 || seconds > maxLifetime.Seconds() {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
