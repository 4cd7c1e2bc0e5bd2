// Package corpus_test generates a client and a fake from every document of a directory, and sends
// samples through both.
package corpus_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/conformance/corpus/driver"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// TestDocuments drives the documents of testdata, or of the directory in XSALE_CORPUS. Without that
// variable it takes a few documents, so that the test stays fast.
func TestDocuments(t *testing.T) {
	dir, all := os.LookupEnv("XSALE_CORPUS")
	if !all {
		dir = "testdata"
	}
	files := documents(t, dir)
	if !all {
		files = every(files, 12)
	}
	p := newTestProgram(t)
	var plans []driver.Document
	for i, file := range files {
		options := codegen.Options{Package: fmt.Sprintf("p%02d", i), Server: true, Split: i%3 == 1, Raw: i%3 == 2}
		if plan, ok := generate(t, p, file, options); ok {
			plans = append(plans, plan)
		}
	}
	if err := p.write(); err != nil {
		t.Fatal(err)
	}
	result := run(t, p, plans)
	report(t, result.Differences)
	t.Logf("%d documents, %d calls, %d differences", len(plans), result.Calls, len(result.Differences))
	if all {
		check(t, p)
	}
}

// report reports the first of the differences of one kind in an operation, and counts the others.
func report(t *testing.T, differences []driver.Difference) {
	t.Helper()
	type kind struct{ document, operation, what string }
	counts := map[kind]int{}
	for _, d := range differences {
		counts[kind{d.Document, d.Operation, d.What}]++
	}
	for _, d := range differences {
		k := kind{d.Document, d.Operation, d.What}
		if counts[k] > 0 {
			t.Errorf("%s: %s: sample %s (%d in all): %s\n got %s\nwant %s", d.Document, d.Operation, d.Sample, counts[k], d.What, d.Got, d.Want)
		}
		delete(counts, k)
	}
}

func documents(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.json", "*.yaml"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatalf("no documents in %s", dir)
	}
	return files
}

// every returns each nth of the files.
func every(files []string, n int) []string {
	var chosen []string
	for i := 0; i < len(files); i += n {
		chosen = append(chosen, files[i])
	}
	return chosen
}

func newTestProgram(t *testing.T) *program {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv("XSALE_CORPUS_OUT") // to look at the generated code afterwards
	if dir == "" {
		dir = t.TempDir()
	}
	p, err := newProgram(dir, root)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// generate adds the package of a document to the program. A document with x-rejected must be
// rejected with an error that contains its value.
func generate(t *testing.T, p *program, file string, options codegen.Options) (driver.Document, bool) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	original, err := tree.Read(data)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return driver.Document{}, false
	}
	base := filepath.Base(file)
	reason := tree.String(original["x-rejected"])
	result, err := pipeline.Run(data, pipeline.Options{})
	var files []codegen.File
	if err == nil {
		options.From = base
		files, err = codegen.Generate(result.Document, options, result.Report)
	}
	if reason != "" {
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: got error %v, want one with %q", base, err, reason)
		}
		return driver.Document{}, false
	}
	if err != nil {
		t.Errorf("%s: %v", base, err)
		return driver.Document{}, false
	}
	if got, want := len(tree.Operations(result.Document)), countOperations(original); got != want {
		t.Errorf("%s: the normalized document has %d operations, want %d", base, got, want)
	}
	if err := p.add(base, options.Package, files); err != nil {
		t.Fatal(err)
	}
	return planOf(base, original, result.Document), true
}

// countOperations counts the operations of a document of any version.
func countOperations(document tree.Object) int {
	count := 0
	for _, item := range tree.Fields(document["paths"]) {
		for name, operation := range tree.Fields(item) {
			if object, ok := operation.(tree.Object); ok && regexp.MustCompile("^(get|put|post|delete|options|head|patch|trace|query)$").MatchString(name) {
				count++
			} else if ok && name == "additionalOperations" {
				count += len(object)
			}
		}
	}
	return count
}

// run builds and runs the program.
func run(t *testing.T, p *program, plans []driver.Document) driver.Result {
	t.Helper()
	plan, err := json.Marshal(plans)
	if err != nil {
		t.Fatal(err)
	}
	planFile := filepath.Join(p.dir, "plan.json")
	if err := os.WriteFile(planFile, plan, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(p.dir, "corpus.exe")
	if output, err := command(p, "go", "build", "-trimpath", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	var out, problems bytes.Buffer
	driven := command(p, binary, planFile)
	driven.Stdout, driven.Stderr = &out, &problems
	err = driven.Run()
	var result driver.Result
	if err := errors.Join(err, json.Unmarshal(out.Bytes(), &result)); err != nil {
		t.Fatalf("%v\n%s", err, problems.Bytes())
	}
	return result
}

// check runs vet and staticcheck on the generated packages.
func check(t *testing.T, p *program) {
	t.Helper()
	tools, err := filepath.Abs("../../devtools/checks/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{{"vet", "./..."}, {"tool", "-modfile=" + tools, "staticcheck", "./..."}} {
		if output, err := command(p, "go", arguments...).CombinedOutput(); err != nil {
			t.Errorf("go %s: %v\n%s", strings.Join(arguments, " "), err, output)
		}
	}
}

func command(p *program, name string, arguments ...string) *exec.Cmd {
	c := exec.Command(name, arguments...)
	c.Dir = p.dir
	c.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	return c
}
