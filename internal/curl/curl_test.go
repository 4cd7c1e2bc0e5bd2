package curl

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

var request = Request{
	Method: "POST", URL: "https://host/a?b=c&d=%20",
	Header: []string{"Authorization: Bearer ACCESS_TOKEN", `X-Odd: it's "odd" $HOME`},
	Data:   `{"Name":"Żółw 'a' \"b\" %PATH% !x","Price":1.50}`,
}

func line(t *testing.T, shell string, r Request) string {
	t.Helper()
	text, err := Line(shell, r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The shell passes the arguments that were meant.
func TestLineForSh(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs sh")
	}
	dir := t.TempDir()
	program := "#!/bin/sh\nfor argument; do printf '%s\\0' \"$argument\"; done\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	run := func(line string) []string {
		command := exec.Command("sh", "-c", line)
		command.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		output, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00")
	}
	want := []string{"-X", "POST", request.URL, "-H", request.Header[0], "-H", request.Header[1], "--data-raw", request.Data}
	if got := run(line(t, Sh, request)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	form := Request{Method: "POST", URL: "https://host/a", Parts: []Part{
		{Name: "note", Value: "@not a file;type=x"}, {Name: "scan", File: `a "b".pdf`, Type: "application/pdf"}, {Name: "data", Value: `{"a":1}`, Type: "application/json"},
	}}
	want = []string{"-X", "POST", form.URL, "--form-string", "note=@not a file;type=x", "-F", `scan=@"a \"b\".pdf";type=application/pdf`, "-F", `data="{\"a\":1}";type=application/json`}
	if got := run(line(t, Sh, form)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestLineForHead(t *testing.T) {
	if got := line(t, Sh, Request{Method: "HEAD", URL: "https://host/a"}); got != "curl --head https://host/a" {
		t.Errorf("got %s", got)
	}
}

func TestLineForPowerShell(t *testing.T) {
	text := line(t, PowerShell, request)
	data, rest, piped := strings.Cut(text, "' | ")
	if !piped || rest != `curl.exe -X POST 'https://host/a?b=c&d=%20' -H 'Authorization: Bearer ACCESS_TOKEN' -H 'X-Odd: it''s "odd" $HOME' --data-binary '@-'` {
		t.Error(text)
	}
	var got, want any
	plain := strings.ReplaceAll(strings.TrimPrefix(data, "'"), "''", "'")
	for _, r := range plain {
		if r > 0x7f {
			t.Fatalf("%q is not ASCII", plain)
		}
	}
	if json.Unmarshal([]byte(plain), &got) != nil || json.Unmarshal([]byte(request.Data), &want) != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %s", plain)
	}
}

// At the prompt, cmd takes %" for the beginning of a variable that does not exist, and ^% for %.
func TestLineForCmd(t *testing.T) {
	const want = `curl.exe -X POST "https://host/a?b=c&d="^%"20" -H "Authorization: Bearer ACCESS_TOKEN" -H "X-Odd: it's ""odd"" $HOME" --data-raw "{""Price"":1,""Note"":"""^%"PATH"^%"""}"`
	r := request
	r.Data = "{\"Price\": 1,\n\"Note\": \"%PATH%\"}"
	if got := line(t, Cmd, r); got != want {
		t.Errorf("got %s", got)
	}
	if got := line(t, Cmd, Request{Method: "PUT", URL: "https://host", File: `C:\a b.pdf`}); !strings.HasSuffix(got, `--data-binary "@C:\a b.pdf"`) {
		t.Errorf("got %s", got)
	}
	if text, err := Line(Cmd, Request{Method: "PUT", URL: "https://host", Parts: []Part{{Name: "note", Value: "a\ncalc.exe"}}}); err == nil {
		t.Errorf("a value ends the line: %s", text)
	}
}
