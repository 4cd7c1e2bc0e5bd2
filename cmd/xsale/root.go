package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/privatefile"
	"github.com/xsale-go/xsale/internal/surface"
)

// app contains the flags shared by all commands.
type app struct {
	accountName  string
	organization string
	output       *output.Options
	out          *standardOutput
	console      *console // standard error
	trace        trace
	tokenStore   string
	credentials  string
	debug        bool
	spec         string // file whose operations are called, see newCallCommand
	withoutStore bool   // the user knows that tokens are not kept
	started      bool   // the command line was valid and the command began
	arguments    []string
}

func newRootCommand() (*cobra.Command, *app) {
	a := &app{output: new(output.Options), out: &standardOutput{Writer: os.Stdout}, console: &console{out: os.Stderr}}
	root := &cobra.Command{
		Use:   "xsale",
		Short: "Call the xSale REST API and run a sandbox of it",
		Long: `Call the xSale REST API and run a sandbox of it.

The account is read from XSALE_CLIENT_ID, XSALE_CLIENT_SECRET, XSALE_USERNAME and XSALE_PASSWORD, or
saved by name with 'xsale account add'. Without the last two variables, log in with 'xsale login'.
To start without an account, run 'xsale demo' or 'xsale sandbox'.

` + exitCodesHelp(),
		Version:       xsale.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownSubcommand,
		RunE:          func(command *cobra.Command, _ []string) error { return command.Help() },
		PersistentPreRunE: func(command *cobra.Command, _ []string) error {
			if err := cmp.Or(checkMissingValue(command.Flags(), a.arguments), checkDetachedValue(command.Flags(), a.arguments), checkEmpty(command.Flags()), checkText(command.Flags()), a.output.Check(command.Flags()), checkPrints(command), checkUses(command)); err != nil {
				return err
			}
			return a.trace.open()
		},
	}
	root.SetErr(a.console)
	root.SetOut(a.out) // before the completion commands are made, which keep it
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.StringVar(&a.accountName, "account", "", "`NAME` of a saved account (default XSALE_ACCOUNT, or the current account)")
	_ = root.RegisterFlagCompletionFunc("account", completeAccount) // the flag exists
	flags.StringVar(&a.organization, "organization", "", "`NAME` of the organization (default XSALE_ORGANIZATION)")
	_ = root.RegisterFlagCompletionFunc("organization", completeOrganization) // the flag exists
	a.output.AddFlags(flags)
	for name, choices := range output.Choices() {
		_ = root.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	}
	flags.StringVar(&a.tokenStore, "token-store", "", "where to keep tokens: cache, memory, or the `PATH` of a file or, with a slash at its end, a directory (default XSALE_TOKEN_STORE, or cache)")
	flags.StringVar(&a.credentials, "credentials", "", "JSON `FILE` with client_id, client_secret, username and password; - for standard input, fd:N for a file descriptor (default the environment)")
	flags.StringVar(&a.trace.path, "trace", "", "write all requests, masked, to `FILE` as an HTTP Archive (HAR)")
	flags.BoolVar(&a.debug, "debug", false, "log each request to standard error, without secrets or bodies")
	root.AddCommand(
		newDemoCommand(a),
		newSandboxCommand(a),
		newProxyCommand(a),
		newLoginCommand(a),
		newLogoutCommand(a),
		newMCPCommand(a),
		newMeCommand(a),
		newOrdersCommand(a),
		newStatusesCommand(a),
		newIntegrationsCommand(a),
		newArticlesCommand(a),
		newAPICommand(a),
		newCallCommand(a),
		newTokenCommand(a),
		newAccountCommand(a),
		newDoctorCommand(a),
		newGenerateCommand(a),
		newSpecCommand(a),
		newVerifyCommand(a),
		newVersionCommand(a),
		newReferenceCommand(),
	)
	addStandardCommands(root)
	fitHelp(root)
	a.noteStart(root)
	return root, a
}

// addStandardCommands adds cobra's help and completion commands and makes both reject unknown
// names, for which they otherwise print the general help and exit with 0.
func addStandardCommands(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, command := range root.Commands() {
		switch command.Name() {
		case "completion":
			requireSubcommand(command)
			for _, shell := range command.Commands() {
				uses(shell)
			}
		case "help":
			command.Example = "  xsale help orders list"
			command.Args = func(command *cobra.Command, arguments []string) error {
				target, rest, err := command.Root().Find(arguments)
				return cmp.Or(err, knownSubcommand(target, rest))
			}
		}
	}
}

// fitHelp makes all help texts fit a width.
func fitHelp(root *cobra.Command) {
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages", fmt.Sprintf("FlagUsagesWrapped %d", surface.Width)))
	help := root.HelpFunc()
	root.SetHelpFunc(func(command *cobra.Command, arguments []string) {
		command.Long = surface.Reflow(command.Long)
		help(command, arguments)
	})
}

// noteStart records when a command begins, which separates usage errors from its own.
func (a *app) noteStart(command *cobra.Command) {
	if run := command.RunE; run != nil {
		command.RunE = func(command *cobra.Command, arguments []string) error {
			a.started = true
			return run(command, arguments)
		}
	}
	for _, child := range command.Commands() {
		a.noteStart(child)
	}
}

// withClient calls use with a client for the account that the command uses. Options in more take
// precedence.
func (a *app) withClient(command *cobra.Command, use func(context.Context, *xsale.Client) error, more ...xsale.Option) error {
	chosen, err := a.account(command)
	if err != nil {
		return err
	}
	options := []xsale.Option{xsale.FromEnvironment(), xsale.WithCredentialsFunc(environmentCredentials)}
	if chosen != nil {
		options = chosen.Options()
	}
	if a.credentials != "" {
		_, credentials, err := readCredentials(command, a.credentials)
		if err != nil {
			return usageError{err}
		}
		options = append(options, xsale.WithCredentialsFunc(credentials))
	}
	err = a.withClientOf(command, options, use, more...)
	if chosen != nil && errors.Is(err, authn.ErrLoginRequired) {
		return accountLoginError{err, a.accountName}
	}
	return err
}

// withClientOf calls use with a client for the account of the options. Unless a setting overrides it,
// tokens are kept in the user's cache: if each command logged in, the login service would soon block
// the account. So is what 429s taught, or each command would have to learn it again.
func (a *app) withClientOf(command *cobra.Command, options []xsale.Option, use func(context.Context, *xsale.Client) error, more ...xsale.Option) error {
	store, err := a.store(command)
	if err != nil {
		return usageError{err}
	}
	logger := a.logger(command)
	options = append(options,
		xsale.WithTokenStore(store),
		xsale.WithTokenObserver(&observer{Observer: authn.LogTo(logger)}),
		xsale.WithOnDemandLogin(),
		xsale.WithUserAgent("xsale-cli"),
		xsale.WithLogger(logger),
	)
	if a.organization != "" {
		options = append(options, xsale.WithOrganization(a.organization))
	}
	if a.trace.archiver != nil {
		options = append(options, xsale.WithHTTPClient(&http.Client{Transport: a.trace.archiver}))
	}
	var limiter *accountLimiter
	if files, ok := store.(*authn.FileStore); ok {
		limiter = &accountLimiter{files: files}
		options = append(options, xsale.WithLimiter(limiter))
	}
	client, err := xsale.New(append(options, more...)...)
	if err != nil {
		return usageError{err}
	}
	if limiter != nil {
		limiter.source = client.TokenSource()
	}
	err = explainNotFound(command.Context(), client, use(command.Context(), client))
	return errors.Join(err, client.Close())
}

// withOrganization calls use with the organization that the command works in.
func (a *app) withOrganization(command *cobra.Command, use func(context.Context, *xsale.Organization) error) error {
	return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
		if err := a.checkOrganization(command, client); err != nil {
			return err
		}
		return use(ctx, client.Organization(""))
	})
}

// checkOrganization returns an error if no organization is set. Missing credentials come first: the
// command that lists the organizations needs them.
func (a *app) checkOrganization(command *cobra.Command, client *xsale.Client) error {
	if client.Organization("").Name() != "" {
		return nil
	}
	if err := a.checkCredentials(command); err != nil {
		return err
	}
	return errNoOrganization
}

// checkCredentials returns an error if a login would fail without them.
func (a *app) checkCredentials(command *cobra.Command) error {
	if chosen, err := a.account(command); err != nil || chosen != nil {
		return err
	}
	if a.credentials == "" {
		if _, err := environmentCredentials(command.Context()); err != nil {
			return &authn.Error{Reason: authn.ErrCredentialsUnavailable, Err: err}
		}
	}
	return nil
}

var errNoOrganization = usagef("no organization: set XSALE_ORGANIZATION, --organization or the account's; 'xsale me' lists the names")

// observer drops failed logins, which end the command with an error anyway, and all store failures
// but the first: a directory that cannot be used fails for each operation.
type observer struct {
	authn.Observer
	degraded sync.Once
}

func (*observer) LoginFailed(*authn.Error) {}

func (o *observer) StoreDegraded(operation string, err error) {
	o.degraded.Do(func() { o.Observer.StoreDegraded(operation, err) })
}

// store returns the token store, or nil for none. Without a directory that it can use, as in some
// services and containers, the command goes on without a store and reports that once.
func (a *app) store(command *cobra.Command) (authn.Store, error) {
	setting := cmp.Or(a.tokenStore, os.Getenv("XSALE_TOKEN_STORE"), "cache")
	store, err := authn.ParseStore(setting)
	if err != nil && setting != "cache" {
		return nil, err
	}
	if files, ok := store.(*authn.FileStore); ok {
		path := files.Path("")
		if err = privatefile.MakeParent(path); err == nil {
			err = privatefile.CheckParent(path)
		}
	}
	if err == nil {
		return store, nil
	}
	if !a.withoutStore {
		a.withoutStore = true
		fmt.Fprintf(command.ErrOrStderr(), "xsale: warning: %v, or pass --token-store; continuing without a token store, so this command logs in for itself\n", err)
	}
	return nil, nil
}

// logger writes warnings and, with --debug, each request.
func (a *app) logger(command *cobra.Command) *slog.Logger {
	level := slog.LevelWarn
	if a.debug {
		level = slog.LevelDebug
	}
	withoutEmpty := func(_ []string, attribute slog.Attr) slog.Attr {
		if attribute.Value.Kind() == slog.KindString && attribute.Value.String() == "" {
			return slog.Attr{}
		}
		return attribute
	}
	return slog.New(slog.NewTextHandler(command.ErrOrStderr(), &slog.HandlerOptions{Level: level, ReplaceAttr: withoutEmpty}))
}
