package languages

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// expected is an expectation for a line.
type expected struct {
	scenario, step string
	*expectation
}

// inOrder returns what the lines of scenarios must be, in their order.
func inOrder(scenarios []scenario) (all []expected) {
	for _, scenario := range scenarios {
		for i, s := range scenario.Steps {
			steps := s.Together
			if steps == nil {
				steps = slices.Repeat([]step{s}, max(s.Times, 1))
			}
			for _, s := range steps {
				name := cmp.Or(s.Control, s.Call, s.Proxy, s.ReadOnlyProxy, "login")
				all = append(all, expected{scenario.Name, fmt.Sprintf("step %d, %s", i+1, name), s.Expect})
			}
		}
	}
	return all
}

// judge returns the differences between what was expected and what was seen.
func judge(scenarios []scenario, lines []line) (problems []string) {
	want := inOrder(scenarios)
	if len(want) != len(lines) {
		problems = append(problems, fmt.Sprintf("got %d lines, want %d", len(lines), len(want)))
	}
	for i, w := range want[:min(len(want), len(lines))] {
		if lines[i].Scenario != w.scenario {
			return append(problems, fmt.Sprintf("got a line of %q, want one of %q", lines[i].Scenario, w.scenario))
		}
		for _, problem := range w.judge(lines[i]) {
			problems = append(problems, fmt.Sprintf("%s, %s: %s", w.scenario, w.step, problem))
		}
	}
	return problems
}

func (e *expectation) judge(l line) (problems []string) {
	check := func(name string, got, want any) {
		if !reflect.DeepEqual(got, want) {
			problems = append(problems, fmt.Sprintf("%s: got %s, want %s", name, encode(got), encode(want)))
		}
	}
	attempts := 1
	if e.Attempts != nil {
		attempts = *e.Attempts
	}
	check("outcome", l.Outcome, cmp.Or(e.Outcome, "response"))
	check("status", l.Status, e.Status)
	check("attempts", l.Attempts, attempts)
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		check("header "+name, l.Headers[name], e.Headers[name])
	}
	for _, pointer := range slices.Sorted(maps.Keys(e.Body)) {
		check(pointer, l.Body[pointer], e.Body[pointer])
	}
	if !strings.Contains(l.Text, e.Text) {
		problems = append(problems, fmt.Sprintf("text: got %q, want %q in it", l.Text, e.Text))
	}
	if l.Milliseconds < e.AtLeast {
		problems = append(problems, fmt.Sprintf("took %d ms, want at least %d", l.Milliseconds, e.AtLeast))
	}
	return problems
}

func encode(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

// compare reports what two languages have seen differently, expected or not.
func compare(t *testing.T, nameA string, a []line, nameB string, b []line) {
	t.Helper()
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		x.Milliseconds, y.Milliseconds = 0, 0
		x.Text, y.Text = "", "" // with the address of the sandbox
		if !reflect.DeepEqual(x, y) {
			t.Errorf("%s saw %s\n%s saw %s", nameA, encode(x), nameB, encode(y))
		}
	}
}

// withoutReset removes the lines of withReset.
func withoutReset(t *testing.T, scenarios []scenario, lines []line) (rest []line) {
	t.Helper()
	for _, s := range scenarios {
		count := len(inOrder([]scenario{s}))
		if len(lines) <= count {
			t.Fatalf("the lines end before those of %q", s.Name)
		}
		for _, problem := range reset.Expect.judge(lines[0]) {
			t.Errorf("%s, reset: %s", s.Name, problem)
		}
		rest, lines = append(rest, lines[1:count+1]...), lines[count+1:]
	}
	return append(rest, lines...)
}

// checkExpectationsMatter changes each expectation, one after the other. The judge must notice.
func checkExpectationsMatter(t *testing.T, scenarios []scenario, lines []line) {
	t.Helper()
	for i, w := range inOrder(scenarios) {
		for name, wrong := range w.mutations() {
			if len(wrong.judge(lines[i])) == 0 {
				t.Errorf("%s, %s: no problem with a wrong %s", w.scenario, w.step, name)
			}
		}
	}
}

// mutations returns expectations that are wrong in one thing.
func (e *expectation) mutations() map[string]*expectation {
	all := make(map[string]*expectation)
	change := func(name string, do func(*expectation)) {
		wrong := *e
		wrong.Headers, wrong.Body = maps.Clone(e.Headers), maps.Clone(e.Body)
		do(&wrong)
		all[name] = &wrong
	}
	other := "another value"
	change("outcome", func(e *expectation) { e.Outcome = other })
	change("status", func(e *expectation) { e.Status++ })
	change("number of attempts", func(e *expectation) {
		attempts := 2
		if e.Attempts != nil {
			attempts += *e.Attempts
		}
		e.Attempts = &attempts
	})
	change("time", func(e *expectation) { e.AtLeast += 1_000_000 })
	for name := range e.Headers {
		change("header "+name, func(e *expectation) { e.Headers[name] = &other })
	}
	for pointer := range e.Body {
		change(pointer, func(e *expectation) { e.Body[pointer] = other })
	}
	change("text", func(e *expectation) { e.Text += other })
	return all
}
