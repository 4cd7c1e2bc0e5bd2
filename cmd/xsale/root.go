package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// app holds what the flags of the root command say, for all commands.
type app struct {
	organization string
	output       string
	tokenStore   string
	credentials  string
	debug        bool
	started      bool // whether a command was called rightly, and began
}

func newRootCommand() (*cobra.Command, *app) {
	a := &app{}
	root := &cobra.Command{
		Use:           "xsale",
		Short:         "Call the xSale REST API, and run a sandbox of it",
		Long:          "Call the xSale REST API, and run a sandbox of it.\n\nThe account comes from XSALE_CLIENT_ID, XSALE_CLIENT_SECRET, XSALE_USERNAME and XSALE_PASSWORD.\n\n" + exitCodesHelp,
		Version:       xsale.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return checkOutput(a.output)
		},
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.organization, "organization", "", "organization to work in (default XSALE_ORGANIZATION)")
	flags.StringVarP(&a.output, "output", "o", outputTable, "table, json or ndjson")
	flags.StringVar(&a.tokenStore, "token-store", "", "where tokens are kept: cache, memory, or a file or folder (default XSALE_TOKEN_STORE, or cache)")
	flags.StringVar(&a.credentials, "credentials", "", "JSON file with client_id, client_secret, username and password; - for standard input, fd:N for a file descriptor (default the environment)")
	flags.BoolVar(&a.debug, "debug", false, "log each request on standard error, without secrets and bodies")
	root.AddCommand(
		newDemoCommand(a),
		newSandboxCommand(),
		newMeCommand(a),
		newOrdersCommand(a),
		newStatusesCommand(a),
		newIntegrationsCommand(a),
		newArticlesCommand(a),
		newAPICommand(a),
		newTokenCommand(a),
		newGenerateCommand(a),
		newSpecCommand(a),
		newVerifyCommand(a),
		newVersionCommand(),
	)
	a.noteStart(root)
	return root, a
}

// noteStart tells errors in how a command was called from those of the command itself.
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

// newGroup returns a command that only holds others, and complains about one that it does not have.
func newGroup(name, short string, children ...*cobra.Command) *cobra.Command {
	group := &cobra.Command{
		Use:   name,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			var names []string
			for _, child := range command.Commands() {
				names = append(names, child.Name())
			}
			return usagef("%s needs one of: %s", command.CommandPath(), strings.Join(names, ", "))
		},
	}
	group.AddCommand(children...)
	return group
}

// withClient runs a function with a client for the account of the environment. Tokens are kept in the user's cache unless
// a setting says otherwise: a command that logs in each time would soon be refused. More options take precedence.
func (a *app) withClient(command *cobra.Command, use func(context.Context, *xsale.Client) error, more ...xsale.Option) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	logger := a.logger(command)
	options := []xsale.Option{
		xsale.FromEnvironment(),
		xsale.WithTokenStore(store),
		xsale.WithTokenObserver(observer{authn.LogTo(logger)}),
		xsale.WithOnDemandLogin(),
		xsale.WithUserAgent("xsale-cli"),
		xsale.WithLogger(logger),
	}
	if a.credentials != "" {
		credentials, err := readCredentials(command, a.credentials)
		if err != nil {
			return usageError{err}
		}
		options = append(options, xsale.WithCredentialsFunc(credentials))
	}
	if a.organization != "" {
		options = append(options, xsale.WithOrganization(a.organization))
	}
	client, err := xsale.New(append(options, more...)...)
	if err != nil {
		return usageError{err}
	}
	return errors.Join(use(command.Context(), client), client.Close())
}

// observer leaves out failed logins, which end the command with an error anyway.
type observer struct{ authn.Observer }

func (observer) LoginFailed(*authn.Error) {}

func (a *app) store() (authn.Store, error) {
	return authn.ParseStore(firstNonEmpty(a.tokenStore, os.Getenv("XSALE_TOKEN_STORE"), "cache"))
}

// logger writes warnings, and with --debug every request.
func (a *app) logger(command *cobra.Command) *slog.Logger {
	level := slog.LevelWarn
	if a.debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(command.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
}

func firstNonEmpty(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(command.OutOrStdout(), "xsale %s\n", xsale.Version)
			return err
		},
	}
}
