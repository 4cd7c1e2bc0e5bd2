package main

import (
	"context"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
)

const organizationPlaceholder = "{organizationName}"

func newAPICommand(a *app) *cobra.Command {
	var file string
	var query []string
	command := &cobra.Command{
		Use:   "api METHOD PATH",
		Short: "Call any path of the API",
		Long: `Call any path of the API, with the same tokens, retries and errors as every other command.

` + organizationPlaceholder + ` in the path stands for the organization. The body of the answer is written as it came.`,
		Example: `  xsale api GET /me
  xsale api GET '/{organizationName}/orders' --query statusnamein=Nowe
  xsale api POST '/{organizationName}/orders' --file order.json`,
		Args: cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, arguments []string) error {
			var body any
			if file != "" {
				data, err := readInput(command, file)
				if err != nil {
					return err
				}
				body = data
			}
			var options []call.Option
			for _, parameter := range query {
				name, value, ok := strings.Cut(parameter, "=")
				if !ok || name == "" {
					return usagef("--query %q: write it as name=value", parameter)
				}
				options = append(options, call.Query(name, value))
			}
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				path := arguments[1]
				if strings.Contains(path, organizationPlaceholder) {
					organization := client.Organization("").Name()
					if organization == "" {
						return usagef("the path names %s: set XSALE_ORGANIZATION or --organization", organizationPlaceholder)
					}
					path = strings.ReplaceAll(path, organizationPlaceholder, url.PathEscape(organization))
				}
				response, err := client.Call(ctx, strings.ToUpper(arguments[0]), path, body, options...)
				if err != nil {
					return err
				}
				_, err = command.OutOrStdout().Write(response.Body)
				return err
			})
		},
	}
	command.Flags().StringVarP(&file, "file", "f", "", "file with the JSON body, - for standard input")
	command.Flags().StringArrayVarP(&query, "query", "q", nil, "query parameter as name=value, may be repeated")
	return command
}
