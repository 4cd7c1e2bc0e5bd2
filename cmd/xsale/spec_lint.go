package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func newSpecLintCommand(a *app) *cobra.Command {
	var auth bool
	var overlays []string
	command := &cobra.Command{
		Use:   "lint [FROM]",
		Short: "Check a spec and list the changes that generate would make",
		Long: `Check a spec. List each change that generate would make to it, and each problem that generate cannot
repair. Only such a problem makes the command fail. Also list what an overlay could add: x-paging for lists
in pages, whose actions are printed to standard error, and bodies that the spec does not describe.`,
		Example: "  xsale spec lint swagger.json\n  xsale spec lint api.xsale.ai --auth --output ndjson",
		Args:    takes("[FROM]"),
		RunE: func(command *cobra.Command, arguments []string) error {
			config := generateConfig{Auth: auth, Overlays: overlays}
			if len(arguments) == 1 {
				config.Spec = arguments[0]
			}
			source, err := a.source(command, config.Spec, auth)
			if err != nil {
				return err
			}
			options, err := pipelineOptions(config)
			if err != nil {
				return err
			}
			result, err := runPipeline(command.Context(), source.Data, options)
			var advice []tree.Change
			if err != nil {
				err = specError(source.Name, err)
			} else {
				advice = codegen.Advise(result.Document)
				fmt.Fprintf(command.ErrOrStderr(), "%s: OpenAPI %s, %s, %s, no problems\n",
					source.Name, result.Version, counted(len(tree.Operations(result.Document)), "operation"), counted(len(result.Report.Changes), "change"))
			}
			return errors.Join(a.explain(command, slices.Concat(result.Report.Changes, advice)), err)
		},
	}
	command.Flags().BoolVar(&auth, "auth", false, "fetch the spec with the tokens of your account")
	command.Flags().StringArrayVar(&overlays, "overlay", nil, "OpenAPI overlay `FILE` to apply; repeatable")
	return usesWithAuth(prints(command))
}
