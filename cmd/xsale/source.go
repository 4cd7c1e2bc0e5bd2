package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/spec/source"
)

// source reads a spec from a file, standard input, a URL or a host, optionally with the user's
// tokens.
func (a *app) source(command *cobra.Command, from string, withTokens bool) (*source.Source, error) {
	if !withTokens {
		return a.sourceWith(command, from, nil)
	}
	var source *source.Source
	err := a.withClient(command, func(_ context.Context, client *xsale.Client) (err error) {
		source, err = a.sourceWith(command, from, client)
		return err
	})
	return source, err
}

// sourceWith reads a spec with the tokens of a client; a nil client sends none. If it tries more
// than one address, it reports each with its outcome.
func (a *app) sourceWith(command *cobra.Command, from string, client *xsale.Client) (*source.Source, error) {
	tried := 0
	options := source.Options{
		Stdin: command.InOrStdin(),
		Tried: func(address, outcome string) {
			tried++
			if tried > 1 || a.debug {
				fmt.Fprintf(command.ErrOrStderr(), "%s: %s\n", address, outcome)
			}
		},
	}
	if client != nil {
		if from == "" {
			from = client.BaseURL()
		}
		options.Doer = client.Doer()
	}
	found, err := source.Get(command.Context(), from, options)
	if flag := command.Flag("spec"); flag != nil && flag.Changed && err != nil {
		return nil, fmt.Errorf("--spec: %w", err)
	}
	return found, err
}
