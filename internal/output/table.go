package output

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/width"

	"github.com/xsale-go/xsale/internal/printable"
)

// table prints rows in columns. The first rows decide the widths of the columns.
type table struct {
	out     io.Writer
	limit   int // columns of the terminal, in which each row fits; 0 without a limit
	bold    bool
	heading []string

	sample [][]string
	widths []int // nil until they are decided
}

const gap = "  "

// newTable returns a table that fits the terminal.
func newTable(out io.Writer) *table {
	return &table{out: out, limit: terminalWidth(out), bold: Colorful(out)}
}

func (t *table) begin(heading []string) error {
	for _, name := range heading {
		t.heading = append(t.heading, strings.ToUpper(name))
	}
	return nil
}

func (t *table) record(values []jsontext.Value) error {
	cells := make([]any, len(values))
	for i, value := range values {
		cells[i] = text(value)
	}
	return t.add(cells)
}

func (t *table) end() error { return t.flush(true) }

// add prints a row. It replaces tabs and line breaks in cells, which would break the table.
func (t *table) add(cells []any) error {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = printable.String(fmt.Sprint(cell))
	}
	if t.widths != nil {
		return t.print(row, "", "")
	}
	if t.sample = append(t.sample, row); len(t.sample) < sampleSize {
		return nil
	}
	return t.flush(true)
}

// flush prints what waits for the widths: the rows, and the heading if there are rows or whole is true.
func (t *table) flush(whole bool) error {
	if t.widths != nil || !whole && t.sample == nil {
		return nil
	}
	rows := t.sample
	if t.heading != nil {
		rows = slices.Insert(rows, 0, t.heading)
	}
	t.decide(rows)
	t.sample = nil
	for i, row := range rows {
		before, after := "", ""
		if i == 0 && t.heading != nil && t.bold {
			before, after = "\x1b[1m", "\x1b[0m"
		}
		if err := t.print(row, before, after); err != nil {
			return err
		}
	}
	return nil
}

// decide decides the widths of the columns: wide enough for their cells and, on a terminal, the widest
// ones narrower until every row fits.
func (t *table) decide(rows [][]string) {
	t.widths = []int{}
	widest := 0
	for _, row := range rows {
		for i, cell := range row {
			if i == len(t.widths) {
				t.widths = append(t.widths, 0)
			}
			if i < len(row)-1 || t.limit > 0 { // nothing comes after the last cell
				t.widths[i] = max(t.widths[i], cells(cell))
			}
			widest = max(widest, t.widths[i])
		}
	}
	if t.limit == 0 {
		return
	}
	room := t.limit - len(gap)*(len(t.widths)-1)
	for ; widest > 1; widest-- {
		total := 0
		for _, width := range t.widths {
			total += min(width, widest)
		}
		if total <= room {
			break
		}
	}
	for i := range t.widths {
		t.widths[i] = min(t.widths[i], widest)
	}
}

// print prints a row, with cells shortened if it does not fit the terminal.
func (t *table) print(row []string, before, after string) error {
	long := t.limit > 0 && t.needs(row) > t.limit
	left := t.limit
	var line strings.Builder
	line.WriteString(before)
	for i, cell := range row {
		last := i == len(row)-1
		room := left
		if !last && i < len(t.widths) {
			room = t.widths[i]
		}
		if long {
			cell = shorten(cell, max(room, 1))
		}
		line.WriteString(cell)
		if !last {
			line.WriteString(strings.Repeat(" ", max(0, room-cells(cell))))
			line.WriteString(gap)
		}
		left -= room + len(gap)
	}
	line.WriteString(after)
	line.WriteByte('\n')
	_, err := io.WriteString(t.out, line.String())
	return err
}

// needs returns how many columns of the terminal a row takes.
func (t *table) needs(row []string) (n int) {
	for i, cell := range row {
		if i == len(row)-1 {
			return n + cells(cell)
		}
		n += max(t.widths[i], cells(cell)) + len(gap)
	}
	return n
}

// cells returns how many columns of a terminal a string takes.
func cells(s string) (n int) {
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

// runeCells is 0 for a combining mark, 2 for a wide character, and 1 for the others.
func runeCells(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// shorten cuts a string that takes more than room columns, and marks the cut with an ellipsis.
func shorten(s string, room int) string {
	if len(s) <= room || cells(s) <= room {
		return s
	}
	left := room - 1
	for i, r := range s {
		if left -= runeCells(r); left < 0 {
			return s[:i] + "…"
		}
	}
	return s
}
