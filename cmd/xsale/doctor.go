package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/doctor"
	"github.com/xsale-go/xsale/internal/output"
)

func newDoctorCommand(a *app) *cobra.Command {
	var login bool
	command := prints(&cobra.Command{
		Use:   "doctor",
		Short: "Examine settings, network, clock, token store and limits, and say what to do",
		Long: `Examine settings, network, clock, token store, tokens and limits. Each check has a verdict and, unless
it is ok, a remedy: warning means that calls succeed, but not as well as they should; failed, that
calls fail or harm the account; skipped, that the check did not run, for the reason in its detail.

It does not log in, writes nothing but a probe file that it removes, and ends within 10 seconds
without a network. One request without tokens goes to the login service and one to the API. With valid stored tokens, one more asks
the API for the user's organizations. The report has no secrets, no names of users and
organizations, and ~ for the home directory, so it can be pasted into an issue.

The exit code is 0 if no check has failed, and 1 otherwise.`,
		Example: `  xsale doctor
  xsale doctor --login
  xsale doctor -o json`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			setup, err := a.setup(command)
			if err != nil {
				return err
			}
			setup.Login = login
			report := doctor.Run(command.Context(), setup)
			if err := command.Context().Err(); err != nil {
				return err
			}
			if a.output.Format == output.CSV || command.Flags().Changed("columns") {
				err = printList(command, a.output, withoutErrors(report.Checks), output.Rows[doctor.Check]{})
				return cmp.Or(err, verdictError(report))
			}
			out := command.OutOrStdout()
			if output.Set(command.Flags()) == "" && output.Colorful(out) {
				out = verdictColors{out}
			}
			if err := output.Value(command.Context(), out, a.output, report, doctorRows); err != nil {
				return err
			}
			return verdictError(report)
		},
	})
	command.Flags().BoolVar(&login, "login", false, "log in if there are no valid tokens")
	return command
}

func verdictError(report doctor.Report) error {
	if report.Verdict == doctor.Failed {
		return errors.New("at least one check has failed")
	}
	return nil
}

func doctorRows(report doctor.Report) (rows [][]any) {
	counts := map[doctor.Verdict]int{}
	for _, check := range report.Checks {
		counts[check.Verdict]++
		detail := check.Detail
		if check.Target != "" {
			detail = check.Target + ": " + detail
		}
		rows = append(rows, []any{check.Verdict, check.Name, detail})
		if check.Remedy != "" {
			rows = append(rows, []any{"", "", "remedy: " + check.Remedy})
		}
	}
	var summary []string
	for _, verdict := range []doctor.Verdict{doctor.Failed, doctor.Warning, doctor.OK, doctor.Skipped} {
		summary = append(summary, fmt.Sprintf("%s: %d", verdict, counts[verdict]))
	}
	return append(rows, []any{strings.Join(summary, ", ")})
}

// verdictColors colors the verdicts at the beginning of lines.
type verdictColors struct{ io.Writer }

func (w verdictColors) Write(line []byte) (int, error) {
	for verdict, style := range map[doctor.Verdict]string{doctor.Failed: red, doctor.Warning: yellow, doctor.OK: green, doctor.Skipped: dim} {
		if rest, ok := bytes.CutPrefix(line, []byte(verdict+" ")); ok {
			if _, err := fmt.Fprintf(w.Writer, "%s%s\x1b[0m %s", style, verdict, rest); err != nil {
				return 0, err
			}
			return len(line), nil
		}
	}
	return w.Writer.Write(line)
}

// setup returns what the commands use, and where each setting comes from: flags win over the
// environment, and that over the account.
func (a *app) setup(command *cobra.Command) (doctor.Setup, error) {
	setup := doctor.Setup{
		Credentials:     environmentCredentials,
		CredentialsFrom: doctor.FromEnvironment,
		Environ:         os.Environ(),
		Version:         fmt.Sprintf("xsale %s, %s, %s/%s", xsale.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH),
	}
	if dir, err := dataDir(); err == nil {
		setup.DataDir = filepath.Join(dir, "xsale")
	}
	chosen, err := a.account(command)
	setup.More = append(setup.More, doctor.Group{Names: []string{"account"}, Run: func(context.Context) []doctor.Check {
		return []doctor.Check{a.checkAccount(chosen, err)}
	}})
	setup.NoAccount = err != nil
	saved := cmp.Or(chosen, &account.Account{})
	addresses := [2]string{"XSALE_BASE_URL", "XSALE_TOKEN_URL"}
	if chosen != nil {
		setup.Credentials, setup.CredentialsFrom = chosen.Credentials, doctor.FromAccount
		setup.Private = []string{chosen.ClientID, chosen.Username, chosen.Organization}
		addresses = [2]string{} // if they are set, they are the account's
	}
	setup.More = append(setup.More, doctor.Group{Names: []string{"spec"}, Run: func(context.Context) []doctor.Check {
		return []doctor.Check{a.checkSpec(command)}
	}})
	if redirectURL := redirectURLOf(command.Context(), chosen); redirectURL != "" && a.credentials == "" {
		setup.More = append(setup.More, doctor.Group{Names: []string{"browser-login"}, Run: func(context.Context) []doctor.Check {
			return []doctor.Check{checkBrowserLogin(redirectURL)}
		}})
	}
	if a.credentials != "" {
		setup.CredentialsFrom = "--credentials"
		_, credentials, err := readCredentials(command, a.credentials)
		setup.Credentials = credentials
		if err != nil {
			setup.Credentials = func(context.Context) (authn.Credentials, error) { return authn.Credentials{}, err }
		}
	}
	for _, setting := range []struct{ name, flag, value, variable, saved string }{
		{doctor.Account, "--account", a.accountName, "XSALE_ACCOUNT", saved.Name},
		{doctor.Organization, "--organization", a.organization, "XSALE_ORGANIZATION", saved.Organization},
		{doctor.BaseURL, "", "", addresses[0], saved.BaseURL},
		{doctor.TokenURL, "", "", addresses[1], saved.TokenURL},
		{doctor.Audience, "", "", "XSALE_AUDIENCE", saved.Audience},
		{doctor.Scope, "", "", "XSALE_SCOPE", saved.Scope},
		{doctor.TokenStore, "--token-store", a.tokenStore, "XSALE_TOKEN_STORE", ""},
	} {
		found := doctor.Setting{Name: setting.name, Value: setting.value, From: setting.flag}
		if found.Value == "" && setting.variable != "" {
			found.Value, found.From = os.Getenv(setting.variable), setting.variable
		}
		if found.Value == "" {
			found.Value, found.From = setting.saved, doctor.FromAccount
		}
		setup.Settings = append(setup.Settings, found)
	}
	return setup, nil
}
