// Package doctor runs 'xsale doctor' against broken set-ups, each made for real on loopback.
package doctor

import (
	"bytes"
	"encoding/json"
	"flag"
	"log"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/doctor"
	"github.com/xsale-go/xsale/xsaletest"
)

const root = "../../.."

// program is the command under test, built once.
var program string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "doctor")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "xsale")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	build := exec.Command("go", "build", "-o", program, "./cmd/xsale")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		log.Printf("%v\n%s", err, output)
		return 1
	}
	if err := os.Chmod(dir, 0o755); err != nil { // for tests as another user
		log.Print(err)
		return 1
	}
	if err := flag.Set("test.parallel", "8"); err != nil { // many of them wait for what hangs
		log.Print(err)
		return 1
	}
	return m.Run()
}

// setup is an installation of the command with a sandbox.
type setup struct {
	*testing.T
	sandbox     *xsaletest.Sandbox
	dir         string
	environment map[string]string
	arguments   []string // of doctor
	shell       string   // runs the program as "$@", if set
	directory   string   // where it runs
	user        int      // runs it, if not 0
}

func newSetup(t *testing.T, options ...xsaletest.Option) *setup {
	t.Parallel()
	s := &setup{T: t, sandbox: xsaletest.New(t, options...), dir: t.TempDir(), environment: map[string]string{}}
	for _, variable := range s.sandbox.Environment() {
		name, value, _ := strings.Cut(variable, "=")
		s.environment[name] = value
	}
	s.environment["HOME"] = filepath.Join(s.dir, "home-canary")
	s.environment["XSALE_TOKEN_STORE"] = filepath.Join(s.dir, "tokens") + string(filepath.Separator)
	s.environment["PATH"] = os.Getenv("PATH")
	for _, name := range []string{"USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "LocalAppData", "AppData"} {
		s.environment[name] = filepath.Join(s.environment["HOME"], name)
	}
	if runtime.GOOS == "windows" {
		s.environment["SystemRoot"] = os.Getenv("SystemRoot")
	}
	s.must(os.Mkdir(s.environment["HOME"], 0o700))
	return s
}

func (s *setup) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// run runs the command and returns its output and exit code.
func (s *setup) run(arguments ...string) (stdout, stderr string, code int) {
	s.Helper()
	command := exec.Command(program, arguments...)
	if s.shell != "" {
		command = exec.Command("sh", append([]string{"-c", s.shell, "sh", program}, arguments...)...)
	}
	s.prepare(command)
	command.Dir = s.directory
	command.Env = []string{}
	for name, value := range s.environment {
		command.Env = append(command.Env, name+"="+value)
	}
	var out, errors bytes.Buffer
	command.Stdout, command.Stderr = &out, &errors
	if err := command.Run(); err != nil && command.ProcessState == nil {
		s.Fatal(err)
	}
	return out.String(), errors.String(), command.ProcessState.ExitCode()
}

// login stores tokens by running a command.
func (s *setup) login() {
	s.Helper()
	if _, stderr, code := s.run("me"); code != 0 {
		s.Fatalf("xsale me: %d, %s", code, stderr)
	}
}

// entry returns the path of the account's token file.
func (s *setup) entry() string {
	s.Helper()
	stdout, stderr, code := s.run("token", "path")
	if code != 0 {
		s.Fatalf("xsale token path: %d, %s", code, stderr)
	}
	return strings.TrimSpace(stdout)
}

// expectation maps the names of checks to their verdict and a part of the remedy.
type expectation map[string]struct {
	verdict doctor.Verdict
	remedy  string
}

// examine runs the doctor. All checks that are not expected to complain must be ok or skipped.
func (s *setup) examine(want expectation) doctor.Report {
	s.Helper()
	logins := s.sandbox.TokenRequests()
	stdout, stderr, code := s.run(append([]string{"doctor", "-o", "json"}, s.arguments...)...)
	var report doctor.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		s.Fatalf("%v\n%s%s", err, stdout, stderr)
	}
	if !slices.Contains(s.arguments, "--login") && s.sandbox.TokenRequests() != logins {
		s.Errorf("the doctor logged in")
	}
	found := map[string]bool{}
	failed := false
	for _, check := range report.Checks {
		failed = failed || check.Verdict == doctor.Failed
		expected, named := want[check.Name]
		complains := check.Verdict == doctor.Failed || check.Verdict == doctor.Warning
		switch {
		case complains != (check.Remedy != ""):
			s.Errorf("remedy %q: %+v", check.Remedy, check)
		case complains && !named:
			s.Errorf("false alarm: %+v", check)
		case complains && check.Verdict == expected.verdict && strings.Contains(check.Remedy, expected.remedy):
			found[check.Name] = true
		case complains:
			s.Errorf("%+v, want %s and %q in the remedy", check, expected.verdict, expected.remedy)
		}
	}
	for name := range want {
		if !found[name] {
			s.Errorf("%s does not complain", name)
		}
	}
	if failed != (code == 1) || failed != (report.Verdict == doctor.Failed) {
		s.Errorf("exit code %d, verdict %s: %s", code, report.Verdict, stderr)
	}
	for _, canary := range []string{xsaletest.Username, xsaletest.Password, xsaletest.ClientID, xsaletest.ClientSecret, xsaletest.Organization, "Lorem Ipsum", "canary-", "home-canary", "acme"} {
		if strings.Contains(stdout+stderr, canary) {
			s.Errorf("the report contains %q", canary)
		}
	}
	if s.Failed() {
		s.Logf("%s%s", stdout, stderr)
	}
	return report
}

// useAccount moves the environment's account to the configuration file. More lines may follow.
func (s *setup) useAccount(more string) {
	lines := []string{"current: acme", "accounts:", "  acme:"}
	for key, variable := range map[string]string{
		"client_id": "XSALE_CLIENT_ID", "username": "XSALE_USERNAME", "organization": "XSALE_ORGANIZATION",
		"base_url": "XSALE_BASE_URL", "token_url": "XSALE_TOKEN_URL", "audience": "XSALE_AUDIENCE", "scope": "XSALE_SCOPE",
	} {
		lines = append(lines, "    "+key+": "+s.environment[variable])
		s.clear(variable)
	}
	s.clear("XSALE_CLIENT_SECRET", "XSALE_PASSWORD")
	lines = append(lines, "    client_secret_command: echo "+xsaletest.ClientSecret, "    password_command: echo "+xsaletest.Password, "    secrets: command", more, "")
	s.environment["XSALE_CONFIG_DIR"] = filepath.Join(s.dir, "config")
	s.must(os.Mkdir(s.environment["XSALE_CONFIG_DIR"], 0o700))
	s.must(os.WriteFile(s.accounts(), []byte(strings.Join(lines, "\n")), 0o600))
}

// accounts returns the path of the configuration file.
func (s *setup) accounts() string {
	return filepath.Join(s.environment["XSALE_CONFIG_DIR"], "accounts.yaml")
}

// clear removes variables.
func (s *setup) clear(names ...string) {
	for _, name := range names {
		delete(s.environment, name)
	}
}

// closedPort returns an address on loopback where nothing listens.
func (s *setup) closedPort() string {
	s.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	s.must(listener.Close())
	return listener.Addr().String()
}

// use points both addresses at a server.
func (s *setup) use(origin string) {
	s.environment["XSALE_BASE_URL"], s.environment["XSALE_TOKEN_URL"] = origin, origin+"/oauth/token"
}

func TestHealthy(t *testing.T) {
	for name, change := range map[string]func(s *setup){
		"with tokens":    func(s *setup) { s.login() },
		"without tokens": func(*setup) {},
		"with TLS": func(s *setup) {
			s.use("https://" + s.serveTLS(certificate{names: []string{"localhost"}}))
			s.login()
		},
		"through a proxy": func(s *setup) {
			s.useProxy(s.startProxy(0))
			s.login()
		},
		"with a login": func(s *setup) { s.arguments = []string{"--login"} },
		"cache":        func(s *setup) { s.clear("XSALE_TOKEN_STORE"); s.login() },
		"one file": func(s *setup) {
			s.environment["XSALE_TOKEN_STORE"] = filepath.Join(s.dir, "tokens.json")
			s.login()
		},
		"a registered spec": func(s *setup) { s.pull(func(index string) string { return index + "\n" }) },
		"an account": func(s *setup) {
			s.useAccount("")
			s.login()
		},
		"credentials file": func(s *setup) {
			file := filepath.Join(s.dir, "credentials.json")
			data, err := json.Marshal(map[string]string{"client_id": xsaletest.ClientID, "client_secret": xsaletest.ClientSecret, "username": xsaletest.Username, "password": xsaletest.Password})
			s.must(err)
			s.must(os.WriteFile(file, data, 0o600))
			s.clear("XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD")
			s.arguments = []string{"--credentials", file, "--login"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t)
			change(s)
			report := s.examine(nil)
			verdicts := map[string]doctor.Verdict{}
			for _, check := range report.Checks {
				verdicts[check.Name] = check.Verdict
			}
			loggedIn := s.sandbox.Logins() > 0
			for _, check := range []string{"environment", "configuration", "credentials", "proxy", "login-service", "api", "clock", "store", "lock", "rate", "failed-login", "login-budget", "tokens"} {
				if verdicts[check] != doctor.OK {
					t.Errorf("%s is %q", check, verdicts[check])
				}
			}
			if loggedIn != (verdicts["organization"] == doctor.OK) {
				t.Errorf("after %d logins, the organization is %q", s.sandbox.Logins(), verdicts["organization"])
			}
		})
	}
}

// The report is stable: names of checks and fields are documented, and others may read them.
func TestReportNames(t *testing.T) {
	s := newSetup(t)
	stdout, _, _ := s.run("doctor", "-o", "json")
	var report map[string]any
	s.must(json.Unmarshal([]byte(stdout), &report))
	if fields := slices.Sorted(maps.Keys(report)); !slices.Equal(fields, []string{"checked_at", "checks", "schema", "settings", "verdict"}) {
		t.Errorf("fields %v", fields)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "troubleshooting.md"))
	s.must(err)
	for _, check := range report["checks"].([]any) {
		if name := check.(map[string]any)["name"].(string); !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/troubleshooting.md does not explain the check %s", name)
		}
	}
	table, _, _ := s.run("doctor")
	if !strings.Contains(table, "ok: ") || strings.Contains(table, "remedy:") {
		t.Errorf("%s", table)
	}
	if csv, _, _ := s.run("doctor", "--columns", "name,verdict", "--csv"); !strings.HasPrefix(csv, "name,verdict\nenvironment,ok\n") && !strings.HasPrefix(csv, "name,verdict\r\nenvironment,ok\r\n") {
		t.Errorf("not CSV: %q", csv)
	}
	s.environment["CLICOLOR_FORCE"] = "1"
	if table, _, _ := s.run("doctor"); !strings.Contains(table, "\x1b[32mok\x1b[0m ") {
		t.Errorf("not in color: %q", table)
	}
}

func unixOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs the modes of Unix")
	}
}
