package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func newSpecPullCommand(a *app) *cobra.Command {
	var auth bool
	var raw, normal string
	command := &cobra.Command{
		Use:   "pull [FROM]",
		Short: "Fetch a description and save it, as it is and in normal form",
		Long: `Fetch a description and save it twice: as it came, for the record, and as plain OpenAPI 3.0.3, to compare and to
generate from. Keep both under version control, and a change of the vendor's shows as a difference.

FROM is a file, a URL or a host; with --auth it may be left out, and is then the host of the API.`,
		Example: `  xsale spec pull api.xsale.ai
  xsale spec pull --auth`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			from := ""
			if len(arguments) == 1 {
				from = arguments[0]
			}
			source, err := a.source(command, from, auth)
			if err != nil {
				return err
			}
			if err := os.WriteFile(raw, source.Data, 0o644); err != nil {
				return err
			}
			notice := command.ErrOrStderr()
			fmt.Fprintf(notice, "wrote %s, as it came from %s\n", raw, source.Name)
			result, err := runPipeline(command.Context(), source.Data, pipeline.Options{})
			if err != nil {
				return specError(source.Name, err)
			}
			document, err := tree.YAML(result.Document)
			if err != nil {
				return err
			}
			if err := os.WriteFile(normal, document, 0o644); err != nil {
				return err
			}
			noteChanges(notice, result.Report, true)
			fmt.Fprintf(notice, "wrote %s, OpenAPI 3.0.3 from %s; 'xsale spec lint %s' lists the changes\n", normal, result.Version, raw)
			return nil
		},
	}
	command.Flags().BoolVar(&auth, "auth", false, "fetch with the tokens of your account")
	command.Flags().StringVar(&raw, "raw", "swagger.json", "file for the description as it came")
	command.Flags().StringVar(&normal, "normal", "openapi.yaml", "file for the normal form")
	return command
}
