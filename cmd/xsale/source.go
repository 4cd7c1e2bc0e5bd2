package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/specsource"
)

// source gets a description from a file, standard input, a URL or a host, with the user's tokens where that is asked for.
// It says which address has answered where more than one was tried.
func (a *app) source(command *cobra.Command, from string, withTokens bool) (*specsource.Source, error) {
	tried := 0
	options := specsource.Options{
		Stdin: command.InOrStdin(),
		Tried: func(address, outcome string) {
			tried++
			if tried > 1 || a.debug {
				fmt.Fprintf(command.ErrOrStderr(), "%s: %s\n", address, outcome)
			}
		},
	}
	if !withTokens {
		return specsource.Get(command.Context(), from, options)
	}
	var source *specsource.Source
	err := a.withClient(command, func(ctx context.Context, client *xsale.Client) (err error) {
		if from == "" {
			from = client.BaseURL()
		}
		options.Doer = client.Doer()
		source, err = specsource.Get(ctx, from, options)
		return err
	})
	return source, err
}
