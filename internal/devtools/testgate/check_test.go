package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A real run of go test, with a test of every outcome.
func TestCheckGoTest(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":           "module example.com/m\n\ngo 1.26.0\n",
		"a/a_test.go":      "package a\n\nimport \"testing\"\n\nfunc TestF01_Passes(t *testing.T) { t.Log(\"quiet\") }\nfunc TestF02_Skips(t *testing.T) { t.Skip(\"no server\") }\nfunc TestF03_Fails(t *testing.T) { t.Run(\"sub\", func(t *testing.T) { t.Error(\"wrong sum\") }) }\n",
		"broken/b_test.go": "package broken\n\nfunc x() { y() }\n",
		"none/none.go":     "package none\n",
		"panics/p_test.go": "package panics\n\nimport \"testing\"\n\nfunc TestPanics(t *testing.T) { panic(\"no way\") }\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "go", "test", "-json", "./...")
	command.Dir = dir
	command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	events, _ := command.Output() // go test fails
	var out strings.Builder
	problems, err := check(strings.NewReader("make: a line\n"+string(events)), &out, []string{"TestF01_", "TestF02_", "TestF03_", "TestF04_"})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(problems)
	want := []string{
		"fail: example.com/m/a",
		"fail: example.com/m/a TestF03_Fails",
		"fail: example.com/m/a TestF03_Fails/sub",
		"fail: example.com/m/broken",
		"fail: example.com/m/panics",
		"fail: example.com/m/panics TestPanics",
		"missing: TestF02_",
		"missing: TestF03_",
		"missing: TestF04_",
		"skip: example.com/m/a TestF02_Skips",
	}
	if !slices.Equal(problems, want) {
		t.Errorf("got\n%s\nwant\n%s\n%s", strings.Join(problems, "\n"), strings.Join(want, "\n"), events)
	}
	for _, part := range []string{"make: a line\n", "no server", "wrong sum", "undefined: y", "no way", "FAIL\texample.com/m/a"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the output lacks %q:\n%s", part, out.String())
		}
	}
	if strings.Contains(out.String(), "quiet") {
		t.Errorf("the output of a passed test is printed:\n%s", out.String())
	}
}

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		events string
		want   []string
	}{
		"all passed":   {`{"Action":"pass","Package":"p","Test":"TestF01_A"}`, nil},
		"no test":      {`{"Action":"skip","Package":"p"}`, []string{"missing: TestF01_", "no test passed"}},
		"nothing":      {"", []string{"missing: TestF01_", "no test passed"}},
		"last line":    {`{"Action":"pass","Package":"p","Test":"TestF01_A"}` + "\n" + `{"Action":"fail","Package":"p","Test":"TestB"}`, []string{"fail: p TestB"}},
		"other prefix": {`{"Action":"pass","Package":"p","Test":"TestF011"}`, []string{"missing: TestF01_"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			problems, err := check(strings.NewReader(test.events), &out, []string{"TestF01_"})
			if err != nil || !slices.Equal(problems, test.want) {
				t.Errorf("got %q, %v", problems, err)
			}
		})
	}
}
