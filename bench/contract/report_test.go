package main

import (
	"strings"
	"testing"
)

func TestTableReportsMissedTargets(t *testing.T) {
	var table strings.Builder
	err := printTable(&table, []row{
		{"fast", [][]float64{{100, 300, 200}, {400, 400, 400}, {10, 10, 20}}}, // ratios 10, 30, 10
		{"slow", [][]float64{{99, 99, 99}, {100, 100, 100}, {10, 10, 10}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(table.String(), "\n")
	for i, want := range []string{"fast 200/s 400/s 10/s 10.00 met 40.00 met", "slow 99/s 100/s 10/s 9.90 MISSED 10.00 met"} {
		if got := strings.Join(strings.Fields(lines[i+1]), " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
