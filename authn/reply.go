package authn

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Bounds on what is read from the login service, far above what it sends.
const (
	maxReplyBytes       = 256 << 10
	maxTokenBytes       = 64 << 10
	maxCodeBytes        = 60
	maxDescriptionBytes = 300
)

// reply is a successful answer of the token endpoint, checked.
type reply struct {
	accessToken, idToken string
	expiresIn            time.Duration // 0 when the answer does not say, or not in a way that can be believed
}

// parseReply distrusts the answer: each member is checked before it is used in a header.
func parseReply(body []byte) (*reply, error) {
	var members struct {
		AccessToken string          `json:"access_token"`
		IDToken     string          `json:"id_token"`
		TokenType   string          `json:"token_type"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		Error       json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, errors.New("the answer is not the JSON of a token reply")
	}
	if len(members.Error) > 0 && string(members.Error) != "null" {
		return nil, errors.New("the answer has status 200 and an error")
	}
	if err := checkToken("access_token", members.AccessToken); err != nil {
		return nil, err
	}
	if err := checkToken("id_token", members.IDToken); err != nil {
		return nil, err
	}
	if members.TokenType != "" && !strings.EqualFold(members.TokenType, "Bearer") {
		return nil, errors.New("token_type is not Bearer")
	}
	return &reply{members.AccessToken, members.IDToken, parseExpiresIn(members.ExpiresIn)}, nil
}

// checkToken refuses what cannot be sent in a header. The token is not part of the error.
func checkToken(name, token string) error {
	switch {
	case token == "" && name == "id_token":
		return errors.New("id_token is missing: the scope needs openid")
	case token == "":
		return fmt.Errorf("%s is missing", name)
	case len(token) > maxTokenBytes:
		return fmt.Errorf("%s is longer than %d bytes", name, maxTokenBytes)
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return fmt.Errorf("%s has a character that is not visible ASCII", name)
		}
	}
	return nil
}

// parseExpiresIn reads a number of seconds, as a number or as text. What is absent, not a number, not positive or beyond
// the longest lifetime counts as not said.
func parseExpiresIn(raw json.RawMessage) time.Duration {
	seconds, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || math.IsNaN(seconds) || seconds <= 0 || seconds > maxLifetime.Seconds() {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
