package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	googleauth "cloud.google.com/go/auth"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	azruntime "github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/oauth2"

	"github.com/xsale-go/xsale/authn"
)

var (
	errRefused     = errors.New("wrong password")
	errUnavailable = errors.New("server failed")
)

// candidate is a call to measure.
type candidate struct {
	name string
	call func()
}

// herd is a token source without a token, and a counter of its logins.
type herd struct {
	name   string
	call   func(context.Context)
	logins func() int64
}

// login is the login of the libraries that take a function or an interface. It counts the logins
// and takes delay for each.
type login struct {
	delay   time.Duration
	failure error
	count   atomic.Int64
}

func (l *login) run() error {
	l.count.Add(1)
	time.Sleep(l.delay)
	return l.failure
}

func (l *login) Token() (*oauth2.Token, error) { // golang.org/x/oauth2
	if err := l.run(); err != nil {
		return nil, err
	}
	return &oauth2.Token{AccessToken: "access", Expiry: time.Now().Add(24 * time.Hour)}, nil
}

type googleLogin struct{ *login }

func (l googleLogin) Token(context.Context) (*googleauth.Token, error) {
	if err := l.run(); err != nil {
		return nil, err
	}
	return &googleauth.Token{Value: "access", Expiry: time.Now().Add(24 * time.Hour)}, nil
}

type azureLogin struct{ *login }

func (l azureLogin) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if err := l.run(); err != nil {
		return azcore.AccessToken{}, err
	}
	return azcore.AccessToken{Token: "access", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

// azurePipeline returns a call through the smallest possible Azure pipeline. The library does not
// export its token cache, so the measurement includes the pipeline.
func azurePipeline(l *login) func(context.Context) {
	bearer := azruntime.NewBearerTokenPolicy(azureLogin{l}, []string{"scope"}, nil)
	ok := transport(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})
	pipeline := azruntime.NewPipeline("bench", "v1", azruntime.PipelineOptions{PerRetry: []policy.Policy{bearer}}, &policy.ClientOptions{
		Transport: ok,
		Retry:     policy.RetryOptions{MaxRetries: -1},
		Telemetry: policy.TelemetryOptions{Disabled: true},
	})
	return func(ctx context.Context) {
		request, err := azruntime.NewRequest(ctx, http.MethodGet, "https://api.example/me")
		if err != nil {
			panic(err)
		}
		pipeline.Do(request)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) Do(request *http.Request) (*http.Response, error)        { return t(request) }
func (t transport) RoundTrip(request *http.Request) (*http.Response, error) { return t(request) }

// source is this module's token source, with a login service that counts the logins and takes a
// fixed delay for each.
type source struct {
	*authn.Source
	count atomic.Int64
}

func newSource(delay time.Duration, failure error) *source {
	s := &source{}
	service := transport(func(*http.Request) (*http.Response, error) {
		s.count.Add(1)
		time.Sleep(delay)
		status, body := http.StatusOK, `{"access_token":"access","id_token":"id","expires_in":86400,"token_type":"Bearer"}`
		switch failure {
		case errRefused:
			status, body = http.StatusForbidden, `{"error":"invalid_grant","error_description":"Wrong email or password."}`
		case errUnavailable:
			status, body = http.StatusInternalServerError, `{}`
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
	})
	tokens, err := authn.New(authn.Config{
		Credentials: authn.Static(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("s"), Username: "user", Password: authn.NewSecret("p")}),
		HTTPClient:  &http.Client{Transport: service},
	})
	if err != nil {
		panic(err)
	}
	s.Source = tokens
	return s
}

func (s *source) mustToken() *authn.Token {
	token, err := s.Token(context.Background())
	if err != nil {
		panic(err)
	}
	return token
}

func awsCache(l *login) *aws.CredentialsCache {
	return aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		if err := l.run(); err != nil {
			return aws.Credentials{}, err
		}
		return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "key", CanExpire: true, Expires: time.Now().Add(24 * time.Hour)}, nil
	}))
}

// hotPathCandidates returns the floor, this module and the other libraries, all logged in.
func hotPathCandidates() []candidate {
	ctx := context.Background()
	var current atomic.Pointer[authn.Token]
	current.Store(newSource(0, nil).mustToken())
	expiry := time.Now().Add(time.Hour)
	ours := newSource(0, nil)
	reuse := oauth2.ReuseTokenSource(nil, &login{})
	cache := awsCache(&login{})
	google := googleauth.NewCachedTokenProvider(googleLogin{&login{}}, nil)
	azure := azurePipeline(&login{})
	candidates := []candidate{
		{"floor: atomic load and time.Now", func() {
			if current.Load() == nil || time.Now().After(expiry) {
				panic("expired")
			}
		}},
		{"this module, Source.Token", func() { ours.Token(ctx) }},
		{"x/oauth2 ReuseTokenSource", func() { reuse.Token() }},
		{"aws-sdk-go-v2 CredentialsCache", func() { cache.Retrieve(ctx) }},
		{"cloud.google.com/go/auth cached", func() { google.Token(ctx) }},
		{"azcore BearerTokenPolicy, with pipeline", func() { azure(ctx) }},
	}
	for _, candidate := range candidates {
		candidate.call()
	}
	return candidates
}

func herdCandidates(delay time.Duration, failure error) []herd {
	newLogin := func() *login { return &login{delay: delay, failure: failure} }
	ours := newSource(delay, failure)
	oauth := newLogin()
	reuse := oauth2.ReuseTokenSource(nil, oauth)
	amazon := newLogin()
	cache := awsCache(amazon)
	google := newLogin()
	cached := googleauth.NewCachedTokenProvider(googleLogin{google}, nil)
	azure := newLogin()
	pipeline := azurePipeline(azure)
	return []herd{
		{"this module", func(ctx context.Context) { ours.Token(ctx) }, ours.count.Load},
		{"x/oauth2", func(context.Context) { reuse.Token() }, oauth.count.Load},
		{"aws-sdk-go-v2", func(ctx context.Context) { cache.Retrieve(ctx) }, amazon.count.Load},
		{"cloud.google.com/go/auth", func(ctx context.Context) { cached.Token(ctx) }, google.count.Load},
		{"azcore", pipeline, azure.count.Load},
	}
}
