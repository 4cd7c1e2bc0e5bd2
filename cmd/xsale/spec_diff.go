package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/spec/diff"
	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
)

// The values of --fail-on.
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
		Short: "Compare two specs, breaking changes first",
		Long: `Compare two specs in normal form and list the differences. Changes that break a client come first. OLD
defaults to the spec of this module. The exit code is 1 if there is a change of the kind that --fail-on
sets.

With --evidence, OLD marks each detail as documented, observed or inferred, as the spec of this module
does, and NEW is the vendor's own spec. The command lists which details NEW confirms, contradicts,
lacks and adds, by operation. The exit code is 1 if NEW contradicts a detail.`,
		Example: `  xsale spec diff openapi.yaml swagger.json
  xsale spec diff --auth openapi.yaml api.xsale.ai --fail-on breaking
  xsale spec diff --auth --evidence api.xsale.ai`,
		Args: takes("[OLD]", "NEW"),
		RunE: func(command *cobra.Command, arguments []string) error {
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
	command.Flags().BoolVar(&confirm, "evidence", false, "compare the evidence in OLD with NEW instead of listing changes")
	choiceFlag(command, &failOn, "fail-on", "`KIND` of change that makes the exit code 1", failOnAny, failOnBreaking, failOnNone)
	return usesWithAuth(prints(command))
}

// normal reads a spec and returns it in normal form.
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
	if a.output.Plain() && len(difference.Changes) == 0 {
		_, err := fmt.Fprintln(command.OutOrStdout(), "no differences")
		return err
	}
	err = printList(command, a.output, withoutErrors(difference.Changes), output.Rows[diff.Change]{
		Heading: []string{"LEVEL", "OPERATION", "CHANGE", "POINTER"},
		Row: func(c diff.Change) []any {
			return []any{c.Level, cmp.Or(c.Operation, "-"), c.Text, cmp.Or(c.New, c.Old, "-")}
		},
	})
	if err != nil {
		return err
	}
	if failOn == failOnAny && len(difference.Changes) > 0 || failOn == failOnBreaking && difference.Breaking() > 0 {
		return fmt.Errorf("the specs differ: %s, %d of them breaking", counted(len(difference.Changes), "change"), difference.Breaking())
	}
	return nil
}

func (a *app) printEvidence(command *cobra.Command, ours, theirs *pipeline.Result, failOn string) error {
	findings := evidence.Confirm(ours.Document, theirs.Document)
	err := printList(command, a.output, withoutErrors(findings), output.Rows[evidence.Finding]{
		Heading: []string{"VERDICT", "EVIDENCE", "OPERATION", "DETAIL", "HERE", "VENDOR"},
		Row: func(f evidence.Finding) []any {
			return []any{f.Verdict, cmp.Or(f.Evidence, "-"), f.Method + " " + f.Path, f.Detail, cmp.Or(f.Ours, "-"), cmp.Or(f.Theirs, "-")}
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
		return fmt.Errorf("the vendor's spec contradicts %s", counted(contradicted, "detail"))
	}
	return nil
}
