package doctor

import (
	"fmt"
	"net/http"
	"time"
)

const (
	// clockTolerance is how long before their end tokens are replaced: a difference below it makes
	// no call fail.
	clockTolerance = 30 * time.Second
	// wrongClock is a difference at which other services reject what this machine sends or signs.
	wrongClock = 5 * time.Minute
)

// checkClock compares the clock of this machine with those of the servers.
func checkClock(loginService, service *route) Check {
	check := Check{Name: "clock", Verdict: OK}
	login, loginKnown := loginService.ahead()
	api, apiKnown := service.ahead()
	var ahead time.Duration
	switch {
	case !loginKnown && !apiKnown:
		check.Verdict, check.Detail = Skipped, "no server sent the time"
		return check
	case loginKnown && apiKnown && (login-api).Abs() > clockTolerance && min(login.Abs(), api.Abs()) <= clockTolerance:
		host := service.url.Host
		if login.Abs() > api.Abs() {
			host = loginService.url.Host
		}
		check.Verdict, check.Detail = Warning, fmt.Sprintf("the clock of %s differs from this machine's and the other server's by %s", host, rounded((login-api).Abs()))
		check.Remedy = "nothing on this machine; ask the operator of " + host
		return check
	case loginKnown:
		ahead = login // tokens depend on it
	default:
		ahead = api
	}
	switch {
	case ahead.Abs() <= 2*time.Second:
		check.Detail = "right"
		return check
	case ahead > 0:
		check.Detail = rounded(ahead) + " ahead of the servers'"
	default:
		check.Detail = rounded(-ahead) + " behind the servers'"
	}
	if ahead.Abs() > clockTolerance {
		check.Verdict = Warning
		if ahead.Abs() > wrongClock {
			check.Verdict = Failed
		}
		check.Remedy = "set the clock of this machine, best by a time service such as NTP; then run 'xsale token refresh' if calls fail with 401"
	}
	return check
}

// ahead returns how far this machine's clock is ahead of the server's.
func (r *route) ahead() (difference time.Duration, known bool) {
	if r.response == nil {
		return 0, false
	}
	date, err := http.ParseTime(r.response.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	took := r.received.Sub(r.sent)
	difference = r.received.Add(-took / 2).Sub(date.Add(500 * time.Millisecond)) // Date has whole seconds
	if difference.Abs() <= took/2+time.Second {
		return 0, true
	}
	return difference, true
}

// rounded returns a duration for people.
func rounded(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return d.Round(time.Second).String()
}
