package authn

import (
	"encoding/json"
	"html"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

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
	tokens      []string        // which it should not contain, but must not print
	words       string          // all strings of a JSON response, or the whole of another; see plainWords
	spelled     map[string]bool // known codes in any spelling, as in spellings
	blockCode   bool            // whether the body contains the code of a blocked account, in whatever form
}

// parseErrorResponse finds fields wherever they are: a proxy may wrap or damage a response, and
// that must not hide a wrong password or a blocked account.
func parseErrorResponse(status int, body []byte) errorResponse {
	text := strings.TrimLeft(httpx.Text(body), "\ufeff")
	r := errorResponse{status: status, spelled: make(map[string]bool)}
	plain := unescaped(text)
	r.blockCode = blockCodes.MatchString(plain)
	if value, ok := decodeJSON(text); ok {
		r.readFields(value)
	} else {
		r.search(plain)
	}
	for _, code := range []string{"invalid_grant", "invalid_user_password"} {
		if r.spelled[code] && permanentCodes[r.code] != ErrInvalidCredentials {
			r.code = code
		}
	}
	return r
}

// search reads a body that is not JSON: HTML, XML, a form, or JSON that is truncated or wrapped.
func (r *errorResponse) search(plain string) {
	plain = strings.ReplaceAll(plain, "+", " ") // a space in a form
	r.words = plainWords(markup.ReplaceAllString(plain, " "))
	for _, match := range damagedCode.FindAllStringSubmatch(plain, -1) {
		r.spell(match[1], true)
	}
	for _, code := range codeInText.FindAllString(plain, -1) {
		r.spell(code, true)
	}
}

// spell notes the known codes in a string, which may contain words after a colon. Outside a code
// field, only a wrong password counts.
func (r *errorResponse) spell(text string, codeField bool) {
	for part := range strings.SplitSeq(text, ":") {
		letters := lettersOf(part)
		code := spellings[letters]
		if code != "" && (codeField || permanentCodes[code] == ErrInvalidCredentials) {
			r.spelled[code] = true
		}
		if codeField && (letters == "toomanyattempts" || letters == "passwordleaked" || blockNames.MatchString(strings.TrimSpace(part))) {
			r.blockCode = true
		}
	}
}

// readFields reads a JSON response.
func (r *errorResponse) readFields(value any) {
	found := make(map[string][]any)
	var words []string
	for _, field := range fieldsOf(value) {
		found[field.name] = append(found[field.name], field.value)
		if text, ok := field.value.(string); ok {
			words = append(words, plainWords(text))
			r.spell(text, codeFields[lettersOf(field.name)])
		}
	}
	r.words = strings.Join(words, "; ")
	for _, value := range slices.Concat(found["error"], found["code"], found["error_code"], found["errorcode"]) {
		code, _ := value.(string)
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
}

var codeFields = map[string]bool{"error": true, "errors": true, "code": true, "errorcode": true}

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
// these write them: a gateway's {"error":"Unauthorized"} proves nothing. Those of a wrong password
// count in any spelling, as each further login with it counts towards a block.
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

// spellings are the codes next to which the words of a block count, by their letters.
var spellings = func() map[string]string {
	all := make(map[string]string)
	for code := range permanentCodes {
		all[lettersOf(code)] = code
	}
	for _, code := range []string{"access_denied", "unauthorized", "too_many_requests"} {
		all[lettersOf(code)] = code
	}
	return all
}()

// lettersOf returns a code in lower case without separators and quotes, which all spellings share.
func lettersOf(code string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || strings.ContainsRune("_-.'\"", c) {
			return -1
		}
		return unicode.ToLower(c)
	}, code)
}

// Codes in text that is not JSON. A firewall writes "Access denied", too, so that a code needs its
// separators or a field, except for invalid grant, which is nobody else's.
var (
	codeInText  = regexp.MustCompile(`(?i)invalid[\s_.-]*grant\b|\b(?:invalid[_.-]*user[_.-]*password|access[_.-]+denied|invalid[_.-]+client|unauthorized[_.-]+client)\b`)
	damagedCode = regexp.MustCompile(`(?i)\b(?:errors?|(?:error[_-]?)?code)\b[\\"'\s]*[:=>][\\"'\s\[({]*(?:<!\[cdata\[)?([a-z][a-z_. -]*)`)
	markup      = regexp.MustCompile(`<[^<>]*>`)
)

// Signs of a blocked account. The codes count in any body. The words count only next to a known
// code, because a firewall blocks users, too.
var (
	blockCodes   = regexp.MustCompile(`(?i)too[_.-]*many[_.-]*attempts|password[_.-]*leaked`)
	blockNames   = regexp.MustCompile(`(?i)^(?:user|account)[_.-]?(?:is[_.-]?)?b?locked(?:[_.-]?out)?$`)
	blockWords   = regexp.MustCompile(`\b(?:(?:account|user|login|password)(?: \S*@\S*)?(?: (?:is|was|has|have|had|been|being|now|already|\w+ly))* (?:blocked|locked|lockout|leaked|compromised)|(?:blocked|locked)(?: (?:the|your|this))? (?:account|user))\b`)
	attemptWords = regexp.MustCompile(`\b(?:maximum (?:number of )?(?:\w+ ){0,3}attempts|(?:too many|multiple|repeated|consecutive)(?: (?:failed|unsuccessful|incorrect|invalid|wrong|consecutive))+(?: (?:login|log in|sign in|password))? attempts)\b`)
	paceWords    = regexp.MustCompile(`\b(?:per (?:second|minute|hour)|in (?:a few|\d+) ?(?:s|secs?|seconds?))\b`)
	gatewayWords = regexp.MustCompile(`\b(?:ip|ips|ip address|address|network|host|waf|firewall|policy|country|region)\b`)
	limitWords   = regexp.MustCompile(`\b(?:rate limit|global limit|limit (?:has been |was )?(?:reached|exceeded)|too many requests|throttled|quota)\b`)
)

// plainWords returns text in lower case with single spaces between its words.
func plainWords(text string) string {
	text = strings.NewReplacer("_", " ", "-", " ", "'", "", `"`, "").Replace(strings.ToLower(text))
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "user agent", "agent")
}

var (
	jsonEscape    = regexp.MustCompile(`\\+u[0-9a-fA-F]{4}`)
	percentEscape = regexp.MustCompile(`%[0-9a-fA-F]{2}`)
)

// unescaped undoes the escapes of JSON, forms and HTML, twice, as a proxy may wrap one in another.
func unescaped(text string) string {
	for range 2 {
		text = jsonEscape.ReplaceAllStringFunc(text, func(escape string) string {
			c, _ := strconv.ParseUint(escape[len(escape)-4:], 16, 16)
			return string(rune(c))
		})
		text = percentEscape.ReplaceAllStringFunc(text, func(escape string) string {
			c, _ := strconv.ParseUint(escape[1:], 16, 8)
			return string([]byte{byte(c)})
		})
		text = html.UnescapeString(text)
	}
	return text
}

// blocked reports whether the account is blocked, which is recognized in any form: each further
// login would prolong the block.
func (r errorResponse) blocked() bool {
	invalid := permanentCodes[r.code] == ErrInvalidCredentials
	switch {
	case r.blockCode:
		return true
	case len(r.spelled) == 0 || r.status == http.StatusProxyAuthRequired && !invalid:
		return false
	case invalid && strings.Contains(r.words, "blocked"):
		return true
	case !blockWords.MatchString(r.words) && (!attemptWords.MatchString(r.words) || paceWords.MatchString(r.words)):
		return false
	}
	// A gateway writes these two codes, too.
	proven := maps.Clone(r.spelled)
	delete(proven, "unauthorized")
	delete(proven, "too_many_requests")
	return len(proven) > 0 || !gatewayWords.MatchString(r.words)
}

// verdict is the consequence of an errorResponse for the login.
type verdict struct {
	reason  Reason
	retries int // how many more requests this login may send
}

// classify decides by code, status and words, because none of them decides alone: a 429 may mean a
// blocked account, which must never be retried, and access_denied is permanent with a 403 but a
// temporary limit with a 429, or with a 500 as seen in practice. A wrong password is permanent with
// any status, a wrong setting not with one of a proxy or of a service in trouble. Whatever is not
// proven to be permanent passes after a cool-down: a firewall, or an ingress that restarts,
// responds with any status.
func (r errorResponse) classify() verdict {
	proxy := r.status == http.StatusProxyAuthRequired
	clientError := r.status >= 400 && r.status < 500 && !proxy
	limited := r.status == http.StatusTooManyRequests || strings.Contains(r.words, "global limit") || r.code == "access_denied" && limitWords.MatchString(r.words)
	if r.blocked() {
		return verdict{reason: ErrBlocked}
	}
	reason, known := permanentCodes[r.code]
	if settings := reason == ErrInvalidClient || reason == ErrConfiguration; known && !(settings && (proxy || r.status >= 500)) {
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
