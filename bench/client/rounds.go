package main

import (
	"fmt"
	"slices"
)

// Rounds: how many turns each candidate takes. Turns are short and many where possible, so that a
// few seconds of other load do not move the median.
const (
	sequentialRounds = 101
	parallelRounds   = 31
	coldRounds       = 15
	listRounds       = 7
)

// series has the values of one quantity: for each candidate, one value per round.
type series map[string][]float64

// takeTurns measures the candidates in turns. Each round starts with another candidate, so that a
// temporary load affects all of them. A turn returns one value of each quantity.
func takeTurns(rounds int, candidates []string, quantities int, turn func(name string) ([]float64, error)) ([]series, error) {
	measured := make([]series, quantities)
	for i := range measured {
		measured[i] = series{}
	}
	for round := range rounds {
		for i := range candidates {
			name := candidates[(round+i)%len(candidates)]
			values, err := turn(name)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			for i, value := range values {
				measured[i][name] = append(measured[i][name], value)
			}
		}
	}
	return measured, nil
}

// ratio returns the median of the rounds' ratios. The two values of a round were measured shortly
// after each other.
func (s series) ratio(name, base string) float64 {
	ratios := make([]float64, len(s[name]))
	for i := range ratios {
		ratios[i] = s[name][i] / s[base][i]
	}
	return median(ratios)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
