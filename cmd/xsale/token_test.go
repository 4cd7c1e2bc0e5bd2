package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestTokenShowsTokensOnlyWithReveal(t *testing.T) {
	useSandbox(t)
	secrets := revealedTokens(t)
	for _, arguments := range [][]string{{"token"}, {"token", "show"}, {"token", "refresh"}} {
		r := execute(t, "", arguments...).expect(t, exitOK, "Expires", "aud", "exp")
		for _, secret := range secrets {
			if strings.Contains(r.stdout, secret) {
				t.Errorf("%v shows a token", arguments)
			}
		}
	}
}

func TestTokenRefreshLogsInWithValidTokens(t *testing.T) {
	sandbox := useSandbox(t)
	execute(t, "", "token", "refresh").expect(t, exitOK)
	execute(t, "", "token", "refresh").expect(t, exitOK)
	execute(t, "", "me").expect(t, exitOK)
	if sandbox.Logins() != 2 {
		t.Errorf("%d logins for two refreshes", sandbox.Logins())
	}
}

func TestTokenRefreshForgetsAFailure(t *testing.T) {
	sandbox := useSandbox(t)
	sandbox.Fail(xsaletest.Login, xsaletest.Status(429, `{"error":"too_many_attempts"}`))
	if r := execute(t, "", "me").expect(t, exitLogin, "account blocked"); strings.Contains(r.stderr, "remembered") {
		t.Errorf("a login that was sent is called remembered: %s", r.stderr)
	}
	for range 2 {
		execute(t, "", "me").expect(t, exitLogin, "account blocked", "remembered since 20", "until 20", "xsale token refresh")
	}
	execute(t, "", "token", "show").expect(t, exitLogin, "no tokens", "(no tokens)", "account blocked (status 429, too_many_attempts)", "unblock the account")
	if sandbox.TokenRequests() != 1 {
		t.Errorf("three commands tried a blocked account %d times", sandbox.TokenRequests())
	}
	execute(t, "", "token", "refresh").expect(t, exitOK)
	execute(t, "", "me").expect(t, exitOK)
}

func TestTokenShowListsLogins(t *testing.T) {
	useSandbox(t)
	execute(t, "", "me").expect(t, exitOK)
	execute(t, "", "token", "refresh").expect(t, exitOK)
	execute(t, "", "token", "show").expect(t, exitOK, "(no tokens)", "(user request)", "Next login")
	var report struct {
		Budget struct{ Logins []authn.Login } `json:"login_budget"`
	}
	shown := execute(t, "", "token", "show", "-o", "json").expect(t, exitOK)
	if err := json.Unmarshal([]byte(shown.stdout), &report); err != nil || len(report.Budget.Logins) != 2 || report.Budget.Logins[0].Requests != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestTokenShowNeverLogsIn(t *testing.T) {
	sandbox := useSandbox(t)
	execute(t, "", "token", "show").expect(t, exitOK, "no tokens", "Next login  ", "now")
	path := strings.TrimSpace(execute(t, "", "token", "path").expect(t, exitOK).stdout)
	if _, err := os.Stat(path); err == nil || sandbox.TokenRequests() != 0 {
		t.Errorf("a look wrote a file or sent %d requests", sandbox.TokenRequests())
	}
	execute(t, "", "me").expect(t, exitOK)
	execute(t, "", "token", "show").expect(t, exitOK, "Expires", "(in ")
	sandbox.Close() // needs no network
	execute(t, "", "token", "show").expect(t, exitOK, "Expires")
	t.Setenv("XSALE_PASSWORD", "")
	execute(t, "", "token", "show").expect(t, exitLogin, "XSALE_PASSWORD is not set")
	t.Setenv("XSALE_USERNAME", "") // a user who logs in with a browser
	execute(t, "", "token", "show").expect(t, exitLogin, "no tokens", "the user must log in", "run 'xsale login'")
}

func TestTokenClear(t *testing.T) {
	sandbox := useSandbox(t)
	execute(t, "", "me").expect(t, exitOK)
	execute(t, "", "token", "clear").expect(t, exitOK)
	if sandbox.Logins() != 1 {
		t.Errorf("clear logged in")
	}
	execute(t, "", "me").expect(t, exitOK)
	if sandbox.Logins() != 2 {
		t.Errorf("%d logins", sandbox.Logins())
	}
}

func TestTokenPath(t *testing.T) {
	useSandbox(t)
	dir := t.TempDir()
	path := strings.TrimSpace(execute(t, "", "token", "path", "--token-store", dir).expect(t, exitOK).stdout)
	if filepath.Dir(path) != dir {
		t.Errorf("path %q is not in %q", path, dir)
	}
	execute(t, "", "me", "--token-store", dir).expect(t, exitOK)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	execute(t, "", "token", "path", "--token-store", "memory").expect(t, exitFailed, "in memory")
}

func TestTokenPrintHeader(t *testing.T) {
	sandbox := useSandbox(t)
	execute(t, "", "token", "print").expect(t, exitUsage, "--header")
	printed := execute(t, "", "token", "print", "--header").expect(t, exitOK)
	request, err := http.NewRequestWithContext(t.Context(), "GET", sandbox.URL()+"/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(printed.stdout) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		request.Header.Set(name, value)
	}
	response, err := sandbox.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the API rejects the headers: %s", response.Status)
	}
}

func TestCredentialsFromFileOrStandardInput(t *testing.T) {
	useSandbox(t)
	for _, name := range []string{"XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD"} {
		t.Setenv(name, "")
	}
	credentials, err := json.Marshal(map[string]string{
		"client_id": xsaletest.ClientID, "client_secret": xsaletest.ClientSecret, "username": xsaletest.Username, "password": xsaletest.Password,
	})
	if err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, string(credentials))
	execute(t, "", "me", "--credentials", file).expect(t, exitOK)
	execute(t, string(credentials), "me", "--credentials", "-").expect(t, exitOK)
	execute(t, string(credentials[:20]), "me", "--credentials", "-").expect(t, exitUsage, "not a JSON object")
	execute(t, `{"client_id":"x"}`, "me", "--credentials", "-").expect(t, exitUsage, "client_secret, username, password are not set")
	execute(t, "", "me", "--credentials", "fd:x").expect(t, exitUsage, "fd:3")
	execute(t, "", "me", "--credentials", filepath.Join(t.TempDir(), "none")).expect(t, exitUsage, "--credentials ")

	if os.PathSeparator == '/' {
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		execute(t, "", "me", "--token-store", "memory", "--credentials", file).expect(t, exitUsage, "set it to 0600")
	}
}
