// Package doctor examines how the xSale API is reached and used on a machine: settings, network,
// clock, token store, tokens and limits. It logs in only if it is asked to, and changes nothing.
package doctor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Verdict is the outcome of a check.
type Verdict string

const (
	OK      Verdict = "ok"
	Warning Verdict = "warning" // calls succeed, but not as well as they should
	Failed  Verdict = "failed"  // calls fail, or harm the account
	Skipped Verdict = "skipped" // not examined, for a reason that the detail names
)

// Check is what was found about one thing. It has no secrets and no personal data.
type Check struct {
	Name    string  `json:"name"`             // stable
	Target  string  `json:"target,omitempty"` // the host that was examined, if there may be several
	Verdict Verdict `json:"verdict"`
	Detail  string  `json:"detail"`
	Remedy  string  `json:"remedy,omitempty"` // what to do; always there for Warning and Failed
}

// Schema is the version of the JSON of a [Report]. Fields and checks may be added within one.
const Schema = 1

// Report is the result of an examination.
type Report struct {
	Schema    int       `json:"schema"`
	Verdict   Verdict   `json:"verdict"` // the worst of all checks; OK at best
	CheckedAt time.Time `json:"checked_at"`
	Settings  []Setting `json:"settings"`
	Checks    []Check   `json:"checks"`
}

// Setup is what is examined.
type Setup struct {
	// Settings has one Setting for each name that this package knows; a missing one has its default.
	Settings []Setting
	// Credentials are those that commands use; CredentialsFrom names their source.
	Credentials     authn.CredentialsFunc
	CredentialsFrom string
	// NoAccount means that the commands cannot tell which account to use; a check of More has the
	// reason. Then only what needs none is examined.
	NoAccount bool
	// Private are values that the report must not contain.
	Private []string
	// Environ has the variables of the environment, as os.Environ returns them.
	Environ []string
	// Version describes the program.
	Version string
	// DataDir is the directory of the databases of order transfers.
	DataDir string
	// Login permits a login if there are no valid tokens.
	Login bool
	// More are further groups of checks.
	More []Group
	// Now is the clock of this machine; nil for the system's.
	Now func() time.Time
}

// Group is a function that makes checks, and the names that it reports on. It should return when
// ctx is done; otherwise its checks fail.
type Group struct {
	Names []string
	Run   func(ctx context.Context) []Check
}

// Bounds of the parts of an examination. Without a login it ends within 10 seconds.
const (
	credentialsTimeout  = 4 * time.Second // a command or a key ring may provide them
	groupTimeout        = 5 * time.Second
	organizationTimeout = 3 * time.Second
	loginTimeout        = 20 * time.Second
)

// examination is one run. What a group finds out for later ones is behind pointers, because a group
// that hangs is abandoned and may end at any time.
type examination struct {
	Setup
	client      *http.Client
	addresses   addresses
	credentials atomic.Pointer[authn.Credentials] // nil if they are not complete
	source      *authn.Source                     // nil if the settings or the credentials are not complete
	store       storage
	routes      atomic.Pointer[routes]
	status      atomic.Pointer[authn.Status]
}

// Run examines a setup.
func Run(ctx context.Context, setup Setup) Report {
	e := &examination{Setup: setup}
	e.client, _ = httpx.NewClient(nil) // as the commands
	if e.Now == nil {
		e.Now = time.Now
	}
	defer e.client.CloseIdleConnections()

	known := append([]Check{e.checkConfiguration()},
		e.bounded(ctx, credentialsTimeout, Group{[]string{"credentials"}, e.checkCredentials})...)
	e.open()
	groups := slices.Concat([]Group{{[]string{"environment"}, e.checkEnvironment}}, e.More, []Group{
		{networkNames, e.checkNetwork},
		{[]string{"store", "lock", "rate"}, e.checkStore},
		{[]string{"data"}, e.checkData},
	})
	results := e.parallel(ctx, groups)
	checks := slices.Concat(slices.Insert(results, 1, known)...)
	if e.source != nil {
		defer e.source.Close()
	}
	checks = append(checks, e.bounded(ctx, loginTimeout+time.Second, Group{[]string{"failed-login", "login-budget", "login"}, e.checkLogins})...)
	checks = append(checks, e.bounded(ctx, organizationTimeout, Group{[]string{"tokens", "organization"}, e.checkTokens})...)
	checks = append(checks, Check{Name: "version", Verdict: OK, Detail: setup.Version})

	mask := e.mask()
	report := Report{Schema: Schema, Verdict: OK, CheckedAt: e.Now().UTC().Truncate(time.Second), Settings: e.shownSettings(mask)}
	for _, check := range checks {
		check.Detail, check.Remedy = mask(check.Detail), mask(check.Remedy)
		report.Checks = append(report.Checks, check)
		report.Verdict = worse(report.Verdict, check.Verdict)
	}
	return report
}

func worse(a, b Verdict) Verdict {
	order := []Verdict{Skipped, OK, Warning, Failed}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// parallel runs groups at the same time and returns their checks in order.
func (e *examination) parallel(ctx context.Context, groups []Group) [][]Check {
	results := make([][]Check, len(groups))
	var running sync.WaitGroup
	for i, group := range groups {
		running.Go(func() { results[i] = e.bounded(ctx, groupTimeout, group) })
	}
	running.Wait()
	return results
}

// grace is the time that a group has to return after its context has ended.
const grace = 500 * time.Millisecond

// bounded runs a group. One that hangs, as storage can in the system, is abandoned.
func (e *examination) bounded(ctx context.Context, timeout time.Duration, group Group) []Check {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan []Check, 1)
	go func() { done <- group.Run(ctx) }()
	select {
	case checks := <-done:
		return checks
	case <-ctx.Done():
	}
	select {
	case checks := <-done:
		return checks
	case <-time.After(grace):
	}
	var checks []Check
	for _, name := range group.Names {
		checks = append(checks, Check{
			Name: name, Verdict: Failed, Detail: fmt.Sprintf("no result within %v", timeout),
			Remedy: "a file system, a program or a server hangs: see the other checks, and whether network storage is reachable",
		})
	}
	return checks
}
