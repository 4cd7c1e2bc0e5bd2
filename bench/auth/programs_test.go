package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	googleauth "cloud.google.com/go/auth"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	azruntime "github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/oauth2"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

const apiURL = "https://api.xsale.ai"

// process is what a program gets from its machine: a network, the credentials of the account, and
// for this module a store.
type process struct {
	network  *network
	store    authn.Store
	password func() string
	secret   string        // of the client
	storeKey string        // encrypts the tokens in the store
	lifetime time.Duration // of tokens if it is seconds, for the libraries that renew earlier by default
}

// program calls the API with a token source of one library.
type program interface {
	call(ctx context.Context, organization string) error
	close()
}

// library is a candidate and its normal use.
type library struct {
	name, use string
	start     func(*process) (program, error)
}

var libraries = []library{
	{"this module", "xsale.Client with the defaults, and WithTokenStore where programs share the account", startClient},
	{"x/oauth2", "ReuseTokenSource; a 401 replaces it with a new one, because it cannot drop a token", startOAuth2},
	{"aws-sdk-go-v2", "CredentialsCache; a 401 invalidates it", startAWS},
	{"google auth", "cloud.google.com/go/auth, NewCachedTokenProvider; a 401 replaces it with a new one", startGoogle},
	{"azcore", "BearerTokenPolicy in a pipeline, which drops the token at a 401; the next call logs in", startAzure},
}

var errUnauthorized = errors.New("unauthorized")

// client is a program with this module.
type client struct {
	*xsale.Client
	source *authn.Source // with a key for the store
}

func startClient(p *process) (program, error) {
	credentials := func(context.Context) (authn.Credentials, error) {
		return authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret(p.secret), Username: "user", Password: authn.NewSecret(p.password())}, nil
	}
	http := &http.Client{Transport: p.network}
	options := []xsale.Option{xsale.WithHTTPClient(http), xsale.WithCredentialsFunc(credentials), xsale.WithTokenStore(p.store)}
	c := &client{}
	var err error
	if p.storeKey != "" {
		if c.source, err = authn.New(authn.Config{Credentials: credentials, HTTPClient: http, Store: p.store, EncryptionKey: authn.NewSecret(p.storeKey)}); err != nil {
			return nil, err
		}
		options = append(options, xsale.WithTokenSource(c.source))
	}
	c.Client, err = xsale.New(options...)
	return c, err
}

func (c *client) call(ctx context.Context, organization string) error {
	_, err := c.Call(ctx, "GET", "/"+organization+"/orders", nil)
	return err
}

func (c *client) close() {
	c.Close()
	if c.source != nil {
		c.source.Close()
	}
}

// peer is a program that gets a token, calls the API, and on a 401 drops the token and tries once
// more. Programs do that by themselves, because none of these libraries sends a call again.
type peer struct {
	*process
	token func(context.Context) (string, error)
	drop  func(rejected string)
}

func (p *peer) call(ctx context.Context, organization string) error {
	for again := range 2 {
		token, err := p.token(ctx)
		if err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, apiURL+"/"+organization+"/orders", nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := p.network.RoundTrip(request)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
		if again == 0 {
			p.drop(token)
		}
	}
	return errUnauthorized
}

func (p *peer) close() {}

// logIn is the login that a program with a peer writes: one request without retries.
func (p *process) logIn(ctx context.Context) (token string, expires time.Time, err error) {
	grant, err := json.Marshal(map[string]string{"grant_type": "password", "client_secret": p.secret, "password": p.password()})
	if err != nil {
		return "", time.Time{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, authn.DefaultTokenURL, bytes.NewReader(grant))
	if err != nil {
		return "", time.Time{}, err
	}
	response, err := (&http.Client{Transport: p.network}).Do(request)
	if err != nil {
		return "", time.Time{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", time.Time{}, fmt.Errorf("login: status %d", response.StatusCode)
	}
	var tokens struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	err = json.NewDecoder(response.Body).Decode(&tokens)
	return tokens.AccessToken, time.Now().Add(time.Duration(tokens.ExpiresIn) * time.Second), err
}

// turns lets one caller at a time into a library that has a mutex around its login. The wait is the
// same, but fake time passes during it: a bubble of testing/synctest does not count a mutex as idle.
type turns chan struct{}

func (t turns) take() (free func()) {
	t <- struct{}{}
	return func() { <-t }
}

type oauth2Process struct{ *process }

func (l oauth2Process) Token() (*oauth2.Token, error) {
	token, expires, err := l.logIn(context.Background())
	if err != nil {
		return nil, err
	}
	return &oauth2.Token{AccessToken: token, Expiry: expires}, nil
}

func startOAuth2(p *process) (program, error) {
	newSource := func() oauth2.TokenSource {
		if p.lifetime > 0 {
			return oauth2.ReuseTokenSourceWithExpiry(nil, oauth2Process{p}, p.lifetime/10)
		}
		return oauth2.ReuseTokenSource(nil, oauth2Process{p})
	}
	source, last, turns := newSource(), "", make(turns, 1)
	return &peer{p, func(context.Context) (string, error) {
		defer turns.take()()
		token, err := source.Token()
		if err != nil {
			return "", err
		}
		last = token.AccessToken
		return last, nil
	}, func(rejected string) {
		defer turns.take()()
		if last == rejected {
			source = newSource()
		}
	}}, nil
}

func startAWS(p *process) (program, error) {
	cache := aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		token, expires, err := p.logIn(ctx)
		return aws.Credentials{AccessKeyID: "token", SecretAccessKey: token, CanExpire: true, Expires: expires}, err
	}))
	var last atomic.Value
	return &peer{p, func(ctx context.Context) (string, error) {
		credentials, err := cache.Retrieve(ctx)
		if err == nil {
			last.Store(credentials.SecretAccessKey)
		}
		return credentials.SecretAccessKey, err
	}, func(rejected string) {
		if last.Load() == rejected {
			cache.Invalidate()
		}
	}}, nil
}

type googleProcess struct{ *process }

func (l googleProcess) Token(ctx context.Context) (*googleauth.Token, error) {
	token, expires, err := l.logIn(ctx)
	if err != nil {
		return nil, err
	}
	return &googleauth.Token{Value: token, Expiry: expires}, nil
}

func startGoogle(p *process) (program, error) {
	newProvider := func() googleauth.TokenProvider {
		return googleauth.NewCachedTokenProvider(googleProcess{p}, &googleauth.CachedTokenProviderOptions{ExpireEarly: p.lifetime / 10})
	}
	provider, last, turns := newProvider(), "", make(turns, 1)
	return &peer{p, func(ctx context.Context) (string, error) {
		defer turns.take()()
		token, err := provider.Token(ctx)
		if err != nil {
			return "", err
		}
		last = token.Value
		return last, nil
	}, func(rejected string) {
		defer turns.take()()
		if last == rejected {
			provider = newProvider()
		}
	}}, nil
}

type azureProcess struct{ *process }

func (l azureProcess) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, expires, err := l.logIn(ctx)
	access := azcore.AccessToken{Token: token, ExpiresOn: expires}
	if l.lifetime > 0 {
		access.RefreshOn = expires.Add(-l.lifetime / 10)
	}
	return access, err
}

type azure struct{ azruntime.Pipeline }

func startAzure(p *process) (program, error) {
	bearer := azruntime.NewBearerTokenPolicy(azureProcess{p}, []string{"scope"}, nil)
	return azure{azruntime.NewPipeline("bench", "v1", azruntime.PipelineOptions{PerRetry: []policy.Policy{bearer}}, &policy.ClientOptions{Transport: p.network})}, nil
}

func (a azure) call(ctx context.Context, organization string) error {
	request, err := azruntime.NewRequest(ctx, http.MethodGet, apiURL+"/"+organization+"/orders")
	if err != nil {
		return err
	}
	response, err := a.Do(request)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errUnauthorized
	}
	return nil
}

func (a azure) close() {}
