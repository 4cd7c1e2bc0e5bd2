package authn

import (
	"bytes"
	"context"
	"crypto/tls"
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

// Waits between two requests of one login. A hint of the service beyond the longest ends the login instead.
const (
	minRetryWait = time.Second
	maxRetryWait = 30 * time.Second
)

// login sends the password grant, with its retries, and returns the pair.
type login struct {
	client   *http.Client
	tokenURL *url.URL
	audience string
	scope    string
	clock    clock
}

// run logs in. Every failure is an *Error.
func (l *login) run(ctx context.Context, credentials Credentials) (*Token, error) {
	body, err := json.Marshal(map[string]string{
		"grant_type":    "password",
		"client_id":     credentials.ClientID,
		"client_secret": credentials.ClientSecret.Reveal(),
		"audience":      l.audience,
		"username":      credentials.Username,
		"password":      credentials.Password.Reveal(),
		"scope":         l.scope,
	})
	if err != nil {
		return nil, &Error{Reason: ErrCredentialsUnavailable, Err: errors.New("the credentials cannot be written as JSON")}
	}
	attempt := &loginAttempt{login: l, credentials: credentials}
	token, err := attempt.send(ctx, body)
	if err != nil {
		return nil, err
	}
	return token, nil
}

// loginAttempt is one login: a few requests at most, and what became of the last.
type loginAttempt struct {
	*login
	credentials Credentials
	started     instant
	requests    int
	failure     *Error
}

func (a *loginAttempt) send(ctx context.Context, body []byte) (*Token, error) {
	request, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPost, a.tokenURL.String(), body)
	if err != nil {
		return nil, &Error{Reason: ErrConfiguration, Err: err}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")

	// The library's own rule would repeat a login that blocked the account and wait for as long as a header says.
	client := retryablehttp.Client{
		HTTPClient:   a.client,
		RetryMax:     3,
		RetryWaitMin: minRetryWait,
		RetryWaitMax: maxRetryWait,
		CheckRetry:   a.checkRetry,
		Backoff:      a.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		// A pair counts from the request that it answers, not from the first one, which may be a minute older.
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
		if ctx.Err() != nil { // what the service said last stands: its reason and its hint rule the next login
			a.failure.Err = context.Cause(ctx)
		}
		return nil, a.failure
	}
	token, err := a.read(response)
	if err != nil {
		return nil, &Error{Reason: ErrInvalidReply, StatusCode: response.StatusCode, Attempts: a.requests, Err: err}
	}
	return token, nil
}

// read takes the pair from a successful response, whose body checkRetry has already bounded.
func (a *loginAttempt) read(response *http.Response) (*Token, error) {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	reply, err := parseReply(body)
	if err != nil {
		return nil, err
	}
	date, _ := http.ParseTime(response.Header.Get("Date"))
	lifetime, err := reply.lifetime(date, a.started.time())
	if err != nil {
		return nil, err
	}
	return newToken(reply.accessToken, reply.idToken, a.started, lifetime), nil
}

// checkRetry decides by what the service said whether the login goes on, and keeps the failure.
func (a *loginAttempt) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	a.requests++
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	a.failure = nil
	if err != nil {
		a.failure = &Error{Reason: ErrUnavailable, Err: a.presentable(err)}
		// The request may have been a login that counted, so it is sent once more at most.
		return a.requests <= 1 && !isCertificateError(err), nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReplyBytes+1))
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case err != nil:
		a.failure = &Error{Reason: ErrUnavailable, StatusCode: response.StatusCode, Err: a.presentable(err)}
		return a.requests <= 1, nil
	case len(body) > maxReplyBytes:
		a.failure = &Error{Reason: ErrInvalidReply, StatusCode: response.StatusCode, Err: fmt.Errorf("the answer is longer than %d bytes", maxReplyBytes)}
		return false, nil
	case response.StatusCode == http.StatusOK:
		return false, nil
	}

	refusal := parseRefusal(response.StatusCode, body)
	verdict := refusal.classify()
	code, description := refusal.presentable(a.secrets())
	hint, _ := a.hint(response)
	a.failure = &Error{
		Reason:      verdict.reason,
		StatusCode:  response.StatusCode,
		Code:        code,
		Description: description,
		RetryAfter:  hint,
		MFAToken:    NewSecret(refusal.mfaToken),
	}
	return a.requests <= verdict.tries && hint <= maxRetryWait && hasTime(ctx, hint), nil
}

// hasTime reports whether ctx outlasts a wait.
func hasTime(ctx context.Context, wait time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return !bounded || time.Until(deadline) > wait
}

// backoff waits at least as long as the service asks; jitter only ever adds to that.
func (a *loginAttempt) backoff(shortest, longest time.Duration, retries int, response *http.Response) time.Duration {
	wait := httpx.Exponential(retries, shortest, longest)
	if response != nil {
		hint, _ := a.hint(response)
		wait = max(wait, hint)
	}
	return min(wait, longest) + httpx.Random(wait/4)
}

// hint returns how long the service asks to wait.
func (a *loginAttempt) hint(response *http.Response) (time.Duration, bool) {
	now := a.clock().time()
	if wait, ok := httpx.RetryAfter(response.Header, now); ok {
		return wait, true
	}
	if response.StatusCode == http.StatusTooManyRequests {
		return httpx.RateLimitReset(response.Header, now)
	}
	return 0, false
}

// presentable drops the method and the address that net/http puts before an error, which the reader knows, and secrets
// that it may quote from an answer which is not HTTP.
func (a *loginAttempt) presentable(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if text := withoutSecrets(err.Error(), a.secrets()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

func (a *loginAttempt) secrets() []Secret {
	return []Secret{a.credentials.Password, a.credentials.ClientSecret}
}

func isCertificateError(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
