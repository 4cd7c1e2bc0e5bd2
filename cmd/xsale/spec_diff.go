package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/spec/diff"
	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
)

// The changes that make spec diff fail.
const (
	failOnAny      = "any"
	failOnBreaking = "breaking"
	failOnNone     = "none"
)

func newSpecDiffCommand(a *app) *cobra.Command {
	var auth, confirm bool
	var failOn string
	command := &cobra.Command{
		Use:   "diff [OLD] NEW",
		Short: "List what differs between two descriptions, the breaking changes first",
		Long: `List what differs between two descriptions, in normal form, the changes that break a client first. OLD is the description
of this module when it is left out. The exit code is 1 when there is a change that --fail-on names.

With --evidence, OLD says of each detail whether it is documented, observed or inferred, as the description of this module
does, and NEW is the vendor's own: the command lists, operation by operation, what NEW confirms, contradicts, lacks and
adds. What it contradicts makes the exit code 1.`,
		Example: `  xsale spec diff openapi.yaml swagger.json
  xsale spec diff --auth openapi.yaml api.xsale.ai --fail-on breaking
  xsale spec diff --auth --evidence api.xsale.ai`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(command *cobra.Command, arguments []string) error {
			if failOn != failOnAny && failOn != failOnBreaking && failOn != failOnNone {
				return usagef("--fail-on %q: use any, breaking or none", failOn)
			}
			if len(arguments) == 1 {
				arguments = []string{"", arguments[0]}
			}
			before, err := a.normal(command, arguments[0], false)
			if err != nil {
				return err
			}
			after, err := a.normal(command, arguments[1], auth)
			if err != nil {
				return err
			}
			if confirm {
				return a.printEvidence(command, before, after, failOn)
			}
			return a.printDifference(command, before, after, failOn)
		},
	}
	command.Flags().BoolVar(&auth, "auth", false, "fetch NEW with the tokens of your account")
	command.Flags().BoolVar(&confirm, "evidence", false, "compare what is known with what the vendor says, instead of listing changes")
	command.Flags().StringVar(&failOn, "fail-on", failOnAny, "changes that make the exit code 1: any, breaking or none")
	return command
}

// normal gets a description in normal form.
func (a *app) normal(command *cobra.Command, from string, withTokens bool) (*pipeline.Result, error) {
	source, err := a.source(command, from, withTokens)
	if err != nil {
		return nil, err
	}
	result, err := runPipeline(command.Context(), source.Data, pipeline.Options{})
	if err != nil {
		return nil, specError(source.Name, err)
	}
	return result, nil
}

func (a *app) printDifference(command *cobra.Command, before, after *pipeline.Result, failOn string) error {
	difference, err := diff.Compare(before.Document, after.Document)
	if err != nil {
		return err
	}
	err = printList(command.OutOrStdout(), a.output, withoutErrors(difference.Changes), table[diff.Change]{
		heading: []string{"LEVEL", "OPERATION", "CHANGE", "PLACE"},
		row: func(c diff.Change) []any {
			return []any{c.Level, firstNonEmpty(c.Operation, "-"), c.Text, firstNonEmpty(c.New, c.Old, "-")}
		},
	})
	if err != nil {
		return err
	}
	if failOn == failOnAny && len(difference.Changes) > 0 || failOn == failOnBreaking && difference.Breaking() > 0 {
		return fmt.Errorf("the descriptions differ: %d changes, %d of them breaking", len(difference.Changes), difference.Breaking())
	}
	return nil
}

func (a *app) printEvidence(command *cobra.Command, ours, theirs *pipeline.Result, failOn string) error {
	findings := evidence.Confirm(ours.Document, theirs.Document)
	err := printList(command.OutOrStdout(), a.output, withoutErrors(findings), table[evidence.Finding]{
		heading: []string{"VERDICT", "EVIDENCE", "OPERATION", "DETAIL", "HERE", "VENDOR"},
		row: func(f evidence.Finding) []any {
			return []any{f.Verdict, firstNonEmpty(f.Evidence, "-"), f.Method + " " + f.Path, f.Detail, firstNonEmpty(f.Ours, "-"), firstNonEmpty(f.Theirs, "-")}
		},
	})
	if err != nil {
		return err
	}
	contradicted := 0
	for _, finding := range findings {
		if finding.Verdict == evidence.Contradicted {
			contradicted++
		}
	}
	if contradicted > 0 && failOn != failOnNone {
		return fmt.Errorf("the vendor contradicts %d details", contradicted)
	}
	return nil
}
