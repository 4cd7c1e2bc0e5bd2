package main

import (
	"fmt"
	"slices"
)

// Rounds, that is, how often each candidate has its turn. Turns are many and short where they can
// be, so that what disturbs the machine for some seconds does not move the median.
const (
	sequentialRounds = 101
	parallelRounds   = 31
	coldRounds       = 15
	listRounds       = 7
)

// series has the values of one quantity, for each candidate one of each round.
type series map[string][]float64

// takeTurns lets the candidates measure in turn, each round beginning with another one, so that
// what disturbs the machine for a while disturbs all of them. A turn returns one value of each
// quantity.
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

// ratio returns the median of the rounds' ratios: within a round the two were measured one after
// the other.
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
