package operation

import (
	"cmp"
	_ "embed" // for the operations of the shipped spec
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/similar"
	"github.com/xsale-go/xsale/internal/spec/naming"
)

// Catalog is the operations of a spec. It is safe for concurrent use.
type Catalog struct {
	entries []*entry
	all     func() []*Operation
	spec    func(*Operation) (*contract.Document, error) // a spec that has the operation, the whole one for nil
}

// entry is an operation that is decoded when it is needed.
type entry struct {
	name, method, path, summary string // the summary is one line
	operation                   func() *Operation
}

func newCatalog(entries []*entry, spec func(*Operation) (*contract.Document, error)) *Catalog {
	return &Catalog{entries, sync.OnceValue(func() []*Operation {
		operations := make([]*Operation, len(entries))
		for i, e := range entries {
			operations[i] = e.operation()
		}
		return operations
	}), spec}
}

func newEntry(o *Operation) *entry {
	return &entry{o.Name, o.Method, o.Path, firstLine(o.Summary), func() *Operation { return o }}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}

// Compile returns the operations of a spec.
func Compile(document *contract.Document) (*Catalog, error) {
	var entries []*entry
	for _, o := range document.Operations() {
		if o.ID == "" {
			return nil, fmt.Errorf("%s %s has no operationId: put the spec in normal form", o.Method, o.Path)
		}
		entries = append(entries, newEntry(compile(document, o)))
	}
	if len(entries) == 0 {
		return nil, errors.New("the spec has no operations")
	}
	return newCatalog(entries, func(*Operation) (*contract.Document, error) { return document, nil }), nil
}

//go:generate go run ../devtools/operations

//go:embed shipped.json
var shipped []byte

// Shipped returns the operations of the spec of this module.
var Shipped = sync.OnceValues(func() (*Catalog, error) {
	var operations []*Operation
	if err := json.Unmarshal(shipped, &operations); err != nil {
		return nil, err
	}
	var entries []*entry
	for _, o := range operations {
		entries = append(entries, newEntry(o))
	}
	return newCatalog(entries, func(*Operation) (*contract.Document, error) { return contract.Shipped() }), nil
})

// Document returns the whole spec.
func (c *Catalog) Document() (*contract.Document, error) { return c.spec(nil) }

// Operations returns all operations, sorted by name. Do not modify the slice.
func (c *Catalog) Operations() []*Operation { return c.all() }

// Names yields the names of all operations, and the first line of their summaries.
func (c *Catalog) Names() iter.Seq2[string, string] {
	return func(yield func(name, summary string) bool) {
		for _, e := range c.entries {
			if !yield(e.name, e.summary) {
				return
			}
		}
	}
}

// Find returns the operation with a name: its operationId in any case and with any separators, such
// as list-orders for listOrders, or its method and path. Without one, the error suggests others.
func (c *Catalog) Find(name string) (*Operation, error) {
	for _, e := range c.entries {
		if e.name == name || strings.EqualFold(e.method+" "+e.path, strings.TrimSpace(name)) {
			return e.operation(), nil
		}
	}
	var alike []*entry
	var names []string
	folded := similar.Fold(name)
	for _, e := range c.entries {
		if similar.Fold(e.name) == folded {
			alike = append(alike, e)
		}
		names = append(names, e.name)
	}
	if len(alike) == 1 {
		return alike[0].operation(), nil
	}
	suggested := similar.Names(name, names)
	for _, o := range c.Search(name) {
		if len(suggested) < similar.MaxNames && !slices.Contains(suggested, o.Name) {
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
	for _, o := range c.Operations() {
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
	case similar.Fold(o.Name) == word:
		return 100
	case contains(o.Name), strings.Contains(similar.Fold(o.Name), word):
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
