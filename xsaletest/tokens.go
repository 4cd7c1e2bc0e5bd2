package xsaletest

import (
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// subject is the user's id at the login service.
const subject = "auth0|sandbox-1"

// tokenService issues the tokens of logins and checks those that come with API calls.
type tokenService struct {
	issuer         string // the sandbox's address with a slash at the end, as Auth0 writes it
	clock          func() time.Time
	accessLifetime time.Duration
	idLifetime     time.Duration

	logins atomic.Int64

	mu       sync.Mutex
	key      *signingKey
	issued   map[string]issuedToken // by jti
	verified map[verifiedToken]tokenClaims
}

// issuedToken is a token that was issued and not revoked.
type issuedToken struct {
	login  int64 // number of the login, the same for both of its tokens
	isID   bool
	expiry time.Time
}

func newTokenService(key *signingKey, issuer string, c config) *tokenService {
	return &tokenService{
		key:            key,
		issuer:         issuer,
		clock:          c.clock,
		accessLifetime: c.accessLifetime,
		idLifetime:     c.idLifetime,
		issued:         make(map[string]issuedToken),
		verified:       make(map[verifiedToken]tokenClaims),
	}
}

// tokenReply is the answer to a login.
type tokenReply struct {
	AccessToken string `json:"access_token"`
	IDToken     string `json:"id_token,omitempty"`
	Scope       string `json:"scope"`
	ExpiresIn   int64  `json:"expires_in"` // seconds, of the access token
	TokenType   string `json:"token_type"`
}

// issue returns the tokens of a new login. There is an ID token only where the scope has openid.
func (s *tokenService) issue(scope string) (*tokenReply, error) {
	scopes := strings.Fields(scope)
	reply := &tokenReply{
		Scope:     strings.Join(scopes, " "),
		ExpiresIn: int64(s.accessLifetime / time.Second),
		TokenType: "Bearer",
	}
	now := s.clock().Truncate(time.Second) // tokens count in whole seconds
	issued := make(map[string]issuedToken)
	login := s.logins.Add(1)

	var err error
	accessID := rand.Text()
	issued[accessID] = issuedToken{login, false, now.Add(s.accessLifetime)}
	if reply.AccessToken, err = s.sign(jwt.MapClaims{
		"jti":   accessID,
		"iss":   s.issuer,
		"aud":   []string{Audience, s.issuer + "userinfo"},
		"sub":   subject,
		"azp":   ClientID,
		"scope": reply.Scope,
		"iat":   now.Unix(),
		"exp":   issued[accessID].expiry.Unix(),
	}); err != nil {
		return nil, err
	}
	if slices.Contains(scopes, "openid") {
		user := newUser(nil)
		idID := rand.Text()
		issued[idID] = issuedToken{login, true, now.Add(s.idLifetime)}
		if reply.IDToken, err = s.sign(jwt.MapClaims{
			"jti":            idID,
			"iss":            s.issuer,
			"aud":            ClientID,
			"sub":            subject,
			"name":           user.Name,
			"nickname":       user.Nickname,
			"email":          user.Email,
			"email_verified": user.EmailVerified,
			"iat":            now.Unix(),
			"exp":            issued[idID].expiry.Unix(),
			// The vendor's sample token has this claim; what is in it is not published.
			"https://futuriti.pl/user_metadata": map[string]any{},
		}); err != nil {
			return nil, err
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	// An expired token is refused for its expiry, so it need not be remembered.
	maps.DeleteFunc(s.issued, func(_ string, token issuedToken) bool { return !now.Before(token.expiry) })
	maps.Copy(s.issued, issued)
	return reply, nil
}

func (s *tokenService) sign(claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	key := s.currentKey()
	token.Header["kid"] = key.id
	return token.SignedString(key.private)
}

func (s *tokenService) currentKey() *signingKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key
}

// changeKey signs with the other of the process's two keys from now on. The old tokens are forgotten, so that they are
// refused when their key comes back, too.
func (s *tokenService) changeKey() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, err := processKey()
	if err == nil && s.key == key {
		key, err = secondKey()
	}
	if err != nil {
		return err
	}
	s.key = key
	clear(s.issued)
	return nil
}

// expireIDTokens lets all ID tokens expire now.
func (s *tokenService) expireIDTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, token := range s.issued {
		if token.isID {
			token.expiry = s.clock()
			s.issued[id] = token
		}
	}
}

// revoke forgets all tokens, so that they are refused.
func (s *tokenService) revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.issued)
}

// Why a token is refused. The texts follow the name of the token.
var (
	errNotJWT    = errors.New("is not a JWT")
	errSignature = errors.New("does not have an RS256 signature of this sandbox")
	errIssuer    = errors.New("was issued by another service")
	errAudience  = errors.New("has the wrong audience: an access token is for the API, an ID token for the client")
	errExpired   = errors.New("has expired")
	errClaims    = errors.New("has claims that cannot be used")
	errRevoked   = errors.New("was revoked")
)

// verifiedToken is what verify looks up: checking two signatures would take half the time of a small call.
type verifiedToken struct{ token, audience string }

// maxVerified bounds the tokens whose signatures are remembered.
const maxVerified = 1000

// verify returns the login that a token for an audience comes from, or why it is refused.
func (s *tokenService) verify(token, audience string) (login int64, err error) {
	key := s.currentKey()
	s.mu.Lock()
	claims, isKnown := s.verified[verifiedToken{token, audience}]
	s.mu.Unlock()
	if !isKnown || claims.key != key || !s.clock().Before(claims.expiry) {
		if claims, err = s.parse(token, audience, key); err != nil {
			return 0, err
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
		return 0, errRevoked
	}
	if !s.clock().Before(issued.expiry) { // by a fault, before the time that it says itself
		return 0, errExpired
	}
	return issued.login, nil
}

// tokenClaims are those of a token whose signature was made with the key.
type tokenClaims struct {
	id     string
	expiry time.Time
	key    *signingKey
}

// parse checks all that a token says of itself.
func (s *tokenService) parse(token, audience string, key *signingKey) (tokenClaims, error) {
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(token, &claims,
		func(*jwt.Token) (any, error) { return &key.private.PublicKey, nil },
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
