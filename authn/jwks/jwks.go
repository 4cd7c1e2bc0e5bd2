// Package jwks checks the signatures of tokens against the key set of the login service.
//
//	verifier, err := jwks.New(ctx, jwks.Config{})
//	source, err := authn.New(authn.Config{…, Store: store, VerifyStored: verifier.Verify})
//
// The check is optional. Tokens received from the login service over TLS do not need it (OpenID
// Connect Core, section 3.1.3.7), and tokens in a store are encrypted with a key derived from the
// credentials. It protects against someone who has the credentials and write access to the store
// but must not choose the tokens. The price is another URL that must be reachable.
package jwks

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// The vendor's key set and issuer, inferred from its token URL and the paths of every Auth0 tenant.
const (
	DefaultURL    = "https://login.futuriti.pl/.well-known/jwks.json"
	DefaultIssuer = "https://login.futuriti.pl/"
)

// The key set is fetched every hour, and for an unknown key at most every five minutes, so that
// tokens with made-up key IDs do not cause a request each.
const (
	refreshInterval    = time.Hour
	unknownKeyInterval = 5 * time.Minute
	requestTimeout     = 10 * time.Second
	maxKeySetBytes     = 256 << 10
)

// Config configures a [Verifier]. Empty fields default to the vendor's values.
type Config struct {
	URL        string       // of the key set: https, or http on loopback
	Issuer     string       // exact iss claim of both tokens
	Audience   string       // aud claim of the access token
	HTTPClient *http.Client // fetches the key set; redirects and cookies are always off
}

// Verifier checks tokens. It is safe for concurrent use.
type Verifier struct {
	keys     keyfunc.Keyfunc
	issuer   string
	audience string
}

// New fetches the key set or fails. A goroutine fetches it again every hour until ctx ends.
func New(ctx context.Context, config Config) (*Verifier, error) {
	address := cmp.Or(config.URL, DefaultURL)
	if _, err := httpx.ParseEndpoint("key set URL", address); err != nil {
		return nil, fmt.Errorf("jwks: %w", err)
	}
	client, _ := httpx.NewClient(config.HTTPClient)
	if config.HTTPClient == nil {
		client.Timeout = requestTimeout // a fetch for an unknown key has no other bound than the caller's ctx
	}
	client.Transport = boundedTransport{client.Transport}
	storage, err := jwkset.NewStorageFromHTTP(address, jwkset.HTTPClientStorageOptions{
		Client:          client,
		Ctx:             ctx,
		HTTPTimeout:     requestTimeout,
		RefreshInterval: refreshInterval,
	})
	if err != nil {
		return nil, fmt.Errorf("jwks: fetch the key set: %w", err)
	}
	set, err := jwkset.NewHTTPClient(jwkset.HTTPClientOptions{
		HTTPURLs:          map[string]jwkset.Storage{address: storage},
		RateLimitWaitMax:  requestTimeout,
		RefreshUnknownKID: rate.NewLimiter(rate.Every(unknownKeyInterval), 1),
	})
	if err != nil {
		return nil, fmt.Errorf("jwks: %w", err)
	}
	keys, err := keyfunc.New(keyfunc.Options{Ctx: ctx, Storage: set})
	if err != nil {
		return nil, fmt.Errorf("jwks: %w", err)
	}
	return &Verifier{keys, cmp.Or(config.Issuer, DefaultIssuer), cmp.Or(config.Audience, authn.DefaultAudience)}, nil
}

// Verify checks that both tokens are signed with RS256 by a key of the set, are from the issuer,
// have not expired and belong to the same user, that the access token is for the audience, and that
// the ID token is one: for the client of the access token, not for the audience. Use it as
// authn.Config.VerifyStored.
func (v *Verifier) Verify(ctx context.Context, token *authn.Token) error {
	access, err := v.parse(ctx, token.AccessToken(), jwt.WithAudience(v.audience))
	if err != nil {
		return fmt.Errorf("access token: %w", err)
	}
	id, err := v.parse(ctx, token.IDToken())
	if err != nil {
		return fmt.Errorf("ID token: %w", err)
	}
	return v.checkPair(access, id)
}

// checkPair rejects tokens that are valid, but not from one login.
func (v *Verifier) checkPair(access, id *claims) error {
	client := cmp.Or(access.AuthorizedParty, access.ClientID)
	switch {
	case access.Subject == "" || access.Subject != id.Subject:
		return errors.New("the two tokens belong to different users")
	case len(id.Audience) == 0:
		return errors.New("ID token: no aud claim")
	case slices.Contains(id.Audience, v.audience) || id.Scope != nil:
		return errors.New("ID token: it is an access token")
	case client != "" && !slices.Contains(id.Audience, client):
		return errors.New("ID token: it is for another client than the access token")
	}
	return nil
}

// claims are those that tell the tokens apart. Auth0 writes the client into azp, and with the
// profile of RFC 9068 into client_id; only access tokens have a scope.
type claims struct {
	jwt.RegisteredClaims
	AuthorizedParty string          `json:"azp"`
	ClientID        string          `json:"client_id"`
	Scope           json.RawMessage `json:"scope"`
}

func (v *Verifier) parse(ctx context.Context, token string, options ...jwt.ParserOption) (*claims, error) {
	options = append(options, jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(v.issuer), jwt.WithExpirationRequired())
	parsed := &claims{}
	_, err := jwt.ParseWithClaims(token, parsed, v.keys.KeyfuncCtx(ctx), options...)
	return parsed, err
}

// boundedTransport limits the size of the key set.
type boundedTransport struct{ next http.RoundTripper }

func (t boundedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err == nil {
		response.Body = http.MaxBytesReader(nil, response.Body, maxKeySetBytes)
	}
	return response, err
}
