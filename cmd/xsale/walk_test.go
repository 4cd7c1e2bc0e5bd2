package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale/internal/surface"
	"github.com/xsale-go/xsale/xsaletest"
)

// walked has arguments for each command with which it succeeds against the sandbox, in a directory with
// the files of walkDir. The walks vary them.
var walked = map[string]string{
	"account add":               "fresh --from-environment --secrets file --overwrite",
	"account list":              "",
	"account remove":            "saved --yes",
	"account show":              "saved",
	"account use":               "saved",
	"api":                       "GET /me",
	"articles translations get": "16519",
	"articles translations set": "16519 --language 2 --name Desk",
	"call":                      "getMe",
	"completion bash":           "",
	"completion fish":           "",
	"completion powershell":     "",
	"completion zsh":            "",
	"demo":                      "",
	"doctor":                    "",
	"generate":                  "",
	"help":                      "orders",
	"integrations create":       "--name shop",
	"login":                     "--no-browser",
	"logout":                    "",
	"mcp":                       "",
	"me":                        "",
	"orders create":             "--file order.json",
	"orders discard":            "1001 --flow push --database flow.db",
	"orders list":               "",
	"orders parked":             "--flow push --database flow.db",
	"orders pull":               "--status-name Nowe --exec echo --database pull.db",
	"orders push":               "--key-field Number order.json --database flow.db",
	"orders retry":              "1001 --flow push --database flow.db",
	"orders show":               "1001 --flow push --database flow.db",
	"proxy":                     "--addr 127.0.0.1:0",
	"sandbox":                   "--addr 127.0.0.1:0",
	"spec diff":                 "openapi.json openapi.json",
	"spec evidence":             "",
	"spec forget":               "",
	"spec lint":                 "openapi.json",
	"spec pull":                 "openapi.json",
	"spec show":                 "",
	"statuses list":             "",
	"token":                     "",
	"token clear":               "",
	"token path":                "",
	"token print":               "--header",
	"token refresh":             "",
	"token show":                "",
	"verify":                    "--yes --rate 1000",
	"version":                   "",
}

// untilStopped are the commands that run until they are interrupted.
var untilStopped = []string{"sandbox", "proxy"}

// walkDir writes the files of walked to an empty directory, and works in it.
func walkDir(t *testing.T) {
	t.Helper()
	inEmptyDir(t)
	writeFileAt(t, "order.json", strings.Replace(orderJSON, `{"I`, `{"Number":"1001","I`, 1))
	writeFileAt(t, "openapi.json", inputSpec)
	execute(t, "", "account", "add", "saved", "--from-environment", "--secrets", "file", "--overwrite").expect(t, exitOK)
}

// once are the commands that succeed once only.
var once = []string{"account remove", "orders retry", "orders discard"}

// walk calls visit with each command that does something.
func walk(t *testing.T, visit func(path string, command *cobra.Command)) {
	t.Helper()
	var each func(*cobra.Command)
	each = func(command *cobra.Command) {
		children := command.Commands()
		for _, child := range children {
			if !child.Hidden {
				each(child)
			}
		}
		path := pathOf(command)
		if len(children) > 0 && path != "token" {
			return
		}
		if _, ok := walked[path]; !ok {
			t.Errorf("walked lacks %q: add arguments with which it succeeds", path)
			return
		}
		visit(path, command)
	}
	root, _ := newRootCommand()
	each(root)
}

// badValues returns values that no flag of this kind may accept.
func badValues(flag *pflag.Flag) []string {
	if choice, ok := flag.Value.(surface.Choice); ok {
		return []string{"nosuch", strings.ToUpper(choice.Choices()[0]), choice.Choices()[0] + " "}
	}
	const huge = "99999999999999999999999"
	switch flag.Value.Type() {
	case "bool":
		return []string{"maybe", "2"}
	case "int", "int64", "uint64":
		return []string{"x", "-1", "1.5", huge, "1e3", "0x"}
	case "int64Slice":
		return []string{"x", "0", "-1", "1,", "1.5", huge}
	case "float64":
		return []string{"x", "-1", "NaN", "Inf", "1,5"}
	case "duration":
		return []string{"x", "5", "-1s", huge + "s", "1d"}
	}
	return badTexts[flag.Name]
}

const noDir = "nosuch/file"

// badTexts are invalid values of flags that take any text.
var badTexts = map[string][]string{
	"account":             {"nosuch", "a/b"},
	"columns":             {","},
	"csv":                 {"nosuch"},
	"csv-decimal":         {"x", ";;"},
	"csv-separator":       {"ab"},
	"jq":                  {"(", ".a |", "nosuch("},
	"login":               {"nosuch"},
	"redirect-url":        {"x", "ftp://127.0.0.1/", "http://example.com/"},
	"template":            {"{{", "{{nosuch}}"},
	"base-url":            {"x", "http://example.com"},
	"secrets":             {"nosuch"},
	"token-url":           {"x", "http://example.com"},
	"addr":                {"x", "127.0.0.1:99999", "0.0.0.0:9999", "127.0.0.1", "[::1", "256.0.0.1:0"},
	"apply":               {noDir, "."},
	"body":                {"x", "=", "a=b"},
	"config":              {noDir, "."},
	"cors":                {"x", "ftp://a", "http://a/b"},
	"credentials":         {noDir, ".", "fd:x", "fd:99"},
	"database":            {"mysql://x", noDir, ".", "order.json"},
	"encryption-key-file": {noDir, ".", "order.json"},
	"env-file":            {noDir, ".", "order.json"},
	"file":                {noDir, ".", "openapi.txt"},
	"flow":                {"x", "Pull", "pull-2"},
	"har":                 {noDir, ".", "order.json"},
	"method":              {"FOO"},
	"normal":              {noDir, ".", "order.json"},
	"operation":           {"nosuch"},
	"organizations":       {"0", "1001", "a,a", "a,"},
	"out":                 {"order.json", "order.json/x"},
	"overlay":             {noDir, "."},
	"override":            {noDir, ".", "order.json"},
	"package":             {"a-b", "1a", "func"},
	"param":               {"x", "=1", "nosuch=1"},
	"path":                {"nosuch"},
	"query":               {"x", "=1"},
	"raw":                 {noDir, "."},
	"record":              {"order.json", "."},
	"sarif":               {noDir, "."},
	"secret-file":         {noDir, ".", "order.json"},
	"seed":                {noDir, ".", "order.json"},
	"spec":                {noDir + ".json", ".", "order.json"},
	"tag":                 {"Nope"},
	"tls-cert":            {noDir, ".", "order.json"},
	"to":                  {noDir, "order.json"},
	"token-store":         {"order.json/tokens"},
	"write":               {"x", "getMe"},
}

// extraArguments are flags without which another flag is rejected for another reason.
var extraArguments = map[string]string{
	"sandbox overlay": "--spec openapi.json",
	"proxy spec":      "--check",
	"verify body":     "--write createIntegration",
}

// goisms are words of the implementation that mean nothing to users.
var goisms = regexp.MustCompile(`strconv|pflag|int64|Slice|uint|float64|map\[|\[\]|main\.|%!|0x[0-9a-f]{4}|nil\b|unmarshal|\s(?:json|yaml):|struct|interface|goroutine|\bEOF\b|\bopen \S+:|\bstat \S+:|IntegrationID|StatusIDs|context canceled|; ;|: :|exclude each other`)

// Each wrong value of each flag of each command ends with 2 and one line that names the flag, and
// nothing is sent or written.
func TestEachFlagRejectsWrongValues(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests()) // verify tries filters
	walkDir(t)
	execute(t, "", "orders", "push", "--key-field", "Number", "order.json", "--database", "flow.db").expect(t, exitOK)
	tried := 0
	walk(t, func(path string, command *cobra.Command) {
		command.Flags().VisitAll(func(flag *pflag.Flag) {
			if flag.Hidden || flag.Name == "help" || flag.Name == "version" {
				return
			}
			values := badValues(flag)
			if _, mayBeEmpty := flag.Annotations[mayBeEmptyKey]; !mayBeEmpty {
				values = append(values, "", " ")
			}
			for _, value := range values {
				if value == "x" && flag.Name == "output" {
					continue
				}
				line := append(strings.Fields(path), strings.Fields(walked[path]+" "+extraArguments[path+" "+flag.Name])...)
				line = append(line, "--"+flag.Name+"="+value)
				tried++
				calls, requests, before := sandbox.Calls(), sandbox.TokenRequests(), files(t)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				r := executeContext(ctx, "", line...)
				cancel()
				name := fmt.Sprintf("%s --%s=%q", path, flag.Name, value)
				text, hasSee := strings.CutPrefix(strings.TrimSuffix(r.stderr, "\n"), "xsale: ")
				switch {
				case r.code != exitUsage:
					t.Errorf("%s: exit code %d: %s", name, r.code, r.stderr)
				case !hasSee || strings.Contains(text, "\n") || !strings.Contains(text, "--"+flag.Name) || r.stdout != "":
					t.Errorf("%s: want one line that names the flag, got %q, output %q", name, r.stderr, r.stdout)
				case goisms.MatchString(text):
					t.Errorf("%s: %q: %s", name, goisms.FindString(text), text)
				}
				if sandbox.Calls() != calls || sandbox.TokenRequests() != requests {
					t.Errorf("%s: something was sent", name)
				}
				if after := files(t); !maps.Equal(before, after) {
					t.Errorf("%s: something was written: %v", name, slices.Sorted(maps.Keys(after)))
				}
			}
		})
	})
	t.Logf("%d values tried", tried)
}

// files returns the names and sizes of the files below the current directory.
func files(t *testing.T) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && !entry.IsDir() {
			sizes[name] = info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

// Each command prints what --output asks for, or rejects the flag. With -o json, nothing but JSON is on
// standard output.
func TestEachCommandHonorsOutput(t *testing.T) {
	walk(t, func(path string, command *cobra.Command) {
		if path == "login" || path == "logout" { // of a user with a browser; see their own tests
			return
		}
		t.Run(path, func(t *testing.T) {
			sandbox := useSandbox(t, xsaletest.WithInvalidRequests(), xsaletest.WithOrders(2))
			walkDir(t)
			if strings.Contains(walked[path], "1001") { // a parked order
				if err := sandbox.Fail("createOrder", xsaletest.Status(http.StatusUnprocessableEntity)); err != nil {
					t.Fatal(err)
				}
				execute(t, "", "orders", "push", "--key-field", "Number", "order.json", "--database", "flow.db").expect(t, exitFailed, "1 order parked")
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if slices.Contains(untilStopped, path) {
				cancel()
			}
			line := append(strings.Fields(path), strings.Fields(walked[path])...)
			_, printsAlways := command.Annotations[printsKey]
			for _, format := range []string{"json", "ndjson", "table", "csv"} {
				r := executeContext(ctx, "", append(slices.Clone(line), "-o", format)...)
				if !printsAlways {
					r.expect(t, exitUsage, "--output")
				} else if r.code == exitUsage {
					r.expect(t, exitUsage, "--")
				} else if path != "doctor" { // it fails if a check does
					r.expect(t, exitOK)
				}
				if r.code != exitUsage && !validOutput(format, r.stdout) {
					t.Errorf("-o %s printed\n%.400s", format, r.stdout)
				}
				if strings.Contains(r.stderr, "xsale: ") && r.code == exitOK {
					t.Errorf("-o %s reported\n%s", format, r.stderr)
				}
				if slices.Contains(once, path) {
					break
				}
			}
		})
	})
}

func validOutput(format, text string) bool {
	switch format {
	case "json":
		return json.Valid([]byte(text))
	case "ndjson":
		for line := range strings.Lines(text) {
			if !json.Valid([]byte(line)) {
				return false
			}
		}
	}
	return text == "" || strings.HasSuffix(text, "\n")
}

// Each command has examples that parse, with quotes that every shell takes, and no help text is wider
// than a terminal.
func TestEachCommandHasExamples(t *testing.T) {
	useSandbox(t)
	walkDir(t)
	walk(t, func(path string, command *cobra.Command) {
		help := execute(t, "", append(strings.Fields(path), "--help")...).expect(t, exitOK)
		for line := range strings.Lines(help.stdout) {
			if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > surface.Width {
				t.Errorf("%s: %d characters wide: %s", path, width, line)
			}
		}
		if strings.HasPrefix(path, "completion") { // cobra's own help has them
			return
		}
		own := false
		for line := range strings.Lines(command.Example) {
			line = strings.TrimSpace(line)
			if strings.Contains(line, "'") {
				t.Errorf("%s: single quotes, which cmd does not know: %s", path, line)
			}
			for call := range strings.SplitSeq(line, " | ") {
				words, isCall := strings.CutPrefix(call, "xsale ")
				if !isCall {
					continue
				}
				if path == "call" { // the flags of an operation are known when it is called
					own = true
					execute(t, "", splitWords(words)...).expect(t, exitOK)
					continue
				}
				root, _ := newRootCommand()
				found, rest, err := root.Find(splitWords(words))
				own = own || pathOf(found) == path
				if err == nil {
					err = cmp.Or(found.ParseFlags(rest), found.ValidateArgs(found.Flags().Args()))
				}
				if err != nil {
					t.Errorf("%s: %s: %v", path, call, err)
				}
			}
		}
		if !own {
			t.Errorf("%s has no example of itself", path)
		}
	})
}

// splitWords splits a command line at spaces outside of double quotes.
func splitWords(line string) []string {
	quoted := false
	words := strings.FieldsFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], `"`, "")
	}
	return words
}
