package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/shell"
)

// The commands of README.pl.md take a reader without Go and without an account from the sandbox to
// orders on disk: those for sh here, those for cmd on Windows.
func TestPolishReadmeEndsWithOrders(t *testing.T) {
	readme, err := os.ReadFile("../../README.pl.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, _ := strings.Cut(string(readme), "\n## Zamówienia na dysku w pięć minut\n")
	tour, _, _ = strings.Cut(tour, "\n## ")
	language := "sh"
	if runtime.GOOS == "windows" {
		language = "bat"
	}
	commands, shown := blocksIn(tour, language), blocksIn(tour, "text")
	if len(commands) != 2 || len(shown) != 1 {
		t.Fatalf("%d blocks of commands and %d of output: want the sandbox, what calls it, and its summary", len(commands), len(shown))
	}
	reader := newReader(t)
	sandbox := reader.shell(t, strings.TrimSpace(commands[0])+" --addr 127.0.0.1:0") // 8080 may be in use
	stderr, err := sandbox.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	kill, err := start(sandbox)
	if err != nil {
		t.Fatal(err)
	}
	defer sandbox.Wait()
	defer kill()
	for lines := bufio.NewScanner(stderr); !strings.Contains(lines.Text(), "listens at"); {
		if !lines.Scan() {
			t.Fatal("the sandbox ended: ", lines.Err())
		}
	}

	output, err := reader.script(t, commands[1]).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	output = bytes.ReplaceAll(output, []byte("\r\n"), []byte("\n"))
	for _, want := range []string{"Lorem Ipsum", "Do obsługi ręcznej", shown[0], `"Id":271}`} {
		if !strings.Contains(string(output), want) {
			t.Errorf("the output lacks %q:\n%s", want, output)
		}
	}
	again, err := reader.script(t, commands[1][:strings.IndexByte(commands[1], '\n')+1]+regexp.MustCompile(`xsale orders pull .*`).FindString(commands[1])).CombinedOutput()
	if err != nil || !regexp.MustCompile(`New +0`).Match(again) {
		t.Errorf("a second pull: %v\n%s", err, again)
	}
	orders, err := filepath.Glob(filepath.Join(reader.dir, "zamowienia", "*.json"))
	if err != nil || len(orders) != 27 { // as the summary says
		t.Errorf("%d orders on disk, %v", len(orders), err)
	}
	for _, name := range orders {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var order struct{ ID json.Number }
		if err := json.Unmarshal(data, &order); err != nil || order.ID.String()+".json" != filepath.Base(name) {
			t.Errorf("%s: order %s, %v", name, order.ID, err)
		}
	}
	csv, err := os.ReadFile(filepath.Join(reader.dir, "nowe.csv"))
	if lines := bytes.Count(csv, []byte("\r\n")); err != nil || lines != 28 || !bytes.HasPrefix(csv, []byte("\ufeffId;")) {
		t.Errorf("%d lines of CSV, %v", lines, err)
	}
}

// blocksIn returns the blocks of code in a language.
func blocksIn(markdown, language string) (blocks []string) {
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(markdown, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

// reader is someone at a new machine with xsale on the PATH.
type reader struct {
	dir         string // where commands run
	environment []string
}

func newReader(t *testing.T) reader {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	bin, home, name := t.TempDir(), t.TempDir(), "xsale"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.WriteFile(filepath.Join(bin, name), program, 0o700); err != nil {
		t.Fatal(err)
	}
	r := reader{dir: t.TempDir()}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "XSALE_") && !strings.HasPrefix(variable, "XDG_") {
			r.environment = append(r.environment, variable)
		}
	}
	r.environment = append(r.environment, "XSALE_TEST_PROGRAM=xsale", "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"HOME="+home, "LocalAppData="+home, "AppData="+home)
	return r
}

func (r reader) shell(t *testing.T, line string) *exec.Cmd {
	command := shell.Command(t.Context(), line)
	command.Dir, command.Env = r.dir, r.environment
	return command
}

// script runs lines of the reader's shell, and ends at the first that fails; cmd goes on.
func (r reader) script(t *testing.T, lines string) *exec.Cmd {
	t.Helper()
	if runtime.GOOS != "windows" {
		return r.shell(t, "set -e\n"+lines)
	}
	file := filepath.Join(t.TempDir(), "commands.cmd")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(lines, "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return r.shell(t, file)
}
