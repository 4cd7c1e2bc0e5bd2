// Package languages runs the same scenarios from five languages against the sandbox and the proxy.
//
// The scenarios are data, in testdata/scenarios. A scenario is a list of steps. A step is one of:
//
//   - control: a request to the control API, below /_sandbox;
//   - login: a request for tokens with the credentials of the environment, changed by its fields;
//   - call: a request to the API by a client;
//   - proxy, readOnlyProxy: a request to a proxy, with its secret;
//   - together: steps of the kinds control and proxy that are sent at once.
//
// body, headers (null removes one), timeout in seconds (60 unless set) and times belong to the
// request. keep stores values of the response, by JSON pointer, for later steps: ${name} stands for
// them.
//
// The client of a runner is what an integrator would write. It logs in when it needs tokens, and
// once more after a 401. It waits as long as a 429 or 503 asks for, up to three times. It sends a
// GET whose response is lost up to three times, and anything else once.
//
// A runner in testdata, or the command in runner, carries out the steps and prints what it got, in
// the types of its language. It does not know whether that is right: this test judges, by what
// the step expects:
//
//   - outcome: "response" unless set, "no response", "incomplete response", "not JSON" or "timeout";
//   - status, and attempts of a call or login, 1 unless set;
//   - headers, and body by JSON pointer, in which length is the length of an array; null is absent;
//   - text: part of the body;
//   - atLeast: milliseconds that the step takes, a tenth less than it should: clocks differ.
package languages

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

// language is a command that runs the scenarios of a file.
type language struct {
	name    string
	command []string
}

// stoppedFile has the scenarios that need a sandbox that has stopped.
const stoppedFile = "stopped.json"

// The same scenarios give the same results in all languages, and the expected ones.
func TestScenariosInAllLanguages(t *testing.T) {
	files := readScenarios(t)
	languages := []language{
		{"Go", []string{goRunner}},
		{"Python", []string{"python3", "testdata/run.py"}},
		{"PHP", []string{"php", "testdata/run.php"}},
		{"JavaScript", []string{"node", "testdata/run.mjs"}},
		{"curl", []string{"bash", "testdata/run.sh"}},
	}
	seen := make([]map[string][]line, len(languages))
	t.Run("group", func(t *testing.T) {
		for i, language := range languages {
			t.Run(language.name, func(t *testing.T) {
				t.Parallel()
				requirePrograms(t, language)
				seen[i] = run(t, language, files)
			})
		}
	})
	for i, language := range languages[1:] {
		for file := range seen[i+1] {
			compare(t, languages[0].name, seen[0][file], language.name, seen[i+1][file])
		}
	}
	if !t.Failed() && seen[0] != nil {
		for name, scenarios := range files {
			checkExpectationsMatter(t, scenarios, seen[0][name])
		}
	}
}

// Without any of the steps that change something, what a scenario expects does not come about.
func TestEveryStepMatters(t *testing.T) {
	files := readScenarios(t)
	runner := language{"Go", []string{goRunner}}
	environment := startSandbox(t).startProxies(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		runner.run(t, environment, files["proxy.json"][:1]) // the proxy gets valid tokens
		for _, whole := range files[name] {
			for i, s := range whole.Steps {
				if s.Control == "" || strings.HasPrefix(s.Control, "GET ") || s.Expect.Status >= 400 {
					continue
				}
				rest := []scenario{{whole.Name, slices.Delete(slices.Clone(whole.Steps), i, i+1)}}
				if len(judge(rest, withoutReset(t, rest, runner.run(t, environment, withReset(rest))))) == 0 {
					t.Errorf("%s: nothing changes without step %d, %s", whole.Name, i+1, s.Control)
				}
			}
		}
	}
}

// requirePrograms skips the test of a language that is not installed. The gate installs all.
func requirePrograms(t *testing.T, l language) {
	t.Helper()
	needed := []string{l.command[0]}
	if l.name == "curl" {
		needed = append(needed, "curl", "jq")
	}
	for _, program := range needed {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: %v", l.name, err)
		}
	}
	if l.name == "PHP" {
		if out, err := exec.Command("php", "-r", "exit((int) !extension_loaded('curl'));").CombinedOutput(); err != nil {
			t.Skipf("PHP has no curl extension: %v %s", err, out)
		}
	}
}

// run starts a sandbox and its proxies, and carries out all scenarios in a language.
func run(t *testing.T, l language, files map[string][]scenario) map[string][]line {
	t.Helper()
	sandbox := startSandbox(t)
	environment := sandbox.startProxies(t)
	seen := make(map[string][]line)
	for _, name := range slices.Sorted(maps.Keys(files)) { // the proxies remember earlier scenarios
		if name != stoppedFile {
			seen[name] = l.run(t, environment, withReset(files[name]))
		}
	}
	sandbox.stop()
	seen[stoppedFile] = l.run(t, environment, files[stoppedFile])
	for name, scenarios := range files {
		if name != stoppedFile {
			seen[name] = withoutReset(t, scenarios, seen[name])
		}
		for _, problem := range judge(scenarios, seen[name]) {
			t.Error(problem)
		}
	}
	return seen
}

// run runs the scenarios and returns what the runner has seen.
func (l language) run(t *testing.T, environment []string, scenarios []scenario) []line {
	t.Helper()
	data, err := json.Marshal(scenarios)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "scenarios.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), l.command[0], slices.Concat(l.command[1:], []string{file})...)
	command.Env = append(os.Environ(), environment...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("%s: %v\n%s", l.name, err, stderr.Bytes())
	}
	return decodeLines(t, out)
}
