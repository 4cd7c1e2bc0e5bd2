// Command xsale calls the xSale REST API from the command line and runs a sandbox of it.
//
//	xsale demo                     an integrator's day, good and bad, against a sandbox
//	xsale sandbox                  a fake xSale with its login service, for any language
//	xsale proxy                    lends the login to programs in any language
//	xsale login|logout             of a user with a browser
//	xsale mcp                      lets an AI agent use the API, by default only to read
//	xsale me                       the user and their organizations
//	xsale orders list|create
//	xsale orders pull|push         each order once, to and from other systems
//	xsale orders parked|show|retry|discard
//	xsale statuses list
//	xsale integrations create
//	xsale articles translations get|set
//	xsale call OPERATION           any operation of a spec
//	xsale api METHOD PATH          any other path
//	xsale account add|list|use|show|remove
//	xsale token show|refresh|clear|path|print
//	xsale doctor                   examines this machine and the account
//	xsale generate                 a typed client in your own repository
//	xsale spec show|evidence|pull|forget|lint|diff
//	xsale verify                   compares the API with the spec, using read-only calls
//	xsale version
//
// The account comes from the environment or is saved by name; see package account. Commands share one
// login: the tokens are kept in a file that only the user can read, and the rate limit in another one
// next to it. XSALE_TOKEN_STORE or --token-store choose another location.
package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// By default, a write to a closed pipe ends the program at once, with whatever it is doing.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command and returns its exit code.
func run(ctx context.Context, arguments []string, stdin io.Reader, stdout, stderr io.Writer) int {
	running, end := context.WithCancelCause(ctx)
	defer end(nil)
	root, app := newRootCommand()
	app.out.Writer, app.out.end = stdout, end
	app.console.out, app.arguments = stderr, arguments
	root.SetArgs(arguments)
	root.SetIn(stdin)
	app.addOperation(running, root, arguments)
	command, err := root.ExecuteContextC(running)
	if err != nil && !app.started && app.out.failed == nil {
		err = usagef("%w; see '%s --help'", cmp.Or(checkDetachedValue(command.Flags(), arguments), err), command.CommandPath())
	}
	err = errors.Join(app.out.outcome(err), app.trace.close(command))
	if _, quiet := errors.AsType[brokenPipeError](err); err != nil && !quiet {
		report(stderr, err)
	}
	return exitCode(ctx, err)
}
