package main

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"unicode"

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
		Long: `Call any path of the API. Tokens, retries and errors are those of the other commands.

` + organizationPlaceholder + ` in the path is replaced with the organization. The response body is
written unchanged.`,
		Example: `  xsale api GET /me
  xsale api GET "/{organizationName}/orders" --query statusnamein=Nowe
  xsale api POST "/{organizationName}/orders" --file order.json`,
		Args: takes("METHOD", "PATH"),
		RunE: func(command *cobra.Command, arguments []string) error {
			method, path := strings.ToUpper(arguments[0]), arguments[1]
			if strings.ContainsFunc(method, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) {
				return usagef("METHOD %q: use letters only, such as GET or POST", method)
			}
			var body any
			if file != "" {
				var value json.RawMessage
				data, err := readJSON(command, file, &value)
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
				if strings.Contains(path, organizationPlaceholder) {
					if err := a.checkOrganization(command, client); err != nil {
						return err
					}
					path = strings.ReplaceAll(path, organizationPlaceholder, url.PathEscape(client.Organization("").Name()))
				}
				response, err := client.Call(ctx, method, path, body, options...)
				if err != nil {
					return err
				}
				_, err = command.OutOrStdout().Write(response.Body)
				return err
			})
		},
	}
	command.Flags().StringVarP(&file, "file", "f", "", "`FILE` with the JSON body, - for standard input")
	command.Flags().StringArrayVarP(&query, "query", "q", nil, "query parameter as `NAME=VALUE`; repeatable")
	return command
}
