package xsaletest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/xsale-go/xsale/authn"
)

// tokenService issues and verifies tokens.
type tokenService struct {
	issuer   string // URL with a trailing slash, as Auth0 writes it
	clock    func() time.Time
	settings func() Settings

	logins    atomic.Int64 // that count
	lastLogin atomic.Int64 // the number of the last one, counted or not

	mu       sync.Mutex
	key      *signingKey
	issued   map[string]issuedToken // by jti
	verified map[verifiedToken]tokenClaims
}

// issuedToken is a token that was not revoked.
type issuedToken struct {
	login  int64 // number of the login, the same for both tokens
	user   *user
	id     bool // an ID token
	expiry time.Time
}

func newTokenService(key *signingKey, issuer string, clock func() time.Time, settings func() Settings) *tokenService {
	return &tokenService{
		key:      key,
		issuer:   issuer,
		clock:    clock,
		settings: settings,
		issued:   make(map[string]issuedToken),
		verified: make(map[verifiedToken]tokenClaims),
	}
}

// Tokens are the tokens of one login. Their JSON is that of the token endpoint.
type Tokens struct {
	AccessToken string `json:"access_token"`       // for the header Authorization, after "Bearer "
	IDToken     string `json:"id_token,omitempty"` // for the header x-id-token
	Scope       string `json:"scope"`
	ExpiresIn   int64  `json:"expires_in"` // seconds, of the access token
	TokenType   string `json:"token_type"`
}

// IssueTokens returns valid tokens without a login: neither [Sandbox.Logins] nor the limits of the
// login service count them.
func (s *Sandbox) IssueTokens() (Tokens, error) {
	tokens, _, err := s.identity.tokens.issue(grant{user: &users[0], scope: authn.DefaultScope, clientID: ClientID})
	if err != nil {
		return Tokens{}, fmt.Errorf("xsaletest: issue tokens: %w", err)
	}
	return *tokens, nil
}

// grant is what tokens are issued for.
type grant struct {
	user     *user
	scope    string
	clientID string // in the ID token
	nonce    string // as well, if not empty
}

// issue returns new tokens and the number of their login. They include an ID token only if the scope
// has openid.
func (s *tokenService) issue(g grant) (tokens *Tokens, login int64, err error) {
	settings := s.settings()
	scopes := strings.Fields(g.scope)
	tokens = &Tokens{
		Scope:     strings.Join(scopes, " "),
		ExpiresIn: int64(settings.AccessTokenLifetime / time.Second),
		TokenType: "Bearer",
	}
	now := s.clock().Truncate(time.Second) // tokens have whole seconds
	issued := make(map[string]issuedToken)
	login = s.lastLogin.Add(1)

	accessID := rand.Text()
	issued[accessID] = issuedToken{login, g.user, false, now.Add(settings.AccessTokenLifetime)}
	if tokens.AccessToken, err = s.sign(jwt.MapClaims{
		"jti":   accessID,
		"iss":   s.issuer,
		"aud":   []string{Audience, s.issuer + "userinfo"},
		"sub":   g.user.subject,
		"azp":   ClientID,
		"scope": tokens.Scope,
		"iat":   now.Unix(),
		"exp":   issued[accessID].expiry.Unix(),
	}); err != nil {
		return nil, 0, err
	}
	if slices.Contains(scopes, "openid") {
		idID := rand.Text()
		issued[idID] = issuedToken{login, g.user, true, now.Add(settings.IDTokenLifetime)}
		claims := jwt.MapClaims{
			"jti":            idID,
			"iss":            s.issuer,
			"aud":            g.clientID,
			"sub":            g.user.subject,
			"name":           g.user.name,
			"nickname":       g.user.nickname,
			"email":          g.user.email,
			"email_verified": true,
			"iat":            now.Unix(),
			"exp":            issued[idID].expiry.Unix(),
			// The vendor's sample token has this claim. Its content is not published.
			"https://futuriti.pl/user_metadata": map[string]any{},
		}
		if g.nonce != "" {
			claims["nonce"] = g.nonce
		}
		if tokens.IDToken, err = s.sign(claims); err != nil {
			return nil, 0, err
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	// Verification rejects expired tokens by themselves, so they can go.
	maps.DeleteFunc(s.issued, func(_ string, token issuedToken) bool { return !now.Before(token.expiry) })
	maps.Copy(s.issued, issued)
	return tokens, login, nil
}

func (s *tokenService) sign(claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	key := s.currentKey()
	token.Header["kid"] = key.id()
	return token.SignedString(key.private())
}

func (s *tokenService) currentKey() *signingKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key
}

// changeKey switches to the other of the process's two keys. It drops the old tokens, so that
// they stay invalid when their key returns.
func (s *tokenService) changeKey() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key == processKey {
		s.key = secondKey
	} else {
		s.key = processKey
	}
	clear(s.issued)
}

// expireIDTokens expires all ID tokens now.
func (s *tokenService) expireIDTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, token := range s.issued {
		if token.id {
			token.expiry = time.Time{} // whatever the clock shows later
			s.issued[id] = token
		}
	}
}

// revoke revokes all tokens.
func (s *tokenService) revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.issued)
}

// revokeLogin revokes the tokens of one login.
func (s *tokenService) revokeLogin(login int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.issued, func(_ string, token issuedToken) bool { return token.login == login })
}

// Reasons to reject a token, as messages that follow "the access token" or "the ID token".
var (
	errNotJWT    = errors.New("is not a JWT")
	errSignature = errors.New("does not have an RS256 signature of this sandbox")
	errIssuer    = errors.New("was issued by another service")
	errAudience  = errors.New("has the wrong audience: an access token is for the API, an ID token for the client")
	errExpired   = errors.New("has expired")
	errClaims    = errors.New("has invalid claims")
	errRevoked   = errors.New("was revoked")
)

// verifiedToken is a key of the cache: verifying two signatures takes half the time of a small
// call.
type verifiedToken struct{ token, audience string }

// maxVerified bounds the cache of verified signatures.
const maxVerified = 1000

// verify returns what is known of a token, or why the token is invalid.
func (s *tokenService) verify(token, audience string) (issuedToken, error) {
	key := s.currentKey()
	s.mu.Lock()
	claims, known := s.verified[verifiedToken{token, audience}]
	s.mu.Unlock()
	if !known || claims.key != key || !s.clock().Before(claims.expiry) {
		var err error
		if claims, err = s.parse(token, audience, key); err != nil {
			return issuedToken{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.verified) >= maxVerified {
		clear(s.verified)
	}
	s.verified[verifiedToken{token, audience}] = claims
	issued, found := s.issued[claims.id]
	if !found {
		return issuedToken{}, errRevoked
	}
	if !s.clock().Before(issued.expiry) { // by a fault, before its own expiry
		return issuedToken{}, errExpired
	}
	return issued, nil
}

// tokenClaims are the claims of a token signed with the key.
type tokenClaims struct {
	id     string
	expiry time.Time
	key    *signingKey
}

// parse checks the signature and the claims.
func (s *tokenService) parse(token, audience string, key *signingKey) (tokenClaims, error) {
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(token, &claims,
		func(*jwt.Token) (any, error) { return &key.private().PublicKey, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),
		jwt.WithIssuer(s.issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(s.clock),
	)
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		err = errNotJWT
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		err = errSignature
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		err = errIssuer
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		err = errAudience
	case errors.Is(err, jwt.ErrTokenExpired):
		err = errExpired
	case err != nil:
		err = errClaims
	}
	if err != nil {
		return tokenClaims{}, err
	}
	return tokenClaims{claims.ID, claims.ExpiresAt.Time, key}, nil
}
