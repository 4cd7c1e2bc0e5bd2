package conformance_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A tag can be moved to other code, a commit cannot. The comment is for readers and Dependabot.
var pinnedAction = regexp.MustCompile(`^([\w.-]+/[\w./-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$`)

func TestWorkflowsAreSafe(t *testing.T) {
	pins := map[string]string{}
	workflows := 0
	err := filepath.WalkDir(filepath.Join(root, ".github"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !slices.Contains([]string{".yml", ".yaml"}, filepath.Ext(path)) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		problems := pinProblems(data, pins)
		if filepath.Base(filepath.Dir(path)) == "workflows" {
			workflows++
			problems = append(problems, workflowProblems(data)...)
		}
		for _, problem := range problems {
			t.Errorf("%s: %s", path, problem)
		}
		return nil
	})
	if err != nil || workflows < 4 {
		t.Fatal(workflows, err)
	}
}

// pinProblems returns the actions of a workflow or an action that may change. It adds the others to
// pins: commits and versions by repository, and repositories by commit.
func pinProblems(data []byte, pins map[string]string) (problems []string) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return []string{err.Error()}
	}
	var visit func(node *yaml.Node)
	visit = func(node *yaml.Node) {
		for i, child := range node.Content {
			visit(child)
			if node.Kind != yaml.MappingNode || i%2 == 0 || node.Content[i-1].Value != "uses" || strings.HasPrefix(child.Value, "./") {
				continue
			}
			action := strings.TrimSpace(child.Value + " " + child.LineComment)
			match := pinnedAction.FindStringSubmatch(action)
			if match == nil {
				problems = append(problems, fmt.Sprintf("uses: %s: want a full commit hash and a comment with its version", action))
				continue
			}
			repository := strings.ToLower(strings.Join(strings.SplitN(match[1], "/", 3)[:2], "/")) // codeql-action has several actions
			hash, _, _ := strings.Cut(match[2], " ")
			if first, ok := pins[repository]; ok && first != match[2] {
				problems = append(problems, fmt.Sprintf("uses: %s: another step uses %s", action, first))
			} else if other, ok := pins[hash]; ok && other != repository {
				problems = append(problems, fmt.Sprintf("uses: %s: is a commit of %s", action, other))
			}
			pins[repository], pins[hash] = match[2], repository
		}
	}
	visit(&document)
	return problems
}

// workflowProblems returns what gives a workflow more rights or time than it needs.
func workflowProblems(data []byte) (problems []string) {
	report := func(format string, arguments ...any) {
		problems = append(problems, fmt.Sprintf(format, arguments...))
	}
	var workflow struct {
		On          yaml.Node
		Permissions yaml.Node
		Jobs        map[string]struct {
			Uses        string
			Secrets     yaml.Node
			Timeout     int `yaml:"timeout-minutes"`
			Permissions yaml.Node
			Steps       []struct {
				Uses string
				With map[string]any
			}
		}
	}
	if err := yaml.Unmarshal(data, &workflow); err != nil {
		return []string{err.Error()}
	}
	if trigger, err := yaml.Marshal(&workflow.On); err != nil || strings.Contains(string(trigger), "pull_request_target") {
		report("on: pull_request_target runs the code of strangers with this repository's rights")
	}
	var permissions map[string]string
	if err := workflow.Permissions.Decode(&permissions); err != nil || workflow.Permissions.IsZero() {
		report("permissions: want a map at the top of the workflow")
	}
	for scope, access := range permissions {
		if access == "write" {
			report("permissions: %s: write: only the job that needs it may have it", scope)
		}
	}
	for name, job := range workflow.Jobs {
		if job.Timeout == 0 && job.Uses == "" {
			report("%s: no timeout-minutes", name)
		}
		if job.Permissions.Kind == yaml.ScalarNode {
			report("%s: permissions: %s: want a map", name, job.Permissions.Value)
		}
		if job.Secrets.Value == "inherit" {
			report("%s: secrets: inherit: name the secrets", name)
		}
		for _, step := range job.Steps {
			if strings.HasPrefix(strings.ToLower(step.Uses), "actions/checkout@") && step.With["persist-credentials"] != false {
				report("%s: checkout: want persist-credentials: false, or later steps can push", name)
			}
		}
	}
	return problems
}

func TestUnsafeWorkflowsAreNoticed(t *testing.T) {
	const safe = `on: [push, pull_request]
permissions:
  contents: read
jobs:
  test:
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          persist-credentials: false
      - name: next
        uses: github/codeql-action/init@7211b7c8077ea37d8641b6271f6a365a22a5fbfa # v4.36.0
      - uses: ./.github/actions/own
`
	check := func(workflow string) []string {
		return append(pinProblems([]byte(workflow), map[string]string{}), workflowProblems([]byte(workflow))...)
	}
	if problems := check(safe); problems != nil {
		t.Fatal(problems)
	}
	for _, change := range []struct{ old, new, want string }{
		{"@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "@v6", "full commit hash"},
		{"@7211b7c8077ea37d8641b6271f6a365a22a5fbfa # v4.36.0", "@main", "full commit hash"},
		{"83dd # v6.0.2", "83d # v6.0.2", "full commit hash"},
		{" # v6.0.2", "", "full commit hash"},
		{" # v4.36.0", " # v4", "full commit hash"},
		{"uses: ./.github/actions/own", "uses: docker://alpine:3", "full commit hash"},
		{"uses: ./.github/actions/own", "uses: github/codeql-action/analyze@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v4.36.0", "another step"},
		{"uses: ./.github/actions/own", "uses: github/codeql-action/analyze@7211b7c8077ea37d8641b6271f6a365a22a5fbfa # v4.9.9", "another step"},
		{"uses: ./.github/actions/own", "uses: actions/cache@7211b7c8077ea37d8641b6271f6a365a22a5fbfa # v4.36.0", "is a commit of"},
		{"uses: ./.github/actions/own", "uses: Actions/Checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "persist-credentials"},
		{"    timeout-minutes: 10\n", "    timeout-minutes: 10\n    secrets: inherit\n", "secrets"},
		{"uses: ./.github/actions/own", "uses: \"actions/cache@v5\"", "full commit hash"},
		{"- uses: ./.github/actions/own", "- {uses: actions/cache@v5}", "full commit hash"},
		{"  test:\n", "  called:\n    uses: github/codeql-action/.github/workflows/x.yml@v4\n  test:\n", "full commit hash"},
		{"pull_request", "pull_request_target", "strangers"},
		{"persist-credentials: false", "persist-credentials: true", "persist-credentials"},
		{"        with:\n          persist-credentials: false\n", "", "persist-credentials"},
		{"permissions:\n  contents: read\n", "", "permissions"},
		{"permissions:\n  contents: read\n", "permissions: write-all\n", "permissions"},
		{"contents: read", "contents: write", "contents: write"},
		{"    timeout-minutes: 10\n", "    timeout-minutes: 10\n    permissions: write-all\n", "write-all"},
		{"    timeout-minutes: 10\n", "", "timeout-minutes"},
	} {
		problems := check(strings.Replace(safe, change.old, change.new, 1))
		if len(problems) != 1 || !strings.Contains(problems[0], change.want) {
			t.Errorf("%q for %q: got %q, want one about %s", change.new, change.old, problems, change.want)
		}
	}
}

// Dependabot looks only into the directories of its configuration.
func TestUpdatesCoverAllModules(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, ".github/dependabot.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
		}
	}
	if err := yaml.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, update := range config.Updates {
		for _, dir := range append(update.Directories, update.Directory) {
			if dir != "" {
				got = append(got, update.Ecosystem+" "+dir)
			}
		}
	}
	ecosystems := map[string]string{"go.mod": "gomod", "package.json": "npm", "Dockerfile": "docker", "compose.yaml": "docker-compose"}
	want := []string{"github-actions /"}
	err = fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "dist", "node_modules", "testdata"}, entry.Name()) {
			return fs.SkipDir
		}
		if ecosystem, ok := ecosystems[entry.Name()]; ok && !entry.IsDir() {
			want = append(want, ecosystem+" "+filepath.ToSlash(filepath.Join("/", filepath.Dir(path))))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("dependabot.yml has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
