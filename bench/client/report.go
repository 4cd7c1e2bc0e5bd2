package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
)

// row is a line of the table: a quantity. Less is better, except for rates.
type row struct {
	label   string
	format  func(float64) string
	values  series
	targets []target
}

// target is a limit for this client.
type target struct {
	kind  kind
	base  string // the candidate to compare with
	limit float64
}

type kind int

const (
	timesOf kind = iota // at most limit times the base
	atMost              // at most limit
)

// verdict returns the target and whether it was met. If it was missed, the value is included,
// because the table may round it to the limit.
func (t target) verdict(r row) string {
	var value float64
	var want, got string
	switch t.kind {
	case timesOf:
		value = r.values.ratio(nameThis, t.base)
		want, got = fmt.Sprintf("≤ %.2f × %s", t.limit, columns[t.base]), fmt.Sprintf("%.3f", value)
	case atMost:
		value = median(r.values[nameThis])
		want, got = "≤ "+r.format(t.limit), r.format(value)
	}
	if value > t.limit {
		return fmt.Sprintf("%s MISSED (%s)", want, got)
	}
	return want + " met"
}

var columns = map[string]string{nameThis: "this", nameStock: "stock", nameOgen: "ogen", nameByHand: "net/http"}

// printTable prints the rows, with the ratios of this client to the others.
func printTable(rows []row) {
	writer := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	heading := []string{""}
	for _, name := range names {
		heading = append(heading, columns[name])
	}
	for _, base := range names[1:] {
		heading = append(heading, "this/"+columns[base])
	}
	fmt.Fprintln(writer, strings.Join(append(heading, "target of this"), "\t"))
	for _, r := range rows {
		cells := []string{r.label}
		for _, name := range names {
			cells = append(cells, r.format(median(r.values[name])))
		}
		for _, base := range names[1:] {
			cells = append(cells, fmt.Sprintf("%.2f", r.values.ratio(nameThis, base)))
		}
		var verdicts []string
		for _, target := range r.targets {
			verdicts = append(verdicts, target.verdict(r))
		}
		fmt.Fprintln(writer, strings.Join(append(cells, strings.Join(verdicts, ", ")), "\t"))
	}
	writer.Flush()
}

func nanoseconds(value float64) string {
	if value < 1e6 {
		return fmt.Sprintf("%.1f µs", value/1e3)
	}
	return fmt.Sprintf("%.2f ms", value/1e6)
}

func seconds(value float64) string { return fmt.Sprintf("%.2f s", value) }

func number(value float64) string { return fmt.Sprintf("%.0f", value) }

func perSecond(value float64) string { return fmt.Sprintf("%.0f/s", value) }

// bytes uses decimal units, like the length of the list.
func bytes(value float64) string {
	if value < 1e6 {
		return fmt.Sprintf("%.1f kB", value/1e3)
	}
	return fmt.Sprintf("%.2f MB", value/1e6)
}
