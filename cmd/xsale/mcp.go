package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/agent"
	"github.com/xsale-go/xsale/internal/gateway"
	"github.com/xsale-go/xsale/internal/operation"
)

type mcpFlags struct {
	spec       string
	allowWrite []string
	unmask     bool
	timeout    time.Duration
}

func newMCPCommand(a *app) *cobra.Command {
	var f mcpFlags
	command := &cobra.Command{
		Use:   "mcp",
		Short: "Let an AI agent use the API, by default only to read",
		Long: `Let an AI agent use the API over the Model Context Protocol (MCP), on standard input and output. The
agent's program starts this command; docs/agents.md shows how.

The agent searches, describes and calls the operations of the spec that 'xsale spec pull' registered
for the account, else of this module's. It only reads. --allow-write names operations that it may call
to change data.

Personal data is masked: names, addresses, numbers and free text become pseudonyms, the same for the
same value. --unmask shows it to the agent, and so to the company that runs its model.`,
		Example: `  xsale mcp
  xsale mcp --account shop
  xsale mcp --allow-write setTranslation,createOrder
  xsale mcp --spec swagger.json`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error { return a.mcp(command, f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.spec, "spec", "", "`FILE` with another spec, in any version of OpenAPI or Swagger")
	flags.StringSliceVar(&f.allowWrite, "allow-write", nil, "`OPERATION`s that may change data, separated by commas; repeatable")
	flags.BoolVar(&f.unmask, "unmask", false, "show personal data to the agent")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "`DURATION` limit of each tool call")
	_ = command.RegisterFlagCompletionFunc("allow-write", func(command *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		catalog, _, err := a.catalog(command, f.spec)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var names []cobra.Completion
		for _, o := range catalog.Operations() {
			if !agent.Reads(o) {
				names = append(names, cobra.CompletionWithDesc(o.Name, firstLine(o.Summary)))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}) // the flag exists
	return command
}

func (a *app) mcp(command *cobra.Command, f mcpFlags) error {
	switch {
	case f.timeout <= 0:
		return usagef("--timeout %v: want a positive duration", f.timeout)
	case slices.Contains([]string{"-", "/dev/stdin", "fd:0", "/dev/fd/0"}, a.credentials):
		return usagef("--credentials %s: standard input is for the agent: pass a file", a.credentials)
	}
	catalog, where, err := a.catalog(command, f.spec)
	if err != nil {
		return err
	}
	document, err := catalog.Document()
	if err != nil {
		return err
	}
	gate := agent.NewGate(gateway.WithoutTokens(a.transport()))
	return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
		server, err := agent.New(agent.Config{
			Client: client, Gate: gate, Document: document, AllowWrite: f.allowWrite, Unmask: f.unmask, Timeout: f.timeout, Logger: a.logger(command),
		})
		if unknown, ok := errors.AsType[*operation.UnknownError](err); ok {
			return usagef("--allow-write: %w; 'xsale call --list' lists the operations", unknown)
		}
		if err != nil {
			return err
		}
		defer server.Close()
		fmt.Fprintf(command.ErrOrStderr(), "The agent may use %s of %s%s.\n", counted(len(catalog.Operations()), "operation"), where, f.rights())
		return server.Run(ctx, agent.Stdio(command.InOrStdin(), command.OutOrStdout()))
	}, xsale.WithHTTPClient(&http.Client{Transport: gate}), xsale.WithMaxResponseBytes(maxAgentBytes))
}

// maxAgentBytes bounds a response that is not a list, and an element of a list. Several may
// be in memory at the same time.
const maxAgentBytes = 16 << 20

// rights describes what an agent may do.
func (f mcpFlags) rights() string {
	text := ", to read only"
	if len(f.allowWrite) > 0 {
		text = ", to read, and to write with " + strings.Join(f.allowWrite, ", ")
	}
	if f.unmask {
		return text + "; it sees personal data"
	}
	return text + "; personal data is masked"
}
