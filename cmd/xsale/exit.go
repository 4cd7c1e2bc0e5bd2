package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// The exit codes, for scripts.
const (
	exitOK          = 0
	exitFailed      = 1   // anything that is not named below
	exitUsage       = 2   // a wrong command, flag or argument
	exitLogin       = 3   // the login failed
	exitRefused     = 4   // the API refused the call
	exitRateLimited = 5   // the API or the login service asks to wait
	exitUnavailable = 6   // no answer, or the server failed
	exitInterrupted = 130 // stopped by the user
)

const exitCodesHelp = `Exit codes:
  0    success
  1    failed in another way than below
  2    wrong command, flag or argument
  3    the login failed
  4    the API refused the call
  5    the API or the login service asks to wait
  6    no answer, or the server failed
  130  interrupted`

// usageError is an error in how the command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, arguments ...any) error {
	return usageError{fmt.Errorf(format, arguments...)}
}

func exitCode(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	if login, ok := errors.AsType[*authn.Error](err); ok {
		switch login.Reason {
		case authn.ErrRateLimited:
			return exitRateLimited
		case authn.ErrUnavailable:
			return exitUnavailable
		}
		return exitLogin
	}
	_, isUsage := errors.AsType[usageError](err)
	network, isNetwork := errors.AsType[*net.OpError](err)
	call, isCall := errors.AsType[*xsale.Error](err)
	switch {
	case isUsage, errors.Is(err, xsale.ErrInvalid):
		return exitUsage
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, xsale.ErrRateLimited):
		return exitRateLimited
	case isCall && call.StatusCode/100 == 4:
		return exitRefused
	case isCall && (call.StatusCode == 0 || call.StatusCode >= 500), isNetwork && network.Op != "listen":
		return exitUnavailable
	}
	return exitFailed
}

// report writes the error and, where there is one, what to do about it.
func report(stderr io.Writer, err error) {
	fmt.Fprintf(stderr, "xsale: %s\n", strings.ReplaceAll(strings.TrimPrefix(err.Error(), "xsale: "), "\n", "; "))
	if hint := remedy(err); hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", hint)
	}
}

// remedy says what to do about an error of the API; the errors of a login say so themselves.
func remedy(err error) string {
	switch {
	case errors.Is(err, authn.ErrCredentialsUnavailable):
		return "set the environment variables or name a file with --credentials; without an account, run 'xsale sandbox' and use the values that it prints"
	case errors.Is(err, syscall.EADDRINUSE):
		return "name another address with --addr; port 0 is a free one"
	case errors.Is(err, xsale.ErrNotFound):
		return "check the path, the ids and the organization; 'xsale me' lists the organizations"
	case errors.Is(err, xsale.ErrUnauthorized):
		return "the API refuses a fresh login too: check XSALE_AUDIENCE and XSALE_SCOPE"
	case errors.Is(err, xsale.ErrForbidden):
		return "the account lacks a permission: ask the xSale helpdesk"
	case errors.Is(err, xsale.ErrRateLimited):
		return "call less often, and try again later"
	case errors.Is(err, xsale.ErrServer):
		return "try again later"
	}
	return ""
}
