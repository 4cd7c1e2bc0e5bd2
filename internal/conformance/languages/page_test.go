package languages

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// pageLanguage is a language of docs/languages.md.
type pageLanguage struct {
	fence            string // of its blocks of code
	file             string
	compile, command []string
	tokenFile        bool // tokens are kept for the next run
}

var pageLanguages = []pageLanguage{
	{fence: "python", file: "orders.py", command: []string{"python3", "orders.py"}, tokenFile: true},
	{fence: "php", file: "orders.php", command: []string{"php", "orders.php"}, tokenFile: true},
	{fence: "javascript", file: "orders.mjs", command: []string{"node", "orders.mjs"}},
	{fence: "csharp", file: "orders.cs", command: []string{"mono", "orders.exe"}, // Debian has no .NET
		compile: []string{"mcs", "-r:System.Net.Http", "-r:System.Runtime.Serialization", "orders.cs"}},
}

// seed has what floats get wrong: an id and sums beyond 53 bits. The comment is no number.
const seed = `{"Orders": [
	{"Order": {"Id": 1, "Comment": "\" 1.50 \\", "Items": [{"Quantity": 3, "PriceGross": 149.90}]}},
	{"Order": {"Id": 2, "Items": [{"Quantity": 1, "PriceGross": 1}]}, "Status": "Anulowane"},
	{"Order": {"Id": 9007199254740993, "Items": [
		{"Quantity": 3, "PriceGross": 90071992547409.93}, {"Quantity": 1, "PriceGross": 0.1}]}}]}`

// totals is what the programs print.
const totals = "1 449.70\n9007199254740993 270215977642229.89\n"

// The programs of the page print the totals of the new orders to the digit, log in as rarely as the
// page says, and send tokens and secret nowhere else.
func TestProgramsOfThePage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/languages.md"))
	if err != nil {
		t.Fatal(err)
	}
	sandbox := startSandbox(t)
	throughProxy := slices.Concat(sandbox.startProxy(t, "XSALE_PROXY_"), []string{
		"XSALE_ORGANIZATION=" + xsaletest.Organization, "http_proxy=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1"})
	for _, language := range pageLanguages {
		t.Run(language.fence, func(t *testing.T) {
			language.require(t)
			programs := fences(string(page), language.fence)
			if len(programs) != 2 {
				t.Fatalf("%d programs, want one with its own login and one that calls the proxy", len(programs))
			}
			own := program{language, language.prepare(t, programs[0]), sandbox.environment}
			gateway := program{language, language.prepare(t, programs[1]), throughProxy}
			sandbox.control(t, "POST", "/reset", "")
			sandbox.control(t, "PUT", "/seed", seed)
			if language.tokenFile {
				var running sync.WaitGroup
				for range 3 { // wait for each other
					running.Go(func() { own.check(t) })
				}
				running.Wait()
				sandbox.checkLogins(t, 1)
				checkPrivate(t, filepath.Join(own.dir, ".xsale-tokens.json"))
				sandbox.control(t, "POST", "/tokens/revoke", "")
			} else {
				own.check(t)
			}
			own.check(t)
			sandbox.checkLogins(t, 2)
			gateway.check(t)
			own.checkRedirect(t, sandbox)
			gateway.checkRedirect(t, sandbox)
		})
	}
}

// require skips the test of a language that is not installed. The gate installs all.
func (l pageLanguage) require(t *testing.T) {
	t.Helper()
	for _, command := range [][]string{l.command, l.compile} {
		if command == nil {
			continue
		}
		if _, err := exec.LookPath(command[0]); err != nil {
			t.Skip(err)
		}
	}
}

// fences returns the blocks of code in a language.
func fences(page, language string) (blocks []string) {
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

// prepare writes a program to a new directory, which is also its home, and compiles it if needed.
func (l pageLanguage) prepare(t *testing.T, code string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, l.file), []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	if l.compile != nil {
		command := exec.Command(l.compile[0], l.compile[1:]...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return dir
}

// program is a program of the page, ready to run.
type program struct {
	pageLanguage
	dir         string
	environment []string
}

func (p program) run(t *testing.T) (string, error) {
	command := exec.CommandContext(t.Context(), p.command[0], p.command[1:]...)
	command.Dir = p.dir
	command.Env = slices.Concat(os.Environ(), p.environment, []string{"HOME=" + p.dir})
	out, err := command.CombinedOutput()
	return strings.ReplaceAll(string(out), "\r\n", "\n"), err
}

// check runs a program and compares its output.
func (p program) check(t *testing.T) {
	t.Helper()
	if out, err := p.run(t); err != nil || out != totals {
		t.Errorf("%v, got\n%s\nwant\n%s", err, out, totals)
	}
}

// checkRedirect leads a program to another server.
func (p program) checkRedirect(t *testing.T, s *sandbox) {
	t.Helper()
	var requests atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	defer other.Close()
	s.control(t, "POST", "/faults", `{"operation": "listOrders", "faults": [{"fault": "status", "status": 302, "headers": {"Location": "`+other.URL+`"}}]}`)
	if out, err := p.run(t); err == nil || requests.Load() != 0 {
		t.Errorf("after a redirect: %v, %d requests to the other server, want an error and none\n%s", err, requests.Load(), out)
	}
}

// control calls the control API and returns the body of the response.
func (s *sandbox) control(t *testing.T, method, path, body string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+"/_sandbox"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s %s %v", method, path, response.Status, data, err)
	}
	return data
}

func (s *sandbox) checkLogins(t *testing.T, want int) {
	t.Helper()
	var got struct{ Logins int }
	if err := json.Unmarshal(s.control(t, "GET", "/logins", ""), &got); err != nil {
		t.Fatal(err)
	}
	if got.Logins != want {
		t.Errorf("%d logins, want %d", got.Logins, want)
	}
}

func checkPrivate(t *testing.T, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("the file with the tokens has the mode %o, want 600", mode)
	}
}
