package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The test binary is the tool of the builds that the tests start.
func TestMain(m *testing.M) {
	if log := os.Getenv(compileLog); log != "" {
		os.Exit(runTool(log, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func TestCompilePackage(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module measured.test\n\ngo 1.26.0\n")
	write("api.go", "package api\n\nimport \"fmt\"\n\nfunc Print() { fmt.Println() }\n")
	got, err := compilePackage(dir, dir)
	if err != nil || got.compile <= 0 || got.memory < 1<<20 {
		t.Errorf("got %+v, %v", got, err)
	}
	write("api.go", "package api\n\nfunc Print() { undefined() }\n")
	if _, err := compilePackage(dir, dir); err == nil || !strings.Contains(err.Error(), "undefined") {
		t.Errorf("got error %v", err)
	}
}

func TestCellsOfAFailureAreOneLine(t *testing.T) {
	if got := strings.Join(cells(result{}, os.ErrNotExist), ";"); got != "file does not exist;;" {
		t.Error(got)
	}
}
