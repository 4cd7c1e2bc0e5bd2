package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/plaintext"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func newSpecPullCommand(a *app) *cobra.Command {
	var auth, register bool
	var raw, normal string
	command := &cobra.Command{
		Use:   "pull [FROM]",
		Short: "Fetch a spec, save it, and call its operations from now on",
		Long: `Fetch a spec and save it twice: unchanged, and as plain OpenAPI 3.0.3 to compare and to generate from.
Keep both under version control to see each change the vendor makes.

The spec is also registered for the account: from now on, 'xsale call' calls its operations. A spec
with problems does not replace the registered one. 'xsale spec forget' goes back to the spec of this
module.

FROM is a file, a URL or a host. With --auth it defaults to the host of the API.`,
		Example: `  xsale spec pull api.xsale.ai
  xsale spec pull --auth`,
		Args: takes("[FROM]"),
		RunE: func(command *cobra.Command, arguments []string) error {
			from := ""
			if len(arguments) == 1 {
				from = arguments[0]
			}
			if from == "" && !auth { // the spec of this module is there already
				return usagef("pass FROM, such as api.xsale.ai, or --auth for the host of the API; 'xsale spec show' prints the spec of this module")
			}
			files := pulledFiles(raw, normal)
			for _, file := range files {
				if _, err := file.check(); err != nil {
					return err
				}
			}
			source, err := a.source(command, from, auth)
			if err != nil {
				return err
			}
			notice := command.ErrOrStderr()
			if err := files[0].write(command, source.Data, 0o644, ", unchanged from "+source.Name); err != nil {
				return err
			}
			result, err := runPipeline(command.Context(), source.Data, pipeline.Options{})
			if err != nil {
				return specError(source.Name, err)
			}
			document, err := tree.YAML(result.Document)
			if err != nil {
				return err
			}
			about := fmt.Sprintf(", OpenAPI 3.0.3 from %s; 'xsale spec lint %s' lists the changes", result.Version, raw)
			if err := files[1].write(command, append([]byte(pulledMark), document...), 0o644, about); err != nil {
				return err
			}
			noteChanges(notice, result.Report, true)
			if !register {
				return nil
			}
			dir, err := a.specDir(command)
			if err == nil && dir == "" {
				err = errors.New("no directory to register the spec in: set HOME or XSALE_CONFIG_DIR, or pass --register=false")
			}
			if err != nil {
				return err
			}
			before := ""
			if former, _, err := operation.Registered(dir); err == nil {
				before = fmt.Sprintf(", in place of %d", len(former.Operations()))
			}
			catalog, err := operation.Register(dir, result.Document, operation.Source{From: source.Name, Fetched: time.Now()})
			if err != nil {
				return specError(source.Name, err)
			}
			fmt.Fprintf(notice, "registered %s%s; 'xsale call --list' lists them\n", counted(len(catalog.Operations()), "operation"), before)
			return nil
		},
	}
	command.Flags().BoolVar(&auth, "auth", false, "fetch the spec with the tokens of your account")
	command.Flags().BoolVar(&register, "register", true, "call the operations of this spec from now on")
	command.Flags().StringVar(&raw, "raw", "swagger.json", "`FILE` for the unchanged spec")
	command.Flags().StringVar(&normal, "normal", "openapi.yaml", "`FILE` for the normal form")
	return usesWithAuth(command, "account", "credentials")
}

const pulledMark = "# Written by xsale spec pull, which replaces it. Change it with an overlay.\n"

// pulledFiles returns the files for a spec as it came and in normal form. They replace a spec as it
// came, and the normal form of an earlier one: the spec of a person stays.
func pulledFiles(raw, normal string) []outFile {
	return []outFile{
		{"--raw", raw, "a spec as it came", func(start []byte) bool {
			return pulledStart.Match(plaintext.Convert(start))
		}},
		{"--normal", normal, "the normal form of a spec by xsale", func(start []byte) bool {
			return bytes.HasPrefix(start, []byte(pulledMark))
		}},
	}
}

// pulledStart matches a spec.
var pulledStart = regexp.MustCompile(`(?m)(?:^|[{,])\s*["']?(?:openapi|swagger)["']?\s*:`)

func newSpecForgetCommand(a *app) *cobra.Command {
	return uses(&cobra.Command{
		Use:     "forget",
		Short:   "Forget the registered spec, and call the operations of this module's spec again",
		Example: "  xsale spec forget",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			dir, err := a.specDir(command)
			if err != nil || dir == "" {
				return err
			}
			forgotten, err := operation.Forget(dir)
			if err == nil && !forgotten {
				fmt.Fprintln(command.ErrOrStderr(), "no spec is registered")
			}
			return err
		},
	}, "account", "credentials")
}
