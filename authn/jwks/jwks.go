// Package jwks checks the signatures of tokens against the key set of the login service.
//
//	verifier, err := jwks.New(ctx, jwks.Config{})
//	source, err := authn.New(authn.Config{…, Store: store, VerifyStored: verifier.Verify})
//
// A pair that has just come over TLS from the login service needs no such check (OpenID Connect Core, section 3.1.3.7),
// and what a store holds is encrypted with a key from the credentials. Checking signatures besides protects from somebody
// who has the credentials of the store but should not choose the tokens, at the price of a second address that must be
// reachable. It is off unless asked for.
package jwks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// The vendor's key set and issuer, in the places where every Auth0 tenant has them. That the vendor's tenant has them
// there is inferred from its token URL.
const (
	DefaultURL    = "https://login.futuriti.pl/.well-known/jwks.json"
	DefaultIssuer = "https://login.futuriti.pl/"
)

// Bounds on fetching the key set: hourly, and for a key that is not known at most once in five minutes, so that tokens
// with made-up key ids cannot cause a request each.
const (
	refreshInterval    = time.Hour
	unknownKeyInterval = 5 * time.Minute
	requestTimeout     = 10 * time.Second
	maxKeySetBytes     = 256 << 10
)

// Config says which tokens are right. Empty members have the vendor's values.
type Config struct {
	URL        string       // of the key set
	Issuer     string       // iss of both tokens, to the letter
	Audience   string       // aud of the access token
	HTTPClient *http.Client // for the key set
}

// Verifier checks pairs. It is safe for concurrent use.
type Verifier struct {
	keys     keyfunc.Keyfunc
	issuer   string
	audience string
}

// New fetches the key set, and again every hour until ctx ends.
func New(ctx context.Context, config Config) (*Verifier, error) {
	address := config.URL
	if address == "" {
		address = DefaultURL
	}
	if _, err := httpx.ParseEndpoint("key set URL", address); err != nil {
		return nil, fmt.Errorf("jwks: %w", err)
	}
	client := &http.Client{Timeout: requestTimeout}
	if config.HTTPClient != nil {
		*client = *config.HTTPClient
	}
	client.Transport = boundedTransport{client.Transport}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
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
	v := &Verifier{keys, config.Issuer, config.Audience}
	if v.issuer == "" {
		v.issuer = DefaultIssuer
	}
	if v.audience == "" {
		v.audience = authn.DefaultAudience
	}
	return v, nil
}

// Verify checks that both tokens are signed with RS256 by a key of the set, come from the issuer, have not expired and
// belong to the same user, and that the access token is for the audience. It is what authn.Config.VerifyStored takes.
func (v *Verifier) Verify(ctx context.Context, token *authn.Token) error {
	access, err := v.parse(ctx, token.AccessToken(), jwt.WithAudience(v.audience))
	if err != nil {
		return fmt.Errorf("access token: %w", err)
	}
	id, err := v.parse(ctx, token.IDToken())
	if err != nil {
		return fmt.Errorf("ID token: %w", err)
	}
	if access.Subject == "" || access.Subject != id.Subject {
		return errors.New("the two tokens belong to different users")
	}
	return nil
}

func (v *Verifier) parse(ctx context.Context, token string, options ...jwt.ParserOption) (*jwt.RegisteredClaims, error) {
	options = append(options, jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(v.issuer), jwt.WithExpirationRequired())
	claims := &jwt.RegisteredClaims{}
	_, err := jwt.ParseWithClaims(token, claims, v.keys.KeyfuncCtx(ctx), options...)
	return claims, err
}

// boundedTransport bounds the size of the key set.
type boundedTransport struct{ next http.RoundTripper }

func (t boundedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	next := t.next
	if next == nil {
		next = http.DefaultTransport
	}
	response, err := next.RoundTrip(request)
	if err == nil {
		response.Body = http.MaxBytesReader(nil, response.Body, maxKeySetBytes)
	}
	return response, err
}
