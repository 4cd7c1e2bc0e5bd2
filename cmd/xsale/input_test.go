package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xsale-go/xsale/xsaletest"
)

// asPowerShell returns text as Windows PowerShell's > writes it.
func asPowerShell(text string) string {
	data := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(strings.ReplaceAll(text, "\n", "\r\n"))) {
		data = binary.LittleEndian.AppendUint16(data, unit)
	}
	return string(data)
}

// inputs are the ways to pass a file to each command: IN is the file.
var inputs = []struct{ line, content string }{
	{"orders create --file IN", orderJSON},
	{"orders create --file -", orderJSON},
	{"orders push --key-field Number IN", numberedOrder},
	{"orders push --key-field Number -", numberedOrder},
	{"integrations create --file IN", `{"Name":"Łódź","IntegrationType":28}`},
	{"articles translations set 16519 --file IN", `{"LanguageId":2,"Name":"Stół"}`},
	{"api POST /{organizationName}/orders --file IN", orderJSON},
	{"call createOrder --file IN", orderJSON},
	{"call createOrder --file -", orderJSON},
	{"call getMe --spec IN", inputSpec},
	{"mcp --spec IN", inputSpec},
	{"me --credentials IN", ""},                                                           // set by the test
	{"account add shop --overwrite --organization x --secrets file --credentials IN", ""}, // the same
	{"generate --config IN --out a", "package: xsaleapi # Łódź\n"},
	{"generate --package b --overlay IN", "overlay: 1.0.0\ninfo: {title: Łódź, version: \"1\"}\nactions: [{target: $.info, update: {title: Łódź}}]\n"},
	{"generate --package c --spec IN", inputSpec},
	{"generate --package d --spec -", inputSpec},
	{"spec lint IN", inputSpec},
	{"spec diff IN IN", inputSpec},
	{"spec pull IN --raw e.json --normal f.yaml", inputSpec},
	{"verify --spec IN --yes --rate 1000", inputSpec},
	{"verify --apply IN --yes --rate 1000", "overlay: 1.0.0\ninfo: {title: Łódź, version: \"1\"}\nactions: [{target: $.info, update: {title: Łódź}}]\n"},
	{"verify --rate 1000 --yes --write createIntegration --body createIntegration=IN", `{"Name":"Łódź","IntegrationType":28}`},
	{"orders parked --flow push --encryption-key-file IN", strings.Repeat("ab", 32)},
	// With an address that is rejected, the sandbox ends after it has read its files.
	{"sandbox --addr 127.0.0.1:1x --seed IN", `{"Statuses":[{"Id":1,"Name":"Nowość"}]}`},
	{"sandbox --addr 127.0.0.1:1x --spec IN", inputSpec},
	{"sandbox --addr 127.0.0.1:1x --override IN", "GET /me:\n  body: Łódź\n"},
	{"sandbox --addr 127.0.0.1:1x --spec openapi.json --overlay IN", "overlay: 1.0.0\ninfo: {title: Łódź, version: \"1\"}\nactions: [{target: $.info, update: {title: Łódź}}]\n"},
}

var numberedOrder = strings.Replace(orderJSON, `{"I`, `{"Number":"Łódź/1","I`, 1)

const inputSpec = `{"openapi":"3.0.3","info":{"title":"Łódź","version":"1"},"paths":{"/me":{"get":{"operationId":"getMe","responses":{"200":{"description":"ok"}}}}}}`

// Each input may be in UTF-8 or UTF-16, with a byte order mark and the line breaks of Windows. Text in
// an old encoding is named, and nothing is sent.
func TestInputsOfWindows(t *testing.T) {
	sandbox := useSandbox(t, xsaletest.WithInvalidRequests())
	inEmptyDir(t)
	writeFileAt(t, "openapi.json", inputSpec)
	for _, input := range inputs {
		content := input.content
		if strings.Contains(input.line, "--credentials") {
			content = `{"client_id":"` + os.Getenv("XSALE_CLIENT_ID") + `","client_secret":"` + os.Getenv("XSALE_CLIENT_SECRET") +
				`","username":"` + os.Getenv("XSALE_USERNAME") + `","password":"` + os.Getenv("XSALE_PASSWORD") + `"}`
		}
		code := exitOK
		if strings.Contains(input.line, "--addr") {
			code = exitUsage
		}
		for name, text := range map[string]string{
			"UTF-8":             content,
			"mark":              "\ufeff" + strings.ReplaceAll(content, "\n", "\r\n"),
			"UTF-16":            asPowerShell(content),
			"UTF-16 and a half": asPowerShell(content) + "x",
			"Windows-1250":      content + "\n# \xb3\xf3d\x9f\n",
			"a program":         "MZ\x90\x00\x03\x00\x00\x00",
		} {
			file := filepath.Join(t.TempDir(), "in")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			calls := sandbox.Calls()
			r := execute(t, text, strings.Fields(strings.ReplaceAll(input.line, "IN", file))...)
			switch name {
			case "UTF-8", "mark", "UTF-16":
				if r.code != code || code == exitUsage && !strings.HasPrefix(lastLine(r.stderr), "xsale: --addr") {
					t.Errorf("%s, %s: exit code %d\n%s", input.line, name, r.code, r.stderr)
				}
			default:
				if r.code != exitUsage || !strings.Contains(r.stderr, "save the file as UTF-8") && !strings.Contains(input.line, "--credentials") || sandbox.Calls() != calls {
					t.Errorf("%s, %s: exit code %d, %d calls\n%s", input.line, name, r.code, sandbox.Calls()-calls, r.stderr)
				}
			}
		}
	}
}

func lastLine(text string) string {
	text = strings.TrimSuffix(text, "\n")
	return text[strings.LastIndexByte(text, '\n')+1:]
}
