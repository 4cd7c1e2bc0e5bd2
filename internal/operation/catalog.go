package operation

import (
	"cmp"
	_ "embed" // for the operations of the shipped spec
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/similar"
	"github.com/xsale-go/xsale/internal/spec/naming"
)

// Catalog is the operations of a spec. It is safe for concurrent use.
type Catalog struct {
	operations []*Operation
	spec       func(*Operation) (*contract.Document, error) // a spec that has the operation, all of it for nil
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

//go:generate go run ../devtools/operations

//go:embed shipped.json
var shipped []byte

// Shipped returns the operations of the spec of this module.
var Shipped = sync.OnceValues(func() (*Catalog, error) {
	c := &Catalog{spec: func(*Operation) (*contract.Document, error) { return contract.Shipped() }}
	return c, json.Unmarshal(shipped, &c.operations)
})

// Document returns the whole spec.
func (c *Catalog) Document() (*contract.Document, error) { return c.spec(nil) }

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
		if similar.Fold(o.Name) == similar.Fold(name) {
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
