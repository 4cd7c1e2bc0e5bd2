package authn

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/printable"
)

// errorResponse is a response of the token endpoint without tokens. Auth0 has two names for each
// field, and sends error_description as a string or an object.
type errorResponse struct {
	status      int
	code        string
	description string
	mfaToken    string
}

// parseErrorResponse reads each field by itself, so that a malformed one does not hide the code of
// a blocked account.
func parseErrorResponse(status int, body []byte) errorResponse {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return errorResponse{status: status} // HTML, empty or truncated: only the status counts
	}
	stringField := func(name string) string {
		value, _ := fields[name].(string)
		return value
	}
	return errorResponse{
		status:      status,
		code:        cmp.Or(stringField("error"), stringField("code")),
		description: cmp.Or(asString(fields["error_description"]), asString(fields["description"])),
		mfaToken:    stringField("mfa_token"),
	}
}

// asString returns a JSON string unquoted, and any other value as JSON.
func asString(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	}
	data, _ := json.Marshal(value)
	return string(data)
}

// presentable prepares code and description for display: bounded, on one line, and without the
// secrets. Secrets are removed before the cut, so that no part of one remains.
func (r errorResponse) presentable(secrets []Secret) (code, description string) {
	present := func(value string, length int) string {
		value = printable.String(withoutSecrets(value, secrets))
		return printable.Cut(withoutSecrets(value, secrets), length) // again: replacing a line break may complete a secret
	}
	return present(r.code, maxCodeBytes), present(r.description, maxDescriptionBytes)
}

// withoutSecrets redacts secrets that a service might echo, plain or quoted as in JSON or Go.
func withoutSecrets(value string, secrets []Secret) string {
	unquoted := func(quoted string) string { return quoted[1 : len(quoted)-1] }
	for _, secret := range secrets {
		if secret.IsZero() {
			continue
		}
		plain := secret.Reveal()
		quoted, _ := json.Marshal(plain)
		for _, form := range []string{plain, unquoted(string(quoted)), unquoted(strconv.Quote(plain))} {
			value = strings.ReplaceAll(value, form, redacted)
		}
	}
	return value
}

// verdict is the consequence of an errorResponse for the login.
type verdict struct {
	reason  Reason
	retries int // how many more requests this login may send
}

// classify follows the error codes of Auth0
// (https://auth0.com/docs/api/authentication/resource-owner-password-flow/get-token). Neither the
// status nor the code decides alone: a 429 may mean a blocked account, which must never be retried,
// and access_denied is permanent with a 403 but a temporary limit with a 429, or with a 500 as seen
// in practice.
func (r errorResponse) classify() verdict {
	mentions := func(words string) bool { return strings.Contains(strings.ToLower(r.description), words) }
	switch r.code {
	case "too_many_attempts", "password_leaked":
		return verdict{reason: ErrBlocked}
	case "too_many_logins":
		return verdict{reason: ErrRateLimited} // lasts a minute or more, longer than a login waits
	case "mfa_required":
		return verdict{reason: ErrMFARequired}
	case "requires_validation", "requires_verification":
		return verdict{reason: ErrVerificationRequired}
	case "invalid_client":
		return verdict{reason: ErrInvalidClient}
	case "invalid_grant", "invalid_user_password":
		if mentions("maximum number of attempts") || mentions("blocked") {
			return verdict{reason: ErrBlocked}
		}
		return verdict{reason: ErrInvalidCredentials}
	case "unauthorized":
		if mentions("blocked") {
			return verdict{reason: ErrBlocked}
		}
		return verdict{reason: ErrInvalidCredentials}
	case "invalid_request", "invalid_scope", "unauthorized_client", "unsupported_grant_type", "endpoint_disabled", "method_not_allowed":
		return verdict{reason: ErrConfiguration}
	}
	switch {
	case r.status == http.StatusTooManyRequests, mentions("global limit"):
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
	return verdict{reason: ErrInvalidResponse} // a redirect, or a 2xx other than 200
}
