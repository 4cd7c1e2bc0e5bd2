package authn

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/printable"
)

// refusal is an answer of the token endpoint that is not a pair of tokens. Auth0 writes the code and the words under
// either of two names, and the words as text or as an object.
type refusal struct {
	status      int
	code        string
	description string
	mfaToken    string
}

// parseRefusal reads each member on its own, so that an odd one does not hide the code of a blocked account.
func parseRefusal(status int, body []byte) refusal {
	r := refusal{status: status}
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return r // HTML, empty or truncated: the status alone speaks
	}
	text := func(name string) string {
		text, _ := members[name].(string)
		return text
	}
	r.code = firstNonEmpty(text("error"), text("code"))
	r.description = firstNonEmpty(textOf(members["error_description"]), textOf(members["description"]))
	r.mfaToken = text("mfa_token")
	return r
}

// presentable returns code and description for people: bounded, on one line, and without the secrets, which are taken out
// before the text is cut, so that no piece of one is left over.
func (r refusal) presentable(secrets []Secret) (code, description string) {
	present := func(text string, length int) string {
		text = printable.Text(withoutSecrets(text, secrets))
		return printable.Cut(withoutSecrets(text, secrets), length) // again, because a space for a line break may make one
	}
	return present(r.code, maxCodeBytes), present(r.description, maxDescriptionBytes)
}

// withoutSecrets takes out what a service might echo, as it is or as JSON or Go quote it.
func withoutSecrets(text string, secrets []Secret) string {
	for _, secret := range secrets {
		if secret.IsZero() {
			continue
		}
		plain := secret.Reveal()
		quoted, _ := json.Marshal(plain)
		for _, form := range []string{plain, unquoted(string(quoted)), unquoted(strconv.Quote(plain))} {
			text = strings.ReplaceAll(text, form, redacted)
		}
	}
	return text
}

func unquoted(text string) string { return text[1 : len(text)-1] }

// verdict is what a refusal means for the login.
type verdict struct {
	reason Reason
	tries  int // how many more requests this login may send because of it
}

// classify follows the error codes of Auth0
// (https://auth0.com/docs/api/authentication/resource-owner-password-flow/get-token). Neither the status nor the code
// decides alone: a 429 may be a blocked account, which must never be tried again, and access_denied is permanent with 403
// but a passing limit with 429 and, as seen in the field, with 500.
func (r refusal) classify() verdict {
	says := func(words string) bool { return strings.Contains(strings.ToLower(r.description), words) }
	switch r.code {
	case "too_many_attempts", "password_leaked":
		return verdict{reason: ErrBlocked}
	case "too_many_logins":
		return verdict{reason: ErrRateLimited} // waits for a minute or more, which no login sits out
	case "mfa_required":
		return verdict{reason: ErrMFARequired}
	case "requires_validation", "requires_verification":
		return verdict{reason: ErrVerificationRequired}
	case "invalid_client":
		return verdict{reason: ErrInvalidClient}
	case "invalid_grant", "invalid_user_password":
		if says("maximum number of attempts") || says("blocked") {
			return verdict{reason: ErrBlocked}
		}
		return verdict{reason: ErrInvalidCredentials}
	case "unauthorized":
		if says("blocked") {
			return verdict{reason: ErrBlocked}
		}
		return verdict{reason: ErrInvalidCredentials}
	case "invalid_request", "invalid_scope", "unauthorized_client", "unsupported_grant_type", "endpoint_disabled", "method_not_allowed":
		return verdict{reason: ErrConfiguration}
	}
	switch {
	case r.status == http.StatusTooManyRequests, says("global limit"):
		return verdict{ErrRateLimited, 3}
	case r.status == http.StatusServiceUnavailable:
		return verdict{ErrUnavailable, 3}
	case r.status == http.StatusRequestTimeout:
		return verdict{ErrUnavailable, 1}
	case r.status == http.StatusNotImplemented:
		return verdict{reason: ErrConfiguration}
	case r.status >= 500:
		return verdict{ErrUnavailable, 1}
	case r.status >= 400:
		return verdict{reason: ErrConfiguration}
	}
	return verdict{reason: ErrInvalidReply} // a redirect, which is never followed with a password, or an odd success
}

func firstNonEmpty(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// textOf returns a JSON text as it reads, and any other JSON as it is written.
func textOf(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	}
	written, _ := json.Marshal(value)
	return string(written)
}
