package xsale_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The Go code of the README stands in the examples, too, and so compiles.
func TestReadmeCodeIsInTheExamples(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	plain := ""
	for _, file := range []string{"example_test.go", "examples/consumer/example_test.go"} {
		examples, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		plain += withoutIndentation(string(examples))
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) < 8 {
		t.Errorf("only %d blocks of Go code found", len(blocks))
	}
	for _, block := range blocks {
		if !strings.Contains(plain, withoutIndentation(block[1])) {
			t.Errorf("not in the examples:\n%s", block[1])
		}
	}
	if lines := strings.Count(string(readme), "\n"); lines >= 400 {
		t.Errorf("the README has %d lines; longer matter belongs into docs", lines)
	}
}

func withoutIndentation(code string) string {
	var lines []string
	for line := range strings.Lines(code) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
