package languages

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/xsaletest"
)

// pageLanguage is a language of docs/languages.md.
type pageLanguage struct {
	fence            string // of its blocks of code
	file             string
	compile, command []string
	tokenFile        bool // tokens are kept for the next run
}

// dotNet stands for .NET, which Debian does not have.
const dotNet = "mono"

var pageLanguages = []pageLanguage{
	{fence: "python", file: "orders.py", command: []string{"python3", "orders.py"}, tokenFile: true},
	{fence: "php", file: "orders.php", command: []string{"php", "orders.php"}, tokenFile: true},
	{fence: "javascript", file: "orders.mjs", command: []string{"node", "orders.mjs"}},
	{fence: "csharp", file: "orders.cs", command: []string{dotNet, "orders.exe"},
		compile: []string{"mcs", "-r:System.Net.Http", "-r:System.Runtime.Serialization", "orders.cs"}},
}

// The programs of the page print the totals of the new orders to the digit, and log in as rarely as
// the page says.
func TestProgramsOfThePage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/languages.md"))
	if err != nil {
		t.Fatal(err)
	}
	sandbox := startSandbox(t)
	throughProxy := slices.Concat(sandbox.startProxy(t, "XSALE_PROXY_"), []string{"XSALE_ORGANIZATION=" + xsaletest.Organization})
	want := totals(t)
	for _, language := range pageLanguages {
		t.Run(language.fence, func(t *testing.T) {
			for _, command := range [][]string{language.compile, language.command} {
				if command == nil {
					continue
				}
				if _, err := exec.LookPath(command[0]); err != nil {
					t.Skip(err)
				}
			}
			programs := fences(string(page), language.fence)
			if len(programs) != 2 {
				t.Fatalf("%d programs, want one with its own login and one that calls the proxy", len(programs))
			}
			sandbox.control(t, "POST", "/reset", nil)
			own := language.prepare(t, programs[0])
			for run, logins := range []int{1, 2, 3} {
				if language.tokenFile {
					logins = 1 // the second run uses the tokens of the first
				}
				if run == 2 {
					sandbox.control(t, "POST", "/tokens/revoke", nil)
					logins = min(logins+1, 3) // they are rejected, and the program logs in once more
				}
				language.check(t, own, sandbox.environment, want)
				sandbox.checkLogins(t, logins)
			}
			if language.tokenFile {
				checkPrivate(t, filepath.Join(own, ".xsale-tokens.json"))
			}
			language.check(t, language.prepare(t, programs[1]), throughProxy, want)
		})
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

// check runs a program and compares its output.
func (l pageLanguage) check(t *testing.T, dir string, environment []string, want string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), l.command[0], l.command[1:]...)
	command.Dir = dir
	command.Env = slices.Concat(os.Environ(), environment, []string{"HOME=" + dir})
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := strings.ReplaceAll(string(out), "\r\n", "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// totals returns what the programs must print, calculated by this module.
func totals(t *testing.T) string {
	t.Helper()
	client := xsaletest.New(t).Client(t)
	var lines strings.Builder
	for order, err := range client.Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{"Nowe"}}) {
		if err != nil {
			t.Fatal(err)
		}
		var total decimal.Decimal
		for _, item := range order.Items {
			total = total.Add(number(t, item, "Quantity").Mul(number(t, item, "PriceGross")))
		}
		fmt.Fprintln(&lines, order.ID, total.StringFixed(2))
	}
	return lines.String()
}

// number returns a number of a line of an order, which the spec does not list.
func number(t *testing.T, item gen.OrderItem, name string) decimal.Decimal {
	t.Helper()
	value, _ := item.Get(name)
	d, err := decimal.NewFromString(string(value))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// control calls the control API and decodes the response, unless result is nil.
func (s *sandbox) control(t *testing.T, method, path string, result any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+"/_sandbox"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s", method, path, response.Status)
	}
	if result != nil {
		if err := json.NewDecoder(response.Body).Decode(result); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *sandbox) checkLogins(t *testing.T, want int) {
	t.Helper()
	var got struct{ Logins int }
	s.control(t, "GET", "/logins", &got)
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
