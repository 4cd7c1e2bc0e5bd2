package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// A table fits the terminal: the widest columns are shortened. Elsewhere, nothing is.
func TestTableFitsTheTerminal(t *testing.T) {
	for name, test := range map[string]struct {
		limit int
		rows  [][]any
		want  string
	}{
		"fits":          {20, [][]any{{1, "abc", "def"}}, "A  B    C\n1  abc  def\n"},
		"no terminal":   {0, [][]any{{1, "abcdefghijklmnopqrst", "x"}}, "A  B                     C\n1  abcdefghijklmnopqrst  x\n"},
		"widest":        {20, [][]any{{4711, "abcdefghijklmnopqrst", "xyz"}, {1, "b", "c"}}, "A     B          C\n4711  abcdefgh…  xyz\n1     b          c\n"},
		"two widest":    {20, [][]any{{4711, "abcdefghij", "abcdefghij"}}, "A     B       C\n4711  abcde…  abcde…\n"},
		"wide":          {16, [][]any{{1, "日本語日本語", "x"}, {2, "ab", "y"}}, "A  B           C\n1  日本語日…   x\n2  ab          y\n"},
		"combining":     {14, [][]any{{1, "e\u0301e\u0301e\u0301e\u0301", "x"}, {2, "abcd", "y"}}, "A  B     C\n1  e\u0301e\u0301e\u0301e\u0301  x\n2  abcd  y\n"},
		"very narrow":   {4, [][]any{{1, "abc", "def"}}, "A  B  C\n1  …  …\n"},
		"fewer cells":   {0, [][]any{{"Id", "a long value"}, {"Name", "x", "y"}}, "A     B  C\nId    a long value\nName  x  y\n"},
		"control":       {0, [][]any{{"a\x1b[31m\tb\nc", "d"}}, "A           B  C\na [31m b c  d\n"},
		"right to left": {0, [][]any{{"\u202eabc", "d"}}, "A     B  C\n abc  d\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			table := &table{out: &out, limit: test.limit, heading: []string{"A", "B", "C"}}
			for _, row := range test.rows {
				if err := table.add(row); err != nil {
					t.Fatal(err)
				}
			}
			if err := table.flush(true); err != nil || out.String() != test.want {
				t.Errorf("%v\n got %q\nwant %q", err, out.String(), test.want)
			}
		})
	}
}

// Rows after the first ones stay whole as long as they fit, and fit in any case.
func TestLaterRowsFit(t *testing.T) {
	var out bytes.Buffer
	table := &table{out: &out, limit: 20, heading: []string{"ID", "NAME"}, bold: true}
	for i := range sampleSize {
		if err := table.add([]any{i, "x"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range [][]any{{123456789, "y"}, {1, strings.Repeat("z", 40)}, {123456789012345678, strings.Repeat("z", 40)}} {
		if err := table.add(row); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(out.String(), "\n")
	if got, want := fmt.Sprint(lines[0], lines[1], lines[101:]), fmt.Sprint("\x1b[1mID  NAME\x1b[0m", "0   x", []string{
		"123456789  y", "1   " + strings.Repeat("z", 15) + "…", "1…  " + strings.Repeat("z", 15) + "…", "",
	}); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestColorful(t *testing.T) {
	for environment, want := range map[string]bool{
		"":                            false, // no terminal
		"CLICOLOR_FORCE=1":            true,
		"CLICOLOR_FORCE=0":            false,
		"CLICOLOR_FORCE=1 NO_COLOR=1": false,
		"NO_COLOR=1":                  false,
		"CLICOLOR_FORCE=1 TERM=dumb":  true,
	} {
		t.Run(environment, func(t *testing.T) {
			t.Setenv("NO_COLOR", "")
			t.Setenv("CLICOLOR_FORCE", "")
			for _, variable := range strings.Fields(environment) {
				name, value, _ := strings.Cut(variable, "=")
				t.Setenv(name, value)
			}
			if got := Colorful(&bytes.Buffer{}); got != want {
				t.Errorf("got %v", got)
			}
		})
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if Terminal(null) || Terminal(&bytes.Buffer{}) {
		t.Error("a terminal")
	}
}

// On a terminal, JSON and CSV of the API control nothing, and JSON stays the same.
func TestHarmless(t *testing.T) {
	const text = "\x1b]0;x\a\u009b31m\u202e\U000e0001 ż\u00a0\r\n"
	var out bytes.Buffer
	if err := Encode(harmlessWriter{&out, escaped}, map[string]string{"Name": text}); err != nil {
		t.Fatal(err)
	}
	want := `{"Name":"\u001b]0;x\u0007\u009b31m\u202e\udb40\udc01 ż` + "\u00a0" + `\r\n"}` + "\n"
	if out.String() != want {
		t.Errorf("got %q\nwant %q", out.String(), want)
	}
	var same map[string]string
	if err := json.Unmarshal(out.Bytes(), &same); err != nil || same["Name"] != text {
		t.Errorf("%q, %v", same, err)
	}
	out.Reset()
	csv := &csvWriter{out: harmlessWriter{&out, plainLines}, dialect: &dialect{separator: ","}}
	if err := csv.write([]string{"\x1b[31m\rż", "b"}); err != nil || out.String() != "\" [31m ż\",b\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}
