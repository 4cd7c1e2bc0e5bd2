package authn

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/printable"
)

const (
	// authorizePath is next to the token endpoint, in the documentation as at every Auth0 tenant.
	authorizePath = "/authorize"
	// maxIssueSkew is how far an ID token may be issued in the future, or have expired, by the clock
	// of the service.
	maxIssueSkew = 5 * time.Minute
	// maxAuthorizationCodeBytes is far above the length of Auth0's codes.
	maxAuthorizationCodeBytes = 4 << 10
)

// LoginFlow is one login of a user with a browser: the authorization code grant of OAuth 2.0 (RFC
// 6749, section 4.1) with PKCE (RFC 7636) and OpenID Connect. [NewLoginFlow] makes the random values,
// [Source.LoginURL] is where the browser goes, and [Source.FinishLogin] takes what it brings back.
// State must be bound to the browser, be used once, and expire after some minutes. Package weblogin
// does this for web applications, and xsale login on a command line.
//
// The vendor documents the first step
// (https://xsale.ai/?p=17251), with client_id, audience,
// response_type, scope and redirect_uri. The other parameters and the second step are inferred from
// the standards, from Auth0, and from the documented password grant.
type LoginFlow struct {
	RedirectURL string // exactly as Futuriti has registered it
	State       string // comes back with the browser
	Nonce       string // comes back in the ID token
	Verifier    Secret // the code verifier of PKCE
}

// NewLoginFlow returns a flow with random values. It returns an error if the redirect URL cannot be
// one: it must be an absolute URL without a fragment, https or, on loopback, http.
func NewLoginFlow(redirectURL string) (LoginFlow, error) {
	parsed, err := url.Parse(redirectURL)
	switch {
	case err != nil || parsed.Host == "" || parsed.Fragment != "" || parsed.User != nil:
		return LoginFlow{}, fmt.Errorf("authn: redirect URL %q: want an absolute URL without a fragment, such as https://shop.example/callback", redirectURL)
	case parsed.Scheme != "https" && !(parsed.Scheme == "http" && httpx.Loopback(parsed.Hostname())):
		return LoginFlow{}, fmt.Errorf("authn: redirect URL %q: want https, or http on loopback", redirectURL)
	}
	return LoginFlow{redirectURL, rand.Text(), rand.Text(), NewSecret(rand.Text() + rand.Text())}, nil
}

// check returns an error if part of the flow is missing, as from a session that has lost it.
func (f LoginFlow) check() error {
	if f.RedirectURL == "" || f.State == "" || f.Nonce == "" || f.Verifier.IsZero() {
		return errors.New("authn: the login flow is not complete: keep all fields of NewLoginFlow")
	}
	return nil
}

// LoginURL returns the URL that the user's browser opens to log in. Prompt may be empty, or "login"
// to ask for a user even if the login service remembers one. It fails without credentials that have
// UserLogin, and sends nothing.
func (s *Source) LoginURL(ctx context.Context, flow LoginFlow, prompt string) (string, error) {
	credentials, err := s.askUserLogin(ctx)
	if err == nil {
		err = flow.check()
	}
	if err != nil {
		return "", err
	}
	challenge := sha256.Sum256([]byte(flow.Verifier.Reveal()))
	query := url.Values{
		"client_id":             {credentials.ClientID},
		"audience":              {s.login.audience},
		"response_type":         {"code"},
		"scope":                 {s.login.scope},
		"redirect_uri":          {flow.RedirectURL},
		"state":                 {flow.State},
		"nonce":                 {flow.Nonce},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}
	if prompt != "" {
		query.Set("prompt", prompt)
	}
	authorize := *s.login.tokenURL
	authorize.Path, authorize.RawPath, authorize.RawQuery = authorizePath, "", query.Encode()
	return authorize.String(), nil
}

// FinishLogin checks the query of the redirect URL that the browser has come back to, sends the
// code to the token endpoint, checks the ID token, and returns the user's tokens. The Source does
// not use them before [Source.Adopt].
//
// It sends the code once, whatever happens, because the service accepts it once; the login budget
// does not apply. A login that fails is an [*Error]: with [ErrLoginRequired] if the user has to start over,
// or [ErrAccessDenied] if they or the service declined. Config.VerifyStored, if set, also checks
// these tokens.
func (s *Source) FinishLogin(ctx context.Context, flow LoginFlow, callback url.Values) (*Token, error) {
	credentials, err := s.askUserLogin(ctx)
	if err == nil {
		err = flow.check()
	}
	if err != nil {
		return nil, err
	}
	token, err := s.finishLogin(ctx, flow, callback, credentials)
	failed, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		s.logins.Add(1)
		return token, nil
	case s.lifetime.Err() != nil:
		return nil, ErrClosed
	}
	failed.FailedAt = s.clock().time()
	return nil, failed
}

func (s *Source) finishLogin(ctx context.Context, flow LoginFlow, callback url.Values, credentials Credentials) (*Token, error) {
	code, err := s.authorizationCode(flow, callback)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.loginTimeout, fmt.Errorf("no tokens within %v", s.loginTimeout))
	defer cancel()
	defer context.AfterFunc(s.lifetime, cancel)()
	attempt := &loginAttempt{
		login: &s.login, clientID: credentials.ClientID,
		secrets: []Secret{credentials.ClientSecret, code, flow.Verifier},
	}
	token, err := attempt.run(ctx, map[string]string{
		"grant_type":    "authorization_code",
		"client_id":     credentials.ClientID,
		"client_secret": credentials.ClientSecret.Reveal(),
		"code":          code.Reveal(),
		"redirect_uri":  flow.RedirectURL,
		"code_verifier": flow.Verifier.Reveal(),
	})
	if failed, ok := errors.AsType[*Error](err); ok {
		if failed.Reason == ErrInvalidCredentials { // invalid_grant is about the code
			failed.Reason = ErrLoginRequired
		}
		return nil, failed
	}
	err = checkIDToken(claimsOf(token.IDToken()), s.issuer(), credentials.ClientID, flow.Nonce, cmp.Or(attempt.date, s.clock().time()))
	if err == nil && s.verifyStored != nil {
		err = guarded(func() error { return s.verifyStored(ctx, token) })
	}
	if err != nil {
		return nil, &Error{Reason: ErrInvalidResponse, Err: err}
	}
	return token, nil
}

// authorizationCode returns the code of a callback. Every failure is an *Error.
func (s *Source) authorizationCode(flow LoginFlow, callback url.Values) (Secret, error) {
	for _, name := range []string{"state", "code", "error", "iss"} {
		if len(callback[name]) > 1 { // RFC 6749, section 3.1
			return Secret{}, &Error{Reason: ErrInvalidResponse, Err: fmt.Errorf("the callback has several %s parameters", name)}
		}
	}
	if subtle.ConstantTimeCompare([]byte(callback.Get("state")), []byte(flow.State)) != 1 {
		return Secret{}, &Error{Reason: ErrLoginRequired, Err: errors.New("the callback is not that of this login: its state differs")}
	}
	// RFC 9207: otherwise the code of one service could be sent to another.
	if issuer := callback.Get("iss"); issuer != "" && !sameIssuer(issuer, s.issuer()) {
		return Secret{}, &Error{Reason: ErrInvalidResponse, Err: errors.New("the callback is from another login service: its iss parameter differs")}
	}
	code := callback.Get("code")
	if callback.Get("error") != "" {
		response := errorResponse{code: callback.Get("error"), description: callback.Get("error_description")}
		failed := &Error{Reason: authorizeReason(response.code)}
		failed.Code, failed.Description = response.presentable([]Secret{NewSecret(code)})
		return Secret{}, failed
	}
	if code == "" || len(code) > maxAuthorizationCodeBytes || code != printable.String(code) {
		return Secret{}, &Error{Reason: ErrInvalidResponse, Err: errors.New("the callback has no usable code parameter")}
	}
	return NewSecret(code), nil
}

// authorizeReason returns the reason of an error of the authorization endpoint (RFC 6749, section
// 4.1.2.1; OpenID Connect Core, section 3.1.2.6). Auth0 writes unauthorized if a rule denies access.
func authorizeReason(code string) Reason {
	switch code {
	case "access_denied", "unauthorized":
		return ErrAccessDenied
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		return ErrLoginRequired
	case "unauthorized_client", "invalid_request", "invalid_scope", "unsupported_response_type", "invalid_request_uri", "request_not_supported":
		return ErrConfiguration
	case "server_error", "temporarily_unavailable":
		return ErrUnavailable
	}
	return ErrInvalidResponse
}

// issuer is that of Auth0: the origin, with a slash.
func (s *Source) issuer() string {
	return s.login.tokenURL.Scheme + "://" + s.login.tokenURL.Host + "/"
}

func sameIssuer(a, b string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") }

// checkIDToken checks the claims of an ID token (OpenID Connect Core, section 3.1.3.7) at now by the
// clock of the service. Its signature needs no check, because it comes from the service over TLS.
// Those claims that both tokens have are checked already, by checkOwner.
func checkIDToken(id claims, issuer, clientID, nonce string, now time.Time) error {
	audience, err := id.GetAudience()
	expiry, expires := id.time("exp")
	issued, hasIssued := id.time("iat")
	switch {
	case id.MapClaims == nil:
		return errors.New("id_token is not a JWT")
	case !sameIssuer(id.text("iss"), issuer):
		return errors.New("id_token is from another login service: its iss claim differs")
	case err != nil || len(audience) != 1 || audience[0] != clientID:
		return errors.New("id_token is not for this client alone: its aud claim is not the client ID")
	case id.text("sub") == "":
		return errors.New("id_token names no user: it has no sub claim")
	case !expires || !expiry.After(now.Add(-maxIssueSkew)):
		return errors.New("id_token has expired, or has no exp claim")
	case !hasIssued || issued.After(now.Add(maxIssueSkew)):
		return errors.New("id_token was issued in the future, or has no iat claim")
	case subtle.ConstantTimeCompare([]byte(id.text("nonce")), []byte(nonce)) != 1:
		return errors.New("id_token is not that of this login: its nonce claim differs")
	}
	return nil
}

// Adopt makes tokens of [Source.FinishLogin] those of the Source and saves them in its store, for
// other programs. It fails without credentials that have UserLogin, changing nothing, and if the
// store fails, with the tokens in use all the same.
func (s *Source) Adopt(ctx context.Context, token *Token) error {
	credentials, err := s.askUserLogin(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	if s.lifetime.Err() != nil {
		s.mu.Unlock()
		return ErrClosed
	}
	s.failure = nil
	s.resets++ // a look into the store that is running must not remember that it found nothing
	s.current.Store(token)
	s.mu.Unlock()
	s.notify(func(o Observer) { o.TokenChanged(token, false) })
	if s.store == nil {
		return nil
	}
	shared := s.newShared(credentials)
	return shared.change(ctx, func(e *envelope) error {
		return e.setTokens(shared.sealer, shared.key, newTokenRecord(token))
	})
}

// askUserLogin returns the credentials of a user's login.
func (s *Source) askUserLogin(ctx context.Context) (Credentials, error) {
	if s.lifetime.Err() != nil {
		return Credentials{}, ErrClosed
	}
	credentials, failed := s.askCredentials(ctx)
	if failed != nil {
		return Credentials{}, failed
	}
	if !credentials.UserLogin {
		return Credentials{}, errors.New("authn: the credentials are for a login with a password: set Credentials.UserLogin")
	}
	return credentials, nil
}
