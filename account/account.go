// Package account reads the accounts that 'xsale account add' has saved by name, so that a program
// uses the same account as the command line:
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
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// Locations of an account's secrets.
const (
	SecretsKeyring = "keyring" // the system's keyring
	SecretsFile    = "file"    // a file in [Account.Dir] that only the user can read
	SecretsCommand = "command" // PasswordCommand and ClientSecretCommand
)

// Ways to log in.
const (
	LoginPassword = "password" // the password grant of a "Backend API" application; the default
	LoginBrowser  = "browser"  // a person logs in, at a "Regular Web Application"
)

// Account contains the settings of an account. Empty fields have the defaults of the matching
// options of package xsale.
type Account struct {
	Name string `yaml:"-"`

	ClientID     string `yaml:"client_id,omitempty"`
	Username     string `yaml:"username,omitempty"`
	Organization string `yaml:"organization,omitempty"`

	// BaseURL and TokenURL are the addresses of the API and its login service: both or neither.
	BaseURL  string `yaml:"base_url,omitempty"`
	TokenURL string `yaml:"token_url,omitempty"`
	Audience string `yaml:"audience,omitempty"`
	Scope    string `yaml:"scope,omitempty"`

	// Secrets is where the secrets are: SecretsKeyring, SecretsFile or SecretsCommand.
	Secrets string `yaml:"secrets,omitempty"`

	// PasswordCommand and ClientSecretCommand are shell commands that print one secret each. They
	// take precedence over a stored secret.
	PasswordCommand     string `yaml:"password_command,omitempty"`
	ClientSecretCommand string `yaml:"client_secret_command,omitempty"`

	Login       string `yaml:"login,omitempty"`        // LoginPassword or LoginBrowser
	RedirectURL string `yaml:"redirect_url,omitempty"` // the registered callback of a LoginBrowser

	// Spec is the file of the spec that 'xsale spec pull' registered. A relative path starts in
	// [Account.Dir].
	Spec string `yaml:"spec,omitempty"`
}

// ErrNone means that no account is named and none is current.
var ErrNone = errors.New("no account is chosen: pass a name, set XSALE_ACCOUNT, or run 'xsale account use NAME'")

// From configures a Client for an account by name. With an empty name, it is the account that the
// command line uses; see [Choose]. A missing account is an error of [xsale.New].
func From(name string) xsale.Option {
	return xsale.WithOptionsFunc(func() ([]xsale.Option, error) {
		a, err := Load(name)
		if err != nil {
			return nil, err
		}
		return a.Options(), nil
	})
}

// Options returns the options for a Client of the account.
func (a *Account) Options() []xsale.Option {
	options := []xsale.Option{xsale.WithCredentialsFunc(a.Credentials)}
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

// Credentials is an [authn.CredentialsFunc] that reads the secrets of the account.
func (a *Account) Credentials(context.Context) (authn.Credentials, error) {
	return authn.Credentials{}, errors.New("no secrets are stored")
}

// Dir returns the directory with the account's private files, such as its registered spec. It may be
// missing; make it with mode 0700.
func (a *Account) Dir() (string, error) {
	dir, err := ConfigDir()
	return filepath.Join(dir, "accounts", strings.ToLower(a.Name)), err
}

// ConfigDir returns the directory of the configuration file: XSALE_CONFIG_DIR, or the directory
// xsale in [os.UserConfigDir].
func ConfigDir() (string, error) {
	if dir := os.Getenv("XSALE_CONFIG_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "xsale"), nil
}

// Load returns the account with a name or, for an empty name, the one that XSALE_ACCOUNT names, else
// the current one. Without any of them, the error is [ErrNone].
func Load(name string) (*Account, error) { return nil, ErrNone }

// List returns all accounts in the order of the file, and the name of the current one.
func List() (accounts []Account, current string, err error) { return nil, "", nil }

// Choose returns the account that the command line uses with a name from --account, which may be
// empty. It is nil if the environment has the credentials, or if no account is named or current.
func Choose(name string) (*Account, error) {
	a, err := Load(name)
	if errors.Is(err, ErrNone) {
		return nil, nil
	}
	return a, err
}

// Save writes the settings of the account to the configuration file, where it adds or replaces it.
func (a *Account) Save() error { return errors.New("not implemented") }
