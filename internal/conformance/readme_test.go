package conformance_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The Go code of the README and of the page on tests stands in examples, too, and so compiles.
func TestCodeOfTheDocsIsInTheExamples(t *testing.T) {
	for page, sources := range map[string][]string{
		"README.md":       {"example_test.go", "examples/consumer/example_test.go"},
		"docs/testing.md": {"examples/testing/example_test.go", "examples/testing/import_test.go", "examples/testing/short_test.go"},
	} {
		plain := ""
		for _, source := range sources {
			plain += withoutIndentation(read(t, source)) + "\n"
		}
		blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(read(t, page), -1)
		if len(blocks) < 8 {
			t.Errorf("%s: only %d blocks of Go code found", page, len(blocks))
		}
		for _, block := range blocks {
			if !strings.Contains(plain, withoutIndentation(block[1])) {
				t.Errorf("%s: not in the examples:\n%s", page, block[1])
			}
		}
	}
}

func TestReadmeIsShort(t *testing.T) {
	if lines := strings.Count(read(t, "README.md"), "\n"); lines >= 400 {
		t.Errorf("the README has %d lines; longer matter belongs into docs", lines)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func withoutIndentation(code string) string {
	var lines []string
	for line := range strings.Lines(code) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
