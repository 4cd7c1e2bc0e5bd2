package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/xsaletest"
)

// recordedAccount is an account at a sandbox of its own. In front of the sandbox, a proxy records all
// that it receives, and takes only this account's secrets and user. The client ID is that of the
// sandbox, which its ID tokens contain.
type recordedAccount struct {
	name, url, organization string
	clientID, clientSecret  string
	username, password      string
	sandbox                 *xsaletest.Sandbox
	mu                      sync.Mutex
	received                bytes.Buffer
	logins                  int
}

func newRecordedAccount(t *testing.T, name string) *recordedAccount {
	t.Helper()
	r := &recordedAccount{
		name: name, organization: "org-of-" + name,
		clientID: xsaletest.ClientID, clientSecret: "client-secret-of-" + name,
		username: "user-of-" + name + "@example.com", password: "password-of-" + name,
		sandbox: xsaletest.New(t, xsaletest.WithOrganizations(xsale.OrganizationInfo{ID: 7, Name: "org-of-" + name, ShortName: name}),
			xsaletest.WithInvalidRequests(), xsaletest.WithOrders(6)),
	}
	target, err := url.Parse(r.sandbox.URL())
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		fmt.Fprintln(&r.received, request.Method, request.URL, request.Header, string(body))
		if strings.HasSuffix(request.URL.Path, "/oauth/token") && len(body) > 0 { // doctor sends none
			r.logins++
			fields := map[string]string{}
			if err := json.Unmarshal(body, &fields); err != nil {
				t.Error(err)
			}
			for field, values := range map[string][2]string{
				"client_secret": {r.clientSecret, xsaletest.ClientSecret},
				"username":      {r.username, xsaletest.Username}, "password": {r.password, xsaletest.Password},
			} {
				if fields[field] != values[0] {
					t.Errorf("%s got %s %q", r.name, field, fields[field])
				}
				fields[field] = values[1]
			}
			body, _ = json.Marshal(fields)
		}
		request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		forward.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// environment returns the variables of the account.
func (r *recordedAccount) environment() map[string]string {
	return map[string]string{
		"XSALE_CLIENT_ID": r.clientID, "XSALE_CLIENT_SECRET": r.clientSecret, "XSALE_USERNAME": r.username, "XSALE_PASSWORD": r.password,
		"XSALE_BASE_URL": r.url, "XSALE_TOKEN_URL": r.url + "/oauth/token", "XSALE_AUDIENCE": xsaletest.Audience, "XSALE_ORGANIZATION": r.organization,
	}
}

// add saves the account with 'account add'.
func (r *recordedAccount) add(t *testing.T, more ...string) result {
	t.Helper()
	credentials, err := json.Marshal(map[string]string{"client_id": r.clientID, "client_secret": r.clientSecret, "username": r.username, "password": r.password})
	if err != nil {
		t.Fatal(err)
	}
	return execute(t, string(credentials), append([]string{"account", "add", r.name, "--credentials", "-", "--secrets", "file",
		"--base-url", r.url, "--token-url", r.url + "/oauth/token", "--audience", xsaletest.Audience, "--organization", r.organization}, more...)...)
}

// useDirectories gives a test directories of its own and an environment without an account.
func useDirectories(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"HOME", "USERPROFILE", "XDG_CACHE_HOME", "LocalAppData", "XDG_DATA_HOME", "XSALE_CONFIG_DIR"} {
		t.Setenv(name, filepath.Join(dir, strings.ToLower(name)))
	}
	for _, name := range []string{"XSALE_ACCOUNT", "XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD", "XSALE_BASE_URL",
		"XSALE_TOKEN_URL", "XSALE_AUDIENCE", "XSALE_SCOPE", "XSALE_ORGANIZATION", "XSALE_TOKEN_STORE"} {
		t.Setenv(name, "")
	}
	return dir
}

// accountCommands are the commands that use an account, each with its arguments. Standard input is an
// order.
func accountCommands(t *testing.T, r *recordedAccount) [][]string {
	to := filepath.Join(t.TempDir(), r.name)
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	return [][]string{
		{"me"}, {"statuses", "list"}, {"orders", "list"}, {"orders", "create", "--file", "-"},
		{"orders", "pull", "--any-status", "--to", to}, {"orders", "pull", "--any-status", "--flow", "pull_failing", "--exec", "echo for $XSALE_ACCOUNT && exit 3"},
		{"orders", "parked", "--flow", "pull_failing"}, {"orders", "show", "1", "--flow", "pull_failing"}, {"orders", "retry", "1", "--flow", "pull_failing"}, {"orders", "discard", "2", "--flow", "pull_failing"},
		{"orders", "push", "--key-field", "Number", writeFile(t, numbered("1"))},
		{"integrations", "create", "--name", "shop.example"},
		{"articles", "translations", "get", "16519"}, {"articles", "translations", "set", "16519", "--language", "2", "--name", "Oak desk"},
		{"api", "GET", "/{organizationName}/orders"}, {"api", "GET", "/me", "--debug"},
		{"token", "show"}, {"token", "path"}, {"token", "print", "--header"}, {"token", "refresh"},
		{"account", "show"}, {"doctor"}, {"verify", "--yes", "--rate", "1000"},
		{"call", "listStatuses"}, {"call", "getMe"},
		{"token", "clear"}, {"me", "-o", "json"},
	}
}

// Two accounts at two sandboxes, one after the other and at the same time: nothing of one reaches the
// other's sandbox, its files or its output.
func TestAccountsNeverMix(t *testing.T) {
	dir := useDirectories(t)
	accounts := []*recordedAccount{newRecordedAccount(t, "alpha"), newRecordedAccount(t, "omega")}
	outputs := map[string]*bytes.Buffer{}
	for _, r := range accounts {
		added := r.add(t).expect(t, exitOK, "saved account "+r.name)
		outputs[r.name] = bytes.NewBufferString(added.stdout)
	}
	var both sync.WaitGroup
	for _, r := range accounts {
		commands := accountCommands(t, r)
		both.Go(func() {
			for _, command := range commands {
				var stdout, stderr bytes.Buffer
				code := run(t.Context(), append(command, "--account", r.name), strings.NewReader(orderJSON), &stdout, &stderr)
				fails := slices.Contains(command, "--exec") || command[0] == "verify" || command[0] == "doctor"
				if code > exitFailed || code == exitFailed && !fails {
					t.Errorf("%s %v: exit code %d\n%s", r.name, command, code, stderr.String())
				}
				fmt.Fprintln(outputs[r.name], command, stdout.String(), stderr.String())
			}
		})
	}
	both.Wait()
	for i, r := range accounts { // by XSALE_ACCOUNT, and by the current account
		t.Setenv("XSALE_ACCOUNT", r.name)
		me := execute(t, "", "me").expect(t, exitOK, r.organization)
		t.Setenv("XSALE_ACCOUNT", "")
		execute(t, "", "account", "use", r.name).expect(t, exitOK)
		listed := execute(t, "", "orders", "list").expect(t, exitOK)
		for name, value := range accounts[1-i].environment() { // the environment wins as a whole
			t.Setenv(name, value)
		}
		other := execute(t, "", "me").expect(t, exitOK, accounts[1-i].organization)
		for name := range r.environment() {
			t.Setenv(name, "")
		}
		fmt.Fprintln(outputs[r.name], me, listed)
		fmt.Fprintln(outputs[accounts[1-i].name], other)
	}
	for i, r := range accounts {
		if runtime.GOOS != "windows" && !strings.Contains(outputs[r.name].String(), "for "+r.name+"\n") {
			t.Errorf("the program of 'orders pull' does not know the account %s", r.name)
		}
		foreign := accounts[1-i]
		canaries := []string{foreign.name, strings.TrimPrefix(foreign.url, "http://")}
		canaries = append(canaries, tokensIn(outputs[foreign.name].String())...)
		if len(canaries) < 4 || r.received.Len() < 10_000 || outputs[r.name].Len() < 5_000 || r.logins < 1 {
			t.Fatalf("the test checks nothing: %d canaries, %d and %d bytes, %d logins\n%s", len(canaries), r.received.Len(), outputs[r.name].Len(), r.logins, outputs[r.name])
		}
		for _, canary := range canaries {
			if strings.Contains(r.received.String(), canary) {
				t.Errorf("%s received %.30s… of %s", r.name, canary, foreign.name)
			}
			if strings.Contains(outputs[r.name].String(), canary) {
				t.Errorf("a command of %s printed %.30s… of %s", r.name, canary, foreign.name)
			}
		}
	}
	checkFilesOfAccounts(t, dir, accounts)
}

// tokensIn returns the tokens that 'token print' wrote.
func tokensIn(output string) (tokens []string) {
	for line := range strings.Lines(output) {
		if _, token, ok := strings.Cut(line, "Authorization: Bearer ey"); ok {
			tokens = append(tokens, strings.TrimSpace(token))
		} else if token, ok := strings.CutPrefix(line, "x-id-token: ey"); ok {
			tokens = append(tokens, strings.TrimSpace(token))
		}
	}
	return tokens
}

// checkFilesOfAccounts checks that secrets are only in the files of their account, and that no other
// file has anything of both.
func checkFilesOfAccounts(t *testing.T, dir string, accounts []*recordedAccount) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files++
		settings := filepath.Base(path) == "accounts.yaml"
		for i, r := range accounts {
			private := filepath.Base(filepath.Dir(path)) == r.name
			for _, secret := range []string{r.password, r.clientSecret} {
				if bytes.Contains(data, []byte(secret)) && !private {
					t.Errorf("%s contains the secret %s", path, secret)
				}
			}
			if !settings && bytes.Contains(data, []byte(r.name)) && bytes.Contains(data, []byte(accounts[1-i].name)) {
				t.Errorf("%s has something of both accounts", path)
			}
		}
		return err
	})
	if err != nil || files < 8 {
		t.Errorf("%d files, %v", files, err)
	}
}

// Each command is in the test above, or has no account.
func TestEveryCommandOfAnAccountIsTried(t *testing.T) {
	without := []string{
		"account add", "account list", "account use", "account remove", "completion", "demo", "generate", "help", "reference", "sandbox", "version",
		"spec", "proxy", "mcp", // their calls are those of 'api' and 'call'
		"login", "logout",
	}
	tried := accountCommands(t, &recordedAccount{name: "alpha"})
	root, _ := newRootCommand()
	var walk func(*cobra.Command)
	walk = func(command *cobra.Command) {
		for _, child := range command.Commands() {
			walk(child)
		}
		path := strings.Fields(command.CommandPath())[1:]
		if command.HasSubCommands() || len(path) == 0 {
			return
		}
		listed := slices.ContainsFunc(without, func(w string) bool { return strings.HasPrefix(strings.Join(path, " ")+" ", w+" ") })
		inTest := slices.ContainsFunc(tried, func(arguments []string) bool {
			return len(arguments) >= len(path) && slices.Equal(arguments[:len(path)], path)
		})
		if !listed && !inTest {
			t.Errorf("%v is not in accountCommands", path)
		}
	}
	walk(root)
}

// Organizations of two APIs may have the same name, and their orders the same ids.
func TestOrdersOfAnotherAPIAreTaken(t *testing.T) {
	useSandbox(t, xsaletest.WithOrders(3))
	data := os.Getenv("XDG_DATA_HOME")
	pullAll := []string{"orders", "pull", "--any-status", "--to", t.TempDir()}
	execute(t, "", pullAll...).expect(t, exitOK, "Done                  3")
	useSandbox(t, xsaletest.WithOrders(3))
	t.Setenv("XDG_DATA_HOME", data)
	execute(t, "", pullAll...).expect(t, exitOK, "Done                  3")
	execute(t, "", pullAll...).expect(t, exitOK, "Done                  0")
}

func TestAccountCommands(t *testing.T) {
	dir := useDirectories(t)
	r := newRecordedAccount(t, "shop")
	execute(t, "", "account", "list").expect(t, exitOK, "NAME")
	execute(t, "", "account", "show").expect(t, exitUsage, "no account", "xsale account use")
	r.add(t).expect(t, exitOK, "saved account shop: user "+r.username+", secrets in a file", "the current account is shop")
	r.add(t).expect(t, exitUsage, "account shop exists", "--overwrite")
	r.add(t, "--overwrite").expect(t, exitOK, "replaced account shop: client "+r.clientID, r.organization, r.url)
	execute(t, "", "me").expect(t, exitOK, r.organization)

	shown := execute(t, "", "account", "show", "-o", "json").expect(t, exitOK)
	var report accountReport
	if err := json.Unmarshal([]byte(shown.stdout), &report); err != nil || report.Name != "shop" || !report.Current || report.Secrets != "file" || report.Login != "password" {
		t.Errorf("%+v, %v", report, err)
	}
	if strings.Contains(shown.stdout, r.password) || strings.Contains(shown.stdout, r.clientSecret) {
		t.Error("a secret is shown")
	}
	for name, value := range r.environment() {
		t.Setenv(name, value)
	}
	execute(t, "", "account", "add", "other", "--from-environment", "--secrets", "file").expect(t, exitOK, "saved account other")
	execute(t, "", "account", "use", "other").expect(t, exitOK, "the current account is other, no longer shop", "note: the environment has the credentials")
	for name := range r.environment() {
		t.Setenv(name, "")
	}
	listed := execute(t, "", "account", "list").expect(t, exitOK)
	for i, line := range strings.Split(strings.TrimSpace(listed.stdout), "\n")[1:] {
		if strings.HasPrefix(line, "*") != (i == 1) || !strings.Contains(line, r.username) || !strings.Contains(line, r.url) {
			t.Errorf("line %d: %q", i, line)
		}
	}
	t.Setenv("XSALE_CLIENT_ID", "web-client")
	t.Setenv("XSALE_CLIENT_SECRET", "web-secret")
	execute(t, "", "account", "add", "web", "--from-environment", "--secrets", "file").expect(t, exitOK, "saved account web: a person logs in with 'xsale login --account web', secrets in a file")
	execute(t, "", "account", "show", "web").expect(t, exitOK, "browser")
	execute(t, "", "account", "remove", "web", "--yes").expect(t, exitOK)
	t.Setenv("XSALE_CLIENT_ID", "")
	t.Setenv("XSALE_CLIENT_SECRET", "")
	execute(t, "", "account", "use", "shpo").expect(t, exitUsage, "did you mean shop?")
	execute(t, "", "me", "--account", "shpo").expect(t, exitUsage, "did you mean shop?")
	execute(t, "{}", "me", "--account", "shop", "--credentials", "-").expect(t, exitUsage, "cannot be used together")
	t.Setenv("XSALE_PASSWORD", "another")
	execute(t, "", "me").expect(t, exitUsage, "account other is not the one in the environment, by XSALE_PASSWORD: unset")
	t.Setenv("XSALE_PASSWORD", "")

	secrets := filepath.Join(dir, "xsale_config_dir", "accounts", "other", "secrets.json")
	if err := os.Remove(secrets); err != nil {
		t.Fatal(err)
	}
	lost := execute(t, "", "me").expect(t, exitLogin, "account other", secrets, "xsale account add other --overwrite")
	if strings.Count(lost.stderr, "\n") != 1 {
		t.Errorf("a hint that does not help: %s", lost.stderr)
	}

	execute(t, "yes\n", "account", "remove", "shop").expect(t, exitUsage, "--yes")
	tokens := strings.TrimSpace(execute(t, "", "token", "path", "--account", "shop").expect(t, exitOK).stdout)
	execute(t, "", "account", "remove", "shop", "--yes").expect(t, exitOK, "removed: tokens in "+tokens, "secrets.json", "removed: account shop")
	execute(t, "", "account", "remove", "other", "--yes").expect(t, exitOK, "removed: account other", "the choice of the current account", "warning: the account's tokens")
	execute(t, "", "account", "remove", "other", "--yes").expect(t, exitUsage, "no account")
	execute(t, "", "me").expect(t, exitLogin, "XSALE_CLIENT_ID", "xsale account add NAME")
}

// The file has what the flags do not give, such as the only secret of an application whose users log in.
func TestAccountAddTakesSomeCredentials(t *testing.T) {
	useDirectories(t)
	file := writeFile(t, `{"client_secret":"canary-secret"}`)
	add := func(name, flags string) result {
		return execute(t, "", append([]string{"account", "add", name, "--secrets", "file", "--client-id", "a", "--credentials", file}, strings.Fields(flags)...)...)
	}
	add("users", "--login browser").expect(t, exitOK)
	add("program", "--username me@shop.example --password-command pass").expect(t, exitOK)
	for _, name := range []string{"users", "program"} {
		dir, err := account.ConfigDir()
		if err != nil {
			t.Fatal(err)
		}
		if stored := readFile(t, filepath.Join(dir, "accounts", name, "secrets.json")); !strings.Contains(stored, "canary-secret") {
			t.Errorf("%s: %s", name, stored)
		}
	}
}

func TestAccountAddNeedsEverything(t *testing.T) {
	useDirectories(t)
	for want, arguments := range map[string][]string{
		"pass --client-id, --client-secret-command, --username, --password-command, or all": {"shop"},
		"pass --client-secret-command, --password-command, or all":                          {"shop", "--client-id", "a", "--username", "b"},
		"pass --client-id, --client-secret-command, or all":                                 {"shop", "--login", "browser"},
		"base_url and token_url belong together":                                            {"shop", "--client-id", "a", "--username", "b", "--password-command", "x", "--client-secret-command", "y", "--base-url", "https://x.example"},
		"XSALE_CLIENT_ID, XSALE_CLIENT_SECRET":                                              {"shop", "--from-environment"},
		"cannot be used together":                                                           {"shop", "--from-environment", "--credentials", "-"},
		"--account has no effect":                                                           {"shop", "--account", "x"},
		`account name "a/b"`:                                                                {"a/b", "--client-id", "a", "--username", "b", "--password-command", "x", "--client-secret-command", "y"},
		"keyring or file":                                                                   {"shop", "--secrets", "vault"},
		"not a JSON object":                                                                 {"shop", "--credentials", "-"},
		"xsale login":                                                                       {"shop", "--login", "browser", "--check", "--client-id", "a", "--client-secret-command", "y"},
	} {
		execute(t, "x", append([]string{"account", "add"}, arguments...)...).expect(t, exitUsage, want)
	}
	for credentials, test := range map[string]struct{ flags, want string }{
		`{"client_id":"a","client_secret":"s","username":"u","password":"p"}`: {"--client-id b", "--client-id is not that of the credentials"},
		`{"client_id":"a","client_secret":"s","password":"p"}`:                {"--login browser", "--credentials has a user name or a password, which --login browser does not use"},
		`{"client_secret":"s"}`: {"--client-id a", "pass --username, --password-command, or all of it with --credentials"},
		`{}`:                    {"", "client_id, client_secret, username, password are not set"},
		`{"client_sceret":"s"}`: {"", "client_id, client_secret, username, password are not set"},
	} {
		execute(t, credentials, append([]string{"account", "add", "shop", "--credentials", "-"}, strings.Fields(test.flags)...)...).expect(t, exitUsage, test.want)
	}
	execute(t, "", "account", "list", "-o", "ndjson").expect(t, exitOK)
	if r := execute(t, "", "account", "list", "-o", "json"); strings.TrimSpace(r.stdout) != "[]" {
		t.Errorf("something was saved: %s", r.stdout)
	}
}

// --check logs in once, before anything is saved, and the next command uses its tokens.
func TestAccountAddChecks(t *testing.T) {
	useDirectories(t)
	r := newRecordedAccount(t, "shop")
	right := r.organization
	r.organization = "wrong"
	r.add(t, "--check").expect(t, exitUsage, `no organization "wrong", only: `+right, "nothing was saved")
	execute(t, "", "account", "show", "shop").expect(t, exitUsage, "no account")
	credentials := fmt.Sprintf(`{"client_id":%q,"client_secret":%q,"username":%q,"password":%q}`, r.clientID, r.clientSecret, r.username, r.password)
	execute(t, credentials, "account", "add", "shop", "--credentials", "-", "--secrets", "file", "--check", "--base-url", r.url, "--token-url", r.url+"/oauth/token", "--audience", xsaletest.Audience).expect(t, exitOK)
	execute(t, "", "account", "show", "shop").expect(t, exitOK, right)
	execute(t, "", "statuses", "list").expect(t, exitOK)
	if r.logins != 1 {
		t.Errorf("%d logins", r.logins)
	}
}
