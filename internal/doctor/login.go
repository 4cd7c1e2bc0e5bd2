package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// checkLogins examines remembered failures and the login budget, and logs in if that is permitted
// and needed.
func (e *examination) checkLogins(ctx context.Context) []Check {
	checks := []Check{{Name: "failed-login"}, {Name: "login-budget"}, {Name: "login"}}
	status := e.status.Load()
	if status == nil {
		for i := range checks {
			checks[i].Verdict, checks[i].Detail = Skipped, "the account or its tokens are not known: see configuration, credentials and store"
		}
		if e.Login && e.source != nil {
			checks[2] = e.logIn(ctx)
		}
		return checks
	}
	checks[0] = checkFailure(status)
	checks[1] = e.checkBudget(status)
	checks[2] = e.logIn(ctx)
	return checks
}

func checkFailure(status *authn.Status) Check {
	check := Check{Name: "failed-login", Verdict: OK, Detail: "none remembered"}
	failure := status.Failure
	if failure == nil || failure.Reason == authn.ErrLoginRequired { // which is no failure: see tokens
		return check
	}
	check.Verdict = Failed
	if status.Token != nil {
		check.Verdict = Warning // they serve until they expire
	}
	until := "until the credentials change"
	if !failure.RetryAt.IsZero() {
		until = "until " + failure.RetryAt.Format(time.RFC3339)
	}
	check.Detail = fmt.Sprintf("%s, remembered since %s %s", failureText(failure), failure.FailedAt.Format(time.RFC3339), until)
	check.Remedy = RemedyFor(failure)
	return check
}

// RemedyFor returns what to do about a failed login before the next one.
func RemedyFor(failure *authn.Error) string {
	if failure.Reason == authn.ErrLoginRequired {
		return "run 'xsale login'"
	}
	return strings.TrimPrefix(failure.Reason.Remedy()+"; then run 'xsale token refresh'", "; then ")
}

// failureText describes a failed login without the service's own words.
func failureText(failure *authn.Error) string {
	text := string(failure.Reason)
	if failure.StatusCode != 0 {
		text += fmt.Sprintf(" (status %d)", failure.StatusCode)
	}
	return text
}

// manyLogins in an hour are more than tokens that last for hours need.
const manyLogins = 10

// shortWait for the next login is not worth reporting.
const shortWait = 3 * time.Second

// maxHold is how long a call waits for the login budget instead of failing.
const maxHold = 30 * time.Second

func (e *examination) checkBudget(status *authn.Status) Check {
	check := Check{Name: "login-budget", Verdict: OK}
	now := e.Now()
	recent, unprompted := 0, 0
	for _, login := range status.Logins {
		if now.Sub(login.At) < time.Hour {
			recent += max(login.Requests, 1)
			if login.Purpose == authn.ForNoTokens {
				unprompted++
			}
		}
	}
	check.Detail = fmt.Sprintf("login requests in the last hour: %d", recent)
	wait, rejected := status.NextLogin.Sub(now), status.NextAfterRejection.Sub(now)
	switch {
	case wait > shortWait && (status.Failure == nil || status.NextLogin.After(status.Failure.RetryAt)):
		check.Verdict = Failed
		if status.Token != nil || wait <= maxHold {
			check.Verdict = Warning
		}
		check.Detail += ", so the next one is allowed in " + rounded(wait)
		check.Remedy = "wait, and let all programs of the account share one token store; to log in once all the same, run 'xsale token refresh'"
	case rejected > shortWait && status.NextAfterRejection.After(status.NextLogin) && status.Failure == nil:
		check.Verdict = Warning
		check.Detail += ", and the API has rejected the tokens of the last one: the next login after a 401 is allowed in " + rounded(max(rejected, time.Second))
		check.Remedy = "check audience, scope, base URL and organization: a login gave tokens that the API does not accept"
	case unprompted > manyLogins:
		check.Verdict = Warning
		check.Detail += ": many more than tokens that last for hours need"
		check.Remedy = "let all programs of the account share one token store, and do not clear it"
	}
	return check
}

func (e *examination) logIn(ctx context.Context) Check {
	check := Check{Name: "login", Verdict: Skipped, Detail: "not tried: pass --login to log in if there are no valid tokens"}
	if !e.Login {
		return check
	}
	if e.credentials.Load().UserLogin {
		check.Detail = "not tried: 'xsale login' logs in with a browser"
		return check
	}
	if routes := e.routes.Load(); routes == nil || !routes.login.reached() {
		check.Detail = "not tried: the login service cannot be reached"
		return check
	}
	token, err := e.source.Token(ctx)
	if err == nil {
		check.Verdict, check.Detail = OK, "not needed: there are valid tokens"
		if e.source.Logins() > 0 {
			check.Detail = "succeeded"
		}
		e.status.Store(&authn.Status{Token: token})
		return check
	}
	check.Verdict, check.Detail, check.Remedy = Failed, "no tokens in time", "try again later"
	if failure, ok := errors.AsType[*authn.Error](err); ok {
		check.Detail, check.Remedy = failureText(failure), failure.Reason.Remedy()
		if failure.Err != nil {
			check.Detail += ": " + failure.Err.Error()
		}
		if failure.Remembered || failure.Reason == authn.ErrLoginRequired {
			check.Detail, check.Remedy = "not tried: "+check.Detail, RemedyFor(failure)
		}
	}
	return check
}
