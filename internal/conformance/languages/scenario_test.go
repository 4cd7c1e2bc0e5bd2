package languages

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// minScenarios is the number of scenarios that this project promises.
const minScenarios = 40

type scenario struct {
	Name  string `json:"name"`
	Steps []step `json:"steps"`
}

type step struct {
	Control       string             `json:"control,omitempty"`
	Login         *map[string]string `json:"login,omitempty"`
	Call          string             `json:"call,omitempty"`
	Proxy         string             `json:"proxy,omitempty"`
	ReadOnlyProxy string             `json:"readOnlyProxy,omitempty"`
	Together      []step             `json:"together,omitempty"`

	Body    json.RawMessage    `json:"body,omitempty"`
	Headers map[string]*string `json:"headers,omitempty"`
	Timeout float64            `json:"timeout,omitempty"`
	Times   int                `json:"times,omitempty"`
	Keep    map[string]string  `json:"keep,omitempty"`
	Expect  *expectation       `json:"expect,omitempty"`
}

type expectation struct {
	Outcome  string             `json:"outcome,omitempty"`
	Status   int                `json:"status"`
	Attempts *int               `json:"attempts,omitempty"`
	Headers  map[string]*string `json:"headers,omitempty"`
	Body     map[string]any     `json:"body,omitempty"`
	Text     string             `json:"text,omitempty"`
	AtLeast  int64              `json:"atLeast,omitempty"` // milliseconds
}

// kinds returns how many of the fields that say what a step does are set.
func (s step) kinds() (count int) {
	for _, set := range []bool{s.Control != "", s.Login != nil, s.Call != "", s.Proxy != "", s.ReadOnlyProxy != "", s.Together != nil} {
		if set {
			count++
		}
	}
	return count
}

// readScenarios returns the scenarios by the name of their file.
func readScenarios(t *testing.T) map[string][]scenario {
	t.Helper()
	names, err := filepath.Glob("testdata/scenarios/*.json")
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]scenario)
	seen := make(map[string]bool)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var scenarios []scenario
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&scenarios); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, scenario := range scenarios {
			if seen[scenario.Name] {
				t.Errorf("%s: the name %q occurs twice", name, scenario.Name)
			}
			seen[scenario.Name] = true
			for _, step := range scenario.Steps {
				if step.kinds() != 1 || (step.Expect == nil) != (step.Together != nil) {
					t.Errorf("%s: %s: a step needs one kind, and expect unless its kind is together: %+v", name, scenario.Name, step)
				}
			}
		}
		files[filepath.Base(name)] = scenarios
	}
	if len(seen) < minScenarios {
		t.Errorf("%d scenarios, want at least %d", len(seen), minScenarios)
	}
	return files
}

var reset = step{Control: "POST /reset", Expect: &expectation{Status: 204}}

// withReset returns scenarios that begin with a sandbox as after its start.
func withReset(scenarios []scenario) []scenario {
	scenarios = slices.Clone(scenarios)
	for i := range scenarios {
		scenarios[i].Steps = slices.Concat([]step{reset}, scenarios[i].Steps)
	}
	return scenarios
}

// line is what a runner has seen of a step.
type line struct {
	Scenario     string
	Outcome      string
	Status       int
	Attempts     int
	Milliseconds int64
	Headers      map[string]*string
	Body         map[string]any
	Text         string
}

func decodeLines(t *testing.T, out []byte) (lines []line) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(out))
	decoder.DisallowUnknownFields()
	for {
		var l line
		err := decoder.Decode(&l)
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatalf("%v in the output of a runner:\n%s", err, out)
		}
		lines = append(lines, l)
	}
}
