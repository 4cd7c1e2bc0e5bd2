package conformance_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every command line of the pages and the issue forms names commands and flags that exist.
func TestCommandLinesParse(t *testing.T) {
	t.Setenv("XSALE_CONFIG_DIR", t.TempDir()) // or operations are those of the user's spec
	program := filepath.Join(t.TempDir(), "xsale")
	build := exec.Command("go", "build", "-o", program, "./cmd/xsale")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	pages := readPages(t)
	for _, name := range issueForms(t) {
		pages = append(pages, readPage(t, name))
	}
	checked := map[string]bool{}
	for _, page := range pages {
		for i, line := range page.lines {
			for _, command := range commandsIn(line, page.inCode[i]) {
				if text := strings.Join(command, " "); !checked[text] {
					checked[text] = true
					checkCommand(t, page.name, i+1, program, command)
				}
			}
		}
	}
	if len(checked) < 20 {
		t.Errorf("only %d command lines found", len(checked))
	}
}

// callsProgram matches the ways to call the program, which the pages use alike.
var callsProgram = regexp.MustCompile(`(?:^|\| |: +)(?:go run (?:\./cmd/xsale|github\.com/xsale-go/xsale/cmd/xsale@\S+)|go tool xsale|xsale) ([^|#>&;]*)`)

var codeInLine = regexp.MustCompile("`([^`]+)`")

// commandsIn returns the arguments of the program in a line of code, or in the code spans of a line.
func commandsIn(line string, inCode bool) [][]string {
	spans := []string{strings.TrimSpace(line)}
	if !inCode {
		spans = nil
		for _, match := range codeInLine.FindAllStringSubmatch(line, -1) {
			spans = append(spans, match[1])
		}
	}
	var commands [][]string
	for _, span := range spans {
		for _, match := range callsProgram.FindAllStringSubmatch(span, -1) {
			before, _, _ := strings.Cut(match[1], "  ") // an explanation may follow
			commands = append(commands, splitWords(before))
		}
	}
	return commands
}

var word = regexp.MustCompile(`(?:[^\s'"]|'[^']*'|"[^"]*")+`)

// splitWords splits a command line as a shell does.
func splitWords(line string) []string {
	words := word.FindAllString(line, -1)
	for i := range words {
		words[i] = strings.NewReplacer(`'`, "", `"`, "").Replace(words[i])
	}
	return words
}

// checkCommand runs a command with --help, which parses the flags and does nothing else.
func checkCommand(t *testing.T, name string, line int, program string, arguments []string) {
	t.Helper()
	if len(arguments) > 1 && arguments[0] == "call" && strings.Trim(arguments[1], "(") == "OPERATION" {
		arguments = arguments[:1]
	}
	output, err := exec.Command(program, append(slices.Clone(arguments), "--help")...).CombinedOutput()
	if err != nil {
		report(t, name, line, "xsale "+strings.Join(arguments, " ")+": "+strings.TrimSpace(string(output)))
		return
	}
	path := "xsale"
	for _, argument := range arguments {
		if strings.HasPrefix(argument, "-") || !strings.Contains(string(output), "\nAvailable Commands:\n") {
			break
		}
		path += " " + argument
	}
	if !strings.Contains(string(output), "\n  "+path) {
		report(t, name, line, "no such command: "+path)
	}
}

func TestCommandsIn(t *testing.T) {
	for _, test := range []struct {
		line   string
		inCode bool
		want   string
	}{
		{"xsale me --output json   # a comment", true, "me|--output|json"},
		{"xsale articles translations set 1 --name 'Oak desk'", true, "articles|translations|set|1|--name|Oak desk"},
		{"go run github.com/xsale-go/xsale/cmd/xsale@v0.1.0 generate --init", true, "generate|--init"},
		{"xsale token print --header | curl --header @- https://api.xsale.ai/me", true, "token|print|--header"},
		{"Run `xsale token refresh` again.", false, "token|refresh"},
		{"An xsale client in prose", false, ""},
	} {
		var got []string
		for _, command := range commandsIn(test.line, test.inCode) {
			got = append(got, strings.Join(command, "|"))
		}
		if strings.Join(got, " and ") != test.want {
			t.Errorf("%s: got %q", test.line, got)
		}
	}
}
