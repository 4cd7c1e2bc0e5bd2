package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

func newTokenCommand(a *app) *cobra.Command {
	show := newTokenShowCommand(a)
	command := newGroup("token", "Show, renew and hand out the tokens",
		show, newTokenRefreshCommand(a), newTokenClearCommand(a), newTokenPathCommand(a), newTokenPrintCommand(a))
	command.RunE = show.RunE // "xsale token" alone shows them
	return command
}

// tokenReport is what the token commands show. The tokens themselves are there only when asked for.
type tokenReport struct {
	ExpiresAt    time.Time      `json:"expires_at"`
	AccessClaims map[string]any `json:"access_token_claims"`
	IDClaims     map[string]any `json:"id_token_claims"`
	AccessToken  string         `json:"access_token,omitempty"`
	IDToken      string         `json:"id_token,omitempty"`
}

func newTokenShowCommand(a *app) *cobra.Command {
	var reveal bool
	command := &cobra.Command{
		Use:   "show",
		Short: "Show when the tokens expire, and their claims",
		Long:  "Show when the tokens expire, and their claims, logging in when there is no valid pair. The claims are not verified.",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				token, err := client.TokenSource().Token(ctx)
				if err != nil {
					return err
				}
				return a.printToken(command, token, reveal)
			})
		},
	}
	command.Flags().BoolVar(&reveal, "reveal", false, "show the tokens themselves: whoever reads them can act as the user")
	return command
}

func newTokenRefreshCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "refresh",
		Short: "Log in now, even though the tokens are valid or the last login failed",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				token, err := client.TokenSource().Refresh(ctx)
				if err != nil {
					return err
				}
				return a.printToken(command, token, false)
			})
		},
	}
}

func newTokenClearCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "clear",
		Short: "Forget the stored tokens, and a failed login",
		Long:  "Forget the stored tokens, and a failed login. The login service still accepts the tokens until they expire.",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				return client.TokenSource().Clear(ctx)
			})
		},
	}
}

func newTokenPathCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Show the file that the tokens are kept in",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				store, err := a.store()
				if err != nil {
					return err
				}
				files, ok := store.(*authn.FileStore)
				if !ok {
					return errors.New("the tokens are kept in memory, not in a file")
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
		Short: "Print the two token headers, for curl and other programs",
		Long: `Print the two token headers, for curl and other programs, logging in when there is no valid pair. Whoever reads
them can act as the user, so do not let them reach a log.`,
		Example: `  xsale token print --header | curl --header @- https://api.xsale.ai/me`,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if !header {
				return usagef("%s prints secrets: say --header to get them", command.CommandPath())
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
	command.Flags().BoolVar(&header, "header", false, "print both headers, a line each")
	return command
}

func (a *app) printToken(command *cobra.Command, token *authn.Token, reveal bool) error {
	report := tokenReport{ExpiresAt: token.ExpiresAt()}
	report.AccessClaims, report.IDClaims = token.Claims()
	if reveal {
		report.AccessToken, report.IDToken = token.AccessToken(), token.IDToken()
	}
	return printValue(command.OutOrStdout(), a.output, report, tokenRows)
}

func tokenRows(report tokenReport) [][]any {
	left := time.Until(report.ExpiresAt).Round(time.Second)
	rows := [][]any{{"Expires", fmt.Sprintf("%s (in %v)", report.ExpiresAt.Local().Format(time.RFC3339), left)}}
	for _, token := range []struct {
		name   string
		claims map[string]any
		text   string
	}{
		{"Access token", report.AccessClaims, report.AccessToken},
		{"ID token", report.IDClaims, report.IDToken},
	} {
		for _, claim := range slices.Sorted(maps.Keys(token.claims)) {
			rows = append(rows, []any{token.name, claim, claimText(claim, token.claims[claim])})
		}
		if token.text != "" {
			rows = append(rows, []any{token.name, "", token.text})
		}
	}
	return rows
}

// claimText shows the claims that are instants, in seconds since 1970, as times.
func claimText(claim string, value any) string {
	if seconds, ok := value.(float64); ok && slices.Contains([]string{"exp", "iat", "nbf", "auth_time"}, claim) {
		return time.Unix(int64(seconds), 0).Format(time.RFC3339)
	}
	return fmt.Sprint(value)
}
