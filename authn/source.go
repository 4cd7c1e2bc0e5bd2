package authn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
	"weak"

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
	// credentialsInterval spaces checks for new credentials after a permanent failure, and for
	// tokens of another program after a 401.
	credentialsInterval = time.Second
	// acceptance is how long a success with suspect tokens outweighs further rejections: they
	// concern an organization, not the tokens.
	acceptance = 30 * time.Second
)

// Config configures a [Source]. Only Credentials is required.
type Config struct {
	Credentials CredentialsFunc

	TokenURL string // the token endpoint: https, or http on loopback; default DefaultTokenURL
	APIURL   string // the only origin that receives tokens; default DefaultAPIURL
	Audience string // default DefaultAudience
	Scope    string // must include openid, for the ID token; default DefaultScope

	// Store shares tokens and the login budget with other Sources and programs. By default tokens
	// stay in this Source, and the budget in this program. If the store fails, the Source reports
	// it to Observer and carries on without it.
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

	// VerifyStored checks tokens from Store, in addition to their encryption, and those of
	// FinishLogin. Tokens that fail are not used. With a Store, it shares the few seconds that a
	// login gives it. Package authn/jwks provides a check of the signatures.
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
	httpClient    weak.Pointer[http.Client] // the one that was configured

	lifetime context.Context // canceled by Close
	end      context.CancelCauseFunc
	running  sync.WaitGroup

	observing sync.Mutex   // held while the observer runs
	abandoned atomic.Int32 // operations of the store that hang

	mu          sync.Mutex
	flight      *flight // the login in progress
	failure     *failure
	refusals    refusals // permanent failures
	resets      int
	pass        bool     // the next login ignores failures and the budget
	account     *account // since the first login
	key         string   // in the store, since the first login
	acceptedAt  instant  // the last success with suspect tokens
	unconfirmed *Token   // tokens of a login after a 401, until a call succeeds with them
	nextRefresh instant
	nextLook    instant // at the store after a 401
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
		httpClient:    weak.Make(config.HTTPClient),
		verifyStored:  config.VerifyStored,
		observer:      config.Observer,
		clock:         systemClock,
	}
	s.lifetime, s.end = context.WithCancelCause(context.Background())
	return s, nil
}

// Token returns valid tokens, logging in if necessary. Callers that arrive during a login wait for
// it and share its result. A caller whose ctx ends returns early without ending the login. While
// the tokens are valid, a login that fails is no error: Token returns the tokens, even suspect
// ones, after waiting five seconds at most for better ones.
//
// A failed login is an [*Error]. Until [Error.RetryAt] Token returns it again at once, as
// remembered. After a permanent reason it does so until the credentials change or [Source.Reset] is
// called. If ctx ends first, Token returns its error. After Close it returns [ErrClosed].
func (s *Source) Token(ctx context.Context) (*Token, error) {
	if token := s.Current(); token != nil && token.unsuspect == nil {
		return token, nil
	}
	return s.wait(ctx)
}

// Current returns the tokens in use, also suspect ones, without waiting. It returns nil without
// tokens and shortly before they expire. Ahead of expiry it starts a login in the background, as
// [Source.Token] does.
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

// Invalidate reports to the Source that the API rejected the tokens with a 401. They become
// suspect: they stay in use until the Source has others, and one login is tried in the background
// if the budget of the account allows it. Invalidate returns true if there are other tokens, or may
// be after the login in progress, for which [Source.Replacement] waits. It returns false if trying
// again is pointless.
//
// The budget allows a login at once after the first rejection. While the API rejects the new tokens
// too, the wait doubles from 30 seconds to an hour. Within 30 seconds of a call that succeeds with
// suspect tokens, rejections do not lead to a login: they concern an organization, not the tokens.
func (s *Source) Invalidate(token *Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	current := s.current.Load()
	if current == nil || !token.same(current) {
		return true
	}
	if s.lifetime.Err() != nil {
		return false
	}
	now := s.clock()
	if token.unsuspect == nil && current == token {
		s.current.Store(token.suspect())
	}
	switch {
	case s.flight != nil:
		return true
	case s.acceptedAt != (instant{}) && !now.reaches(s.acceptedAt.add(acceptance)):
		return false
	case s.failure != nil && !now.reaches(s.failure.until):
		return !s.failure.err.held
	case s.store != nil && !now.reaches(s.nextLook): // another program may have new tokens
		return false
	case s.store == nil && s.account != nil && s.account.next(ForRejection, now.time()).After(now.time()):
		return false
	}
	s.nextLook = now.add(credentialsInterval)
	s.takeOff(ForRejection)
	return true
}

// Replacement returns tokens other than those that the API rejected, waiting for the login that
// [Source.Invalidate] has started. It returns nil without an error if the login budget allows none,
// an [*Error] if the login failed, and other errors as [Source.Token] does.
func (s *Source) Replacement(ctx context.Context, rejected *Token) (*Token, error) {
	s.mu.Lock()
	token, flight, failed := s.current.Load(), s.flight, s.failure
	s.mu.Unlock()
	switch {
	case token != nil && !token.same(rejected):
		return token, nil
	case flight != nil:
	case token == nil:
		return s.Token(ctx)
	case failed != nil && !failed.err.held && !s.clock().reaches(failed.until):
		return nil, failed.err
	default:
		return nil, nil
	}
	token, err := s.waitFor(ctx, flight)
	if failure, ok := errors.AsType[*Error](err); ok && failure.held {
		return nil, nil
	}
	return token, err
}

// Confirm reports to the Source that the API accepted tokens that were suspect, or tokens with
// which a rejected call was sent again. It clears the suspicion.
func (s *Source) Confirm(token *Token) {
	if token == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if token.Suspect() && s.current.CompareAndSwap(token, token.unsuspect) {
		s.acceptedAt = s.clock()
	}
	if token != s.unconfirmed || s.lifetime.Err() != nil {
		return
	}
	s.unconfirmed = nil
	s.account.change(s.clock().time(), func(b *budget) { b.Rejected = streak{} })
	if s.store == nil {
		return
	}
	stored := s.openShared(s.key)
	s.running.Go(func() {
		stored.change(context.WithoutCancel(s.lifetime), func(e *envelope) error { e.Budget.Rejected = streak{}; return nil })
	})
}

// Reset forgets failed logins and lets the next login pass the login budget, so that the next call
// logs in again. Call it after the account has been unblocked.
func (s *Source) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
}

// forget forgets failures; the caller must hold mu.
func (s *Source) forget() {
	s.failure, s.refusals, s.pass = nil, nil, true
	s.resets++
}

// Refresh logs in even if this Source or the store has valid tokens, forgets failed logins and
// passes the login budget. If a login is in progress, Refresh waits for that one. It returns the
// new tokens, or an error like [Source.Token]; the current tokens then stay in use.
func (s *Source) Refresh(ctx context.Context) (*Token, error) {
	for {
		s.mu.Lock()
		if s.lifetime.Err() != nil {
			s.mu.Unlock()
			return nil, ErrClosed
		}
		flight, own := s.flight, false
		if flight == nil {
			s.forget()
			flight, own = s.takeOff(ForRequest), true
		}
		s.mu.Unlock()
		token, err := s.waitFor(ctx, flight)
		select {
		case <-flight.done:
			if !own && !flight.sent && !errors.Is(err, ErrClosed) {
				continue // it only looked into the store, or was held back
			}
		default: // ctx has ended
		}
		return token, err
	}
}

// Clear forgets the tokens and failed logins, in this Source and in the store, and lets the next
// login pass the login budget. The tokens stay valid until they expire, and a login in progress
// continues. Clear fails without credentials, changing nothing, and if the store fails, with this
// Source cleared all the same.
func (s *Source) Clear(ctx context.Context) error {
	credentials, failed := s.askCredentials(ctx)
	if failed != nil {
		return failed
	}
	s.mu.Lock()
	s.forget()
	s.current.Store(nil)
	s.mu.Unlock()
	if s.store == nil {
		return nil
	}
	return s.newShared(credentials).change(ctx, func(e *envelope) error {
		e.Tokens, e.Failures = nil, nil
		return nil
	})
}

// StoreKey returns the account's key in a [Store]. It needs the credentials but does not log in.
func (s *Source) StoreKey(ctx context.Context) (key string, err error) {
	credentials, failed := s.askCredentials(ctx)
	if failed != nil {
		return "", failed
	}
	return s.keyOf(credentials), nil
}

// Close cancels a login in progress, releases its callers, and waits for the goroutines of the
// Source to end. New tokens are still saved in the store.
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

// notify calls the observer, one event at a time, and shields callers from a panic in it.
func (s *Source) notify(event func(Observer)) {
	if s.observer == nil {
		return
	}
	s.observing.Lock()
	defer s.observing.Unlock()
	defer func() { _ = recover() }()
	event(s.observer)
}

// Format writes the name of the type for every verb, because the fields change concurrently and are
// secret.
func (s *Source) Format(state fmt.State, _ rune) { io.WriteString(state, "authn.Source") }
