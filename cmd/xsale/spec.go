package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/openapi"
)

func newSpecCommand(a *app) *cobra.Command {
	return newGroup("spec", "Read, fetch, check and compare API descriptions",
		newSpecShowCommand(),
		newSpecEvidenceCommand(a),
		newSpecPullCommand(a),
		newSpecLintCommand(a),
		newSpecDiffCommand(a),
	)
}

func newSpecShowCommand() *cobra.Command {
	var format string
	command := &cobra.Command{
		Use:   "show",
		Short: "Write the API description of this module, as YAML or JSON",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			switch format {
			case "yaml":
				_, err := command.OutOrStdout().Write(openapi.Spec())
				return err
			case "json":
				document, err := openapi3.NewLoader().LoadFromData(openapi.Spec())
				if err != nil {
					return err
				}
				return newEncoder(command.OutOrStdout(), "  ").Encode(document)
			}
			return usagef("--format %q: use yaml or json", format)
		},
	}
	command.Flags().StringVar(&format, "format", "yaml", "yaml or json")
	return command
}

// knownOperation is how sure one operation is.
type knownOperation struct {
	Operation string `json:"operation"` // operationId
	Method    string `json:"method"`
	Path      string `json:"path"`
	Evidence  string `json:"evidence"` // documented or observed
	Source    string `json:"source"`
}

func newSpecEvidenceCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "evidence",
		Short: "List the operations, and where each is documented or was observed",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			operations, err := operationEvidence()
			if err != nil {
				return err
			}
			return printList(command.OutOrStdout(), a.output, withoutErrors(operations), table[knownOperation]{
				heading: []string{"METHOD", "PATH", "EVIDENCE", "SOURCE"},
				row:     func(e knownOperation) []any { return []any{e.Method, e.Path, e.Evidence, e.Source} },
			})
		},
	}
}

// operationEvidence returns the operations by path and method.
func operationEvidence() ([]knownOperation, error) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Spec())
	if err != nil {
		return nil, err
	}
	var operations []knownOperation
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			kind, isKind := operation.Extensions["x-evidence"].(string)
			source, isSource := operation.Extensions["x-evidence-source"].(string)
			if !isKind || !isSource {
				return nil, errors.New(operation.OperationID + " does not say where it is known from")
			}
			operations = append(operations, knownOperation{operation.OperationID, method, path, kind, source})
		}
	}
	slices.SortFunc(operations, func(a, b knownOperation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return operations, nil
}
