package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/output"
)

// account returns the account that the command uses, or nil if it is that of --credentials or of the
// environment.
func (a *app) account(*cobra.Command) (*account.Account, error) {
	if a.credentials != "" {
		if a.accountName != "" {
			return nil, usagef("--account and --credentials cannot be used together: each names an account")
		}
		return nil, nil
	}
	chosen, err := account.Choose(a.accountName)
	if err != nil {
		return nil, usageError{err}
	}
	return chosen, nil
}

func newAccountCommand(a *app) *cobra.Command {
	return newGroup("account", "Save accounts by name, and choose the current one",
		newAccountAddCommand(a), newAccountListCommand(a), newAccountUseCommand(a), newAccountShowCommand(a), newAccountRemoveCommand(a))
}

// accountReport is an account as the commands show it. It has no secrets.
type accountReport struct {
	Name                string `json:"name"`
	Current             bool   `json:"current"`
	ClientID            string `json:"client_id"`
	Username            string `json:"username"`
	Organization        string `json:"organization"`
	BaseURL             string `json:"base_url"`
	TokenURL            string `json:"token_url"`
	Audience            string `json:"audience"`
	Scope               string `json:"scope"`
	Login               string `json:"login"`
	RedirectURL         string `json:"redirect_url,omitempty"`
	Secrets             string `json:"secrets"`
	PasswordCommand     string `json:"password_command,omitempty"`
	ClientSecretCommand string `json:"client_secret_command,omitempty"`
}

func newAccountReport(a *account.Account, current string) accountReport {
	report := accountReport{
		Name: a.Name, Current: a.Name == current, ClientID: a.ClientID, Username: a.Username, Organization: a.Organization,
		BaseURL: a.BaseURL, TokenURL: a.TokenURL, Audience: a.Audience, Scope: a.Scope, Login: a.Login, RedirectURL: a.RedirectURL,
		Secrets: a.Secrets, PasswordCommand: a.PasswordCommand, ClientSecretCommand: a.ClientSecretCommand,
	}
	for field, value := range map[*string]string{
		&report.BaseURL: xsale.DefaultBaseURL, &report.TokenURL: authn.DefaultTokenURL, &report.Audience: authn.DefaultAudience,
		&report.Scope: authn.DefaultScope, &report.Login: account.LoginPassword,
	} {
		if *field == "" {
			*field = value
		}
	}
	return report
}

func newAccountListCommand(a *app) *cobra.Command {
	return uses(prints(&cobra.Command{
		Use:     "list",
		Short:   "List the saved accounts",
		Example: `  xsale account list`,
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			accounts, current, err := account.List()
			if err != nil {
				return usageError{err}
			}
			reports := make([]accountReport, len(accounts))
			for i, saved := range accounts {
				reports[i] = newAccountReport(saved, current)
			}
			return printList(command, a.output, withoutErrors(reports), output.Rows[accountReport]{
				Heading: []string{"CURRENT", "NAME", "USERNAME", "ORGANIZATION", "API", "SECRETS"},
				Row: func(r accountReport) []any {
					mark := ""
					if r.Current {
						mark = "*"
					}
					return []any{mark, r.Name, r.Username, r.Organization, r.BaseURL, r.Secrets}
				},
			})
		},
	}))
}

func newAccountUseCommand(*app) *cobra.Command {
	return uses(&cobra.Command{
		Use:   "use NAME",
		Short: "Make an account the current one",
		Long: `Make an account the current one, which commands use without --account and XSALE_ACCOUNT. Only an
environment with all four credentials takes precedence.`,
		Example:           `  xsale account use shop`,
		Args:              takes("NAME"),
		ValidArgsFunction: completeAccount,
		RunE: func(command *cobra.Command, arguments []string) error {
			before, err := account.Use(command.Context(), arguments[0])
			if err != nil {
				return usageError{err}
			}
			now, err := account.Load(arguments[0])
			if err != nil {
				return usageError{err}
			}
			text := "the current account is " + now.Name
			if before != "" && before != now.Name {
				text += ", no longer " + before
			}
			fmt.Fprintln(command.OutOrStdout(), text)
			if chosen, err := account.Choose(""); err != nil || chosen == nil || chosen.Name != now.Name {
				fmt.Fprintf(command.ErrOrStderr(), "xsale: note: %s\n", otherAccount(chosen, err))
			}
			return nil
		},
	})
}

// otherAccount describes what commands use instead of a saved account.
func otherAccount(chosen *account.Account, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case chosen == nil:
		return "the environment has the credentials of an account, which commands use without --account"
	}
	return "XSALE_ACCOUNT names " + chosen.Name + ", which commands use without --account"
}

func newAccountShowCommand(a *app) *cobra.Command {
	return uses(prints(&cobra.Command{
		Use:   "show [NAME]",
		Short: "Show the settings of an account, without its secrets",
		Long: `Show the settings of an account, without its secrets: of NAME, or of the account that commands
use.`,
		Example:           `  xsale account show shop`,
		Args:              takes("[NAME]"),
		ValidArgsFunction: completeAccount,
		RunE: func(command *cobra.Command, arguments []string) error {
			name := strings.Join(arguments, "")
			if name != "" && a.accountName != "" {
				return usagef("--account has no effect with a name")
			}
			saved, err := account.Load(name + a.accountName)
			if err != nil {
				return usageError{err}
			}
			_, current, err := account.List()
			if err != nil {
				return usageError{err}
			}
			if name == "" {
				if chosen, err := account.Choose(a.accountName); err != nil || chosen == nil {
					fmt.Fprintf(command.ErrOrStderr(), "xsale: note: %s\n", otherAccount(chosen, err))
				}
			}
			return printValue(command, a.output, newAccountReport(saved, current), accountRows)
		},
	}), "account")
}

func accountRows(r accountReport) [][]any {
	var rows [][]any
	add := func(name string, value any) {
		if value != "" {
			rows = append(rows, []any{name, value})
		}
	}
	add("Name", r.Name)
	add("Current", map[bool]string{true: "yes", false: "no"}[r.Current])
	add("Client ID", r.ClientID)
	add("Username", r.Username)
	add("Organization", r.Organization)
	add("API", r.BaseURL)
	add("Login service", r.TokenURL)
	add("Audience", r.Audience)
	add("Scope", r.Scope)
	add("Login", r.Login)
	add("Redirect URL", r.RedirectURL)
	add("Secrets", r.Secrets)
	add("Password command", r.PasswordCommand)
	add("Client secret command", r.ClientSecretCommand)
	return rows
}

// completeAccount completes the name of an account.
func completeAccount(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	accounts, _, err := account.List()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := make([]string, len(accounts))
	for i, saved := range accounts {
		names[i] = saved.Name
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeOrganization completes the name of an organization that a saved account has.
func completeOrganization(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	accounts, _, _ := account.List() // without a list, there is nothing to complete
	var names []string
	for _, saved := range accounts {
		if saved.Organization != "" && !slices.Contains(names, saved.Organization) {
			names = append(names, saved.Organization)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func newAccountRemoveCommand(a *app) *cobra.Command {
	var yes bool
	command := &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove an account, its secrets, its tokens and its registered spec",
		Long: `Remove an account with its secrets, its tokens in the token store and its registered spec, and report what
was removed. The API still accepts the tokens until they expire.`,
		Example:           `  xsale account remove shop --yes`,
		Args:              takes("NAME"),
		ValidArgsFunction: completeAccount,
		RunE: func(command *cobra.Command, arguments []string) error {
			saved, err := account.Load(arguments[0])
			if err != nil {
				return usageError{err}
			}
			if !yes {
				p := prompter{command}
				if !p.possible() {
					return usagef("there is no terminal to ask: pass --yes to remove account %s", saved.Name)
				}
				if reply, err := p.ask(fmt.Sprintf("Remove account %s, its secrets, tokens and registered spec? Type yes: ", saved.Name)); err != nil || reply != "yes" {
					return errors.Join(err, usagef("nothing was removed: type yes, or pass --yes"))
				}
			}
			cleared, err := a.clearTokens(command, saved)
			if err != nil {
				fmt.Fprintf(command.ErrOrStderr(), "xsale: warning: the account's tokens could not be removed, and will expire: %v\n", err)
			}
			removed, err := account.Remove(command.Context(), saved.Name)
			for _, what := range append(cleared, removed...) {
				fmt.Fprintf(command.OutOrStdout(), "removed: %s\n", what)
			}
			if err != nil {
				return fmt.Errorf("not removed: %w", err)
			}
			return nil
		},
	}
	command.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return uses(command, "token-store")
}

// clearTokens removes the tokens of an account from the token store, and returns from where.
func (a *app) clearTokens(command *cobra.Command, saved *account.Account) (cleared []string, err error) {
	store, err := a.store(command)
	if err != nil {
		return nil, err
	}
	files, ok := store.(*authn.FileStore)
	if !ok {
		return nil, nil
	}
	client, err := xsale.New(append(saved.Options(), xsale.WithTokenStore(files), xsale.WithOnDemandLogin())...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	status, err := client.TokenSource().Status(command.Context())
	if err != nil || status.Token == nil {
		return nil, err
	}
	if err := client.TokenSource().Clear(command.Context()); err != nil {
		return nil, err
	}
	key, err := client.TokenSource().StoreKey(command.Context())
	return []string{"tokens in " + files.Path(key)}, err
}
