package main

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/openapi"
)

func newSpecCommand(a *app) *cobra.Command {
	return newGroup("spec", "Show, fetch, check and compare specs",
		newSpecShowCommand(),
		newSpecEvidenceCommand(a),
		newSpecPullCommand(a),
		newSpecForgetCommand(a),
		newSpecLintCommand(a),
		newSpecDiffCommand(a),
	)
}

func newSpecShowCommand() *cobra.Command {
	var format string
	command := &cobra.Command{
		Use:     "show",
		Short:   "Print the spec of this module as YAML or JSON",
		Example: "  xsale spec show --format json",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if format == "yaml" {
				_, err := command.OutOrStdout().Write(openapi.Spec())
				return err
			}
			document, err := tree.Read(openapi.Spec())
			if err != nil {
				return err
			}
			return output.Encode(command.OutOrStdout(), document, jsontext.WithIndent("  "))
		},
	}
	choiceFlag(command, &format, "format", "`FORMAT`", "yaml", "json")
	return uses(command)
}

// knownOperation is an operation with its evidence.
type knownOperation struct {
	Operation string `json:"operation"` // operationId
	Method    string `json:"method"`
	Path      string `json:"path"`
	Evidence  string `json:"evidence"` // documented or observed
	Source    string `json:"source"`
}

func newSpecEvidenceCommand(a *app) *cobra.Command {
	return uses(prints(&cobra.Command{
		Use:     "evidence",
		Short:   "List the operations with their evidence: documented or observed, and where",
		Example: "  xsale spec evidence",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			operations, err := operationEvidence()
			if err != nil {
				return err
			}
			return printList(command, a.output, withoutErrors(operations), output.Rows[knownOperation]{
				Heading: []string{"METHOD", "PATH", "EVIDENCE", "SOURCE"},
				Row:     func(e knownOperation) []any { return []any{e.Method, e.Path, e.Evidence, e.Source} },
			})
		},
	}))
}

// operationEvidence returns the operations, sorted by path and method.
func operationEvidence() ([]knownOperation, error) {
	document, err := tree.Read(openapi.Spec())
	if err != nil {
		return nil, err
	}
	var operations []knownOperation
	for _, o := range tree.Operations(document) {
		id, kind, source := tree.String(o.Object["operationId"]), tree.String(o.Object["x-evidence"]), tree.String(o.Object["x-evidence-source"])
		if kind == "" || source == "" {
			return nil, errors.New(id + " has no evidence")
		}
		operations = append(operations, knownOperation{id, strings.ToUpper(o.Method), o.Path, kind, source})
	}
	return operations, nil
}
