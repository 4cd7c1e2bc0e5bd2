package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// secretsAuto stores secrets in the keyring, or in a file without one.
const secretsAuto = "auto"

// accountAdd are the flags of 'account add'.
type accountAdd struct {
	account.Account
	secrets                                account.Secrets
	fromEnvironment, check, use, overwrite bool
}

func newAccountAddCommand(a *app) *cobra.Command {
	add := &accountAdd{}
	command := &cobra.Command{
		Use:   "add NAME",
		Short: "Save an account by name, with its secrets in the system's keyring",
		Long: `Save an account by name. The command asks at the terminal for what no flag specifies. The first account
becomes the current one, which other commands use.

The settings go to accounts.yaml in the configuration directory, which you may edit. The secrets go to
the system's keyring, or to a file that only you can read if there is no keyring or with --secrets
file. --password-command and --client-secret-command name command lines that print a secret instead;
they run with sh -c (on Windows, cmd /C) before a login, and XSALE_ACCOUNT is the account's name.

Secrets are never arguments: pass --credentials with a JSON file, - for standard input or fd:3, or
--from-environment to save the account that XSALE_CLIENT_ID and the other variables describe. The JSON
has client_id, client_secret, username and password, or those that nothing else gives. For --login browser,
leave out the user name and the password: the client secret is its only secret.

Logins are limited, so the account is only tried with --check: it logs in, and chooses the
organization if there is one, or asks for it.`,
		Example: `  xsale account add shop
  xsale account add shop --credentials shop.json --organization acme --check
  xsale account add sandbox --from-environment
  xsale account add shop --username me@shop.example --password-command "pass show xsale"`,
		Args: takes("NAME"),
		RunE: func(command *cobra.Command, arguments []string) error {
			add.Name = arguments[0]
			return add.run(a, command)
		},
	}
	flags := command.Flags()
	flags.StringVar(&add.ClientID, "client-id", "", "`ID` of the application")
	flags.StringVar(&add.Username, "username", "", "email `ADDRESS` of the user")
	flags.BoolVar(&add.fromEnvironment, "from-environment", false, "save the account of the XSALE_ variables")
	flags.StringVar(&add.PasswordCommand, "password-command", "", "`COMMAND` that prints the password")
	flags.StringVar(&add.ClientSecretCommand, "client-secret-command", "", "`COMMAND` that prints the client secret")
	choiceFlag(command, &add.Secrets, "secrets", "`LOCATION` of the secrets", secretsAuto, account.SecretsKeyring, account.SecretsFile)
	choiceFlag(command, &add.Login, "login", "`WAY` to log in", account.LoginPassword, account.LoginBrowser)
	flags.StringVar(&add.RedirectURL, "redirect-url", "", "`URL` that the vendor has registered for --login browser")
	flags.StringVar(&add.BaseURL, "base-url", "", "`URL` of the API, together with --token-url (default the vendor's)")
	flags.StringVar(&add.TokenURL, "token-url", "", "`URL` of the login service, together with --base-url (default the vendor's)")
	flags.StringVar(&add.Audience, "audience", "", "`AUDIENCE` of the tokens (default the vendor's)")
	flags.StringVar(&add.Scope, "scope", "", "`SCOPE` of the tokens (default the vendor's)")
	flags.BoolVar(&add.check, "check", false, "log in before saving, and choose the organization")
	flags.BoolVar(&add.use, "use", false, "make it the current account")
	flags.BoolVar(&add.overwrite, "overwrite", false, "replace an account of that name")
	return uses(command, "credentials", "organization", "token-store", "trace")
}

func (add *accountAdd) run(a *app, command *cobra.Command) error {
	if err := add.checkURLs(); err != nil {
		return err
	}
	if add.Secrets == secretsAuto {
		add.Secrets = ""
	}
	before, err := account.Load(add.Name)
	if err == nil && !add.overwrite {
		return usagef("account %s exists: pass --overwrite to replace it, or choose another name", before.Name)
	}
	add.Organization = a.organization
	if err := add.gather(a, command); err != nil {
		return err
	}
	switch {
	case add.Login == account.LoginPassword:
		add.Login = "" // the default, which the file need not repeat
	case add.check:
		return usagef("--check has no effect with --login browser: run 'xsale login' afterwards")
	}
	if add.check {
		if err := add.tryLogin(a, command); err != nil {
			return err
		}
	}
	added, err := account.Add(command.Context(), &add.Account, add.secrets, add.overwrite)
	if _, failed := errors.AsType[*fs.PathError](err); failed { // such as a full disk
		return err
	}
	if err != nil {
		return usageError{err}
	}
	return add.report(command, added)
}

// checkURLs checks the flags before anything is asked.
func (add *accountAdd) checkURLs() error {
	for flag, value := range map[string]string{"--base-url": add.BaseURL, "--token-url": add.TokenURL} {
		if value == "" {
			continue
		}
		if _, err := httpx.ParseEndpoint(flag, value); err != nil {
			return usageError{err}
		}
	}
	if add.RedirectURL != "" {
		if _, err := authn.NewLoginFlow(add.RedirectURL); err != nil {
			return usagef("--redirect-url %s: %w", add.RedirectURL, err)
		}
	}
	return nil
}

// gather completes the settings and secrets from the environment, --credentials and the terminal.
func (add *accountAdd) gather(a *app, command *cobra.Command) error {
	var given authn.Credentials
	var err error
	switch {
	case add.fromEnvironment && a.credentials != "":
		return usagef("--from-environment and --credentials cannot be used together")
	case add.fromEnvironment:
		if given, err = environmentCredentials(command.Context()); given.UserLogin {
			add.Login = account.LoginBrowser
		}
		add.fillFromEnvironment()
	case a.credentials != "":
		given, _, err = readCredentials(command, a.credentials)
		unused := given.Username != "" || !given.Password.IsZero()
		if add.Login == account.LoginBrowser && unused {
			return usagef("--credentials has a user name or a password, which --login browser does not use: leave them out")
		}
		if given.ClientID != "" || !given.ClientSecret.IsZero() || unused {
			err = nil // the flags or the terminal give the rest
		}
	}
	if err != nil {
		return usageError{err}
	}
	for _, part := range []struct {
		flag         string
		value, given *string
	}{{"client-id", &add.ClientID, &given.ClientID}, {"username", &add.Username, &given.Username}} {
		if *part.value != "" && *part.given != "" && *part.value != *part.given {
			return usagef("--%s is not that of the credentials: leave it out, or pass its own secrets", part.flag)
		}
		if *part.value == "" {
			*part.value = *part.given
		}
	}
	add.secrets = account.Secrets{ClientSecret: given.ClientSecret, Password: given.Password}
	return add.ask(command)
}

// fillFromEnvironment takes the settings that no flag gives.
func (add *accountAdd) fillFromEnvironment() {
	for variable, setting := range map[string]*string{
		"XSALE_ORGANIZATION": &add.Organization,
		"XSALE_BASE_URL":     &add.BaseURL,
		"XSALE_TOKEN_URL":    &add.TokenURL,
		"XSALE_AUDIENCE":     &add.Audience,
		"XSALE_SCOPE":        &add.Scope,
		"XSALE_REDIRECT_URL": &add.RedirectURL,
	} {
		if *setting == "" {
			*setting = os.Getenv(variable)
		}
	}
}

// ask asks for what is missing, or names it if there is no terminal.
func (add *accountAdd) ask(command *cobra.Command) error {
	byPassword := add.Login != account.LoginBrowser
	questions := []struct {
		name, remedy string
		value        *string
		secret       *authn.Secret
		needed       bool
	}{
		{"Client ID", "--client-id", &add.ClientID, nil, add.ClientID == ""},
		{"Client secret", "--client-secret-command", nil, &add.secrets.ClientSecret, add.secrets.ClientSecret.IsZero() && add.ClientSecretCommand == ""},
		{"Username (email)", "--username", &add.Username, nil, byPassword && add.Username == ""},
		{"Password", "--password-command", nil, &add.secrets.Password, byPassword && add.secrets.Password.IsZero() && add.PasswordCommand == ""},
	}
	var missing []string
	p := prompter{command}
	for _, question := range questions {
		if !question.needed {
			continue
		}
		missing = append(missing, question.remedy)
		if !p.possible() {
			continue
		}
		var err error
		var empty bool
		if question.secret != nil {
			*question.secret, err = p.askSecret(question.name + " (not shown): ")
			empty = question.secret.IsZero()
		} else {
			*question.value, err = p.ask(question.name + ": ")
			empty = *question.value == ""
		}
		if err != nil {
			return err
		}
		if empty {
			return usagef("%s is empty: nothing was saved", strings.ToLower(question.name))
		}
	}
	if len(missing) > 0 && !p.possible() {
		whole := "--from-environment"
		if byPassword {
			whole = "--credentials or --from-environment"
		}
		return usagef("there is no terminal to ask: pass %s, or all of it with %s", strings.Join(missing, ", "), whole)
	}
	if len(missing) > 0 && add.Organization == "" && !add.check {
		var err error
		add.Organization, err = p.ask("Organization, if you know its name: ")
		return err
	}
	return nil
}

// tryLogin logs in with the account, and chooses or checks its organization.
func (add *accountAdd) tryLogin(a *app, command *cobra.Command) error {
	return a.withClientOf(command, add.Options(), func(ctx context.Context, client *xsale.Client) error {
		me, err := client.Me(ctx)
		if err != nil {
			return err
		}
		names := make([]string, len(me.Organizations))
		for i, organization := range me.Organizations {
			names[i] = organization.Name
		}
		p := prompter{command}
		switch {
		case add.Organization == "" && len(names) == 1:
			add.Organization = names[0]
		case add.Organization == "" && len(names) > 1 && p.possible():
			add.Organization, err = p.ask("Organization (" + strings.Join(names, ", ") + "): ")
			if err != nil {
				return err
			}
		case add.Organization == "":
			fmt.Fprintf(command.ErrOrStderr(), "xsale: note: no organization is chosen; pass --organization with one of: %s\n", strings.Join(names, ", "))
			return nil
		}
		if !slices.Contains(names, add.Organization) {
			return usagef("the user has no organization %q, only: %s; nothing was saved", add.Organization, strings.Join(names, ", "))
		}
		return nil
	}, xsale.WithCredentialsFunc(add.CredentialsWith(add.secrets)))
}

// report says what was saved where, and what it replaced.
func (add *accountAdd) report(command *cobra.Command, added account.Added) error {
	stdout, stderr := command.OutOrStdout(), command.ErrOrStderr()
	if old := added.Replaced; old != nil {
		was := newAccountReport(old, "")
		fmt.Fprintf(stdout, "replaced account %s: client %s, user %s, organization %s, at %s\n", was.Name, was.ClientID, was.Username, was.Organization, was.BaseURL)
	}
	for _, file := range added.Removed {
		fmt.Fprintf(stdout, "removed: %s, which belonged to the other API\n", file)
	}
	if added.KeyringError != nil {
		fmt.Fprintf(stderr, "xsale: warning: %v; the account's secrets are in a file that only you can read\n", added.KeyringError)
	}
	if added.LeftError != nil {
		fmt.Fprintf(stderr, "xsale: warning: the secrets of the replaced account are left: %v\n", added.LeftError)
	}
	where := map[string]string{
		account.SecretsKeyring: "secrets in the keyring", account.SecretsFile: "secrets in a file", account.SecretsCommand: "secrets from your commands",
	}[add.Secrets]
	who := "user " + add.Username
	if add.Login == account.LoginBrowser {
		who = fmt.Sprintf("a person logs in with 'xsale login --account %s'", add.Name)
	}
	fmt.Fprintf(stdout, "saved account %s: %s, %s\n", add.Name, who, where)
	if add.use && !added.Current {
		if _, err := account.Use(command.Context(), add.Name); err != nil {
			return err
		}
		added.Current = true
	}
	if added.Current {
		fmt.Fprintf(stdout, "the current account is %s\n", add.Name)
		if chosen, err := account.Choose(""); err != nil || chosen == nil || chosen.Name != add.Name {
			fmt.Fprintf(stderr, "xsale: note: %s\n", otherAccount(chosen, err))
		}
	}
	return nil
}
