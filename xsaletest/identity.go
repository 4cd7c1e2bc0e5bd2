package xsaletest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/problem"
)

const (
	tokenPath  = "/oauth/token"
	keySetPath = "/.well-known/jwks.json"

	maxTokenRequestBytes = 64 << 10
)

// identity is the login service: Auth0 with one client and one audience.
type identity struct {
	tokens     *tokenService
	limits     *loginLimits
	requests   atomic.Int64
	userLogins atomic.Int64 // with a browser

	mu    sync.Mutex
	codes map[string]*authorization // of logins with a browser
}

func newIdentity(tokens *tokenService) *identity {
	return &identity{tokens: tokens, limits: newLoginLimits(), codes: make(map[string]*authorization)}
}

// oauthError is an error response of the token endpoint, with the codes of Auth0. It never
// repeats what was sent.
type oauthError struct {
	Status      int    `json:"-"`
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (e *oauthError) Error() string { return e.Code + ": " + e.Description }

func (e *oauthError) write(w http.ResponseWriter) { writeJSON(w, e.Status, "application/json", e) }

var errSigning = &oauthError{http.StatusInternalServerError, "server_error", "The tokens cannot be signed."}

func invalidRequest(description string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_request", description}
}

// serveToken is the token endpoint
// (https://auth0.com/docs/api/authentication/resource-owner-password-flow/get-token).
func (i *identity) serveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		(&oauthError{http.StatusMethodNotAllowed, "method_not_allowed", "Tokens are requested with POST."}).write(w)
		return
	}
	form, failure := readTokenRequest(w, r)
	if failure == nil {
		failure = checkClient(form)
	}
	var tokens *Tokens
	if failure == nil {
		tokens, failure = i.grantTokens(w.Header(), form)
	}
	if failure != nil {
		failure.write(w)
		return
	}
	i.tokens.logins.Add(1)
	if form.Get("grant_type") == grantCode {
		i.userLogins.Add(1)
	}
	writeJSON(w, http.StatusOK, "application/json", tokens)
}

// grantTokens returns tokens for a request of a known client.
func (i *identity) grantTokens(header http.Header, form url.Values) (*Tokens, *oauthError) {
	if form.Get("grant_type") == grantCode {
		return i.redeem(form)
	}
	if failure := i.checkUser(header, form); failure != nil {
		return nil, failure
	}
	tokens, _, err := i.tokens.issue(grant{user: &users[0], scope: form.Get("scope"), clientID: ClientID})
	if err != nil {
		return nil, errSigning
	}
	return tokens, nil
}

// readTokenRequest accepts a JSON object, which the vendor documents, and a form, which Auth0
// documents.
func readTokenRequest(w http.ResponseWriter, r *http.Request) (url.Values, *oauthError) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxTokenRequestBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, &oauthError{http.StatusRequestEntityTooLarge, "invalid_request", fmt.Sprintf("The body is larger than %d bytes.", maxTokenRequestBytes)}
	}
	if err != nil {
		return nil, invalidRequest("The body cannot be read.")
	}
	mediaType := httpx.MediaType(r.Header.Get("Content-Type"))
	switch mediaType {
	case "application/json":
		var fields map[string]any
		if json.Unmarshal(body, &fields) != nil {
			return nil, invalidRequest("The body is not a JSON object.")
		}
		form := make(url.Values)
		for name, value := range fields {
			if value, ok := value.(string); ok {
				form.Set(name, value)
			}
		}
		return form, nil
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, invalidRequest("The body is not a form.")
		}
		return form, nil
	}
	return nil, invalidRequest("The Content-Type is neither application/json nor application/x-www-form-urlencoded.")
}

// checkClient checks everything but the user, so that a wrong client does not count as a login.
func checkClient(form url.Values) *oauthError {
	required := []string{"grant_type", "client_id", "client_secret", "username", "password"}
	switch form.Get("grant_type") {
	case "", grantPassword:
	case grantCode:
		required = []string{"client_id", "client_secret", "code", "redirect_uri"}
	default:
		return &oauthError{http.StatusNotImplemented, "unsupported_grant_type", "The grant type is neither password nor authorization_code."}
	}
	for _, name := range required {
		if form.Get(name) == "" {
			return invalidRequest("Missing required parameter: " + name)
		}
	}
	// Always compares both, so that the time does not reveal which one is wrong.
	sameID, sameSecret := equalSecrets(form.Get("client_id"), ClientID), equalSecrets(form.Get("client_secret"), ClientSecret)
	if !sameID || !sameSecret {
		return &oauthError{http.StatusUnauthorized, "invalid_client", "The client is unknown or its secret is wrong."}
	}
	if form.Get("grant_type") == grantCode {
		return nil // the audience is that of the authorization request
	}
	switch form.Get("audience") {
	case Audience:
		return nil
	case "":
		return &oauthError{http.StatusForbidden, "access_denied", "No audience parameter was provided, and no default audience has been configured."}
	}
	return &oauthError{http.StatusForbidden, "access_denied", "The audience is not an API that the client may use."}
}

// checkUser counts the login and checks the password and the limits. It sets the headers of the
// limits.
func (i *identity) checkUser(header http.Header, form url.Values) *oauthError {
	username := form.Get("username")
	sameName, samePassword := equalSecrets(username, Username), equalSecrets(form.Get("password"), Password)
	verdict, quota := i.limits.try(username, sameName && samePassword, i.tokens.clock())
	if quota != (loginQuota{}) {
		header.Set("x-ratelimit-limit", strconv.Itoa(quota.limit))
		header.Set("x-ratelimit-remaining", strconv.Itoa(quota.remaining))
		header.Set("x-ratelimit-reset", strconv.FormatInt(quota.reset.Add(time.Second-1).Unix(), 10)) // rounded up
	}
	switch verdict {
	case loginWrongPassword:
		return &oauthError{http.StatusForbidden, "invalid_grant", "Wrong email or password."}
	case loginTooManyAttempts:
		return &oauthError{http.StatusTooManyRequests, "too_many_attempts", "Your account has been blocked after multiple consecutive login attempts."}
	case loginTooManyLogins:
		return &oauthError{http.StatusTooManyRequests, "too_many_logins", "The user has logged in too often."}
	}
	return nil
}

// equalSecrets compares in a time that depends on nothing but the cost of hashing.
func equalSecrets(a, b string) bool {
	hashA, hashB := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(hashA[:], hashB[:]) == 1
}

// serveKeySet publishes the signing key.
func (i *identity) serveKeySet(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		problem.New(http.StatusMethodNotAllowed, "Use GET.").Write(w)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", i.tokens.currentKey().set())
}
