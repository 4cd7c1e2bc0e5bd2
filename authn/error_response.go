package authn

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/redact"
)

// errorResponse is a response of the token endpoint without tokens. Auth0 has two names for each
// field, and sends error_description as a string or an object.
type errorResponse struct {
	status      int
	code        string // a known one if there is one, else the first
	description string
	mfaToken    string
	tokens      []string // which it should not contain, but must not print
	words       string   // all strings of a JSON response; see plainWords
	blockCode   bool     // whether the body contains the code of a blocked account, in whatever form
}

// parseErrorResponse finds fields wherever they are: a proxy may wrap or damage a response, and
// that must not hide the code of a blocked account.
func parseErrorResponse(status int, body []byte) errorResponse {
	text := httpx.Text(body)
	r := errorResponse{status: status, blockCode: blockCodes.MatchString(text)}
	value, ok := decodeJSON(text)
	if !ok {
		return r // HTML, empty or truncated
	}
	found := make(map[string][]any)
	var words []string
	for _, field := range fieldsOf(value) {
		found[field.name] = append(found[field.name], field.value)
		if text, ok := field.value.(string); ok {
			words = append(words, plainWords(text))
		}
	}
	r.words = strings.Join(words, "; ")
	for _, value := range slices.Concat(found["error"], found["code"], found["error_code"], found["errorcode"]) {
		code, _ := value.(string)
		r.blockCode = r.blockCode || blockCodes.MatchString(strings.Join(strings.Fields(code), "_"))
		if r.code == "" || permanentCodes[r.code] == "" && permanentCodes[code] != "" {
			r.code = code
		}
	}
	for _, value := range slices.Concat(found["error_description"], found["description"], found["message"]) {
		if r.description = asString(value); r.description != "" {
			break
		}
	}
	for _, name := range []string{"mfa_token", "access_token", "id_token", "refresh_token"} {
		for _, value := range found[name] {
			if token, ok := value.(string); ok {
				r.tokens = append(r.tokens, token)
			}
		}
		if name == "mfa_token" && len(r.tokens) > 0 {
			r.mfaToken = r.tokens[0]
		}
	}
	return r
}

// field is a field of an object, at any depth, with its name in lower case.
type field struct {
	name  string
	value any
}

// fieldsOf returns all fields in value, outer ones first. An element of a list has the name of the
// list. A string that contains JSON is read, too.
func fieldsOf(value any) []field {
	all := []field{{"", value}}
	for i := 0; i < len(all); i++ { // all grows
		switch value := all[i].value.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(value)) {
				all = append(all, field{strings.ToLower(name), value[name]})
			}
		case []any:
			for _, element := range value {
				all = append(all, field{all[i].name, element})
			}
		case string:
			if inner, ok := decodeJSON(value); ok {
				all = append(all, field{all[i].name, inner})
			}
		}
	}
	return all
}

// decodeJSON decodes an object, a list or a string.
func decodeJSON(text string) (value any, ok bool) {
	text = strings.TrimSpace(text)
	return value, text != "" && strings.ContainsRune(`{["`, rune(text[0])) && json.Unmarshal([]byte(text), &value) == nil
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
	without := func(value string) string { return withoutSecrets(value, secrets, r.tokens...) }
	present := func(value string, length int) string {
		return printable.Cut(without(printable.String(without(value))), length) // again: replacing a line break may complete a secret
	}
	return present(r.code, maxCodeBytes), present(r.description, maxDescriptionBytes)
}

// withoutSecrets redacts secrets and tokens that a service might echo.
func withoutSecrets(value string, secrets []Secret, tokens ...string) string {
	tokens = slices.Clip(tokens) // append to a copy
	for _, secret := range secrets {
		tokens = append(tokens, secret.Reveal())
	}
	return redact.Text(value, tokens...)
}

// permanentCodes are the codes that prove that the login service itself rejected the login, and
// that another try with the same credentials is pointless, or even counts towards a block. They are
// those of OAuth (RFC 6749 section 5.2) and Auth0
// (https://auth0.com/docs/api/authentication/resource-owner-password-flow/get-token), exactly as
// these write them: a gateway's {"error":"Unauthorized"} proves nothing.
//
// These need more than the code, see classify: access_denied, which is also a limit;
// invalid_request, which gateways use, too, but seldom with words; and unauthorized, which is
// Auth0's only with words that say blocked. Not listed are endpoint_disabled, method_not_allowed
// and unsupported_response_type: a gateway may write the same, and as such a login ends before the
// password is checked, one a minute does no harm.
var permanentCodes = map[string]Reason{
	"invalid_grant":          ErrInvalidCredentials,
	"invalid_user_password":  ErrInvalidCredentials,
	"invalid_client":         ErrInvalidClient,
	"mfa_required":           ErrMFARequired,
	"requires_validation":    ErrVerificationRequired,
	"requires_verification":  ErrVerificationRequired,
	"invalid_scope":          ErrConfiguration,
	"unauthorized_client":    ErrConfiguration,
	"unsupported_grant_type": ErrConfiguration,
}

// Signs of a blocked account. The codes count in any body; a separator may be escaped. The words
// count in JSON only, as a firewall blocks, too, and are about an account, as a gateway's may be
// about an address.
var (
	blockCodes   = regexp.MustCompile(`(?i)(?:too(?:_|-|%5f|\\+u005f|&#95;|&#x5f;)*many(?:_|-|%5f|\\+u005f|&#95;|&#x5f;)*attempts|password(?:_|-|%5f|\\+u005f|&#95;|&#x5f;)*leaked)`)
	blockWords   = regexp.MustCompile(`\b(?:(?:account|user|login|password)(?: \S*@\S*)?(?: (?:is|was|has|have|had|been|being|now|already|\w+ly))* (?:blocked|locked|lockout|leaked|compromised)|(?:blocked|locked)(?: (?:the|your|this))? (?:account|user)|maximum (?:number of )?(?:\w+ ){0,3}attempts|(?:too many|multiple|repeated|consecutive)(?: (?:failed|unsuccessful|incorrect|invalid|wrong|consecutive))+(?: (?:login|log in|sign in|password))? attempts)\b`)
	addressWords = regexp.MustCompile(`\b(?:ip|ips|ip address|network|host)\b`)
	limitWords   = regexp.MustCompile(`\b(?:rate limit|global limit|limit (?:has been |was )?(?:reached|exceeded)|too many requests|throttled|quota)\b`)
)

// plainWords returns text in lower case with single spaces between its words.
func plainWords(text string) string {
	text = strings.NewReplacer("_", " ", "-", " ", "'", "", `"`, "").Replace(strings.ToLower(text))
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "user agent", "agent")
}

// blocked reports whether the account is blocked, which is recognized in any form: each further
// login would prolong the block.
func (r errorResponse) blocked() bool {
	reason, known := permanentCodes[r.code]
	switch {
	case r.blockCode:
		return true
	case reason == ErrInvalidCredentials && strings.Contains(r.words, "blocked"):
		return true
	}
	return blockWords.MatchString(r.words) && (known || r.code == "access_denied" || !addressWords.MatchString(r.words))
}

// verdict is the consequence of an errorResponse for the login.
type verdict struct {
	reason  Reason
	retries int // how many more requests this login may send
}

// classify decides by code, status and words, because none of them decides alone: a 429 may mean a
// blocked account, which must never be retried, and access_denied is permanent with a 403 but a
// temporary limit with a 429, or with a 500 as seen in practice. Whatever is not proven to be
// permanent passes after a cool-down: a firewall, or an ingress that restarts, responds with any
// status.
func (r errorResponse) classify() verdict {
	clientError := r.status >= 400 && r.status < 500
	limited := r.status == http.StatusTooManyRequests || strings.Contains(r.words, "global limit") || r.code == "access_denied" && limitWords.MatchString(r.words)
	if r.blocked() {
		return verdict{reason: ErrBlocked}
	}
	if reason, known := permanentCodes[r.code]; known {
		return verdict{reason: reason}
	}
	switch {
	case r.code == "too_many_logins":
		return verdict{reason: ErrRateLimited} // lasts a minute or more, longer than a login waits
	case limited:
		return verdict{ErrRateLimited, 3}
	case r.code == "access_denied" && clientError, r.code == "invalid_request" && r.status == http.StatusBadRequest && r.description != "":
		return verdict{reason: ErrConfiguration}
	case r.status == http.StatusServiceUnavailable:
		return verdict{ErrUnavailable, 3}
	case r.status == http.StatusRequestTimeout, r.status >= 500 && r.status != http.StatusNotImplemented:
		return verdict{ErrUnavailable, 1}
	case r.status >= 400:
		return verdict{reason: ErrUnavailable}
	}
	return verdict{reason: ErrInvalidResponse} // a redirect, or a success without tokens
}
