package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// Log lines leave out what is empty.
func TestDebugLinesHaveNoEmptyAttributes(t *testing.T) {
	useSandbox(t)
	r := execute(t, "", "api", "GET", "/me", "--debug").expect(t, exitOK, "method=GET status=200 attempts=1")
	if strings.Contains(r.stderr, `=""`) {
		t.Error(r.stderr)
	}
}

// The output of every command, in every format and at debug level, is free of passwords and tokens.
func TestNoCommandPrintsASecret(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests()) // verify sends some on purpose
	var printed strings.Builder
	collect := func(stdin string, arguments ...string) {
		for _, output := range []string{"table", "json", "ndjson"} {
			r := execute(t, stdin, append(arguments, "--debug", "-o", output)...)
			printed.WriteString(r.stdout + r.stderr)
		}
	}
	everyCommand := func() {
		collect("", "me")
		collect("", "statuses", "list")
		collect("", "orders", "list", "--status-name", "Nowe")
		collect(orderJSON, "orders", "create", "--file", "-")
		collect("{}", "orders", "create", "--file", "-")
		key := writeFile(t, strings.Repeat("ca", 32))
		flow := []string{"--encryption-key-file", key, "--database", filepath.Join(t.TempDir(), "orders.db")}
		collect("", append([]string{"orders", "pull", "--status-name", "Nowe", "--exec", "exit 1"}, flow...)...)
		collect("", append([]string{"orders", "parked"}, flow...)...)
		collect("", append([]string{"orders", "parked"}, flow[2:]...)...) // without the key
		collect("", append([]string{"orders", "show", "300"}, flow...)...)
		collect("", append([]string{"orders", "retry", "300"}, flow...)...)
		collect("", append([]string{"orders", "discard", "301"}, flow...)...)
		flow[3] = filepath.Join(t.TempDir(), "push.db")
		collect(numbered("1"), append([]string{"orders", "push", "--key-field", "Number", "-"}, flow...)...)
		for _, database := range []string{"postgres://user:canary-database-password@127.0.0.1:1/orders", "postgres://user:canary-database-password@[::1/orders"} {
			collect("", "orders", "pull", "--status-name", "Nowe", "--to", "-", "--database", database)
			collect("", "orders", "parked", "--database", database)
		}
		collect("", "integrations", "create", "--name", "domenasklepu.pl")
		collect("", "articles", "translations", "get", "16519")
		collect("", "articles", "translations", "set", "16519", "--language", "2", "--name", "Oak desk")
		collect("", "api", "GET", "/me")
		collect("", "api", "GET", "/{organizationName}/contractors")
		collect("", "doctor")
		collect("", "token", "show")
		collect("", "token", "refresh")
		collect("", "token", "path")
		collect("", "version")
		collect("", "--help")
	}

	collect("", "demo")
	collect("", "verify", "--rate", "1000") // once, because it waits long if no server responds
	everyCommand()
	canaries := append(revealedTokens(t), xsaletest.Password, xsaletest.ClientSecret, "canary-mfa-token", "canary-access-token", "canary id token", "canary-url-password", "canary-database-password", strings.Repeat("ca", 32))
	sandbox.RevokeTokens()
	everyCommand()
	sandbox = useSandbox(t, xsaletest.WithInvalidRequests()) // another account, whose budget of logins is not used up
	sandbox.Fail(xsaletest.Login,
		xsaletest.Status(403, `{"error":"invalid_grant","error_description":"`+xsaletest.Password+` and `+xsaletest.ClientSecret+` are wrong"}`),
		xsaletest.Status(403, `{"error":"mfa_required","mfa_token":"canary-mfa-token"}`),
		xsaletest.Status(200, `{"access_token":"canary-access-token","id_token":"canary id token"}`),
		xsaletest.Status(500, xsaletest.Password),
	)
	everyCommand()
	t.Setenv("XSALE_BASE_URL", "https://user:canary-url-password@127.0.0.1:1")
	everyCommand()

	for _, canary := range canaries {
		if strings.Contains(printed.String(), canary) {
			t.Errorf("a command printed the secret %.20s…", canary)
		}
	}
	if printed.Len() < 10000 || !strings.Contains(printed.String(), "xsale request") {
		t.Errorf("only %d bytes or no log printed: the test checks nothing", printed.Len())
	}
}

// revealedTokens logs in and returns both tokens and their signatures.
func revealedTokens(t *testing.T) []string {
	t.Helper()
	var revealed struct {
		AccessToken string `json:"access_token"`
		IDToken     string `json:"id_token"`
	}
	execute(t, "", "me").expect(t, exitOK)
	r := execute(t, "", "token", "show", "--reveal", "-o", "json").expect(t, exitOK)
	if err := json.Unmarshal([]byte(r.stdout), &revealed); err != nil || len(revealed.AccessToken) < 200 || len(revealed.IDToken) < 200 {
		t.Fatalf("no tokens revealed: %v", err)
	}
	var parts []string
	for _, token := range []string{revealed.AccessToken, revealed.IDToken} {
		parts = append(parts, token, token[strings.LastIndex(token, ".")+1:])
	}
	return parts
}
