package doctor

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xsale-go/xsale/authn"
)

func (e *examination) checkCredentials(ctx context.Context) []Check {
	check := Check{Name: "credentials", Verdict: OK, Detail: "complete, from " + e.CredentialsFrom}
	if e.NoAccount {
		return []Check{{Name: "credentials", Verdict: Skipped, Detail: "see account"}}
	}
	credentials, err := e.Credentials(ctx)
	if err != nil {
		check.Verdict, check.Detail = Failed, err.Error()
		check.Remedy = "set XSALE_CLIENT_ID, XSALE_CLIENT_SECRET, XSALE_USERNAME and XSALE_PASSWORD, or pass a file with --credentials; without an account, run 'xsale sandbox' and set the variables it prints"
		if e.CredentialsFrom == FromAccount {
			check.Remedy = "correct the commands or the secrets of the account: 'xsale account show' shows where they are"
		}
		if e.CredentialsFrom == FromEnvironment && inFile() {
			check.Remedy = "load the file .env of this directory, which is not read by itself: set -a; . ./.env; set +a"
		}
		if detail, remedy := splitRemedy(check.Detail); remedy != "" {
			check.Detail, check.Remedy = detail, remedy
		}
		return []Check{check}
	}
	e.credentials.Store(&credentials)
	if e.CredentialsFrom != FromEnvironment {
		var ignored []string
		for _, name := range credentialVariables {
			if e.variable(name) != "" {
				ignored = append(ignored, name)
			}
		}
		if len(ignored) > 0 {
			check.Detail += fmt.Sprintf(" (%s not used)", strings.Join(ignored, ", "))
		}
	}
	if credentials.Username == credentials.ClientID {
		return []Check{summary(check.Name, []problem{{Warning, "the user name and the client ID are the same", "the client ID is the application's, the user name the user's email address"}}, "")}
	}
	return []Check{check}
}

// inFile reports whether the working directory has a file for variables that names some of ours.
func inFile() bool {
	file, err := os.Open(".env")
	if err != nil {
		return false
	}
	defer file.Close()
	data, _ := io.ReadAll(io.LimitReader(file, 64<<10))
	return bytes.Contains(data, []byte("XSALE_"))
}

// Sources of credentials and settings.
const (
	FromEnvironment = "the environment"
	FromAccount     = "the account"
)

// splitRemedy separates the remedy that errors of this module name at their end.
func splitRemedy(text string) (detail, remedy string) {
	best := -1
	for _, verb := range []string{": set ", ": change ", ": remove ", "; name ", ": name ", "; set ", ": run ", ": unlock ", ": undo "} {
		if at := strings.LastIndex(text, verb); at >= 0 && (best < 0 || at < best) {
			best = at
		}
	}
	if best < 0 {
		return text, ""
	}
	return text[:best], text[best+2:]
}

// open makes the token source of the commands, which logs in only on request.
func (e *examination) open() {
	e.store = e.openStore()
	credentials := e.credentials.Load()
	if credentials == nil || e.addresses.base == nil || e.addresses.token == nil {
		return
	}
	source, err := authn.New(authn.Config{
		Credentials:  authn.Static(*credentials),
		TokenURL:     e.addresses.token.String(),
		APIURL:       e.addresses.base.String(),
		Audience:     e.setting(Audience).Value,
		Scope:        e.setting(Scope).Value,
		Store:        e.store.store,
		LoginTimeout: loginTimeout,
		OnDemand:     true,
		Observer:     &e.store,
	})
	if err == nil {
		e.source = source
	}
}
