package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/doctor"
)

func newTokenCommand(a *app) *cobra.Command {
	show := newTokenShowCommand(a)
	command := newGroup("token", "Show, renew and print the tokens",
		show, newTokenRefreshCommand(a), newTokenClearCommand(a), newTokenPathCommand(a), newTokenPrintCommand(a))
	command.Example = "  xsale token"
	command.RunE = show.RunE // "xsale token" alone shows them
	return prints(command)
}

// tokenReport is the output of the token commands. It contains the tokens only with --reveal.
type tokenReport struct {
	ExpiresAt    *time.Time     `json:"expires_at"` // null without valid tokens
	ExpiredAt    *time.Time     `json:"expired_at"` // null unless tokens have expired
	Failure      *failedLogin   `json:"failed_login"`
	Budget       loginBudget    `json:"login_budget"`
	AccessClaims map[string]any `json:"access_token_claims"`
	IDClaims     map[string]any `json:"id_token_claims"`
	AccessToken  string         `json:"access_token,omitempty"`
	IDToken      string         `json:"id_token,omitempty"`
}

// failedLogin is a failure that stands in the way of the next login.
type failedLogin struct {
	Reason authn.Reason `json:"reason"`
	Status int          `json:"status,omitempty"`
	Code   string       `json:"code,omitempty"`
	Since  time.Time    `json:"since,omitzero"` // zero if no login was tried
	Until  *time.Time   `json:"until"`          // null until the credentials change
	Remedy string       `json:"remedy"`
}

func newFailedLogin(failure *authn.Error) *failedLogin {
	if failure == nil {
		return nil
	}
	report := &failedLogin{
		Reason: failure.Reason, Status: failure.StatusCode, Code: failure.Code,
		Remedy: doctor.RemedyFor(failure),
	}
	if failure.Remembered {
		report.Since = failure.FailedAt
	}
	if !failure.RetryAt.IsZero() {
		report.Until = &failure.RetryAt
	}
	return report
}

func (f *failedLogin) rows() [][]any {
	if f == nil {
		return nil
	}
	text := string(f.Reason)
	if f.Status != 0 {
		text += strings.TrimSuffix(fmt.Sprintf(" (status %d, %s", f.Status, f.Code), ", ") + ")"
	}
	rows := [][]any{{"Failed login", text}}
	if !f.Since.IsZero() {
		until := "the credentials change"
		if f.Until != nil {
			until = f.Until.Local().Format(time.RFC3339)
		}
		rows = append(rows, []any{"Remembered", fmt.Sprintf("since %s until %s", f.Since.Local().Format(time.RFC3339), until)})
	}
	return append(rows, []any{"Remedy", f.Remedy})
}

// loginBudget is what the account may still log in.
type loginBudget struct {
	Logins             []authn.Login `json:"logins"`
	NextLogin          *time.Time    `json:"next_login"` // null means now
	NextAfterRejection *time.Time    `json:"next_login_after_rejection"`
}

func newLoginBudget(status authn.Status) loginBudget {
	future := func(at time.Time) *time.Time {
		if !at.After(time.Now()) {
			return nil
		}
		return &at
	}
	return loginBudget{status.Logins, future(status.NextLogin), future(status.NextAfterRejection)}
}

func (b loginBudget) rows() [][]any {
	var rows [][]any
	for _, login := range b.Logins {
		text := fmt.Sprintf("%s (%s)", login.At.Local().Format(time.RFC3339), login.Purpose)
		if login.Requests > 1 {
			text += fmt.Sprintf(", %d requests", login.Requests)
		}
		rows = append(rows, []any{"Login", text})
	}
	next := func(at *time.Time) string {
		if at == nil {
			return "now"
		}
		return at.Local().Format(time.RFC3339)
	}
	return append(rows, []any{"Next login", next(b.NextLogin)}, []any{"Next login after a 401", next(b.NextAfterRejection)})
}

func newTokenShowCommand(a *app) *cobra.Command {
	var reveal bool
	command := &cobra.Command{
		Use:   "show",
		Short: "Show the stored tokens, a remembered failure and the last logins",
		Long: `Show when the stored tokens expire and their claims, a failed login that is remembered, the last
logins of the account by all programs that share the token store, and when the next login is
allowed. It sends nothing and never logs in. The claims are not verified.

The exit code is that of the next command's login as far as it is known: 0 with valid tokens, and
without them if nothing is in the way of a login; 3, or the code of the reason, if a failed login is
remembered.`,
		Example: `  xsale token show
  xsale token show -o json`,
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				status, err := client.TokenSource().Status(ctx)
				if err != nil {
					return err
				}
				if err := a.printToken(command, status, reveal); err != nil || status.Token != nil || status.Failure == nil {
					return err
				}
				return status.Failure
			})
		},
	}
	command.Flags().BoolVar(&reveal, "reveal", false, "also show the tokens: anyone who has them can act as the user")
	return prints(command)
}

func newTokenRefreshCommand(a *app) *cobra.Command {
	return prints(&cobra.Command{
		Use:     "refresh",
		Short:   "Log in now, even if the tokens are valid or the last login failed",
		Example: "  xsale token refresh",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				token, err := client.TokenSource().Refresh(ctx)
				if err != nil {
					return err
				}
				status, err := client.TokenSource().Status(ctx)
				status.Token = cmp.Or(status.Token, token) // the store may have failed
				return errors.Join(err, a.printToken(command, status, false))
			})
		},
	})
}

func newTokenClearCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "clear",
		Short: "Delete the stored tokens and forget a failed login",
		Long: `Delete the stored tokens and forget a failed login. The API still accepts the tokens until they
expire.`,
		Example: "  xsale token clear",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				return client.TokenSource().Clear(ctx)
			})
		},
	}
}

func newTokenPathCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "path",
		Short:   "Show the path of the token file",
		Example: "  xsale token path",
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				store, err := a.store(command)
				if err != nil {
					return err
				}
				files, ok := store.(*authn.FileStore)
				if !ok {
					return errors.New("tokens are kept in memory, not in a file: choose a file with --token-store")
				}
				key, err := client.TokenSource().StoreKey(ctx)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(command.OutOrStdout(), files.Path(key))
				return err
			})
		},
	}
}

func newTokenPrintCommand(a *app) *cobra.Command {
	var header bool
	command := &cobra.Command{
		Use:   "print --header",
		Short: "Print both token headers for curl and other programs",
		Long: `Print both token headers for curl and other programs. Without valid tokens it logs in first. Anyone
who has the headers can act as the user, so keep them out of logs.`,
		Example: `  xsale token print --header | curl --header @- https://api.xsale.ai/me`,
		Args:    takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if !header {
				return usagef("%s prints secrets: pass --header to confirm", pathOf(command))
			}
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				token, err := client.TokenSource().Token(ctx)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(command.OutOrStdout(), "Authorization: Bearer %s\nx-id-token: %s\n", token.AccessToken(), token.IDToken())
				return err
			})
		},
	}
	command.Flags().BoolVar(&header, "header", false, "print both headers, one per line")
	return command
}

// printToken prints what is known of an account.
func (a *app) printToken(command *cobra.Command, status authn.Status, reveal bool) error {
	report := tokenReport{Failure: newFailedLogin(status.Failure), Budget: newLoginBudget(status)}
	if !status.ExpiredAt.IsZero() {
		report.ExpiredAt = &status.ExpiredAt
	}
	if token := status.Token; token != nil {
		report.ExpiresAt = new(token.ExpiresAt())
		report.AccessClaims, report.IDClaims = token.Claims()
		if reveal {
			report.AccessToken, report.IDToken = token.AccessToken(), token.IDToken()
		}
	}
	return printValue(command, a.output, report, tokenRows)
}

func tokenRows(report tokenReport) [][]any {
	rows := [][]any{{"Expires", "no tokens"}}
	if report.ExpiresAt != nil {
		left := time.Until(*report.ExpiresAt).Round(time.Second)
		rows[0][1] = fmt.Sprintf("%s (in %v)", report.ExpiresAt.Local().Format(time.RFC3339), left)
	} else if report.ExpiredAt != nil {
		ago := time.Since(*report.ExpiredAt).Round(time.Second)
		rows[0] = []any{"Expired", fmt.Sprintf("%s (%v ago)", report.ExpiredAt.Local().Format(time.RFC3339), ago)}
	}
	for _, token := range []struct {
		name   string
		claims map[string]any
		value  string
	}{
		{"Access token", report.AccessClaims, report.AccessToken},
		{"ID token", report.IDClaims, report.IDToken},
	} {
		for _, claim := range slices.Sorted(maps.Keys(token.claims)) {
			rows = append(rows, []any{token.name, claim, formatClaim(claim, token.claims[claim])})
		}
		if token.value != "" {
			rows = append(rows, []any{token.name, "", token.value})
		}
	}
	return slices.Concat(rows, report.Failure.rows(), report.Budget.rows())
}

// formatClaim shows instants as times, lists with commas and everything else as JSON.
func formatClaim(claim string, value any) string {
	switch value := value.(type) {
	case string:
		return value
	case float64:
		if slices.Contains([]string{"exp", "iat", "nbf", "auth_time"}, claim) { // seconds since 1970
			return time.Unix(int64(value), 0).Format(time.RFC3339)
		}
	case []any:
		elements := make([]string, len(value))
		for i, element := range value {
			elements[i] = formatClaim("", element)
		}
		return strings.Join(elements, ", ")
	}
	data, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	return string(data)
}
