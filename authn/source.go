package authn

import (
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

// The vendor's addresses and values (https://xsale.ai/docs/rest-api-xsale/autoryzacja-limity/aplikacja-backend-api).
const (
	DefaultTokenURL = "https://login.futuriti.pl/oauth/token"
	DefaultAPIURL   = "https://api.xsale.ai"
	DefaultAudience = "https://api.xsale.ai"
	DefaultScope    = "openid profile email xsale production"
)

const (
	defaultLoginTimeout = time.Minute
	minEncryptionKey    = 32 // bytes
	// A failed login is remembered for a second, twice as long for each further request that failed, a minute at most.
	minCoolDown = time.Second
	maxCoolDown = time.Minute
	// maxHintedCoolDown bounds what a hint of the service can do: a wrong one must not stop a program for weeks.
	maxHintedCoolDown = time.Hour
	// tooManyLoginsCoolDown is the time over which Auth0 counts the logins of a user.
	tooManyLoginsCoolDown = time.Minute
	// minRejectionInterval keeps an API that refuses every token from causing a login per call.
	minRejectionInterval = 30 * time.Second
	// minRefreshInterval and credentialsInterval space what is tried in the background and while a failure is latched.
	minRefreshInterval  = 30 * time.Second
	credentialsInterval = time.Second
)

// Config says which account a [Source] logs in to, and how. Only Credentials is needed.
type Config struct {
	Credentials CredentialsFunc

	TokenURL string // the token endpoint; DefaultTokenURL when empty. https, or http on loopback
	APIURL   string // where tokens may be sent; DefaultAPIURL when empty
	Audience string // DefaultAudience when empty
	Scope    string // DefaultScope when empty; it needs openid, for the ID token

	// Store shares the pair with other Sources and programs. Without one the pair lives in this Source alone. A store
	// that fails is reported to Observer and done without.
	Store Store

	// HTTPClient sends the logins. Redirects and cookies are always off. By default a client with TLS 1.2 or later and
	// the proxy of the environment.
	HTTPClient *http.Client

	// LoginTimeout bounds one login with all its retries and the wait for the store; a minute when 0.
	LoginTimeout time.Duration

	// OnDemand turns off logging in ahead of expiry. Set it in programs that run for seconds. Without it, a call in the
	// last 20 minutes of a pair (at most half its lifetime) starts a login in the background, while the valid pair keeps
	// serving.
	OnDemand bool

	// EncryptionKey encrypts what Store holds. When empty, the key comes from the credentials, which those who share a pair
	// have anyway. Set one, of 32 random bytes or more, to keep pairs readable when the password changes.
	EncryptionKey Secret

	// VerifyStored checks each pair that comes from Store, besides its encryption. Package authn/jwks has a check of the
	// signatures. A pair that fails is not used.
	VerifyStored func(ctx context.Context, token *Token) error

	// Observer is told of new pairs, failed logins and store failures; see LogTo.
	Observer Observer
}

// Source hands out the valid pair of tokens of one account. It is safe for concurrent use; programs share one Source per
// account. Close it when it is no longer needed.
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

	lifetime context.Context // ends with Close
	end      context.CancelCauseFunc
	running  sync.WaitGroup

	mu            sync.Mutex
	flight        *flight // the login in progress
	failure       *failure
	next          loginOptions      // for the next login
	rejected      [sha256.Size]byte // the pair that the API refused last
	nextRejection instant
	nextRefresh   instant
}

// loginOptions are what Reset and Refresh ask of the next login.
type loginOptions struct {
	ignoreFailure bool // log in even where another program has failed
	ignorePair    bool // do not take the pair that the store has now
}

// flight is one login that any number of callers wait for. It belongs to none of them.
type flight struct {
	done  chan struct{}
	token *Token
	err   error
}

// failure remembers a failed login, so that callers share it instead of repeating it.
type failure struct {
	err     *Error
	count   int                 // requests that failed in a row
	until   instant             // when the next login may be tried, or, with a permanent reason, the credentials be looked at again
	refusal *refusedCredentials // outlasts failures of another kind, such as credentials that cannot be had for a while
	old     bool                // whether it was known before, so that nobody need be told
	ahead   bool                // whether it came while a valid pair served, so that nobody waited for it
}

// refusedCredentials are what the service refused for good, and its words.
type refusedCredentials struct {
	credentials [sha256.Size]byte
	err         *Error
}

// refusedFor returns the permanent refusal of these credentials, if there was one.
func (f *failure) refusedFor(credentials [sha256.Size]byte) *Error {
	if f == nil || f.refusal == nil || f.refusal.credentials != credentials {
		return nil
	}
	return f.refusal.err
}

// passing returns how many requests have failed in a row for reasons that may pass. Those of logins ahead of expiry do not
// count: they are spaced anyway, and must not lengthen the wait of who comes after.
func (f *failure) passing() int {
	if f == nil || f.ahead || f.err.Reason.Permanent() {
		return 0
	}
	return f.count
}

// New returns a Source. It does not log in yet. A value of config that cannot be used is an error.
func New(config Config) (*Source, error) {
	if config.Credentials == nil {
		return nil, errors.New("authn: Credentials is not set: use authn.FromEnvironment, authn.Static or a function of your own")
	}
	tokenURL, err := httpx.ParseEndpoint("token URL", withDefault(config.TokenURL, DefaultTokenURL))
	if err != nil {
		return nil, fmt.Errorf("authn: %w", err)
	}
	apiURL, err := httpx.ParseEndpoint("API URL", withDefault(config.APIURL, DefaultAPIURL))
	if err != nil {
		return nil, fmt.Errorf("authn: %w", err)
	}
	if config.LoginTimeout < 0 {
		return nil, fmt.Errorf("authn: LoginTimeout %v is negative", config.LoginTimeout)
	}
	if length := len(config.EncryptionKey.Reveal()); length > 0 && length < minEncryptionKey {
		return nil, fmt.Errorf("authn: EncryptionKey has %d bytes: use %d random ones or more", length, minEncryptionKey)
	}
	s := &Source{
		credentials: config.Credentials,
		login: login{
			client:   httpx.NewClient(config.HTTPClient),
			tokenURL: tokenURL,
			audience: withDefault(config.Audience, DefaultAudience),
			scope:    withDefault(config.Scope, DefaultScope),
			clock:    systemClock,
		},
		apiURL:        apiURL,
		store:         config.Store,
		loginTimeout:  withDefault(config.LoginTimeout, defaultLoginTimeout),
		onDemand:      config.OnDemand,
		ownsClient:    config.HTTPClient == nil,
		encryptionKey: config.EncryptionKey,
		verifyStored:  config.VerifyStored,
		observer:      config.Observer,
		clock:         systemClock,
	}
	s.lifetime, s.end = context.WithCancelCause(context.Background())
	return s, nil
}

func withDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Token returns the valid pair, logging in when there is none. Callers that come while a login is in progress wait for
// that one and get its result; each may leave when its own ctx ends, without ending the login.
//
// A failed login is an [*Error]. It is remembered: until [Error.RetryAt], and for a permanent reason until the
// credentials change or [Source.Reset] is called, Token returns it at once. The error of ctx is returned when ctx ends
// first, and [ErrClosed] after Close.
func (s *Source) Token(ctx context.Context) (*Token, error) {
	if token := s.Current(); token != nil {
		return token, nil
	}
	return s.wait(ctx)
}

// Current returns the valid pair at hand, or nil. It never waits nor fails; near the end of the pair it starts a login in
// the background, as [Source.Token] does.
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

// APIURL returns the address that the tokens may be sent to.
func (s *Source) APIURL() string { return s.apiURL.String() }

// Logins returns how many times this Source has logged in successfully, not counting pairs that came from the store.
func (s *Source) Logins() int {
	return int(s.logins.Load())
}

// Invalidate says that the API refused the pair, so that the next call logs in. It does nothing when another pair has
// taken its place already, and reports whether a pair other than token is to be had. A Source follows it at most twice a
// minute, because an API that refuses every token must not become a login per call.
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

// Reset forgets a failed login, so that the next call logs in again. Call it when the account has been unblocked.
func (s *Source) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure, s.next.ignoreFailure = nil, true
}

// Refresh logs in although there may be a valid pair, in this Source or in the store, and forgets a failed login. Where a
// login is in progress, it waits for that one. It returns the new pair, or an error as [Source.Token] does; the present
// pair then stays in use.
func (s *Source) Refresh(ctx context.Context) (*Token, error) {
	s.mu.Lock()
	if s.lifetime.Err() != nil {
		s.mu.Unlock()
		return nil, ErrClosed
	}
	if s.flight == nil {
		s.failure, s.next = nil, loginOptions{ignoreFailure: true, ignorePair: true}
		s.takeOff()
	}
	flight := s.flight
	s.mu.Unlock()
	return s.waitFor(ctx, flight)
}

// Close ends a login in progress, frees the callers that wait for it, and returns when nothing of the Source runs any
// more. The store is left as it is.
func (s *Source) Close() error {
	s.mu.Lock() // so that no login takes off once Wait has begun
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

// waitFor returns the result of the login, or leaves when ctx ends or the Source is closed.
func (s *Source) waitFor(ctx context.Context, flight *flight) (*Token, error) {
	select {
	case <-flight.done:
		return flight.token, flight.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the login: %w", context.Cause(ctx))
	case <-s.lifetime.Done():
		return nil, ErrClosed
	}
}

// refreshAhead starts a login while the pair is still valid, unless one runs or failed a moment ago. It never waits.
func (s *Source) refreshAhead(token *Token, now instant) {
	if !s.mu.TryLock() {
		return // whoever holds it is about to start or finish a login
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

// takeOff starts a login; the caller holds mu. The login has a context and a timeout of its own, so that no caller that
// leaves can end it and no service that hangs can hold it.
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

// fly lands the flight whatever becomes of it: a panic of the user's own functions is turned into an error, and so is
// their runtime.Goexit.
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

// land publishes the result of a login and frees those who wait for it.
func (s *Source) land(flight *flight, token *Token, failed, previous *failure) {
	s.mu.Lock()
	closed := s.lifetime.Err() != nil
	s.flight = nil
	if s.failure != previous { // Reset was called meanwhile
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

// guarded turns a panic of the user's own functions into an error.
func guarded(use func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked(value)
		}
	}()
	return use()
}

// panicked tells the type of the value only, because the value may hold a secret.
func panicked(value any) error {
	return fmt.Errorf("panic of type %T during the login", value)
}

// fetch gets a valid pair from the store or by a login.
func (s *Source) fetch(ctx context.Context, previous *failure, options loginOptions) (*Token, *failure) {
	credentials, failed := s.askCredentials(ctx)
	if failed != nil {
		return nil, s.remember(failed, previous, 0)
	}
	fingerprint := credentials.fingerprint()
	if refusal := previous.refusedFor(fingerprint); refusal != nil {
		if token := s.stored(ctx, credentials); token != nil {
			return token, nil // another program has been let in since
		}
		again := s.remember(refusal, previous, 0)
		again.old = true
		return nil, again
	}
	login := func(failuresBefore int) (*Token, *failure) {
		token, err := s.login.run(ctx, credentials)
		if err != nil {
			cause, _ := errors.AsType[*Error](err)
			failed := s.remember(cause, previous, failuresBefore)
			if cause.Reason.Permanent() {
				failed.refusal = &refusedCredentials{fingerprint, cause}
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

// askCredentials gets the credentials from the user's function.
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

// remember says how long the failure stands before the next login: the longer, the more requests failed before, here and
// in the programs that share the store.
func (s *Source) remember(err *Error, previous *failure, failuresElsewhere int) *failure {
	now := s.clock()
	failed := &failure{err: err, count: max(1, err.Attempts)}
	if previous != nil {
		failed.refusal = previous.refusal
	}
	current := s.current.Load()
	if failed.ahead = current != nil && !now.reaches(current.deadline); !failed.ahead {
		failed.count += max(failuresElsewhere, previous.passing())
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

// wants reports whether a stored pair is worth having: not the one that the API refused, and not the one whose end a
// login in the background is to anticipate.
func (s *Source) wants(token *Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	current := s.current.Load()
	return token.fingerprint() != s.rejected && (current == nil || token.expiresAt.After(current.expiresAt))
}

func (s *Source) degraded(operation string, err error) {
	s.notify(func(o Observer) { o.StoreDegraded(operation, err) })
}

// Format writes the name of the type for every verb: what a Source holds changes all the time and is nobody's to print.
func (s *Source) Format(state fmt.State, _ rune) { io.WriteString(state, "authn.Source") }
