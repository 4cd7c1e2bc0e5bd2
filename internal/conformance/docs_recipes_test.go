package conformance_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The commands of docs/recipes.md do what the page says, from the first to the last, in a shell and on a
// sandbox.
func TestRecipesRun(t *testing.T) {
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("the page needs %s: %v", program, err)
		}
	}
	var script strings.Builder
	script.WriteString("set -e\n")
	for _, block := range readPage(t, "docs/recipes.md").blocks {
		if block.language == "sh" {
			script.WriteString(block.code)
		}
	}
	directory := t.TempDir()
	commands := replace(t, script.String(),
		"go build -o bin/", "go build -o '"+directory+"/bin/'",
		"$PWD/bin", directory+"/bin",
		"xsale sandbox --env-file .env &", "xsale sandbox --addr 127.0.0.1:0 --env-file .env & trap 'kill $!' EXIT",
	)
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.CommandContext(t.Context(), "sh")
	shell.Dir, shell.Stdin = root, strings.NewReader(commands)
	shell.Cancel = func() error { return shell.Process.Signal(os.Interrupt) } // so that the sandbox ends, too
	shell.WaitDelay = time.Minute
	shell.Env = append(os.Environ(), "GOCACHE="+string(bytes.TrimSpace(cache)), "TMPDIR="+directory, "XSALE_CONFIG_DIR="+filepath.Join(directory, "config"),
		"XDG_CACHE_HOME="+filepath.Join(directory, "cache"), "XDG_DATA_HOME="+filepath.Join(directory, "data"))
	output, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, want := range []string{"imported: 27\n", "A-1 done 301", "A-2  done   302", "1.pdf.sent\n"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("the output lacks %q:\n%s", want, output)
		}
	}
}

var address = regexp.MustCompile(`https://[^\s,:]+`)

// Users copy the recipes, so each is a short program with its test. The page has it, and the pages of the
// vendor that it names.
func TestRecipesAreOnThePage(t *testing.T) {
	page := strings.Join(readPage(t, "docs/recipes.md").lines, "\n")
	entries, err := os.ReadDir(filepath.Join(root, "examples/recipes"))
	if err != nil || len(entries) != 6 {
		t.Fatalf("%d recipes, %v, want 6", len(entries), err)
	}
	for _, entry := range entries {
		name := "examples/recipes/" + entry.Name()
		files, err := os.ReadDir(filepath.Join(root, name))
		if err != nil || len(files) != 2 {
			t.Errorf("%s has %d files, %v, want main.go and main_test.go", name, len(files), err)
		}
		data, err := os.ReadFile(filepath.Join(root, name, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(data, []byte("\n")); lines > 180 {
			t.Errorf("%s/main.go has %d lines, want at most 180", name, lines)
		}
		comment, _, _ := strings.Cut(strings.ReplaceAll(string(data), "\n// ", " "), "\npackage ")
		for _, want := range append(address.FindAllString(comment, -1), "../"+name+"/main.go") {
			if !strings.Contains(page, "("+strings.TrimSuffix(want, ".")+")") {
				t.Errorf("the page lacks %s of %s", want, name)
			}
		}
		if !strings.Contains(comment, "https://") || !strings.Contains(comment, "not public") {
			t.Errorf("%s does not say where it comes from, and what is not public", name)
		}
	}
}

// replace replaces each old string, which is there once, with a new one.
func replace(t *testing.T, text string, oldAndNew ...string) string {
	t.Helper()
	for i := 0; i < len(oldAndNew); i += 2 {
		if strings.Count(text, oldAndNew[i]) != 1 {
			t.Fatalf("want %q once", oldAndNew[i])
		}
		text = strings.ReplaceAll(text, oldAndNew[i], oldAndNew[i+1])
	}
	return text
}
