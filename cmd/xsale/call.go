package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/output"
)

const callName = "call"

func newCallCommand(a *app) *cobra.Command {
	var list bool
	var tags []string
	command := &cobra.Command{
		Use:   "call (OPERATION [flags] | --list [WORD…])",
		Short: "Call any operation of a spec by its name",
		Long: `Call any operation of a spec by its name, with a flag for each parameter and each field of its body.
'xsale call OPERATION --help' describes them with the words of the spec.

By default, the operations come from the spec that 'xsale spec pull' registered for the account, or
from this module's. --spec names another spec. What you pass is checked before anything is sent. A flag for a list is
repeatable; a value inside other values is passed as JSON. --file passes a whole body, and flags
take precedence over its fields. 'xsale api' sends what a spec does not know.`,
		Example: `  xsale call --list
  xsale call --list orders
  xsale call listOrders --statusnamein Nowe --limit 10
  xsale call createIntegration --name domenasklepu.pl --integration-type 28 --dry-run
  xsale call createOrder --file order.json`,
		RunE: func(command *cobra.Command, arguments []string) error {
			if !list && len(tags) > 0 {
				return usagef("--tag has no effect without --list")
			}
			if !list {
				return usagef("pass the name of an operation; 'xsale call --list' lists them")
			}
			catalog, where, err := a.catalog(command, a.spec)
			if err != nil {
				return err
			}
			return a.listOperations(command, catalog, where, arguments, tags)
		},
		ValidArgsFunction: a.completeOperations,
	}
	command.Flags().BoolVar(&list, "list", false, "list the operations that contain all of the words, or all operations")
	command.Flags().StringArrayVar(&tags, "tag", nil, "with --list: only operations with this `TAG`; repeatable")
	_ = command.RegisterFlagCompletionFunc("tag", a.completeTags) // the flag exists
	command.PersistentFlags().StringVar(&a.spec, "spec", "", "`FILE` with another spec, in any version of OpenAPI or Swagger")
	return prints(command, "list")
}

// listedOperation is an operation in a list.
type listedOperation struct {
	Name       string   `json:"name"`
	Method     string   `json:"method"`
	Path       string   `json:"path"`
	Summary    string   `json:"summary,omitempty"`
	Tags       []string `json:"tags,omitempty"`
	Deprecated bool     `json:"deprecated,omitempty"`
}

func (a *app) listOperations(command *cobra.Command, catalog *operation.Catalog, where string, words, tags []string) error {
	var listed []listedOperation
	for _, o := range catalog.Search(words...) {
		tagged := func(tag string) bool {
			return slices.ContainsFunc(o.Tags, func(t string) bool { return strings.EqualFold(t, tag) })
		}
		if len(tags) > 0 && !slices.ContainsFunc(tags, tagged) {
			continue
		}
		listed = append(listed, listedOperation{o.Name, o.Method, o.Path, firstLine(o.Summary), o.Tags, o.Deprecated})
	}
	if len(listed) == 0 {
		return fmt.Errorf("no operation of %s matches", where)
	}
	err := printList(command, a.output, withoutErrors(listed), output.Rows[listedOperation]{
		Heading: []string{"NAME", "METHOD", "PATH", "SUMMARY"},
		Row:     func(o listedOperation) []any { return []any{o.Name, o.Method, o.Path, o.Summary} },
	})
	if err == nil {
		fmt.Fprintf(command.ErrOrStderr(), "%s of %s\n", counted(len(listed), "operation"), where)
	}
	return err
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

func (a *app) completeOperations(command *cobra.Command, arguments []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(arguments) > 0 || command.Flags().Changed("list") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	catalog, _, err := a.catalog(command, a.spec)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []cobra.Completion
	for name, summary := range catalog.Names() {
		names = append(names, cobra.CompletionWithDesc(name, summary))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeTags(command *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	catalog, _, err := a.catalog(command, a.spec)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var tags []cobra.Completion
	for _, o := range catalog.Operations() {
		tags = append(tags, o.Tags...)
	}
	slices.Sort(tags)
	return slices.Compact(tags), cobra.ShellCompDirectiveNoFileComp
}

// addOperation adds the command of the operation that a command line calls, if it calls one. The
// operations of a spec do not become commands earlier: most commands need no spec, and the spec
// depends on the flags.
func (a *app) addOperation(ctx context.Context, root *cobra.Command, arguments []string) {
	if len(arguments) == 0 {
		return
	}
	help := arguments[0] == "help"
	switch {
	case arguments[0] == cobra.ShellCompRequestCmd || arguments[0] == cobra.ShellCompNoDescRequestCmd:
		arguments = arguments[1:max(1, len(arguments)-1)] // the last one is incomplete
	case help:
		arguments = arguments[1:]
	}
	command, rest, err := root.Find(arguments)
	if err != nil || command.Name() != callName || command.Parent() != root {
		return
	}
	flags := ahead(command)
	if flags.Parse(rest) != nil || flags.Arg(0) == "" || flags.Changed("list") {
		return
	}
	a.accountName, a.spec = flags.Lookup("account").Value.String(), flags.Lookup("spec").Value.String()
	name := flags.Arg(0)
	command.SetContext(ctx)
	catalog, _, err := a.catalog(command, a.spec)
	var found *operation.Operation
	if err == nil {
		if found, err = catalog.Find(name); err != nil {
			err = usagef("%w; 'xsale call --list' lists the operations", err)
		}
	}
	var child *cobra.Command
	if err != nil && help {
		return // help says that there is no such command
	}
	if err != nil {
		child = &cobra.Command{Use: name, DisableFlagParsing: true, RunE: func(*cobra.Command, []string) error { return err }}
	} else {
		child = a.newOperationCommand(catalog, found)
	}
	if child.Name() != name {
		child.Aliases = []string{name}
	}
	command.AddCommand(child)
	a.noteStart(child)
}

// ahead returns flags with the names of a command's, and ignores others. They are read before the
// command line is parsed.
func ahead(command *cobra.Command) *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.BoolP("help", "h", false, "") // or it is an error
	add := func(flag *pflag.Flag) {
		if flags.Lookup(flag.Name) == nil {
			flags.StringP(flag.Name, flag.Shorthand, "", "")
			flags.Lookup(flag.Name).NoOptDefVal = flag.NoOptDefVal
		}
	}
	command.LocalFlags().VisitAll(add)
	command.InheritedFlags().VisitAll(add)
	return flags
}
