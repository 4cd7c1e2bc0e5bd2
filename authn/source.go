package authn

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

// The vendor's addresses and values
// (https://xsale.ai/docs/rest-api-xsale/autoryzacja-limity/aplikacja-backend-api).
const (
	DefaultTokenURL = "https://login.futuriti.pl/oauth/token"
	DefaultAPIURL   = "https://api.xsale.ai"
	DefaultAudience = "https://api.xsale.ai"
	DefaultScope    = "openid profile email xsale production"
)

const (
	defaultLoginTimeout = time.Minute
	minEncryptionKey    = 32 // bytes
	// A Source remembers a failed login for a second, doubled for each further failed request,
	// up to a minute.
	minCoolDown = time.Second
	maxCoolDown = time.Minute
	// maxHintedCoolDown bounds a hint of the service: a wrong one must not stop a program for
	// weeks.
	maxHintedCoolDown = time.Hour
	// tooManyLoginsCoolDown is the time over which Auth0 counts the logins of a user.
	tooManyLoginsCoolDown = time.Minute
	// minRejectionInterval prevents a login per call if the API rejects every token.
	minRejectionInterval = 30 * time.Second
	// minRefreshInterval spaces logins in the background. credentialsInterval spaces checks for new
	// credentials after a permanent failure.
	minRefreshInterval  = 30 * time.Second
	credentialsInterval = time.Second
)

// Config configures a [Source]. Only Credentials is required.
type Config struct {
	Credentials CredentialsFunc

	TokenURL string // the token endpoint: https, or http on loopback; default DefaultTokenURL
	APIURL   string // the only origin that receives tokens; default DefaultAPIURL
	Audience string // default DefaultAudience
	Scope    string // must include openid, for the ID token; default DefaultScope

	// Store shares tokens with other Sources and programs. By default tokens stay in this
	// Source. If the store fails, the Source reports it to Observer and carries on without it.
	Store Store

	// HTTPClient sends the logins, always without redirects and cookies. The default uses TLS
	// 1.2 or later and the proxy of the environment.
	HTTPClient *http.Client

	// LoginTimeout bounds one login, including retries and waits for the store. Default one minute.
	LoginTimeout time.Duration

	// OnDemand turns off logins ahead of expiry, for programs that run for seconds. By default, a
	// call in the last 20 minutes of the tokens (at most half their lifetime) starts a login in the
	// background while the valid tokens stay in use.
	OnDemand bool

	// EncryptionKey encrypts the data in Store. By default the key is derived from the credentials.
	// Set one, of at least 32 random bytes, to keep tokens readable after a password change.
	EncryptionKey Secret

	// VerifyStored checks tokens from Store, in addition to their encryption. Tokens that fail are
	// not used. Package authn/jwks provides a check of the signatures.
	VerifyStored func(ctx context.Context, token *Token) error

	// Observer receives new tokens, failed logins and store failures; see LogTo.
	Observer Observer
}

// Source provides valid tokens for one account. It is safe for concurrent use; a program should
// share one Source per account. Close it when it is no longer needed.
type Source struct {
	current atomic.Pointer[Token]

	credentials   CredentialsFunc
	login         login
	apiURL        *url.URL
	store         Store
	loginTimeout  time.Duration
	onDemand      bool
	ownsClient    bool
	encryptionKey Secret
	verifyStored  func(context.Context, *Token) error
	observer      Observer
	clock         clock
	logins        atomic.Int64

	lifetime context.Context // canceled by Close
	end      context.CancelCauseFunc
	running  sync.WaitGroup

	mu            sync.Mutex
	flight        *flight // the login in progress
	failure       *failure
	next          loginOptions      // for the next login
	rejected      [sha256.Size]byte // the tokens that the API rejected last
	nextRejection instant
	nextRefresh   instant
}

// loginOptions change the next login; Reset and Refresh set them.
type loginOptions struct {
	ignoreFailure bool // log in even if another program has failed
	ignoreTokens  bool // ignore the tokens that are in the store now
}

// flight is one login that any number of callers wait for. No caller owns it.
type flight struct {
	done  chan struct{}
	token *Token
	err   error
}

// failure remembers a failed login, so that callers share it instead of repeating it.
type failure struct {
	err      *Error
	count    int                  // consecutive failed requests
	until    instant              // when to log in again or, if permanent, to check the credentials again
	rejected *rejectedCredentials // survives failures of another kind, such as unavailable credentials
	old      bool                 // already reported to the observer
	ahead    bool                 // from a login in the background, while valid tokens were in use
}

// rejectedCredentials are credentials that the service rejected for a permanent reason.
type rejectedCredentials struct {
	credentials [sha256.Size]byte
	err         *Error
}

// rejectionOf returns the permanent failure of these credentials, or nil.
func (f *failure) rejectionOf(credentials [sha256.Size]byte) *Error {
	if f == nil || f.rejected == nil || f.rejected.credentials != credentials {
		return nil
	}
	return f.rejected.err
}

// temporary returns the number of consecutive requests that failed for a temporary reason.
// Logins in the background do not count: they are spaced anyway, and must not delay later
// callers.
func (f *failure) temporary() int {
	if f == nil || f.ahead || f.err.Reason.Permanent() {
		return 0
	}
	return f.count
}

// New returns a Source without logging in. It returns an error if config is invalid.
func New(config Config) (*Source, error) {
	if config.Credentials == nil {
		return nil, errors.New("authn: Credentials is not set: use authn.FromEnvironment, authn.Static or a custom function")
	}
	tokenURL, err := httpx.ParseEndpoint("token URL", cmp.Or(config.TokenURL, DefaultTokenURL))
	if err != nil {
		return nil, fmt.Errorf("authn: %w", err)
	}
	apiURL, err := httpx.ParseEndpoint("API URL", cmp.Or(config.APIURL, DefaultAPIURL))
	if err != nil {
		return nil, fmt.Errorf("authn: %w", err)
	}
	if config.LoginTimeout < 0 {
		return nil, fmt.Errorf("authn: LoginTimeout %v is negative", config.LoginTimeout)
	}
	if length := len(config.EncryptionKey.Reveal()); length > 0 && length < minEncryptionKey {
		return nil, fmt.Errorf("authn: EncryptionKey has %d bytes: use at least %d random bytes", length, minEncryptionKey)
	}
	client, owned := httpx.NewClient(config.HTTPClient)
	client.Transport = httpx.Hidden(client.Transport)
	s := &Source{
		credentials: config.Credentials,
		login: login{
			client:   client,
			tokenURL: tokenURL,
			audience: cmp.Or(config.Audience, DefaultAudience),
			scope:    cmp.Or(config.Scope, DefaultScope),
			clock:    systemClock,
		},
		apiURL:        apiURL,
		store:         config.Store,
		loginTimeout:  cmp.Or(config.LoginTimeout, defaultLoginTimeout),
		onDemand:      config.OnDemand,
		ownsClient:    owned,
		encryptionKey: config.EncryptionKey,
		verifyStored:  config.VerifyStored,
		observer:      config.Observer,
		clock:         systemClock,
	}
	s.lifetime, s.end = context.WithCancelCause(context.Background())
	return s, nil
}

// Token returns valid tokens, logging in if necessary. Callers that arrive during a login wait for
// it and share its result. A caller whose ctx ends returns early without ending the login.
//
// A failed login is an [*Error]. Token returns the same error immediately until [Error.RetryAt],
// or, for a permanent reason, until the credentials change or [Source.Reset] is called. If ctx
// ends first, Token returns its error. After Close it returns [ErrClosed].
func (s *Source) Token(ctx context.Context) (*Token, error) {
	if token := s.Current(); token != nil {
		return token, nil
	}
	return s.wait(ctx)
}

// Current returns the current valid tokens, or nil. It never waits. Shortly before they expire it
// starts a login in the background, as [Source.Token] does.
func (s *Source) Current() *Token {
	now := s.clock()
	token := s.current.Load()
	if token == nil || now.reaches(token.deadline) {
		return nil
	}
	if now.reaches(token.refreshAt) && !s.onDemand {
		s.refreshAhead(token, now)
	}
	return token
}

// APIURL returns the only URL whose origin may receive the tokens.
func (s *Source) APIURL() string { return s.apiURL.String() }

// Logins returns the number of successful logins of this Source. Tokens from the store do not
// count.
func (s *Source) Logins() int { return int(s.logins.Load()) }

// Invalidate reports to the Source that the API rejected the tokens, so that the next call logs in.
// It returns true if other tokens are already in use or the next call will log in. It returns false
// and keeps the tokens within 30 seconds of the previous rejection, so that an API that rejects
// every token does not cause a login per call.
func (s *Source) Invalidate(token *Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current.Load() != token {
		return true
	}
	now := s.clock()
	if s.nextRejection != (instant{}) && !now.reaches(s.nextRejection) {
		return false
	}
	s.nextRejection = now.add(minRejectionInterval)
	s.rejected = token.fingerprint()
	s.current.Store(nil)
	return true
}

// Reset forgets a failed login, so that the next call logs in again. Call it after the account has
// been unblocked.
func (s *Source) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure, s.next.ignoreFailure = nil, true
}

// Refresh logs in even if this Source or the store has valid tokens, and forgets a failed login.
// If a login is in progress, Refresh waits for that one. It returns the new tokens, or an error
// like [Source.Token]; the current tokens then stay in use.
func (s *Source) Refresh(ctx context.Context) (*Token, error) {
	s.mu.Lock()
	if s.lifetime.Err() != nil {
		s.mu.Unlock()
		return nil, ErrClosed
	}
	if s.flight == nil {
		s.failure, s.next = nil, loginOptions{ignoreFailure: true, ignoreTokens: true}
		s.takeOff()
	}
	flight := s.flight
	s.mu.Unlock()
	return s.waitFor(ctx, flight)
}

// Close cancels a login in progress, releases its callers, and waits for the goroutines of the
// Source to end. It does not change the store.
func (s *Source) Close() error {
	s.mu.Lock() // no login may start after Wait
	s.end(ErrClosed)
	s.current.Store(nil)
	s.mu.Unlock()
	s.running.Wait()
	if s.ownsClient {
		s.login.client.CloseIdleConnections()
	}
	return nil
}

// wait returns the result of the login in progress, or of a new one.
func (s *Source) wait(ctx context.Context) (*Token, error) {
	s.mu.Lock()
	now := s.clock()
	if token := s.current.Load(); token != nil && !now.reaches(token.deadline) {
		s.mu.Unlock()
		return token, nil
	}
	if s.lifetime.Err() != nil {
		s.mu.Unlock()
		return nil, ErrClosed
	}
	if s.flight == nil {
		if failed := s.failure; failed != nil && !now.reaches(failed.until) {
			s.mu.Unlock()
			return nil, failed.err
		}
		s.takeOff()
	}
	flight := s.flight
	s.mu.Unlock()
	return s.waitFor(ctx, flight)
}

// waitFor returns the result of the login, or an error as soon as ctx ends or the Source is closed.
func (s *Source) waitFor(ctx context.Context, flight *flight) (*Token, error) {
	select {
	case <-flight.done:
		return flight.token, flight.err
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the login: %w", httpx.ContextError(ctx))
	case <-s.lifetime.Done():
		return nil, ErrClosed
	}
}

// refreshAhead starts a login while the tokens are still valid, unless one is running or has just
// failed. It never waits.
func (s *Source) refreshAhead(token *Token, now instant) {
	if !s.mu.TryLock() {
		return // another goroutine is starting or finishing a login
	}
	defer s.mu.Unlock()
	if s.flight != nil || s.current.Load() != token || s.lifetime.Err() != nil {
		return
	}
	if !now.reaches(s.nextRefresh) || s.failure != nil && !now.reaches(s.failure.until) {
		return
	}
	s.nextRefresh = now.add(minRefreshInterval + httpx.Random(minRefreshInterval))
	s.takeOff()
}

// takeOff starts a login; the caller must hold mu. The login has its own context and timeout: a
// caller that leaves does not end it, and a service that hangs does not block it.
func (s *Source) takeOff() {
	flight := &flight{done: make(chan struct{})}
	s.flight = flight
	previous, options := s.failure, s.next
	s.next = loginOptions{}
	s.running.Go(func() {
		ctx, cancel := context.WithTimeoutCause(s.lifetime, s.loginTimeout, fmt.Errorf("no login within %v", s.loginTimeout))
		defer cancel()
		s.fly(ctx, flight, previous, options)
	})
}

// fly runs the login and always lands it. A panic or runtime.Goexit in the user's functions
// becomes an error.
func (s *Source) fly(ctx context.Context, flight *flight, previous *failure, options loginOptions) {
	var token *Token
	var failed *failure
	defer func() {
		if value := recover(); value != nil {
			failed = s.remember(&Error{Reason: ErrUnavailable, Err: panicked(value)}, previous, 0)
		} else if token == nil && failed == nil {
			failed = s.remember(&Error{Reason: ErrUnavailable, Err: errors.New("the login was abandoned")}, previous, 0)
		}
		s.land(flight, token, failed, previous)
	}()
	token, failed = s.fetch(ctx, previous, options)
}

// land publishes the result of a login and releases its callers.
func (s *Source) land(flight *flight, token *Token, failed, previous *failure) {
	s.mu.Lock()
	closed := s.lifetime.Err() != nil
	s.flight = nil
	if s.failure != previous { // Reset was called during the login
		s.failure = nil
	} else {
		s.failure = failed
	}
	switch {
	case closed:
		flight.err = ErrClosed
	case failed == nil:
		flight.token = token
		s.current.Store(token)
	default:
		flight.err = failed.err
	}
	s.mu.Unlock()
	if failed != nil && !failed.old && !closed {
		s.notify(func(o Observer) { o.LoginFailed(failed.err) })
	}
	close(flight.done)
}

// guarded calls a user's function and converts a panic to an error.
func guarded(call func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked(value)
		}
	}()
	return call()
}

// panicked reports only the type of the value, because the value may contain a secret.
func panicked(value any) error {
	return fmt.Errorf("panic of type %T during the login", value)
}

// fetch returns valid tokens from the store or from a login.
func (s *Source) fetch(ctx context.Context, previous *failure, options loginOptions) (*Token, *failure) {
	credentials, failed := s.askCredentials(ctx)
	if failed != nil {
		return nil, s.remember(failed, previous, 0)
	}
	fingerprint := credentials.fingerprint()
	if rejection := previous.rejectionOf(fingerprint); rejection != nil {
		if token := s.stored(ctx, credentials); token != nil {
			return token, nil // another program has logged in since
		}
		again := s.remember(rejection, previous, 0)
		again.old = true
		return nil, again
	}
	login := func(failuresBefore int) (*Token, *failure) {
		token, err := s.login.run(ctx, credentials)
		if err != nil {
			cause, _ := errors.AsType[*Error](err)
			failed := s.remember(cause, previous, failuresBefore)
			if cause.Reason.Permanent() {
				failed.rejected = &rejectedCredentials{fingerprint, cause}
			}
			return nil, failed
		}
		s.logins.Add(1)
		s.notify(func(o Observer) { o.TokenChanged(token, false) })
		return token, nil
	}
	if s.store == nil {
		return login(0)
	}
	entry, err := s.entry(credentials)
	if err != nil {
		s.degraded("seal", err)
		return login(0)
	}
	return entry.fetch(ctx, options, login)
}

// askCredentials calls the user's CredentialsFunc.
func (s *Source) askCredentials(ctx context.Context) (Credentials, *Error) {
	var credentials Credentials
	err := guarded(func() (err error) {
		credentials, err = s.credentials(ctx)
		return err
	})
	if err == nil {
		err = credentials.check("ClientID", "ClientSecret", "Username", "Password")
	}
	if err != nil {
		return Credentials{}, &Error{Reason: ErrCredentialsUnavailable, Err: err}
	}
	return credentials, nil
}

// remember records a failure and when to log in again. The wait grows with the consecutive failed
// requests, here and in programs that share the store.
func (s *Source) remember(err *Error, previous *failure, failuresElsewhere int) *failure {
	now := s.clock()
	failed := &failure{err: err, count: max(1, err.Attempts)}
	if previous != nil {
		failed.rejected = previous.rejected
	}
	current := s.current.Load()
	if failed.ahead = current != nil && !now.reaches(current.deadline); !failed.ahead {
		failed.count += max(failuresElsewhere, previous.temporary())
	}
	if err.Reason.Permanent() {
		failed.until = now.add(credentialsInterval)
		return failed
	}
	wait := max(httpx.Exponential(failed.count-1, minCoolDown, maxCoolDown), min(err.RetryAfter, maxHintedCoolDown))
	if err.Code == "too_many_logins" {
		wait = max(wait, tooManyLoginsCoolDown)
	}
	failed.until = now.add(wait)
	err.RetryAt = failed.until.time()
	return failed
}

// wants reports whether stored tokens are an improvement: neither the tokens that the API rejected
// nor the expiring ones that a login in the background is about to replace.
func (s *Source) wants(token *Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	current := s.current.Load()
	return token.fingerprint() != s.rejected && (current == nil || token.expiresAt.After(current.expiresAt))
}

func (s *Source) degraded(operation string, err error) {
	s.notify(func(o Observer) { o.StoreDegraded(operation, err) })
}

// Format writes the name of the type for every verb, because the fields change concurrently and are
// secret.
func (s *Source) Format(state fmt.State, _ rune) { io.WriteString(state, "authn.Source") }
