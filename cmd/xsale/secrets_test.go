package main

import (
	"os"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// Whatever a command prints, at debug level and in every form of output, holds neither password nor token.
func TestNoCommandPrintsASecret(t *testing.T) {
	sandbox := useSandbox(t)
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
		collect(orderJSON, "orders", "create")
		collect("{}", "orders", "create")
		collect("", "integrations", "create", "--name", "domenasklepu.pl")
		collect("", "articles", "translations", "get", "16519")
		collect("", "articles", "translations", "set", "16519", "--language", "2", "--name", "Oak desk")
		collect("", "api", "GET", "/me")
		collect("", "api", "GET", "/{organizationName}/contractors")
		collect("", "token")
		collect("", "version")
		collect("", "--help")
	}

	collect("", "demo")
	everyCommand()
	stored, err := os.ReadFile(os.Getenv("XSALE_TOKEN_STORE"))
	if err != nil {
		t.Fatal(err)
	}
	sandbox.RevokeTokens()
	everyCommand()
	t.Setenv("XSALE_TOKEN_STORE", t.TempDir())
	sandbox.FailNextLogins(
		xsaletest.LoginFailure{Status: 403, Body: `{"error":"invalid_grant","error_description":"` + xsaletest.Password + ` and ` + xsaletest.ClientSecret + ` are wrong"}`},
		xsaletest.LoginFailure{Status: 403, Body: `{"error":"mfa_required","mfa_token":"canary-mfa-token"}`},
		xsaletest.LoginFailure{Status: 200, Body: `{"access_token":"canary-access-token","id_token":"canary id token"}`},
		xsaletest.LoginFailure{Status: 500, Body: xsaletest.Password},
	)
	everyCommand()
	t.Setenv("XSALE_BASE_URL", "https://user:canary-url-password@127.0.0.1:1")
	everyCommand()

	canaries := []string{xsaletest.Password, xsaletest.ClientSecret, "canary-mfa-token", "canary-access-token", "canary id token", "canary-url-password"}
	for _, token := range tokensIn(t, string(stored)) {
		canaries = append(canaries, token, token[strings.LastIndex(token, ".")+1:]) // the signature alone would give it away
	}
	for _, canary := range canaries {
		if strings.Contains(printed.String(), canary) {
			t.Errorf("a command printed the secret %.20s…", canary)
		}
	}
	if printed.Len() < 10000 || !strings.Contains(printed.String(), "xsale request") {
		t.Errorf("only %d bytes were printed, or no log: the test looks at nothing", printed.Len())
	}
}

func tokensIn(t *testing.T, text string) []string {
	t.Helper()
	var tokens []string
	for part := range strings.SplitSeq(text, `"`) {
		if strings.Count(part, ".") == 2 && len(part) > 200 {
			tokens = append(tokens, part)
		}
	}
	if len(tokens) != 2 {
		t.Fatalf("%d tokens in the token file", len(tokens))
	}
	return tokens
}

func TestTokenShowsTheTokensOnlyWhenAsked(t *testing.T) {
	useSandbox(t)
	shown := execute(t, "", "token").expect(t, exitOK, "Expires", "aud", "exp")
	stored, err := os.ReadFile(os.Getenv("XSALE_TOKEN_STORE"))
	if err != nil {
		t.Fatal(err)
	}
	tokens := tokensIn(t, string(stored))
	for _, token := range tokens {
		if strings.Contains(shown.stdout, token) {
			t.Error("the token was shown")
		}
	}
	execute(t, "", "token", "--reveal").expect(t, exitOK, tokens...)
}
