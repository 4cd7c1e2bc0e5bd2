package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/output"
)

const organizationPlaceholder = "{organizationName}"

func newAPICommand(a *app) *cobra.Command {
	var file string
	var query []string
	var include include
	command := &cobra.Command{
		Use:   "api METHOD PATH",
		Short: "Call any path of the API",
		Long: `Call any path of the API. Tokens, retries and errors are those of the other commands.

` + organizationPlaceholder + ` in the path is replaced with the organization. The response body may
have any size, and is written as it comes. With --output, --jq, --template, --columns or --csv it must be
JSON; a list is then printed element by element.`,
		Example: `  xsale api GET /me
  xsale api GET "/{organizationName}/orders" --query statusnamein=Nowe
  xsale api POST "/{organizationName}/orders" --file order.json
  xsale api GET "/{organizationName}/statuses" --include
  xsale api GET "/{organizationName}/statuses" --jq ".[].Name"`,
		Args: takes("METHOD", "PATH"),
		RunE: func(command *cobra.Command, arguments []string) error {
			method, path := strings.ToUpper(arguments[0]), arguments[1]
			if strings.ContainsFunc(method, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) {
				return usagef("METHOD %q: use letters only, such as GET or POST", method)
			}
			var body any
			if file != "" {
				data, err := readJSON(command, file)
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
				include.start(command, client)
				response, err := client.Open(ctx, method, path, body, append(options, call.Unbounded())...)
				if err != nil {
					return include.failure(err)
				}
				defer response.Body.Close()
				err = include.head(response.Proto, response.StatusCode, response.Header)
				if err == nil {
					err = a.printBody(command, response)
				}
				if httpx.IdempotentMethod(method) {
					return err
				}
				return afterCreate(err)
			})
		},
	}
	command.Flags().StringVarP(&file, "file", "f", "", "`FILE` with the JSON body, - for standard input")
	command.Flags().StringArrayVarP(&query, "query", "q", nil, "query parameter as `NAME=VALUE`; repeatable")
	include.addFlag(command)
	return prints(command)
}

// printBody prints a response: as it comes, unless a flag asks for another form.
func (a *app) printBody(command *cobra.Command, response *http.Response) error {
	set := output.Set(command.Flags())
	received := &receivedBytes{Reader: response.Body}
	defer follow(command, received.progress)()
	if set == "" {
		_, err := io.Copy(command.OutOrStdout(), received)
		return err
	}
	mediaType := httpx.MediaType(response.Header.Get("Content-Type"))
	if mediaType != "" && !httpx.JSON(mediaType) {
		return fmt.Errorf("the response is %s, not JSON: leave --%s out", mediaType, set)
	}
	return printRaw(command, a.output, received, nil)
}
