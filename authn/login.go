package authn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Waits between two requests of one login. If the service asks for more than maxRetryWait, the
// login ends instead.
const (
	minRetryWait = time.Second
	maxRetryWait = 30 * time.Second
)

// maxRetries is how often a login with a password is tried again.
const maxRetries = 3

// login requests tokens.
type login struct {
	client   *http.Client
	tokenURL *url.URL
	audience string
	scope    string
	clock    clock
}

// run logs in with the password grant, with retries. Every failure is an *Error.
func (l *login) run(ctx context.Context, credentials Credentials) (*Token, error) {
	attempt := &loginAttempt{
		login: l, clientID: credentials.ClientID, retries: maxRetries,
		secrets: []Secret{credentials.Password, credentials.ClientSecret},
	}
	return attempt.run(ctx, map[string]string{
		"grant_type":    "password",
		"client_id":     credentials.ClientID,
		"client_secret": credentials.ClientSecret.Reveal(),
		"audience":      l.audience,
		"username":      credentials.Username,
		"password":      credentials.Password.Reveal(),
		"scope":         l.scope,
	})
}

// patience is how long a transport may take to return after the end of its context.
const patience = 100 * time.Millisecond

// abandonable calls send and leaves it behind if it ignores the end of ctx, as a transport of the
// caller's or a body that blocks may. The goroutine then stays until it returns.
func abandonable(ctx context.Context, send func() (*Token, error)) (*Token, error) {
	var token *Token
	err := error(&Error{Reason: ErrUnavailable, Err: errors.New("the login was abandoned")}) // by runtime.Goexit
	done := make(chan struct{})
	go func() {
		defer close(done)
		if panicked := guarded(func() error { token, err = send(); return nil }); panicked != nil {
			err = &Error{Reason: ErrUnavailable, Err: panicked}
		}
	}()
	select {
	case <-done:
		return token, err
	case <-ctx.Done():
	}
	select {
	case <-done: // it knows more about the failure
		return token, err
	case <-time.After(patience):
		return nil, &Error{Reason: ErrUnavailable, Err: context.Cause(ctx)}
	}
}

// loginAttempt is one login: a few requests, and the tokens or the failure of the last one.
type loginAttempt struct {
	*login
	clientID string
	retries  int      // at most
	secrets  []Secret // which a response may echo
	started  instant
	requests int
	date     time.Time // of the response by the clock of the service, if it says so
	token    *Token
	failure  *Error
}

func (a *loginAttempt) run(ctx context.Context, fields map[string]string) (*Token, error) {
	body, err := json.Marshal(fields)
	if err != nil {
		return nil, &Error{Reason: ErrCredentialsUnavailable, Err: errors.New("cannot encode the credentials as JSON")}
	}
	return abandonable(ctx, func() (*Token, error) { return a.send(ctx, body) })
}

func (a *loginAttempt) send(ctx context.Context, body []byte) (*Token, error) {
	request, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPost, a.tokenURL.String(), body)
	if err != nil {
		return nil, &Error{Reason: ErrConfiguration, Err: err}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")

	// The library's default policy would retry a login that blocked the account and wait for as
	// long as a header demands.
	client := retryablehttp.Client{
		HTTPClient:   a.client,
		RetryMax:     a.retries,
		RetryWaitMin: minRetryWait,
		RetryWaitMax: maxRetryWait,
		CheckRetry:   a.checkRetry,
		Backoff:      a.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		// The lifetime of tokens starts at their own request. The first one may be a minute older.
		RequestLogHook: func(retryablehttp.Logger, *http.Request, int) { a.started = a.clock() },
	}
	response, err := client.Do(request)
	if response != nil {
		defer response.Body.Close()
	}
	if err != nil && a.failure == nil {
		a.failure = &Error{Reason: ErrUnavailable, Err: a.presentable(err)}
	}
	if a.failure != nil {
		a.failure.Attempts = a.requests
		if ctx.Err() != nil { // keep the reason and the hint of the last response for the next login
			a.failure.Err = context.Cause(ctx)
		}
		return nil, a.failure
	}
	a.token.requests = a.requests
	return a.token, nil
}

// read returns the tokens of a successful response.
func (a *loginAttempt) read(response *http.Response, body []byte) (*Token, error) {
	tokens, err := parseTokenResponse(body)
	if err != nil {
		return nil, err
	}
	if err := tokens.checkOwner(a.clientID); err != nil {
		return nil, err
	}
	a.date, _ = http.ParseTime(response.Header.Get("Date"))
	lifetime, err := tokens.lifetime(a.date, a.started.time())
	if err != nil {
		return nil, err
	}
	return newToken(tokens.accessToken, tokens.idToken, a.started, lifetime), nil
}

// checkRetry records the failure and reports whether to send the login again.
func (a *loginAttempt) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	a.requests++
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	a.failure = nil
	if err != nil {
		a.failure = &Error{Reason: ErrUnavailable, Err: a.presentable(err)}
		// The service may have counted the login, so retry only once.
		return a.requests <= 1 && !httpx.PermanentTLS(err) && !httpx.PermanentProxy(err), nil
	}
	if response.StatusCode < http.StatusOK { // what follows 101 is not a body, and has no end
		response.Body.Close()
		a.failure = &Error{Reason: ErrInvalidResponse, StatusCode: response.StatusCode, Err: errors.New("not a final status")}
		return false, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponseBytes+1))
	response.Body.Close()
	response.Body = http.NoBody
	switch {
	case err != nil:
		a.failure = &Error{Reason: ErrUnavailable, StatusCode: response.StatusCode, Err: a.presentable(err)}
		return a.requests <= 1, nil
	case len(body) > maxResponseBytes:
		a.failure = &Error{Reason: ErrInvalidResponse, StatusCode: response.StatusCode, Err: fmt.Errorf("response is longer than %d bytes", maxResponseBytes)}
		return false, nil
	}
	var unusable error // a success without tokens
	if response.StatusCode/100 == 2 {
		if a.token, unusable = a.read(response, body); unusable == nil {
			return false, nil
		}
	}
	errorResponse := parseErrorResponse(response.StatusCode, body)
	verdict := errorResponse.classify()
	code, description := errorResponse.presentable(a.secrets)
	hint := a.hint(response)
	a.failure = &Error{
		Reason:      verdict.reason,
		StatusCode:  response.StatusCode,
		Code:        code,
		Description: description,
		RetryAfter:  hint,
		MFAToken:    NewSecret(errorResponse.mfaToken),
		Err:         unusable,
	}
	return a.requests <= verdict.retries && hint <= maxRetryWait && hasTime(ctx, hint), nil
}

// hasTime reports whether ctx lasts longer than wait.
func hasTime(ctx context.Context, wait time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return !bounded || time.Until(deadline) > wait
}

// backoff waits at least as long as the service asks. Jitter only adds to the wait.
func (a *loginAttempt) backoff(shortest, longest time.Duration, retries int, response *http.Response) time.Duration {
	wait := httpx.Exponential(retries, shortest, longest)
	if response != nil {
		wait = max(wait, a.hint(response))
	}
	return min(wait, longest) + httpx.Random(wait/4)
}

// hint returns the wait that the service asks for, or 0.
func (a *loginAttempt) hint(response *http.Response) time.Duration {
	now := a.clock().time()
	wait, ok := httpx.RetryAfter(response.Header, now)
	if !ok && response.StatusCode == http.StatusTooManyRequests {
		wait, _ = httpx.RateLimitReset(response.Header, now)
	}
	return wait
}

// presentable removes the method and the URL that net/http adds to an error, which the caller
// knows, and secrets that net/http may quote from a response that is not HTTP.
func (a *loginAttempt) presentable(err error) error {
	err = httpx.WithoutURL(err)
	if message := withoutSecrets(err.Error(), a.secrets); message != err.Error() {
		return errors.New(message)
	}
	return err
}
