// Command xsale calls the xSale REST API from the command line and runs a sandbox of it.
//
//	xsale demo                     an integrator's day, good and bad, against a sandbox
//	xsale sandbox                  a fake xSale with its login service, for any language
//	xsale proxy                    lends the login to programs in any language
//	xsale me                       the user and their organizations
//	xsale orders list|create
//	xsale orders pull|push         each order once, to and from other systems
//	xsale orders parked|show|retry|discard
//	xsale statuses list
//	xsale integrations create
//	xsale articles translations get|set
//	xsale api METHOD PATH          any other path
//	xsale token show|refresh|clear|path|print
//	xsale doctor                   examines this machine and the account
//	xsale generate                 a typed client in your own repository
//	xsale spec show|evidence|pull|lint|diff
//	xsale verify                   compares the API with the spec, using read-only calls
//	xsale version
//
// The account comes from the environment; see [xsale.FromEnvironment]. Commands share one login:
// the tokens are kept in a file that only the user can read, and the rate limit in another one next
// to it. XSALE_TOKEN_STORE or --token-store choose another location.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command and returns its exit code.
func run(ctx context.Context, arguments []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root, app := newRootCommand()
	root.SetArgs(arguments)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err != nil && !app.started {
		err = usagef("%w; see '%s --help'", err, command.CommandPath())
	}
	if err != nil {
		report(stderr, err)
	}
	return exitCode(ctx, err)
}
