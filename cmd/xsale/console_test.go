package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/transfer"
)

// Lines do not mix with each other, nor with the progress below them.
func TestConsoleKeepsLinesWhole(t *testing.T) {
	var out bytes.Buffer
	c := &console{out: &out}
	c.show("1 order handled")
	first, second := c.lines("1"), c.lines("2")
	fmt.Fprint(first, "Fatal ")
	fmt.Fprint(second, "ok\r\n\nend")
	fmt.Fprint(first, "error\n")
	second.flush()
	first.flush()
	c.show("2 orders handled")
	c.show("2 orders handled")
	c.show("")
	lines := []string{"", "1 order handled", "2: ok\n1 order handled", "2: \n1 order handled", "1: Fatal error\n1 order handled", "2: end\n1 order handled", "2 orders handled", ""}
	if want := strings.Join(lines, clearLine); out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
	out.Reset()
	fmt.Fprint(first, strings.Repeat("x", maxLine+1))
	if out.Len() != len("1: ")+maxLine+2 {
		t.Errorf("a line without an end: %d bytes written", out.Len())
	}
}

func TestExcerptKeepsBothEnds(t *testing.T) {
	for input, want := range map[string]string{
		"":                            "",
		" Fatal error:\n\tin line 3 ": "Fatal error: in line 3",
		"\x1b[31mred\xff":             "[31mred",
		strings.Repeat("a", excerptHalf) + strings.Repeat("b", excerptHalf):       strings.Repeat("a", excerptHalf) + strings.Repeat("b", excerptHalf),
		strings.Repeat("a", excerptHalf) + "x" + strings.Repeat("b", excerptHalf): strings.Repeat("a", excerptHalf) + " … " + strings.Repeat("b", excerptHalf),
	} {
		for _, size := range []int{1, 7, 10000} { // of a write
			var e excerpt
			for rest := []byte(input); len(rest) > 0; {
				part := rest[:min(size, len(rest))]
				rest = rest[len(part):]
				if n, err := e.Write(part); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if got := e.String(); got != want {
				t.Errorf("%.20q in writes of %d: got %q, want %q", input, size, got, want)
			}
		}
	}
}

func TestProgressCounts(t *testing.T) {
	var counts tally
	step := func(name string, err error) {
		_, done := counts.hooks().Step(t.Context(), transfer.Step{Name: name})
		done(err)
	}
	step(transfer.StepHandle, nil)
	step(transfer.StepHandOver, nil)
	if got := counts.progress(transfer.StepHandle, "handled"); got != "1 order handled" {
		t.Error(got)
	}
	step(transfer.StepHandle, nil)
	step(transfer.StepHandOver, fmt.Errorf("closed"))
	if got := counts.progress(transfer.StepHandle, "handled"); got != "2 orders handled, 1 failed attempt" {
		t.Error(got)
	}
}
