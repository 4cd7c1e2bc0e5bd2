package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/printable"
	"github.com/xsale-go/xsale/internal/redact"
)

// include prints the status line and the headers of responses in front of their bodies, as curl -i does.
type include struct {
	on      bool
	printed bool
	out     io.Writer
	client  *xsale.Client
}

func (i *include) addFlag(command *cobra.Command) {
	command.Flags().BoolVarP(&i.on, "include", "i", false, "print the status and the headers of the response in front of it, without secrets")
}

// start sets what the other methods need.
func (i *include) start(command *cobra.Command, client *xsale.Client) {
	i.out, i.client = command.OutOrStdout(), client
}

// head prints the status line and the headers.
func (i *include) head(protocol string, status int, header http.Header) error {
	if !i.on || i.printed {
		return nil
	}
	i.printed = true
	var head strings.Builder
	fmt.Fprintf(&head, "%s %d %s\r\n", protocol, status, http.StatusText(status))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fmt.Fprintf(&head, "%s: %s\r\n", printable.String(name), i.mask(name, printable.String(value)))
		}
	}
	head.WriteString("\r\n")
	_, err := io.WriteString(i.out, head.String())
	return err
}

// mask removes secrets from the value of a header.
func (i *include) mask(name, value string) string {
	if redact.Header(name) {
		return redact.Mark
	}
	if token := i.client.TokenSource().Current(); token != nil {
		return redact.Text(value, token.AccessToken(), token.IDToken())
	}
	return value
}

// failure prints the response of a call that failed.
func (i *include) failure(err error) error {
	failed, ok := errors.AsType[*xsale.Error](err)
	if !ok || !i.on || i.printed || failed.StatusCode == 0 {
		return err
	}
	if head := i.head("HTTP/1.1", failed.StatusCode, failed.Header); head != nil {
		return head
	}
	body := strings.TrimSuffix(string(failed.Body), "\n") + "\n"
	if _, failure := io.WriteString(i.out, body); failure != nil {
		return failure
	}
	return err
}
