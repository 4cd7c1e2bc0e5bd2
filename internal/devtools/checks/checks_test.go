// Package checks pins the programs that check the repository, and plants faults that they must find.
package checks

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// check runs a script in the repository dir, and returns what it printed.
func check(t *testing.T, dir, script string, arguments ...string) (output string, passed bool) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "scripts", script))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, arguments...)
	command.Dir = dir
	printed, err := command.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return string(printed), err == nil
}

// files are the names and contents of files.
type files map[string]string

// repository returns the directory of a Git repository with one commit.
func repository(t *testing.T, content files) string {
	t.Helper()
	dir := t.TempDir()
	run(t, dir, "git", "init", "-q")
	commit(t, dir, content)
	return dir
}

func commit(t *testing.T, dir string, content files) {
	t.Helper()
	write(t, dir, content)
	run(t, dir, "git", "add", "-A")
	run(t, dir, "git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "test")
}

func write(t *testing.T, dir string, content files) {
	t.Helper()
	for name, text := range content {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func run(t *testing.T, dir, name string, arguments ...string) string {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, output)
	}
	return strings.TrimSpace(string(output))
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// advisory is about a function of a module that this one requires.
const advisory = `{
  "schema_version": "1.3.1", "id": "GO-0000-0001",
  "published": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z",
  "summary": "Made up",
  "affected": [{
    "package": {"name": "github.com/mattn/go-shellwords", "ecosystem": "Go"},
    "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
    "ecosystem_specific": {"imports": [{"path": "github.com/mattn/go-shellwords", "symbols": ["Parse"]}]}
  }],
  "database_specific": {"url": "https://pkg.go.dev/vuln/GO-0000-0001"}
}`

func TestVulnerabilitiesAreFound(t *testing.T) {
	database := t.TempDir()
	write(t, database, files{"GO-0000-0001.json": advisory})
	t.Setenv("VULNDB", "file://"+database)
	module := "module example.com/m\n\ngo 1.26.0\n\nrequire github.com/mattn/go-shellwords v1.0.12\n"
	program := func(call string) string {
		return "package main\n\nimport \"github.com/mattn/go-shellwords\"\n\nfunc main() { " + call + " }\n"
	}
	for _, test := range []struct {
		name   string
		files  files
		passes bool
	}{
		{"called", files{"main.go": program(`_, _ = shellwords.Parse("")`)}, false},
		{"not called", files{"main.go": program("_ = shellwords.NewParser()")}, true},
		{"required by another module", files{
			"main.go":         program("_ = shellwords.NewParser()"),
			"examples/go.mod": module, "examples/go.sum": read(t, "go.sum"),
			"examples/main.go": program("_ = shellwords.NewParser()"),
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			content := files{"go.mod": module, "go.sum": read(t, "go.sum")}
			maps.Copy(content, test.files)
			output, passed := check(t, repository(t, content), "vuln.sh")
			if passed != test.passes || strings.Contains(output, "GO-0000-0001") == test.passes {
				t.Errorf("passed: %v\n%s", passed, output)
			}
		})
	}
}

func TestLicensesAreChecked(t *testing.T) {
	known := filepath.Join(run(t, ".", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/licenseclassifier/v2"), "assets", "License")
	text := func(license string) string {
		variants, err := filepath.Glob(filepath.Join(known, license, "*.txt"))
		if err != nil || len(variants) == 0 {
			t.Fatal(license, err)
		}
		return read(t, variants[0])
	}
	for license, allowed := range map[string]bool{"MIT": true, "GPL-3.0": false, "AGPL-3.0": false, "": false} {
		t.Run(license, func(t *testing.T) {
			content := files{
				"go.mod":         "module example.com/m\n\ngo 1.26.0\n\nrequire example.com/other v1.0.0\n\nreplace example.com/other => ./other\n",
				"main.go":        "package main\n\nimport _ \"example.com/other\"\n\nfunc main() {}\n",
				"LICENSE":        text("MIT"),
				"other/go.mod":   "module example.com/other\n\ngo 1.26.0\n",
				"other/other.go": "package other\n",
			}
			if license != "" {
				content["other/LICENSE"] = text(license)
			}
			output, passed := check(t, repository(t, content), "licenses.sh", "check")
			if passed != allowed || !allowed && !strings.Contains(output, "example.com/other") {
				t.Errorf("passed: %v\n%s", passed, output)
			}
		})
	}
}

// The changes since a release with these packages.
var released = files{
	"go.mod":              "module example.com/shop\n\ngo 1.26.0\n",
	"shop.go":             "package shop\n\ntype Client struct{ Name string }\n\nfunc (*Client) Me() {}\n",
	"version.go":          "package shop\n\nconst Version = \"0.1.0\"\n",
	"base.go":             "package shop\n\ntype Base[K, V any] struct{}\n\nfunc (Base[K, V]) Foo() {}\n\ntype Sub struct{ Base[int, int] }\n",
	"wire/codec/codec.go": "package codec\n\ntype List[T any] struct{}\n\nfunc (List[T]) Len() int { return 0 }\n",
	"internal/x/x.go":     "package x\n\nfunc X() {}\n",
	"cmd/shop/main.go":    "package main\n\nfunc Run() {}\n\nfunc main() {}\n",
	"CHANGELOG.md":        "# Changelog\n\n## 0.1.0 - 2026-01-02\n\n| old | new |\n|---|---|\n| `shop.Client.Me` | too old |\n",
}

func TestBreakingChangesAreStated(t *testing.T) {
	const table = "# Changelog\n\n## 0.2.0\n\n| old | new |\n|---|---|\n%\n## 0.1.0 - 2026-01-02\n\n| old | new |\n|---|---|\n| `shop.Client.Me` | too old |\n"
	for _, test := range []struct {
		name    string
		files   files
		rows    string
		missing string // "" if the check passes
	}{
		{"nothing", nil, "", ""},
		{"addition", files{"new/new.go": "package new\n"}, "", ""},
		{"method", files{"shop.go": "package shop\n\ntype Client struct{ Name string }\n"}, "", "`shop.Client.Me`"},
		{"stated", files{"shop.go": "package shop\n\ntype Client struct{ Name string }\n"}, "| `shop.Client.Me` | nothing |\n", ""},
		{"field", files{"shop.go": "package shop\n\ntype Client struct{}\n\nfunc (*Client) Me() {}\n"}, "", "`shop.Client.Name`"},
		{"below", files{"wire/codec/codec.go": "package codec\n\ntype List[T any] struct{}\n\nfunc (List[T]) Len() int64 { return 0 }\n"}, "", "`codec.List.Len`"},
		{"package", files{"wire/codec/codec.go": ""}, "", "`wire/codec`"},
		{"package stated", files{"wire/codec/codec.go": ""}, "| package `wire/codec` | package `wire` |\n", ""},
		{"promoted method", files{"base.go": "package shop\n\ntype Base[K, V any] struct{}\n\ntype Sub struct{ Base[int, int] }\n"}, "| `shop.Base.Foo` | nothing |\n", ""},
		{"path of the module", files{"go.mod": "module example.com/store\n\ngo 1.26.0\n"}, "", "`example.com/shop`"},
		{"version", files{"version.go": "package shop\n\nconst Version = \"0.2.0\"\n"}, "", ""},
		{"program", files{"cmd/shop/main.go": ""}, "", ""},
		{"internal and programs", files{"internal/x/x.go": "package x\n", "cmd/shop/main.go": "package main\n\nfunc main() {}\n"}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := repository(t, released)
			run(t, dir, "git", "tag", "v0.1.0")
			for name, text := range test.files {
				if text == "" {
					run(t, dir, "git", "rm", "-q", name)
					delete(test.files, name)
				}
			}
			commit(t, dir, files{"CHANGELOG.md": strings.Replace(table, "%", test.rows, 1)})
			write(t, dir, test.files)
			output, passed := check(t, dir, "apidiff.sh")
			if passed != (test.missing == "") || !strings.Contains(output, test.missing) {
				t.Errorf("passed: %v, want a message about %q\n%s", passed, test.missing, output)
			}
		})
	}
}

// A clone without tags must not pass as one before the first release.
func TestReleaseWithoutTag(t *testing.T) {
	dir := repository(t, released)
	if output, passed := check(t, dir, "apidiff.sh"); !passed || !strings.Contains(output, "no release yet") {
		t.Errorf("before the first release: %v\n%s", passed, output)
	}
	commit(t, dir, files{"CHANGELOG.md": "# Changelog\n\n## 0.2.0\n\n" + released["CHANGELOG.md"]})
	run(t, dir, "git", "tag", "v0.2.0-rc.1")
	if output, passed := check(t, dir, "apidiff.sh"); passed || !strings.Contains(output, "git fetch --tags") {
		t.Errorf("after it: %v\n%s", passed, output)
	}
	run(t, dir, "git", "tag", "v0.1.0", "HEAD~1")
	if output, passed := check(t, dir, "last-release.sh"); !passed || output != "v0.1.0\n" {
		t.Errorf("after a pre-release: %v\n%s", passed, output)
	}
	dir = repository(t, released)
	run(t, dir, "git", "tag", "v0.1.0")
	commit(t, dir, files{"new.go": "package shop\n"})
	shallow := t.TempDir()
	run(t, shallow, "git", "clone", "-q", "--depth=1", "file://"+dir, "clone")
	if output, passed := check(t, filepath.Join(shallow, "clone"), "apidiff.sh"); passed || !strings.Contains(output, "git fetch --tags") {
		t.Errorf("in a shallow clone: %v\n%s", passed, output)
	}
}

// Time is not compared here: it depends on what else the machine does.
func TestSlowerBenchmarksAreFound(t *testing.T) {
	benchmark := func(allocations string) string {
		return "package m\n\nimport \"testing\"\n\nvar sink *[100]byte\n\nfunc BenchmarkM(b *testing.B) {\n\tfor b.Loop() {\n\t\tfor range " + allocations + " {\n\t\t\tsink = new([100]byte)\n\t\t}\n\t}\n}\n"
	}
	for name, value := range map[string]string{"UNITS": "allocs/op", "COUNT": "6", "BENCHTIME": "100x", "OLD": "HEAD"} {
		t.Setenv(name, value)
	}
	for _, test := range []struct {
		before, after string
		passes        bool
	}{{"20", "20", true}, {"20", "10", true}, {"20", "21", true}, {"20", "30", false}, {"0", "1", false}} {
		dir := repository(t, files{"go.mod": "module example.com/m\n\ngo 1.26.0\n", "m_test.go": benchmark(test.before)})
		write(t, dir, files{"m_test.go": benchmark(test.after)})
		if output, passed := check(t, dir, "bench-compare.sh"); passed != test.passes || strings.Contains(output, "bench-compare: M") == test.passes {
			t.Errorf("from %s to %s: passed: %v\n%s", test.before, test.after, passed, output)
		}
	}
}

func TestWorkflowsAreLinted(t *testing.T) {
	workflow := "on: push\npermissions: {}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.%s }}\n"
	for field, passes := range map[string]bool{"ref": true, "reff": false} {
		dir := repository(t, files{".github/workflows/ci.yml": strings.Replace(workflow, "%s", field, 1)})
		tools, err := filepath.Abs("go.mod")
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, files{"go.mod": "module example.com/m\n"})
		command := exec.Command("go", "tool", "-modfile="+tools, "actionlint")
		command.Dir = dir
		if output, err := command.CombinedOutput(); (err == nil) != passes {
			t.Errorf("github.%s: %v\n%s", field, err, output)
		}
	}
}
