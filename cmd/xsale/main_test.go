package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// result is the outcome of one command.
type result struct {
	code           int
	stdout, stderr string
}

// execute runs one command in this process, with the environment of the test.
func execute(t *testing.T, stdin string, arguments ...string) result {
	t.Helper()
	return executeContext(t.Context(), stdin, arguments...)
}

// executeContext is execute for a command that may run until ctx ends.
func executeContext(ctx context.Context, stdin string, arguments ...string) result {
	var stdout, stderr bytes.Buffer
	code := run(ctx, arguments, strings.NewReader(stdin), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// useSandbox starts a sandbox, points the environment at it and keeps tokens and data in files of the
// test.
func useSandbox(t *testing.T, options ...xsaletest.Option) *xsaletest.Sandbox {
	t.Helper()
	sandbox := xsaletest.New(t, options...)
	for _, variable := range sandbox.Environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	t.Setenv("XSALE_TOKEN_STORE", tokenStore(t))
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Setenv("XSALE_CONFIG_DIR", t.TempDir())
	return sandbox
}

// tokenStore returns the path of a new token store. What a command has begun to write next to it, for
// the rate limit, may end after the command: so its directory is no t.TempDir, which fails then.
func tokenStore(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "xsale-tokens")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 10 {
			if os.RemoveAll(dir) == nil {
				return
			}
		}
	})
	return filepath.Join(dir, "tokens.json")
}

func (r result) expect(t *testing.T, code int, parts ...string) result {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", r.code, code, r.stdout, r.stderr)
	}
	for _, part := range parts {
		if !strings.Contains(r.stdout+r.stderr, part) {
			t.Errorf("the output lacks %q:\n%s%s", part, r.stdout, r.stderr)
		}
	}
	return r
}

const orderJSON = `{"IntegrationId":1,"PaymentFormId":1,"PurchaseDate":"2024-10-25","BuyerId":7,"RecipientId":7,"PayerId":7,
	"Items":[{"OfferId":501,"VariantId":1,"Quantity":2,"PriceGross":149.90}]}`

func TestCommandsWorkTogether(t *testing.T) {
	useSandbox(t)
	execute(t, "", "me").expect(t, exitOK, "Lorem Ipsum", xsaletest.Organization)
	execute(t, "", "statuses", "list").expect(t, exitOK, "NAME", "Nowe", "Do obsługi ręcznej")
	execute(t, "", "integrations", "create", "--name", "domenasklepu.pl").expect(t, exitOK, "Id")

	created := execute(t, orderJSON, "orders", "create", "--file", "-", "-o", "ndjson").expect(t, exitOK)
	id := regexp.MustCompile(`\d+`).FindString(created.stdout)
	listed := execute(t, "", "orders", "list", "--status-name", "Nowe", "-o", "ndjson").expect(t, exitOK, `"Id":`+id)
	for line := range strings.Lines(listed.stdout) {
		if !json.Valid([]byte(line)) {
			t.Errorf("invalid JSON: %s", line)
		}
	}
	var orders []map[string]json.RawMessage
	all := execute(t, "", "orders", "list", "-o", "json").expect(t, exitOK)
	if err := json.Unmarshal([]byte(all.stdout), &orders); err != nil || len(orders) < 300 {
		t.Errorf("%d orders, %v", len(orders), err)
	}
	if last := orders[len(orders)-1]; !strings.Contains(string(last["Items"]), "149.90") {
		t.Errorf("the price lost digits: %s", last["Items"])
	}
	execute(t, "", "orders", "list").expect(t, exitOK, "DATE", "2024-10-25")

	execute(t, "", "articles", "translations", "set", "16519", "--language", "2", "--name", "Oak desk").expect(t, exitOK)
	execute(t, "", "articles", "translations", "get", "16519").expect(t, exitOK, "Oak desk")
	execute(t, `{"LanguageId":2,"Name":"Oak table","Description":null}`, "articles", "translations", "set", "16519", "--file", "-").expect(t, exitOK)
	execute(t, "", "articles", "translations", "get", "16519", "-o", "ndjson").expect(t, exitOK, `"Name":"Oak table"`, `"Description":null`)

	execute(t, "", "api", "get", "/{organizationName}/orders", "--query", "statusnamein=Nowe").expect(t, exitOK, `"Id":`+id)
	execute(t, orderJSON, "api", "POST", "/{organizationName}/orders", "--file", "-").expect(t, exitOK, `"Id"`)
	execute(t, "", "version").expect(t, exitOK, "xsale 0.")
}

func TestCommandsShareLogin(t *testing.T) {
	sandbox := useSandbox(t)
	for range 3 {
		execute(t, "", "me").expect(t, exitOK)
		execute(t, "", "statuses", "list").expect(t, exitOK)
	}
	if sandbox.TokenRequests() != 1 || sandbox.Logins() != 1 {
		t.Errorf("%d token requests, %d logins for six commands", sandbox.TokenRequests(), sandbox.Logins())
	}
	info, err := os.Stat(os.Getenv("XSALE_TOKEN_STORE"))
	if err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("token file: %v, %v", info, err)
	}

	execute(t, "", "me", "--token-store", "memory").expect(t, exitOK)
	if sandbox.Logins() != 2 {
		t.Errorf("%d logins after a command without a store", sandbox.Logins())
	}
}

func TestWrongPasswordIsSentOnce(t *testing.T) {
	sandbox := useSandbox(t)
	t.Setenv("XSALE_PASSWORD", "canary-wrong-password")
	r := execute(t, "", "me").expect(t, exitLogin, "wrong user name or password", "check the user name and the password")
	if sandbox.TokenRequests() != 1 || r.stdout != "" || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("%d token requests, output %q, errors %q", sandbox.TokenRequests(), r.stdout, r.stderr)
	}
}

func TestTemporaryLoginFailure(t *testing.T) {
	sandbox := useSandbox(t)
	sandbox.Fail(xsaletest.Login, xsaletest.Status(429, `{"error":"too_many_requests"}`).WithHeader("Retry-After", "1"))
	execute(t, "", "me").expect(t, exitOK, "Lorem Ipsum")
	if sandbox.TokenRequests() != 2 || sandbox.Logins() != 1 {
		t.Errorf("%d token requests, %d logins", sandbox.TokenRequests(), sandbox.Logins())
	}
}

func TestBlockedAccountIsNotRetried(t *testing.T) {
	sandbox := useSandbox(t)
	sandbox.Fail(xsaletest.Login, xsaletest.Status(429, `{"error":"too_many_attempts","error_description":"Your account has been blocked"}`).Times(2))
	execute(t, "", "me").expect(t, exitLogin, "account blocked", "unblock the account")
	if sandbox.TokenRequests() != 1 {
		t.Errorf("%d token requests", sandbox.TokenRequests())
	}
}

func TestExitCodes(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests())
	missing := filepath.Join(t.TempDir(), "missing.json")
	for name, test := range map[string]struct {
		code      int
		want      string
		arguments []string
	}{
		"unknown command":     {exitUsage, "unknown command", []string{"order"}},
		"unknown subcommand":  {exitUsage, "unknown command", []string{"orders", "delete"}},
		"group alone":         {exitUsage, "list", []string{"orders"}},
		"unknown flag":        {exitUsage, "--color", []string{"me", "--color"}},
		"missing argument":    {exitUsage, "missing argument PATH", []string{"api", "GET"}},
		"not an id":           {exitUsage, "ARTICLE", []string{"articles", "translations", "get", "desk"}},
		"unknown output":      {exitUsage, "ndjson", []string{"me", "-o", "xml"}},
		"missing file":        {exitUsage, "missing.json", []string{"orders", "create", "--file", missing}},
		"path upwards":        {exitUsage, "invalid argument", []string{"api", "GET", "/a/../me"}},
		"no order":            {exitUsage, "file", []string{"orders", "create"}},
		"nothing to create":   {exitUsage, "--name, or --file", []string{"integrations", "create"}},
		"two ways to create":  {exitUsage, "file", []string{"integrations", "create", "--file", "-", "--name", "x"}},
		"half a query":        {exitUsage, "name=value", []string{"api", "GET", "/me", "--query", "x"}},
		"unknown path":        {exitRejected, "404", []string{"api", "GET", "/{organizationName}/contractors"}},
		"unknown article":     {exitRejected, "'xsale me'", []string{"articles", "translations", "get", "4711"}},
		"other organization":  {exitRejected, "404", []string{"statuses", "list", "--organization", "other"}},
		"incomplete contract": {exitRejected, "/Items/0", []string{"api", "POST", "/{organizationName}/orders", "-f", writeFile(t, strings.Replace(orderJSON, `"PriceGross"`, `"Price"`, 1))}},
		"incomplete order":    {exitUsage, "BuyerId", []string{"orders", "create", "-f", writeFile(t, `{}`)}},
		"not JSON":            {exitUsage, "invalid JSON at line 1, column 1", []string{"orders", "create", "-f", writeFile(t, `<order/>`)}},
	} {
		t.Run(name, func(t *testing.T) {
			r := execute(t, "", test.arguments...).expect(t, test.code, test.want)
			if r.stdout != "" {
				t.Errorf("standard output is not empty: %s", r.stdout)
			}
		})
	}

	t.Run("nobody listens", func(t *testing.T) {
		sandbox.Close()
		t.Setenv("XSALE_TOKEN_STORE", "memory")
		execute(t, "", "me").expect(t, exitUnavailable, "login service unavailable")
	})
	t.Run("no account", func(t *testing.T) {
		t.Setenv("XSALE_PASSWORD", "")
		execute(t, "", "me").expect(t, exitLogin, "XSALE_PASSWORD is not set", "hint:")
	})
	t.Run("neither account nor organization", func(t *testing.T) { // what the user needs first
		t.Setenv("XSALE_PASSWORD", "")
		t.Setenv("XSALE_ORGANIZATION", "")
		execute(t, "", "orders", "list").expect(t, exitLogin, "XSALE_PASSWORD is not set", "run 'xsale sandbox'")
	})
	t.Run("no organization", func(t *testing.T) {
		t.Setenv("XSALE_ORGANIZATION", "")
		execute(t, "", "api", "GET", "/{organizationName}/orders").expect(t, exitUsage, "XSALE_ORGANIZATION")
		execute(t, "", "statuses", "list").expect(t, exitUsage, "XSALE_ORGANIZATION")
	})
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "input.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSandboxAddressInUse(t *testing.T) {
	sandbox := xsaletest.New(t)
	execute(t, "", "sandbox", "--addr", strings.TrimPrefix(sandbox.URL(), "http://")).expect(t, exitFailed, "--addr")
}

func TestJSONDoesNotEscapeHTML(t *testing.T) {
	useSandbox(t)
	for _, output := range []string{"json", "ndjson"} {
		execute(t, "", "articles", "translations", "get", "16519", "-o", output).expect(t, exitOK, "<p>")
	}
}

func TestHelpExplainsFilters(t *testing.T) {
	execute(t, "", "orders", "list", "--help").expect(t, exitOK, "--status-id also takes ids separated", "orders that match both")
}

func TestErrorsOfSandbox(t *testing.T) {
	sandbox := useSandbox(t)
	execute(t, "", "statuses", "list", "--organization", "x").expect(t, exitRejected, "404 Not Found: There is no such organization; path organizationName: the user does not work for it; the user works for "+xsaletest.Organization+"\n")
	if err := sandbox.Fail("createOrder", xsaletest.Status(http.StatusServiceUnavailable).Processed()); err != nil {
		t.Fatal(err)
	}
	r := execute(t, orderJSON, "orders", "create", "--file", "-").expect(t, exitMaybeProcessed,
		"503 Service Unavailable: The test injected this failure; the request may have been processed\nhint: check whether it was processed before sending it again\n")
	if strings.Contains(r.stderr, "try again later") {
		t.Errorf("a hint to create the order twice: %s", r.stderr)
	}
}

func TestErrorsAreOneLineAndHint(t *testing.T) {
	useSandbox(t)
	for _, name := range []string{"XSALE_CLIENT_ID", "XSALE_USERNAME", "XSALE_PASSWORD"} {
		t.Setenv(name, "")
	}
	r := execute(t, "", "me").expect(t, exitLogin, "XSALE_CLIENT_ID, XSALE_USERNAME, XSALE_PASSWORD are not set", "hint:")
	if strings.Count(r.stderr, "\n") != 2 {
		t.Errorf("want one line and a hint: %s", r.stderr)
	}
	t.Setenv("XSALE_BASE_URL", "http://api.example")
	r = execute(t, "", "me").expect(t, exitUsage, "base URL")
	if strings.Count(r.stderr, "xsale: ") != 1 {
		t.Errorf("want one prefix: %s", r.stderr)
	}
	execute(t, "", "--version").expect(t, exitOK, "0.1")
}

func TestSandboxStaysOnLoopback(t *testing.T) {
	execute(t, "", "sandbox", "--addr", "0.0.0.0:0").expect(t, exitUsage, "loopback")
}
