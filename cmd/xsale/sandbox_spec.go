package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale/internal/mock/override"
	"github.com/xsale-go/xsale/internal/output"
	"github.com/xsale-go/xsale/internal/spec/normalize"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/xsaletest"
)

// specFlags are the flags of sandbox about another spec.
type specFlags struct {
	from      string
	auth      bool
	overlays  []string
	overrides string
}

func (f *specFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.from, "spec", "", specFlagHelp)
	flags.BoolVar(&f.auth, "auth", false, "fetch the spec with the tokens of your account")
	flags.StringArrayVar(&f.overlays, "overlay", nil, "OpenAPI overlay `FILE` to apply to the spec; repeatable")
	flags.StringVar(&f.overrides, "override", "", "YAML or JSON `FILE` with responses by operationId, or by method and path")
}

// used reports whether the sandbox serves another spec.
func (f *specFlags) used() bool { return f.from != "" || f.auth }

// options returns the options of the sandbox that serve another spec, none without one.
func (f *specFlags) options(a *app, command *cobra.Command, randomSeed uint64) ([]xsaletest.Option, error) {
	options, err := f.handlers()
	if err != nil || !f.used() {
		if len(f.overlays) > 0 {
			return nil, usagef("--overlay changes another spec: pass it with --spec")
		}
		return options, err
	}
	overlays, err := readOverlays("--overlay", f.overlays)
	if err != nil {
		return nil, err
	}
	source, err := a.source(command, f.from, f.auth)
	if err != nil {
		return nil, err
	}
	result, err := runPipeline(command.Context(), source.Data, pipeline.Options{Overlays: overlays})
	if err != nil {
		return nil, specError(source.Name, err)
	}
	normal, err := tree.JSON(result.Document)
	if err != nil {
		return nil, err
	}
	for _, notice := range normalize.Notices(result.Report) {
		fmt.Fprintf(command.ErrOrStderr(), "%s: %s\n", source.Name, notice)
	}
	return append(options, xsaletest.WithSpec(normal), xsaletest.WithValueSeed(randomSeed)), nil
}

// handlers returns the options for the responses of the override file.
func (f *specFlags) handlers() (options []xsaletest.Option, err error) {
	if f.overrides == "" {
		return nil, nil
	}
	data, err := readText("--override", f.overrides)
	if err != nil {
		return nil, err
	}
	document, err := tree.Read(data)
	if err != nil {
		return nil, usageError{fmt.Errorf("--override: %s: %w", f.overrides, err)}
	}
	for name, value := range tree.Fields(document) {
		response, err := overrideOf(value)
		if err != nil {
			return nil, usagef("--override: %s: %s: %v", f.overrides, tree.Join("", name), err)
		}
		serve, err := response.Handler()
		if err != nil {
			return nil, usagef("--override: %s: %s: %v", f.overrides, tree.Join("", name), err)
		}
		options = append(options, xsaletest.WithHandler(name, serve))
	}
	return options, nil
}

func overrideOf(value any) (response override.Response, err error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return response, err
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&response) != nil {
		return response, fmt.Errorf("want an object with status (a number), headers (strings by name) or body (any value)")
	}
	return response, nil
}

// printOperations prints which operations of another spec keep data, and why, sorted by path.
func printOperations(out io.Writer, sandbox *xsaletest.Sandbox) error {
	operations := sandbox.Operations()
	slices.SortStableFunc(operations, func(a, b xsaletest.Operation) int { return strings.Compare(a.Path, b.Path) })
	return output.List(context.Background(), out, &output.Options{Format: output.Table}, withoutErrors(operations), output.Rows[xsaletest.Operation]{
		Heading: []string{"METHOD", "PATH", "KEEPS DATA", "REASON"},
		Row: func(o xsaletest.Operation) []any {
			keeps := "no"
			if o.Stateful {
				keeps = "yes"
			}
			return []any{o.Method, o.Path, keeps, o.Reason}
		},
	})
}
