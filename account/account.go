// Package account uses the accounts that 'xsale account add' has saved by name. A program then works
// with the same account as the command line:
//
//	client, err := xsale.New(account.From("shop"))
//
// The settings of all accounts are in one file, accounts.yaml in [ConfigDir]. Their secrets are in
// the system's keyring, in a file that only the user can read, or come from a command of the user.
//
// A program that reads its account from the environment, as servers and containers do, does not
// need this package: see [xsale.FromEnvironment].
package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Locations of an account's secrets.
const (
	SecretsKeyring = "keyring" // the system's keyring
	SecretsFile    = "file"    // a file in Account.Dir that only the user can read
	SecretsCommand = "command" // PasswordCommand and ClientSecretCommand
)

// Ways to log in.
const (
	LoginPassword = "password" // the password grant of a "Backend API" application; the default
	LoginBrowser  = "browser"  // a person logs in, with a "Regular Web Application"
)

// Account contains the settings of an account. Empty fields have the defaults of the matching
// options of package xsale. Its methods are safe for concurrent use while no field changes.
type Account struct {
	Name         string
	ClientID     string
	Username     string
	Organization string

	// BaseURL and TokenURL are the addresses of the API and its login service: both or neither.
	BaseURL  string
	TokenURL string
	Audience string
	Scope    string

	// Secrets is where the secrets are: SecretsKeyring, SecretsFile or SecretsCommand.
	Secrets string

	// PasswordCommand and ClientSecretCommand are command lines for the shell that print one secret
	// each, which is then not stored.
	PasswordCommand     string
	ClientSecretCommand string

	Login       string // LoginPassword or LoginBrowser; empty means LoginPassword
	RedirectURL string // the registered callback of LoginBrowser

	fromEnvironment bool // the environment has the account's credentials
}

// settings returns the settings by their keys in the file, in the order in which they are written.
func (a *Account) settings() []setting {
	return []setting{
		{"client_id", &a.ClientID},
		{"username", &a.Username},
		{"organization", &a.Organization},
		{"base_url", &a.BaseURL},
		{"token_url", &a.TokenURL},
		{"audience", &a.Audience},
		{"scope", &a.Scope},
		{"secrets", &a.Secrets},
		{"password_command", &a.PasswordCommand},
		{"client_secret_command", &a.ClientSecretCommand},
		{"login", &a.Login},
		{"redirect_url", &a.RedirectURL},
	}
}

type setting struct {
	key   string
	value *string
}

// From configures a Client for a saved account. For an empty name it is the account that the
// command line uses: the environment's, the one that XSALE_ACCOUNT names, or the current one; see
// [Choose]. With a name, XSALE_TOKEN_STORE is the only variable that counts.
//
// The Client shares its tokens with the command line. Options after From take precedence. An account
// that is missing or invalid is an error of [xsale.New].
func From(name string) xsale.Option {
	return xsale.WithOptionsFunc(func() ([]xsale.Option, error) {
		var a *Account
		var err error
		if name != "" {
			a, err = Load(name)
		} else if a, err = Choose(""); err == nil && a == nil {
			if len(credentialVariables()) > 0 { // if one is missing, the first login says so
				return []xsale.Option{xsale.FromEnvironment()}, nil
			}
			err = ErrNone
		}
		if err != nil {
			return nil, err
		}
		options := a.Options()
		if setting := os.Getenv("XSALE_TOKEN_STORE"); setting != "" {
			store, err := authn.ParseStore(setting)
			if err != nil {
				return nil, fmt.Errorf("XSALE_TOKEN_STORE: %w", err)
			}
			options = append(options, xsale.WithTokenStore(store))
		}
		return options, nil
	})
}

// Options returns the options for a Client of the account. Its tokens are kept in the user's cache,
// where the command line finds them; without a cache directory, in memory.
func (a *Account) Options() []xsale.Option {
	options := []xsale.Option{xsale.WithCredentialsFunc(remember(a.Credentials))}
	if store, err := authn.NewCacheStore(); err == nil {
		options = append(options, xsale.WithTokenStore(store))
	}
	for _, setting := range []struct {
		value  string
		option func(string) xsale.Option
	}{
		{a.Organization, xsale.WithOrganization},
		{a.BaseURL, xsale.WithBaseURL},
		{a.TokenURL, xsale.WithTokenURL},
		{a.Audience, xsale.WithAudience},
		{a.Scope, xsale.WithScope},
	} {
		if setting.value != "" {
			options = append(options, setting.option(setting.value))
		}
	}
	return options
}

// Credentials is an [authn.CredentialsFunc]. It reads the secrets from where they are, or runs their
// commands. Stored secrets that belong to other settings of the account, such as another user or
// address, are an error. Every error is an [ErrSecrets].
func (a *Account) Credentials(ctx context.Context) (authn.Credentials, error) {
	if a.fromEnvironment {
		return authn.FromEnvironment(ctx)
	}
	var stored Secrets
	if a.storesSecrets() {
		var err error
		if stored, err = a.readStored(ctx); err != nil {
			return authn.Credentials{}, fmt.Errorf("account %s: %w: %w", a.Name, ErrSecrets, err)
		}
	}
	return a.CredentialsWith(stored)(ctx)
}

// CredentialsWith returns a function like [Account.Credentials] for an account that is not saved
// yet, such as for a login that tries it.
func (a *Account) CredentialsWith(secrets Secrets) authn.CredentialsFunc {
	return func(ctx context.Context) (authn.Credentials, error) {
		complete, err := a.complete(ctx, secrets)
		if err != nil {
			return authn.Credentials{}, fmt.Errorf("account %s: %w: %w", a.Name, ErrSecrets, err)
		}
		credentials := authn.Credentials{
			ClientID:     a.ClientID,
			ClientSecret: complete.ClientSecret,
			Username:     a.Username,
			Password:     complete.Password,
		}
		if a.Login == LoginBrowser { // accounts of one application do not share the tokens of their users
			credentials.UserLogin, credentials.Username = true, strings.ToLower(a.Name)
		}
		return credentials, nil
	}
}

// Dir returns the directory with the account's private files, such as its registered spec. It may be
// missing; create it with mode 0700.
func (a *Account) Dir() (string, error) {
	if err := checkName(a.Name); err != nil {
		return "", err
	}
	dir, err := ConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "accounts", strings.ToLower(a.Name)), nil
}

// ConfigDir returns the directory of the configuration file: XSALE_CONFIG_DIR, or the directory
// xsale in [os.UserConfigDir].
func ConfigDir() (string, error) {
	if dir := os.Getenv("XSALE_CONFIG_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no directory for the accounts: %w: set XSALE_CONFIG_DIR", err)
	}
	return filepath.Join(dir, "xsale"), nil
}

var validName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$`)

// devices are names that Windows has no files for, whatever follows a dot.
var devices = regexp.MustCompile(`^(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)`)

// checkName accepts names that can be a directory on every system. Names that differ in case are the
// same, because they would be the same directory on Windows and macOS.
func checkName(name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("account name %q: want letters from a to z, digits, '.', '-' and '_', at most 64, with a letter or digit first and no '.' at the end", name)
	}
	if devices.MatchString(name) {
		return fmt.Errorf("account name %q: Windows reserves it, choose another", name)
	}
	return nil
}

// check returns why the settings cannot be used.
func (a *Account) check() error {
	if err := checkName(a.Name); err != nil {
		return err
	}
	for _, choice := range []struct {
		key, value string
		allowed    []string
	}{
		{"secrets", a.Secrets, []string{"", SecretsKeyring, SecretsFile, SecretsCommand}},
		{"login", a.Login, []string{"", LoginPassword, LoginBrowser}},
	} {
		if !slices.Contains(choice.allowed, choice.value) {
			return fmt.Errorf("%s %q: want %s", choice.key, choice.value, strings.Join(choice.allowed[1:], " or "))
		}
	}
	if (a.BaseURL == "") != (a.TokenURL == "") {
		return errors.New("base_url and token_url belong together: set both, or neither for the vendor's, or a password would reach the wrong login service")
	}
	if _, _, err := a.endpoints(); err != nil {
		return err
	}
	if a.Organization != "" {
		if err := httpx.CheckSegment(a.Organization); err != nil {
			return fmt.Errorf("organization: %w", err)
		}
	}
	if a.Secrets == SecretsCommand && (a.ClientSecretCommand == "" || a.PasswordCommand == "" && a.Login != LoginBrowser) {
		return errors.New("secrets: command needs client_secret_command and password_command")
	}
	return nil
}

// endpoints returns the addresses of the API and of the login service.
func (a *Account) endpoints() (api, login *url.URL, err error) {
	if api, err = httpx.ParseEndpoint("base_url", cmp.Or(a.BaseURL, xsale.DefaultBaseURL)); err != nil {
		return nil, nil, err
	}
	login, err = httpx.ParseEndpoint("token_url", cmp.Or(a.TokenURL, authn.DefaultTokenURL))
	return api, login, err
}
