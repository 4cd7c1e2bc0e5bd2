package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// minRatio is what the sandbox is to reach, in calls a second of Prism's.
const minRatio = 10

// The candidates.
const (
	sandboxColumn = iota
	bareColumn
	prismColumn
)

// row has the calls a second of the rounds, for each candidate.
type row struct {
	name  string
	rates [][]float64
}

// ratio is the median of the rounds' ratios to Prism: within a round they were measured one after the other.
func (r row) ratio(column int) float64 {
	ratios := make([]float64, len(r.rates[column]))
	for i := range ratios {
		ratios[i] = r.rates[column][i] / r.rates[prismColumn][i]
	}
	return median(ratios)
}

func (r row) verdict() string {
	if r.ratio(sandboxColumn) < minRatio {
		return fmt.Sprintf("≥ %d MISSED", minRatio)
	}
	return fmt.Sprintf("≥ %d met", minRatio)
}

func printTable(out io.Writer, rows []row) error {
	writer := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(writer, "\tsandbox, validated\tsame answer as Prism, validated\tPrism's mock\tsandbox/Prism\tsame answer/Prism\ttarget of sandbox/Prism")
	for _, r := range rows {
		fmt.Fprintf(writer, "%s\t%.0f/s\t%.0f/s\t%.0f/s\t%.2f\t%.2f\t%s\n", r.name, median(r.rates[sandboxColumn]), median(r.rates[bareColumn]),
			median(r.rates[prismColumn]), r.ratio(sandboxColumn), r.ratio(bareColumn), r.verdict())
	}
	return writer.Flush()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
