package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// minRatio is the target for both servers of this module, relative to Prism's calls per second.
const minRatio = 10

const (
	sandboxColumn = iota
	fakeColumn
	prismColumn
)

// row has the calls per second of each candidate in each round.
type row struct {
	name  string
	rates [][]float64
}

// ratio returns the median of the rounds' ratios to Prism. The values of a round were measured
// shortly after each other.
func (r row) ratio(column int) float64 {
	ratios := make([]float64, len(r.rates[column]))
	for i := range ratios {
		ratios[i] = r.rates[column][i] / r.rates[prismColumn][i]
	}
	return median(ratios)
}

func (r row) verdict(column int) string {
	if r.ratio(column) < minRatio {
		return fmt.Sprintf("%.2f MISSED", r.ratio(column))
	}
	return fmt.Sprintf("%.2f met", r.ratio(column))
}

func printTable(out io.Writer, rows []row) error {
	writer := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(writer, "\tsandbox, validated\tgenerated fake, validated\tPrism's mock\tsandbox/Prism, ≥ %d\tgenerated fake/Prism, ≥ %[1]d\n", minRatio)
	for _, r := range rows {
		fmt.Fprintf(writer, "%s\t%.0f/s\t%.0f/s\t%.0f/s\t%s\t%s\n", r.name, median(r.rates[sandboxColumn]), median(r.rates[fakeColumn]),
			median(r.rates[prismColumn]), r.verdict(sandboxColumn), r.verdict(fakeColumn))
	}
	return writer.Flush()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
