package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// event is a line of go test -json. See go doc test2json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// check prints a line for each package and the output of tests that did not pass. It returns why
// the run must not count as a success.
func check(in io.Reader, out io.Writer, required []string) (problems []string, err error) {
	passed := map[string]bool{}
	pending := map[string]string{} // output by package and test, until the test passes
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		var e event
		if json.Unmarshal([]byte(line), &e) != nil { // written by make
			io.WriteString(out, line)
			continue
		}
		name := strings.TrimSpace(e.Package + " " + e.Test)
		switch {
		case e.Action == "build-output", e.Action == "output" && e.Test == "" && e.Output != "PASS\n":
			io.WriteString(out, e.Output)
		case e.Action == "output" && e.Test != "":
			pending[name] += e.Output
		case e.Action == "pass" && e.Test != "":
			passed[e.Test] = true
			delete(pending, name)
		case e.Action == "skip" && e.Test == "": // a package without tests
		case e.Action == "fail", e.Action == "skip":
			problems = append(problems, e.Action+": "+name)
			for test, output := range pending { // a panic ends a package without an event for its test
				if test == name || e.Test == "" && strings.HasPrefix(test, e.Package+" ") {
					io.WriteString(out, output)
					delete(pending, test)
				}
			}
		}
	}
	for _, prefix := range required {
		found := false
		for name := range passed {
			found = found || strings.HasPrefix(name, prefix)
		}
		if !found {
			problems = append(problems, "missing: "+prefix)
		}
	}
	if len(passed) == 0 {
		problems = append(problems, "no test passed")
	}
	return problems, nil
}
