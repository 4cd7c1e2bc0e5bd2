// Package similar suggests names that a misspelled one may stand for.
package similar

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
)

// MaxNames is how many names are suggested at most.
const MaxNames = 3

// Names returns the candidates that a misspelled name may stand for, the most similar first.
func Names(name string, candidates []string) []string {
	type match struct {
		name     string
		distance int
	}
	folded := []rune(Fold(name))
	var found []match
	for _, candidate := range candidates {
		other := []rune(Fold(candidate))
		if d := distance(folded, other); d <= max(1, min(len(folded), len(other))/4) {
			found = append(found, match{candidate, d})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, s := range found[:min(len(found), MaxNames)] {
		names = append(names, s.name)
	}
	return names
}

// Fold returns the letters and digits of a name in lower case, without accents.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, strings.ToLower(naming.WithoutMarks(name)))
}

// distance returns how many letters must be added, removed, replaced or swapped with the next one.
func distance(a, b []rune) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
