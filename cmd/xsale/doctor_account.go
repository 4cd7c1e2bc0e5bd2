package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/internal/doctor"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/operation"
)

// checkAccount examines the choice of an account; failed is why there can be no choice.
func (a *app) checkAccount(chosen *account.Account, failed error) doctor.Check {
	check := doctor.Check{Name: "account", Verdict: doctor.OK}
	by := "'xsale account use'"
	named := cmp.Or(a.accountName, os.Getenv("XSALE_ACCOUNT"))
	switch {
	case a.accountName != "":
		by = "--account"
	case named != "":
		by = "XSALE_ACCOUNT"
	}
	all, current, err := account.List()
	if failed == nil {
		failed = err
	}
	switch {
	case failed != nil:
		check.Verdict, check.Detail = doctor.Failed, withoutNames(failed.Error(), named, all)
		check.Remedy = "correct what the detail names, or choose another account: 'xsale account list' shows the names"
	case chosen != nil:
		check.Detail = fmt.Sprintf("chosen by %s, with its secrets in: %s", by, cmp.Or(chosen.Secrets, "none stored"))
	case current != "":
		check.Detail = "the environment's: its credentials take precedence over the current account"
	default:
		check.Detail = fmt.Sprintf("the environment's; saved accounts: %d", len(all))
	}
	return check
}

// withoutNames removes the names of accounts, which may be those of customers.
func withoutNames(text, named string, accounts []*account.Account) string {
	names := []string{regexp.QuoteMeta(cmp.Or(named, "\x00"))}
	for _, a := range accounts {
		names = append(names, regexp.QuoteMeta(a.Name))
	}
	return regexp.MustCompile(`(^|[ "'])(?:`+strings.Join(names, "|")+`)([ "':?,]|$)`).ReplaceAllString(text, "${1}NAME$2")
}

// oldSpec is the age from which a registered spec may lack what the API has learned.
const oldSpec = 90 * 24 * time.Hour

// checkSpec examines the spec that 'xsale call' uses.
func (a *app) checkSpec(command *cobra.Command) doctor.Check {
	check := doctor.Check{Name: "spec", Verdict: doctor.OK, Detail: "the spec of this program; 'xsale spec pull' registers another one"}
	dir, err := a.specDir(command)
	if err != nil {
		check.Verdict, check.Detail = doctor.Skipped, "the account is not known: see account"
		return check
	}
	catalog, source, err := operation.Registered(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return check
	case err != nil:
		check.Verdict, check.Detail, check.Remedy = doctor.Failed, "the registered spec cannot be used: "+err.Error(), "run 'xsale spec pull' again"
		return check
	}
	operations := catalog.Operations()
	_, err = catalog.Build(operations[0], operation.Input{}) // which loads the spec
	if _, invalid := errors.AsType[*operation.InvalidError](err); err != nil && !invalid {
		check.Verdict, check.Detail, check.Remedy = doctor.Failed, "the registered spec cannot be used: "+err.Error(), "run 'xsale spec pull' again"
		return check
	}
	age := time.Since(source.Fetched)
	check.Detail = fmt.Sprintf("registered on %s, with %s", source.Fetched.Format(time.DateOnly), counted(len(operations), "operation"))
	if age > oldSpec {
		check.Verdict, check.Remedy = doctor.Warning, "run 'xsale spec pull' again, to learn what the API has changed"
		check.Detail += fmt.Sprintf(", %d days ago", age/(24*time.Hour))
	}
	return check
}

// redirectURLOf returns where the browser of 'xsale login' comes back, and "" for an account that has
// no such login.
func redirectURLOf(ctx context.Context, chosen *account.Account) string {
	url := cmp.Or(os.Getenv("XSALE_REDIRECT_URL"), defaultRedirectURL)
	if chosen != nil {
		if chosen.Login == account.LoginBrowser {
			return cmp.Or(chosen.RedirectURL, url)
		}
		return ""
	}
	if credentials, err := environmentCredentials(ctx); err == nil && credentials.UserLogin {
		return url
	}
	return ""
}

// checkBrowserLogin examines the address that the browser returns to.
func checkBrowserLogin(redirectURL string) doctor.Check {
	check := doctor.Check{Name: "browser-login", Verdict: doctor.OK, Detail: "the port of the redirect URL is free"}
	parsed, err := url.Parse(redirectURL)
	switch {
	case err != nil || parsed.Host == "":
		check.Verdict, check.Detail = doctor.Failed, "the redirect URL is not valid"
		check.Remedy = "correct redirect_url of the account or XSALE_REDIRECT_URL: want the callback that Futuriti has registered for the application"
	case !httpx.Loopback(parsed.Hostname()):
		check.Detail = "the redirect URL is not on this machine"
	default:
		listener, err := net.Listen("tcp", net.JoinHostPort(parsed.Hostname(), cmp.Or(parsed.Port(), "80")))
		if err != nil {
			check.Verdict, check.Detail = doctor.Warning, fmt.Sprintf("port %s of the redirect URL cannot be used: another program listens there, or the system denies it", cmp.Or(parsed.Port(), "80"))
			check.Remedy = "end that program before 'xsale login'"
			break
		}
		listener.Close()
	}
	return check
}
