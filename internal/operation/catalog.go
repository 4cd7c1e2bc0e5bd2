package operation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/naming"
)

// Catalog is the operations of a spec. It is safe for concurrent use.
type Catalog struct {
	operations []*Operation
	spec       func(*Operation) (*contract.Document, error) // a spec that has the operation
}

// Compile returns the operations of a spec.
func Compile(document *contract.Document) (*Catalog, error) {
	c := &Catalog{spec: func(*Operation) (*contract.Document, error) { return document, nil }}
	for _, o := range document.Operations() {
		if o.ID == "" {
			return nil, fmt.Errorf("%s %s has no operationId: put the spec in normal form", o.Method, o.Path)
		}
		c.operations = append(c.operations, compile(document, o))
	}
	if len(c.operations) == 0 {
		return nil, errors.New("the spec has no operations")
	}
	return c, nil
}

// Shipped returns the operations of the spec of this module.
var Shipped = sync.OnceValues(func() (*Catalog, error) {
	document, err := contract.Shipped()
	if err != nil {
		return nil, err
	}
	return Compile(document)
})

// Operations returns all operations, sorted by name. Do not modify the slice.
func (c *Catalog) Operations() []*Operation { return c.operations }

// Find returns the operation with a name: its operationId in any case and with any separators, such
// as list-orders for listOrders, or its method and path. Without one, the error suggests others.
func (c *Catalog) Find(name string) (*Operation, error) {
	var alike []*Operation
	for _, o := range c.operations {
		if o.Name == name || strings.EqualFold(o.String(), strings.TrimSpace(name)) {
			return o, nil
		}
		if fold(o.Name) == fold(name) {
			alike = append(alike, o)
		}
	}
	if len(alike) == 1 {
		return alike[0], nil
	}
	var names []string
	for _, o := range c.operations {
		names = append(names, o.Name)
	}
	suggested := Similar(name, names)
	for _, o := range c.Search(name) {
		if len(suggested) < maxSuggested && !slices.Contains(suggested, o.Name) {
			suggested = append(suggested, o.Name)
		}
	}
	return nil, &UnknownError{name, suggested}
}

// UnknownError reports an operation that the spec does not have.
type UnknownError struct {
	Name    string
	Similar []string // names of operations that may be meant
}

func (e *UnknownError) Error() string {
	text := fmt.Sprintf("unknown operation %q", e.Name)
	if len(e.Similar) > 0 {
		text += " (did you mean " + strings.Join(e.Similar, " or ") + "?)"
	}
	return text
}

// Search returns the operations that contain all words in their name, path, tags, summary,
// description or parameters, the best matches first. Case and diacritics do not count. Without words
// it returns all operations.
func (c *Catalog) Search(words ...string) []*Operation {
	words = strings.Fields(plain(strings.Join(words, " ")))
	type match struct {
		*Operation
		score int
	}
	var found []match
	for _, o := range c.operations {
		score := 0
		for _, word := range words {
			points := o.points(word)
			if points == 0 {
				score = -1
				break
			}
			score += points
		}
		if score >= 0 {
			found = append(found, match{o, score})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return cmp.Compare(b.score, a.score) })
	operations := make([]*Operation, len(found))
	for i := range found {
		operations[i] = found[i].Operation
	}
	return operations
}

// points returns how well an operation matches a word; 0 is not at all.
func (o *Operation) points(word string) int {
	contains := func(text string) bool { return strings.Contains(plain(text), word) }
	switch {
	case fold(o.Name) == word:
		return 100
	case contains(o.Name), strings.Contains(fold(o.Name), word):
		return 20
	case contains(o.Path):
		return 15
	case slices.ContainsFunc(o.Tags, contains):
		return 12
	case contains(o.Summary):
		return 10
	case contains(o.Method):
		return 8
	case contains(o.Description):
		return 3
	case slices.ContainsFunc(o.Inputs(), func(p *Parameter) bool { return contains(p.Name) }):
		return 2
	}
	return 0
}

// plain returns a text in lower case and without diacritics.
func plain(text string) string { return strings.ToLower(naming.WithoutMarks(text)) }

// fold returns the letters and digits of a name in lower case.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, plain(name))
}

const maxSuggested = 3

// Similar returns the candidates that a misspelled name may stand for, the most similar first.
func Similar(name string, candidates []string) []string {
	type similar struct {
		name     string
		distance int
	}
	folded := []rune(fold(name))
	var found []similar
	for _, candidate := range candidates {
		other := []rune(fold(candidate))
		if d := distance(folded, other); d <= max(1, min(len(folded), len(other))/4) {
			found = append(found, similar{candidate, d})
		}
	}
	slices.SortStableFunc(found, func(a, b similar) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, s := range found[:min(len(found), maxSuggested)] {
		names = append(names, s.name)
	}
	return names
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
