package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/source"
	"github.com/xsale-go/xsale/internal/surface"
	"github.com/xsale-go/xsale/transfer"
)

// The exit codes, for scripts. See exitCodesHelp.
const (
	exitOK             = 0
	exitFailed         = 1
	exitUsage          = 2
	exitLogin          = 3
	exitRejected       = 4
	exitRateLimited    = 5
	exitUnavailable    = 6
	exitMaybeProcessed = 7
	exitLater          = 75 // EX_TEMPFAIL of sysexits.h
	exitInterrupted    = 130
	exitBrokenPipe     = 141 // as of a program that SIGPIPE ends
)

// exitCodes explains each code to users.
var exitCodes = []surface.ExitCode{
	{Code: exitOK, Meaning: "success"},
	{Code: exitFailed, Meaning: "any other failure; a check of 'doctor' that failed; a difference that 'spec diff' or 'verify' finds; generated code that is out of date"},
	{Code: exitUsage, Meaning: "invalid command, flag, argument or input; nothing was sent"},
	{Code: exitLogin, Meaning: "the login failed"},
	{Code: exitRejected, Meaning: "the API rejected the call"},
	{Code: exitRateLimited, Meaning: "rate limited by the API or the login service"},
	{Code: exitUnavailable, Meaning: "no response, or the server failed"},
	{Code: exitMaybeProcessed, Meaning: "a call that writes may have been processed, also if it was interrupted: check before you repeat it"},
	{Code: exitLater, Meaning: "nothing failed for good, but orders are left for a later run of 'orders pull' or 'orders push', or another run uses the database"},
	{Code: exitInterrupted, Meaning: "interrupted"},
	{Code: exitBrokenPipe, Meaning: "the reader of standard output ended, such as head; nothing is reported"},
}

// exitCodesHelp lists the exit codes for a help text.
func exitCodesHelp() string {
	var text strings.Builder
	text.WriteString("Exit codes:")
	for _, code := range exitCodes {
		lines := strings.Split(surface.Wrap(code.Meaning, surface.Width-len("  130  ")), "\n")
		fmt.Fprintf(&text, "\n  %-3d  %s", code.Code, strings.Join(lines, "\n       "))
	}
	return text.String()
}

// exitCode returns the exit code of an error. That a write may have been processed comes first: a
// script must know it before anything else, also if the command was interrupted.
func exitCode(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	if errors.Is(err, xsale.ErrMaybeProcessed) {
		return exitMaybeProcessed
	}
	if _, ok := errors.AsType[brokenPipeError](err); ok {
		return exitBrokenPipe
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
	_, usage := errors.AsType[usageError](err)
	_, noSpec := errors.AsType[source.InputError](err)
	_, noOption := errors.AsType[pipeline.OptionError](err)
	network, noConnection := errors.AsType[*net.OpError](err)
	call, failedCall := errors.AsType[*xsale.Error](err)
	_, leftForLater := errors.AsType[laterError](err)
	_, unwritten := errors.AsType[unwrittenError](err)
	switch {
	case usage, noSpec, noOption, errors.Is(err, xsale.ErrInvalid), errors.Is(err, transfer.ErrInvalid):
		return exitUsage
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, xsale.ErrRateLimited):
		return exitRateLimited
	case failedCall && call.StatusCode/100 == 4:
		return exitRejected
	case failedCall && (call.StatusCode == 0 || call.StatusCode >= 500 || errors.Is(err, io.ErrUnexpectedEOF)), // only a part came
		noConnection && network.Op != "listen":
		return exitUnavailable
	case leftForLater, unwritten, errors.Is(err, transfer.ErrInUse):
		return exitLater
	}
	return exitFailed
}

// report writes the error on one line and, where one is known, the remedy on a second.
func report(stderr io.Writer, err error) {
	var parts []string
	for line := range strings.Lines(err.Error()) {
		line = strings.ReplaceAll(strings.TrimSpace(line), context.DeadlineExceeded.Error()+": ", "") // what follows says more
		for _, name := range []string{"xsale: ", "xsaletest: ", "authn: "} {                          // packages mean nothing to users
			line = strings.TrimPrefix(line, name)
		}
		if line != "" && !slices.Contains(parts, line) {
			parts = append(parts, line)
		}
	}
	fmt.Fprintf(stderr, "xsale: %s\n", strings.Join(parts, "; "))
	if hint := remedy(err); hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", hint)
	}
}

// windowsAddressInUse is WSAEADDRINUSE. On Windows, syscall.EADDRINUSE is a number of Go's own.
const windowsAddressInUse = syscall.Errno(10048)

// remedy suggests what to do about an error of the API. The other errors of a login contain theirs.
func remedy(err error) string {
	if required, ok := errors.AsType[accountLoginError](err); ok {
		return required.remedy()
	}
	switch {
	case errors.Is(err, xsale.ErrMaybeProcessed):
		return "check whether it was processed before sending it again"
	case errors.Is(err, account.ErrSecrets):
		return "" // the error has it
	case errors.Is(err, authn.ErrCredentialsUnavailable):
		return "save an account with 'xsale account add NAME', set the environment variables or pass a file with --credentials; without an account, run 'xsale sandbox' and set the variables it prints"
	case errors.Is(err, authn.ErrLoginRequired):
		return "run 'xsale login'; for an application with a password, set XSALE_USERNAME and XSALE_PASSWORD"
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, windowsAddressInUse):
		return "choose another address with --addr; port 0 picks a free one"
	case errors.Is(err, xsale.ErrNotFound):
		return "check the path, the ids and the organization; 'xsale me' lists the organizations"
	case errors.Is(err, xsale.ErrUnauthorized):
		if failure, ok := errors.AsType[*xsale.Error](err); ok && failure.Attempts > 1 {
			return "the API also rejects a fresh login: check XSALE_AUDIENCE and XSALE_SCOPE"
		}
		return "run 'xsale token show' to see when the next login is allowed, and 'xsale token refresh', or 'xsale login' if you log in with a browser, to log in now"
	case errors.Is(err, xsale.ErrForbidden):
		return "the account lacks a permission: ask the xSale helpdesk"
	case errors.Is(err, xsale.ErrRateLimited):
		if failure, ok := errors.AsType[*xsale.Error](err); ok && failure.RetryAfter > 0 {
			return fmt.Sprintf("the API asks to wait %v", failure.RetryAfter.Round(time.Second))
		}
		return "call less often, and try again later"
	case errors.Is(err, xsale.ErrServer):
		return "try again later"
	}
	if network, ok := errors.AsType[*net.OpError](err); ok && network.Op == "dial" {
		return "'xsale doctor' examines the connection"
	}
	return ""
}
