package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func newGenerateCommand(a *app) *cobra.Command {
	var flags generateFlags
	command := &cobra.Command{
		Use:   "generate",
		Short: "Write a typed client into your own repository",
		Long: `Write a typed client into your own repository, from the spec of this module or from the vendor's
Swagger.

Generators reject much of the Swagger that ASP.NET services write, so the spec is normalized first.
--explain lists each change. A problem that cannot be repaired is an error with its JSON pointer; fix
it with an OpenAPI overlay file.

Settings come from flags or from ` + defaultConfigFile + ` in the current directory. Flags take precedence. --init
writes the file and a line for go generate.`,
		Example: `  xsale generate --init
  xsale generate --package xsaleapi
  xsale generate --spec api.xsale.ai --auth --package xsaleapi
  xsale generate --spec swagger.json --tag Orders --server`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if flags.init {
				return initGenerate(command, flags.config)
			}
			config, err := flags.resolve(command)
			if err != nil {
				return err
			}
			return a.generate(command, config, flags)
		},
	}
	flags.register(command.Flags())
	return prints(command, "explain")
}

func (a *app) generate(command *cobra.Command, config generateConfig, flags generateFlags) error {
	source, err := a.source(command, config.Spec, config.Auth)
	if err != nil {
		return err
	}
	options, err := pipelineOptions(config)
	if err != nil {
		return err
	}
	result, err := runPipeline(command.Context(), source.Data, options)
	if err != nil {
		err = specError(source.Name, err)
		if flags.explain {
			err = errors.Join(a.explain(command, result.Report.Changes), err)
		}
		return err
	}
	lock, err := readLock(config)
	if err != nil {
		return err
	}
	files, err := interruptible(command.Context(), func() ([]codegen.File, error) {
		return codegen.Generate(result.Document, codegen.Options{
			Package: config.Package,
			Split:   config.Split,
			Server:  config.Server,
			Raw:     config.Raw,
			From:    source.Name,
			Lock:    lock,
		}, result.Report)
	})
	if err != nil {
		return specError(source.Name, err)
	}
	if flags.explain {
		if err := a.explain(command, slices.Concat(result.Report.Changes, codegen.Advise(result.Document))); err != nil {
			return err
		}
	}
	if flags.check {
		return checkGenerated(config, files, lock)
	}
	existed := map[string]bool{config.lock: fileExists(config.lock)}
	for _, file := range files {
		path := filepath.Join(config.Output, file.Name)
		existed[path] = fileExists(path)
	}
	if err := writeGenerated(config, files, lock); err != nil {
		return err
	}
	notice := command.ErrOrStderr()
	fmt.Fprintf(notice, "%s: OpenAPI %s, %s\n", source.Name, result.Version, counted(len(tree.Operations(result.Document)), "operation"))
	noteChanges(notice, result.Report, flags.explain)
	for _, file := range files {
		path := filepath.Join(config.Output, file.Name)
		fmt.Fprintf(notice, "%s %s\n", wrote(existed[path]), path)
	}
	fmt.Fprintf(notice, "%s %s, which keeps the names: commit it\n", wrote(existed[config.lock]), config.lock)
	return nil
}

// readLock reads the lock file. If a settings file was added later, it is still next to the code.
func readLock(config generateConfig) (*codegen.Lock, error) {
	if fileExists(config.lock) {
		return codegen.ReadLock(config.lock)
	}
	return codegen.ReadLock(filepath.Join(config.Output, lockFile))
}

// writeGenerated writes the lock file first: names without code do no harm, but code whose names are
// not kept does.
func writeGenerated(config generateConfig, files []codegen.File, lock *codegen.Lock) error {
	if _, err := codegen.Differences(config.Output, files); err != nil {
		return err
	}
	former := filepath.Join(config.Output, lockFile) // see readLock
	moved := !fileExists(config.lock) && fileExists(former)
	if err := lock.Save(config.lock); err != nil {
		return err
	}
	if moved {
		if err := os.Remove(former); err != nil {
			return err
		}
	}
	return codegen.Write(config.Output, files)
}

// checkGenerated fails if the generated code or the lock file is out of date. It serves CI.
func checkGenerated(config generateConfig, files []codegen.File, lock *codegen.Lock) error {
	stale, err := codegen.Differences(config.Output, files)
	if err != nil {
		return err
	}
	if !lock.Saved(config.lock) {
		stale = append(stale, filepath.Base(config.lock))
	}
	if len(stale) == 0 {
		return nil
	}
	return fmt.Errorf("out of date in %s: %s; run 'xsale generate' without --check", config.Output, strings.Join(stale, ", "))
}

// explain lists each change made to the spec, and what an overlay could add.
func (a *app) explain(command *cobra.Command, changes []tree.Change) error {
	if actions := codegen.PagingActions(changes); actions != "" {
		fmt.Fprintf(command.ErrOrStderr(), "Lists in pages; actions for an overlay:\n%s", actions)
	}
	return printList(command, a.output, withoutErrors(changes), output.Rows[tree.Change]{
		Heading: []string{"RULE", "POINTER", "BEFORE", "AFTER", "REASON"},
		Row: func(c tree.Change) []any {
			return []any{c.Rule, c.Pointer, shortJSON(c.Before), shortJSON(c.After), c.Reason}
		},
	})
}

// maxShortJSON keeps a table readable. --output json prints the whole value.
const maxShortJSON = 60

func shortJSON(value any) string {
	if value == nil {
		return "-"
	}
	encoded, err := output.Format(value)
	if err != nil {
		return "?"
	}
	short := []rune(string(encoded))
	if len(short) > maxShortJSON {
		return string(short[:maxShortJSON-1]) + "…"
	}
	return string(short)
}

// noteChanges reports how many changes were made, and by which rules.
func noteChanges(out io.Writer, report *tree.Report, explained bool) {
	if len(report.Changes) == 0 {
		return
	}
	counts := map[string]int{}
	var rules []string
	for _, change := range report.Changes {
		if counts[change.Rule] == 0 {
			rules = append(rules, change.Rule)
		}
		counts[change.Rule]++
	}
	for i, rule := range rules {
		rules[i] = fmt.Sprintf("%s %d", rule, counts[rule])
	}
	fmt.Fprintf(out, "%s to the spec: %s", counted(len(report.Changes), "change"), strings.Join(rules, ", "))
	if !explained {
		fmt.Fprint(out, "; --explain lists them")
	}
	fmt.Fprintln(out)
}

// specError adds the name of the spec to an error about it.
func specError(name string, err error) error {
	if problems, ok := errors.AsType[tree.Problems](err); ok && len(problems) > 1 {
		return fmt.Errorf("%s: %d problems\n%w", name, len(problems), err)
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}
