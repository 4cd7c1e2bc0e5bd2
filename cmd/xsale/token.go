package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
)

// tokenReport is what the token command shows. The tokens themselves are there only when asked for.
type tokenReport struct {
	ExpiresAt    time.Time      `json:"expires_at"`
	AccessClaims map[string]any `json:"access_token_claims"`
	IDClaims     map[string]any `json:"id_token_claims"`
	AccessToken  string         `json:"access_token,omitempty"`
	IDToken      string         `json:"id_token,omitempty"`
}

func newTokenCommand(a *app) *cobra.Command {
	var reveal bool
	command := &cobra.Command{
		Use:   "token",
		Short: "Show when the tokens expire, and their claims",
		Long:  "Show when the tokens expire, and their claims, logging in when there is no valid pair. The claims are not verified.",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withClient(command, func(ctx context.Context, client *xsale.Client) error {
				token, err := client.TokenSource().Token(ctx)
				if err != nil {
					return err
				}
				report := tokenReport{ExpiresAt: token.ExpiresAt()}
				report.AccessClaims, report.IDClaims = token.Claims()
				if reveal {
					report.AccessToken, report.IDToken = token.AccessToken(), token.IDToken()
				}
				return printValue(command.OutOrStdout(), a.output, report, tokenRows)
			})
		},
	}
	command.Flags().BoolVar(&reveal, "reveal", false, "show the tokens themselves: whoever reads them can act as the user")
	return command
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
