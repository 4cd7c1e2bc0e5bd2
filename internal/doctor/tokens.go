package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// checkTokens examines the stored tokens, and with valid ones the organization.
func (e *examination) checkTokens(ctx context.Context) []Check {
	tokens := Check{Name: "tokens", Verdict: OK}
	organization := Check{Name: "organization", Verdict: Skipped}
	var token *authn.Token
	status := e.status.Load()
	if status != nil {
		token = status.Token
	}
	routes := e.routes.Load()
	switch {
	case status == nil:
		tokens.Verdict, tokens.Detail = Skipped, "the account or its tokens are not known: see configuration, credentials and store"
	case token != nil:
		tokens = e.examineToken(token)
	case e.credentials.Load().UserLogin:
		tokens.Verdict, tokens.Detail = Failed, "none that are valid: the user must log in with a browser"
		tokens.Remedy = "run 'xsale login'"
	case !status.ExpiredAt.IsZero():
		tokens.Verdict, tokens.Detail = Warning, fmt.Sprintf("expired on %s", status.ExpiredAt.UTC().Format(time.RFC3339))
		tokens.Remedy = "the next call logs in; to try it now, run 'xsale doctor --login'"
	case status.OtherTokens > 0:
		tokens.Verdict, tokens.Detail = Warning, "only those of other credentials of this account, such as an earlier password, which cannot be used"
		tokens.Remedy = "check password and client secret; if they have changed, the next login replaces the tokens"
	default:
		tokens.Detail = "none stored: the next call logs in"
	}
	name := e.setting(Organization).Value
	switch {
	case e.NoAccount:
		organization.Detail = "see account"
	case name == "" && e.credentials.Load() == nil:
		organization.Detail = "not set; see credentials first"
	case name == "":
		organization.Verdict, organization.Detail = Warning, "not set"
		organization.Remedy = "set XSALE_ORGANIZATION or pass --organization; 'xsale me' lists the names"
	case token == nil:
		organization.Detail = "set; whether the user may use it needs tokens: pass --login, or run any command first"
	case routes == nil || !routes.api.reached():
		organization.Detail = "set; whether the user may use it needs the API, which cannot be reached"
	case routes.api.response.StatusCode >= 500 || routes.api.response.StatusCode == http.StatusTooManyRequests:
		organization.Detail = "set; see api"
	case tokens.Verdict == Failed:
		organization.Detail = "set; see tokens"
	default:
		tokens, organization = e.askForOrganizations(ctx, token, tokens, name)
	}
	return []Check{tokens, organization}
}

// examineToken looks at the claims, which are not verified.
func (e *examination) examineToken(token *authn.Token) Check {
	now := e.Now()
	check := Check{Name: "tokens", Verdict: OK, Detail: "valid for " + rounded(token.ExpiresAt().Sub(now))}
	access, id := token.Claims()
	var problems []problem
	clientID := e.credentials.Load().ClientID
	if audience := claimList(access["aud"]); len(audience) > 0 && !slices.Contains(audience, e.setting(Audience).Value) {
		problems = append(problems, problem{Warning, "the access token is for another audience than " + e.setting(Audience).Value,
			"check XSALE_AUDIENCE, then run 'xsale token refresh'"})
	}
	for name, claims := range map[string]map[string]any{"access token": access, "ID token": id} {
		party, _ := claims["azp"].(string)
		if party != "" && party != clientID {
			problems = append(problems, problem{Failed, "the " + name + " is for another client than the client ID of the credentials",
				"run 'xsale token clear', and check the client ID"})
		}
	}
	if scopes, ok := access["scope"].(string); ok {
		var missing []string
		for _, scope := range strings.Fields(e.setting(Scope).Value) {
			if !slices.Contains(strings.Fields(scopes), scope) {
				missing = append(missing, scope)
			}
		}
		if len(missing) > 0 {
			problems = append(problems, problem{Warning, "the access token lacks scopes that were asked for: " + strings.Join(missing, " "),
				"ask the vendor whether the application may use them"})
		}
	}
	if token.Suspect() {
		problems = append(problems, problem{Warning, "the API has rejected the tokens", "run 'xsale token refresh'"})
	}
	if ends := claimTime(id["exp"]); !ends.IsZero() && claimTime(access["exp"]).Sub(ends) > time.Minute {
		check.Detail += ", until the ID token expires; the access token lasts longer"
	}
	return summary(check.Name, problems, check.Detail)
}

// claimList returns a claim that is a string or a list of strings.
func claimList(claim any) (list []string) {
	switch claim := claim.(type) {
	case string:
		return []string{claim}
	case []any:
		for _, element := range claim {
			if text, ok := element.(string); ok {
				list = append(list, text)
			}
		}
	}
	return list
}

func claimTime(claim any) time.Time {
	if seconds, ok := claim.(float64); ok {
		return time.Unix(int64(seconds), 0)
	}
	return time.Time{}
}

// askForOrganizations asks the API for the user's organizations. It sends the request itself,
// because a Client would log in after a 401.
func (e *examination) askForOrganizations(ctx context.Context, token *authn.Token, tokens Check, name string) (Check, Check) {
	organization := Check{Name: "organization", Verdict: Skipped}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.addresses.base.JoinPath("me").String(), nil)
	if err != nil {
		organization.Detail = err.Error()
		return tokens, organization
	}
	request.Header.Set("User-Agent", "xsale-doctor")
	request.Header.Set("Accept", "application/json")
	token.SetHeaders(request.Header)
	response, err := e.client.Do(request)
	if err != nil {
		organization.Detail = "set; the API did not list the user's organizations: " + explain(httpx.WithoutURL(err))
		return tokens, organization
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	var me xsale.Me
	switch {
	case response.StatusCode == http.StatusUnauthorized:
		tokens.Verdict, tokens.Detail = Failed, "the API rejects the tokens (401), although they have not expired"
		tokens.Remedy = "run 'xsale token refresh'; if that does not help, check the audience, the scope and the base URL"
		organization.Detail = "set; see tokens"
		return tokens, organization
	case response.StatusCode/100 != 2 || err != nil || json.Unmarshal(body, &me) != nil:
		organization.Verdict = Warning
		organization.Detail = fmt.Sprintf("the API did not list the user's organizations (%d)", response.StatusCode)
		organization.Remedy = "try again later"
		switch status := response.StatusCode; {
		case status == http.StatusForbidden:
			organization.Remedy = "the user lacks a permission: ask the xSale helpdesk"
		case status < 500 && status != http.StatusTooManyRequests:
			organization.Remedy = "check the base URL, and its path if it has one"
		}
		return tokens, organization
	}
	organization.Verdict = OK
	organization.Detail = "one of the user's organizations"
	folded := false
	for _, known := range me.Organizations {
		if known.Name == name {
			return tokens, organization
		}
		folded = folded || strings.EqualFold(strings.TrimSpace(known.Name), strings.TrimSpace(name))
	}
	organization.Verdict = Failed
	organization.Detail = fmt.Sprintf("not one of the user's organizations, of which there are %d (from %s)", len(me.Organizations), e.setting(Organization).From)
	organization.Remedy = "'xsale me' lists the names; set XSALE_ORGANIZATION or pass --organization"
	switch {
	case folded:
		organization.Detail = "one of the user's organizations has this name in other letters (upper and lower case) or with spaces around it"
	case len(me.Organizations) == 0:
		organization.Detail = "the user works for no organization"
		organization.Remedy = "have an administrator of the organization add the user of the credentials"
	}
	return tokens, organization
}
