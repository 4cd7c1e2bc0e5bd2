package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/browserlogin"
	"github.com/xsale-go/xsale/xsaletest"
)

// defaultRedirectURL is that of a login whose account and environment name none.
const defaultRedirectURL = xsaletest.RedirectURL

type loginFlags struct {
	redirectURL string
	noBrowser   bool
	switchUser  bool
	timeout     time.Duration
}

func newLoginCommand(a *app) *cobra.Command {
	var f loginFlags
	command := &cobra.Command{
		Use:   "login",
		Short: "Log in with a browser, for an application whose users log in themselves",
		Long: `Log in with a browser, for an application whose users log in themselves: a "Regular Web Application".
The tokens are kept in the token store, and the other commands use them until they expire, a day at
most. An application with a password, a "Backend API", needs no xsale login.

The application is that of the account, or of XSALE_CLIENT_ID and XSALE_CLIENT_SECRET, without
XSALE_USERNAME and XSALE_PASSWORD. The browser returns to the redirect URL, which Futuriti must have
registered for the application: that of --redirect-url, the account, XSALE_REDIRECT_URL, or
` + defaultRedirectURL + `.

With --no-browser, or without a display as over SSH, open the address that the command prints in any
browser, and paste the address of the last page.`,
		Example: `  xsale login
  xsale login --no-browser
  xsale login --account shop --switch-user`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error { return a.login(command, f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.redirectURL, "redirect-url", "", "`URL` that the browser returns to, exactly as registered (default that of the account, XSALE_REDIRECT_URL, or "+defaultRedirectURL+")")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "do not open a browser; read the address of the last page from standard input")
	flags.BoolVar(&f.switchUser, "switch-user", false, "ask who logs in, even if the browser is still logged in")
	flags.DurationVar(&f.timeout, "timeout", 5*time.Minute, "`DURATION` to wait for the login")
	return prints(command)
}

func (a *app) login(command *cobra.Command, f loginFlags) error {
	if f.timeout <= 0 {
		return usagef("--timeout %v: want more than 0", f.timeout)
	}
	if f.redirectURL != "" {
		if _, err := authn.NewLoginFlow(f.redirectURL); err != nil {
			return usagef("--redirect-url %s: %w", f.redirectURL, err)
		}
	}
	chosen, err := a.userAccount(command)
	if err != nil {
		return err
	}
	redirectURL := cmp.Or(f.redirectURL, chosen.RedirectURL, os.Getenv("XSALE_REDIRECT_URL"), defaultRedirectURL)
	if _, err := authn.NewLoginFlow(redirectURL); err != nil {
		return usageError{err}
	}
	return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
		ctx, cancel := context.WithTimeoutCause(ctx, f.timeout, fmt.Errorf("nobody has logged in within %v: run it again, or allow more with --timeout", f.timeout))
		defer cancel()
		login := browserlogin.Login{
			Source:      client.TokenSource(),
			RedirectURL: redirectURL,
			Accept: func(ctx context.Context, token *authn.Token) error {
				if user := browserlogin.UserOf(token); chosen.Username != "" && !strings.EqualFold(user.Email, chosen.Username) {
					err := fmt.Errorf("account %s is that of %s, and %s has logged in: log in again with --switch-user", chosen.Name, chosen.Username, user)
					return &authn.Error{Reason: authn.ErrLoginRequired, Err: err}
				}
				return client.TokenSource().Adopt(ctx, token)
			},
			Open:  browserlogin.Open,
			Paste: command.InOrStdin(),
			Show:  command.ErrOrStderr(),
		}
		if f.noBrowser {
			login.Open = nil
		}
		if f.switchUser {
			login.Prompt = "login"
		}
		token, err := login.Run(ctx)
		if err != nil {
			return err
		}
		return printValue(command, a.output, browserlogin.UserOf(token), func(user browserlogin.User) [][]any {
			return [][]any{{"User", user}, {"Expires", user.ExpiresAt.Local().Format(time.RFC3339)}}
		})
	})
}

func newLogoutCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "Delete the tokens of xsale login",
		Long: `Delete the tokens of xsale login on this machine. The API accepts them until they expire, and the
browser stays logged in at xSale: the next xsale login might not ask
for a password, unless you pass --switch-user.`,
		Example: `  xsale logout
  xsale logout --account shop`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if _, err := a.userAccount(command); err != nil {
				return err
			}
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				return client.TokenSource().Clear(ctx)
			})
		},
	}
}

// userAccount returns the settings of an account whose user logs in with a browser; with an empty
// name for that of the environment. Any other account, and one whose tokens would not be kept, is a
// usage error.
func (a *app) userAccount(command *cobra.Command) (*account.Account, error) {
	if a.credentials != "" {
		return nil, usagef("%s is for an application without a password: --credentials has one, and the other commands log in with it", pathOf(command))
	}
	chosen, err := a.account(command)
	if err != nil {
		return nil, err
	}
	if chosen == nil {
		credentials, err := environmentCredentials(command.Context())
		if err != nil {
			return nil, &authn.Error{Reason: authn.ErrCredentialsUnavailable, Err: err}
		}
		if !credentials.UserLogin {
			return nil, usagef("%s is for an application without a password: unset XSALE_USERNAME and XSALE_PASSWORD, or use the other commands, which log in with them", pathOf(command))
		}
		chosen = &account.Account{}
	} else if chosen.Login != account.LoginBrowser {
		return nil, usagef("account %s logs in with a password, which the other commands do by themselves: %s is for accounts with 'login: browser'", chosen.Name, pathOf(command))
	}
	store, err := a.store(command)
	if err != nil {
		return nil, usageError{err}
	}
	if store == nil {
		return nil, usagef("%s keeps the tokens for other commands, and there is no token store: choose one with --token-store", pathOf(command))
	}
	return chosen, nil
}

// environmentCredentials reads the credentials from the environment. Without both a user name and a
// password, the user logs in with a browser; programs, which have nobody in front of them, need both.
func environmentCredentials(ctx context.Context) (authn.Credentials, error) {
	id, secret := os.Getenv("XSALE_CLIENT_ID"), os.Getenv("XSALE_CLIENT_SECRET")
	if id != "" && secret != "" && os.Getenv("XSALE_USERNAME")+os.Getenv("XSALE_PASSWORD") == "" {
		return authn.Credentials{ClientID: id, ClientSecret: authn.NewSecret(secret), UserLogin: true}, nil
	}
	return authn.FromEnvironment(ctx)
}

// accountLoginError is that of a saved account without tokens, whose user has to log in. The flag is
// the value of --account.
type accountLoginError struct {
	error
	flag string
}

func (e accountLoginError) Unwrap() error { return e.error }

func (e accountLoginError) remedy() string {
	if e.flag == "" {
		return "run 'xsale login'"
	}
	return "run 'xsale login --account " + e.flag + "'"
}
