package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

// Each wrong command line prints exactly one line, in the user's words, and exits with 2.
func TestUsageErrors(t *testing.T) {
	useSandbox(t)
	inEmptyDir(t)
	for content, file := range map[string]string{
		"pakcage: x\nsplit: maybe\nselect: 5\noverlays: {}\n": "wrong.yaml",
		"just text": "text.yaml",
		"{":         "cut.yaml",
	} {
		writeFileAt(t, file, content)
	}
	for arguments, want := range map[string]string{
		// Unknown commands and flags.
		"orderz":                      `unknown command "orderz" for "xsale" (did you mean orders?); see 'xsale --help'`,
		"nosuch":                      `unknown command "nosuch" for "xsale"; see 'xsale --help'`,
		`""`:                          `unknown command "" for "xsale"; see 'xsale --help'`,
		`orders ""`:                   `unknown command "" for "xsale orders"; see 'xsale orders --help'`,
		`help ""`:                     `unknown command "" for "xsale"; see 'xsale help --help'`,
		`completion ""`:               `unknown command "" for "xsale completion"; see 'xsale completion --help'`,
		"orders lst":                  `unknown command "lst" for "xsale orders" (did you mean list?); see 'xsale orders --help'`,
		"articles translation get 1":  `unknown command "translation" for "xsale articles" (did you mean translations?); see 'xsale articles --help'`,
		"articles translations fetch": `unknown command "fetch" for "xsale articles translations"; see 'xsale articles translations --help'`,
		"help orderz":                 `unknown command "orderz" for "xsale" (did you mean orders?); see 'xsale help --help'`,
		"help orders lst":             `unknown command "lst" for "xsale orders" (did you mean list?); see 'xsale help --help'`,
		"completion tcsh":             `unknown command "tcsh" for "xsale completion" (did you mean bash or fish or zsh?); see 'xsale completion --help'`,
		"completion":                  `completion needs a command: bash, fish, powershell, zsh`,
		"orders":                      `orders needs a command: create, discard, list, parked, pull, push, retry, show`,
		"me --color":                  `unknown flag --color; see 'xsale me --help'`,
		"me -z":                       `unknown flag -z; see 'xsale me --help'`,

		// Arguments.
		"me extra":                       `unexpected argument "extra"; see 'xsale me --help'`,
		"api":                            `missing argument METHOD; see 'xsale api --help'`,
		"api GET":                        `missing argument PATH; see 'xsale api --help'`,
		"api GET /me x":                  `unexpected argument "x"; see 'xsale api --help'`,
		"api G=T /me":                    `METHOD "G=T": use letters only, such as GET or POST`,
		"api GET /me --query x":          `--query "x": write it as name=value`,
		"spec diff":                      `missing argument NEW; see 'xsale spec diff --help'`,
		"spec diff a b c":                `unexpected argument "c"; see 'xsale spec diff --help'`,
		"spec pull":                      `pass FROM, such as api.xsale.ai, or --auth for the host of the API; 'xsale spec show' prints the spec of this module`,
		"spec pull a b":                  `unexpected argument "b"; see 'xsale spec pull --help'`,
		"articles translations get desk": `ARTICLE "desk": want an id, a whole number from 1 up`,
		"articles translations get 0":    `ARTICLE "0": want an id, a whole number from 1 up`,
		"articles translations set 1":    `pass --language, or --file to read JSON`,
		"articles translations set 1 --language 0":      `--language 0: want an id from 1 up`,
		"articles translations set 1 --name x --file -": `--file and --name cannot be used together`,
		"integrations create":                           `pass --name, or --file to read JSON`,
		"integrations create --file - --name x":         `--file and --name cannot be used together`,
		"orders create":                                 `pass --file with the order as JSON, - for standard input`,
		"orders show":                                   `missing argument KEY; see 'xsale orders show --help'`,
		"orders retry":                                  `pass the keys of parked orders, or --all; see 'xsale orders retry --help'`,
		"orders retry 1 --all":                          `pass the keys of parked orders, or --all; see 'xsale orders retry --help'`,
		`orders retry 1 ""`:                             `KEY is empty; see 'xsale orders retry --help'`,
		"orders discard":                                `missing argument KEY; see 'xsale orders discard --help'`,
		"orders parked 1":                               `unexpected argument "1"; see 'xsale orders parked --help'`,
		`orders push --key-field N ""`:                  `FILE is empty; see 'xsale orders push --help'`,
		"token print":                                   `token print prints secrets: pass --header to confirm`,

		// Values of flags.
		"orders list --status-id":                      `--status-id needs a value; see 'xsale orders list --help'`,
		"orders list --status-id x":                    `--status-id "x": want whole numbers separated by commas, such as 3,7; see 'xsale orders list --help'`,
		"orders list --status-id 1,x":                  `--status-id "1,x": want whole numbers separated by commas, such as 3,7; see 'xsale orders list --help'`,
		"orders list --status-id 99999999999999999999": `--status-id 99999999999999999999: out of range; see 'xsale orders list --help'`,
		"articles translations set 1 --language x":     `--language "x": want a whole number; see 'xsale articles translations set --help'`,
		"integrations create --name x --active=maybe":  `--active "maybe": want true or false; see 'xsale integrations create --help'`,
		"me -o xml":                                         `--output "xml": use table, json, ndjson or csv; see 'xsale me --help'`,
		"me --debug=x":                                      `--debug "x": want true or false; see 'xsale me --help'`,
		"verify --rate x":                                   `--rate "x": want a number; see 'xsale verify --help'`,
		"verify --timeout 5":                                `--timeout "5": want a duration, such as 30s or 500ms; see 'xsale verify --help'`,
		"verify --rate 0":                                   `--rate 0, --timeout 30s: want positive values`,
		"verify --rate Inf":                                 `--rate +Inf, --timeout 30s: want positive values`,
		"verify --param x":                                  `--param "x": write it as name=value`,
		"sandbox --random-seed -1":                          `--random-seed "-1": want a whole number from 0 up; see 'xsale sandbox --help'`,
		"sandbox --faults 3":                                `--faults 3: want a rate from 0 to 1`,
		"sandbox --faults NaN":                              `--faults NaN: want a rate from 0 to 1`,
		"sandbox --latency -1s":                             `--latency -1s: want 0 or more`,
		"sandbox --latency soon":                            `--latency "soon": want a duration, such as 30s or 500ms; see 'xsale sandbox --help'`,
		"sandbox --addr x":                                  `--addr x: missing port in address; write it as 127.0.0.1:8080`,
		"sandbox --addr 127.0.0.1:99999":                    `--addr 127.0.0.1:99999: invalid port; write it as 127.0.0.1:8080`,
		"spec show --format xml":                            `--format "xml": use yaml or json; see 'xsale spec show --help'`,
		"spec diff --fail-on x a":                           `--fail-on "x": use any, breaking or none; see 'xsale spec diff --help'`,
		"generate --split=x":                                `--split "x": want true or false; see 'xsale generate --help'`,
		"generate --package func":                           `--package "func": not a Go package name: use letters and digits, such as xsaleapi`,
		"me --credentials fd:x":                             `--credentials: fd:x is not a file descriptor: write it as fd:3`,
		"articles translations set 1 --language 2 --nme=x":  `unknown flag --nme (did you mean --name?); see 'xsale articles translations set --help'`,
		"orders list --status-name Nowe --organization a -": `unexpected argument "-"; see 'xsale orders list --help'`,

		"orders pull --exec x":                                                `pass --status-name or --status-id to select orders, or --any-status for all of them`,
		"orders pull --exec x --any-status --status-name Nowe":                `pass --status-name or --status-id to select orders, or --any-status for all of them`,
		"orders pull --status-name Nowe":                                      `pass one of --exec and --to`,
		"orders pull --status-name Nowe --exec x --to -":                      `pass one of --exec and --to`,
		"orders pull --status-id 0 --exec x":                                  `--status-id 0: want an id from 1 up`,
		"orders pull --any-status --exec x --every 2":                         `--every "2": want a duration, such as 30s or 500ms; see 'xsale orders pull --help'`,
		"orders pull --any-status --exec x --every 2ms":                       `--every 2ms: want 1s or more`,
		"orders pull --any-status --exec x --workers 0":                       `--workers 0: want 1 to 1000`,
		"orders pull --any-status --exec x --workers x":                       `--workers "x": want a whole number; see 'xsale orders pull --help'`,
		"orders pull --any-status --exec x --attempts -1":                     `--attempts -1: want 1 to 10000`,
		"orders pull --any-status --exec x --timeout 0s":                      `--timeout 0s: want more than 0`,
		"orders pull --any-status --exec x --keep -1s":                        `--keep -1s: want 0 or more`,
		"orders pull --any-status --exec x --flow push":                       `--flow push: this command needs a flow whose name begins with pull`,
		"orders pull --any-status --exec x --flow pull-2":                     `--flow "pull-2": want pull or push, or one of them with a suffix of at most 19 lower-case letters, digits and _, such as pull_invoices`,
		"orders pull --any-status --exec x --database mysql://user:canary@db": `--database: want the path of a SQLite file, or a URL that begins with postgres://`,
		"orders pull --any-status --to nothing":                               `--to: there is no directory nothing: create it`,
		"orders pull --any-status --to text.yaml":                             `--to: text.yaml is not a directory`,
		"orders push":                             `pass --key-field with the field that contains the shop's own number of an order`,
		"orders push --key-field N --settle -1s":  `--settle -1s: want more than 0`,
		"orders push --key-field N --flow pull":   `--flow pull: this command needs a flow whose name begins with push`,
		"orders retry 1 --resend --database x.db": `--resend needs --flow push; see 'xsale orders retry --help'`,

		// Empty values, most often of a variable that is not set.
		`orders list --status-name ""`:                  `--status-name is empty: pass a value, or leave it out; see 'xsale orders list --help'`,
		`orders list --status-name Nowe --status-name=`: `--status-name is empty: pass a value, or leave it out; see 'xsale orders list --help'`,
		`orders list --status-id ""`:                    `--status-id "": want whole numbers separated by commas, such as 3,7; see 'xsale orders list --help'`,
		"orders list --status-id 0":                     `--status-id 0: want an id from 1 up`,
		"orders list --status-id 3,-1":                  `--status-id -1: want an id from 1 up`,
		`orders list --organization ""`:                 `--organization is empty: pass a value, or leave it out; see 'xsale orders list --help'`,
		`orders create --file ""`:                       `--file is empty: pass a value, or leave it out; see 'xsale orders create --help'`,
		`api POST /me --file ""`:                        `--file is empty: pass a value, or leave it out; see 'xsale api --help'`,
		`api "" /me`:                                    `METHOD is empty; see 'xsale api --help'`,
		`api GET /me --query ""`:                        `--query is empty: pass a value, or leave it out; see 'xsale api --help'`,
		`integrations create --name ""`:                 `--name is empty: pass a value, or leave it out; see 'xsale integrations create --help'`,
		`me --credentials ""`:                           `--credentials is empty: pass a value, or leave it out; see 'xsale me --help'`,
		`me --token-store ""`:                           `--token-store is empty: pass a value, or leave it out; see 'xsale me --help'`,
		`generate --package ""`:                         `--package is empty: pass a value, or leave it out; see 'xsale generate --help'`,
		`spec lint ""`:                                  `FROM is empty; see 'xsale spec lint --help'`,
		"articles translations set 1 --language 2":      `nothing to change in language 2: pass --name, --description or a --file with fields`,

		// Files.
		"orders create --file nothing.json":               `--file nothing.json: no such file or directory`,
		"orders push --key-field N nothing.json":          `FILE nothing.json: no such file or directory`,
		"orders parked --encryption-key-file nothing.key": `--encryption-key-file nothing.key: no such file or directory`,
		"orders parked --encryption-key-file text.yaml":   `--encryption-key-file text.yaml: want 32 bytes in hexadecimal or base64, such as from 'openssl rand -hex 32'`,
		"orders create --file text.yaml":                  `text.yaml: invalid JSON at line 1, column 1`,
		"orders create --file wrong.yaml":                 `wrong.yaml: invalid JSON at line 1, column 1`,
		"orders create --file cut.yaml":                   `cut.yaml: invalid JSON at line 1, column 1`,
		"generate --config nothing.yaml":                  `--config nothing.yaml: no such file or directory; 'xsale generate --init' writes one`,
		"generate --config wrong.yaml":                    `wrong.yaml: line 1: unknown setting pakcage; line 2: want true or false, got maybe; line 3: want tags, operations, paths or methods, got 5; line 4: want a list`,
		"generate --config text.yaml":                     `text.yaml: line 1: want settings such as 'package: xsaleapi', got just text`,
		"generate --config cut.yaml":                      `cut.yaml: line 1: did not find expected node content`,
		"generate --overlay nothing.yaml":                 `--overlay nothing.yaml: no such file or directory`,
		"spec lint --overlay nothing.yaml":                `--overlay nothing.yaml: no such file or directory`,
	} {
		t.Run(arguments, func(t *testing.T) {
			want = strings.ReplaceAll(want, "no such file or directory", noSuchFile(t))
			fields := strings.Fields(arguments)
			for i, field := range fields { // two quotes stand for an empty argument
				fields[i] = strings.ReplaceAll(field, `""`, "")
			}
			r := execute(t, "", fields...)
			if r.code != exitUsage || r.stderr != "xsale: "+want+"\n" || r.stdout != "" {
				t.Errorf("exit code %d, output %q\n got %swant xsale: %s", r.code, r.stdout, r.stderr, want)
			}
		})
	}
}

func TestInputErrors(t *testing.T) {
	useSandbox(t)
	order := func(old, new string) string { return strings.Replace(orderJSON, old, new, 1) }
	for input, want := range map[string]string{
		"":                                    "standard input is empty: want JSON",
		"text":                                "standard input: invalid JSON at line 1, column 2",
		"{\n  \"IntegrationId\": 1,\n}":       "standard input: invalid JSON at line 3, column 1",
		"{} {}":                               "standard input: invalid JSON at line 1, column 4",
		"[]":                                  "standard input: the body: array, want object; 'xsale api' sends it unchecked",
		order(`"Items":[`, `"Items":5,"_":[`): "standard input: /Items: integer, want array; 'xsale api' sends it unchecked",
		order(`"IntegrationId":1`, `"IntegrationId":1.5`): "standard input: /IntegrationId: number, want integer of the format int64; 'xsale api' sends it unchecked",
		order(`149.90`, `"a lot"`):                        "standard input: /Items/0/PriceGross: string, want number; 'xsale api' sends it unchecked",
		`{}`: "standard input: /BuyerId is missing: want integer of the format int64; /IntegrationId is missing: want integer of the format int64; /Items is missing: want array; " +
			"/PayerId is missing: want integer of the format int64; /PaymentFormId is missing: want integer of the format int64; " +
			"/PurchaseDate is missing: want string of the format date, such as 2024-10-25; /RecipientId is missing: want integer of the format int64; 'xsale api' sends it unchecked",
	} {
		r := execute(t, input, "orders", "create", "--file", "-").expect(t, exitUsage)
		if r.stderr != "xsale: "+want+"\n" {
			t.Errorf("%s: got %swant %s", input, r.stderr, want)
		}
	}
}

// The sandbox lists what is wrong both in the detail of a problem and in its errors.
func TestErrorsAreNotRepeated(t *testing.T) {
	useSandbox(t, xsaletest.WithInvalidRequests())
	order := writeFile(t, `{"IntegrationId":1}`)
	for _, arguments := range [][]string{
		{"api", "GET", "/{organizationName}/orders", "--query", "statusidin=x"},
		{"api", "POST", "/{organizationName}/orders", "--file", order},
		{"articles", "translations", "get", "4711"},
		{"statuses", "list", "--organization", "other"},
	} {
		r := execute(t, "", arguments...).expect(t, exitRejected)
		message, _, _ := strings.Cut(strings.TrimPrefix(r.stderr, "xsale: "), "\n")
		for part := range strings.SplitSeq(message, "; ") {
			if _, field, ok := strings.Cut(part, ". "); ok { // follows the general sentence
				part = field
			}
			if strings.Count(message, part) > 1 {
				t.Errorf("%q is repeated in %s", part, message)
			}
		}
	}
}

// No help text names a Go type, and every flag that takes a value names it.
func TestHelp(t *testing.T) {
	root, _ := newRootCommand()
	commands := root.Commands()
	for len(commands) > 0 {
		command := commands[0]
		commands = append(commands[1:], command.Commands()...)
		r := execute(t, "", append(strings.Fields(command.CommandPath())[1:], "--help")...).expect(t, exitOK, "Usage:")
		if command.Short == "" {
			t.Errorf("%s has no short help", command.CommandPath())
		}
		if strings.Contains(r.stdout, "(default [])") {
			t.Errorf("%s shows an empty default: %s", command.CommandPath(), r.stdout)
		}
		for line := range strings.Lines(r.stdout) {
			for _, name := range []string{"Slice ", "int64 ", "uint ", "float ", "strings ", " string ", "stringArray "} {
				if strings.HasPrefix(strings.TrimSpace(line), "-") && strings.Contains(line, name+" ") {
					t.Errorf("%s names a Go type: %s", command.CommandPath(), line)
				}
			}
		}
	}
	execute(t, "").expect(t, exitOK, "Available Commands:", "Exit codes:")
	execute(t, "", "help", "orders", "list").expect(t, exitOK, "--status-id ID")
}

func TestClaims(t *testing.T) {
	for _, test := range []struct {
		claim string
		value any
		want  string
	}{
		{"sub", "auth0|1", "auth0|1"},
		{"aud", []any{"https://api.xsale.ai", "https://a.example/userinfo"}, "https://api.xsale.ai, https://a.example/userinfo"},
		{"roles", map[string]any{"admin": true}, `{"admin":true}`},
		{"level", 1234567.0, "1234567"},
		{"email_verified", true, "true"},
		{"name", nil, "null"},
	} {
		if got := formatClaim(test.claim, test.value); got != test.want {
			t.Errorf("%s: got %s, want %s", test.claim, got, test.want)
		}
	}
}

func TestSandboxCertificateCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "missing", "ca.pem")
	execute(t, "", "sandbox", "--addr", "127.0.0.1:0", "--tls-cert", file).expect(t, exitUsage, file)
}

// noSuchFile returns how the system reports a missing file.
func noSuchFile(t *testing.T) string {
	t.Helper()
	_, err := os.Open(filepath.Join(t.TempDir(), "nothing"))
	missing, ok := errors.AsType[*os.PathError](err)
	if !ok {
		t.Fatal(err)
	}
	return missing.Err.Error()
}
