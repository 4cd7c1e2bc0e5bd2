package output

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/similar"
)

// maxColumns bounds a table whose columns the user did not choose.
const maxColumns = 8

// maxNames bounds the memory for lists whose elements are maps.
const maxNames = 1000

// columns are the columns of CSV, or of a table of JSON. They are those that the user chose or, for
// lack of a choice, the fields that the spec lists, and then the others of the first elements.
type columns struct {
	paths  []path
	fields []string // that the spec lists
	simple bool     // only a few values that are neither objects nor arrays

	chosen  bool     // by the user
	found   []bool   // by column that the user chose: an element has it
	names   []string // of the fields that were seen, up to maxNames
	seen    map[string]bool
	named   map[string]bool // the names of the columns that the user did not choose
	late    []string        // fields that came too late for a column
	lateIn  int             // elements with such fields
	without int             // elements that are not objects
}

func newColumns(paths []path, fields []string, simple bool) *columns {
	return &columns{
		paths: paths, fields: fields, simple: simple, chosen: paths != nil, found: make([]bool, len(paths)),
		seen: map[string]bool{}, named: map[string]bool{},
	}
}

// records is what a list is printed to.
type records interface {
	begin(heading []string) error
	record(values []jsontext.Value) error
	end() error
}

// printRecords prints a list with columns.
func printRecords[T any](to records, list iter.Seq2[T, error], c *columns) error {
	var sample []element
	begun := false
	begin := func() error {
		begun = true
		c.choose(sample)
		heading := make([]string, len(c.paths))
		for i, path := range c.paths {
			heading[i] = path.name
		}
		if err := to.begin(heading); err != nil {
			return err
		}
		for _, e := range sample {
			if err := to.record(c.values(e)); err != nil {
				return err
			}
		}
		sample = nil
		return nil
	}
	for value, err := range list {
		var e element
		if err == nil {
			e.value, err = Format(value)
			e.fields = fields(e.value)
		}
		if err != nil {
			if !begun && sample != nil {
				err = errors.Join(err, begin())
			}
			if begun {
				err = errors.Join(err, to.end())
			}
			return err
		}
		c.see(e)
		if begun {
			err = to.record(c.values(e))
		} else if sample = append(sample, e); len(sample) == sampleSize {
			err = begin()
		}
		if err != nil {
			return err
		}
	}
	if !begun {
		if err := c.check(); sample != nil && err != nil {
			return err // before anything is printed
		}
		if err := begin(); err != nil {
			return err
		}
	}
	if err := to.end(); err != nil {
		return err
	}
	if c.names == nil && c.without == 0 {
		return nil // an empty list has no field at all
	}
	return c.check()
}

// element is an element of a list.
type element struct {
	value  jsontext.Value
	fields []field
}

// see notes the fields of an element.
func (c *columns) see(e element) {
	for i := range c.found {
		c.found[i] = c.found[i] || c.paths[i].in(e.value, e.fields) != nil
	}
	for _, field := range e.fields {
		if len(c.names) < maxNames && !c.seen[field.name] {
			c.seen[field.name] = true
			c.names = append(c.names, field.name)
		}
	}
}

// choose decides the columns by the first elements, unless the user did.
func (c *columns) choose(sample []element) {
	if c.chosen {
		return
	}
	nested := make(map[string]bool)
	objects := false
	for _, e := range sample {
		objects = objects || e.value.Kind() == '{'
		for _, field := range e.fields {
			if kind := field.value.Kind(); kind == '{' || kind == '[' {
				nested[field.name] = true
			}
		}
	}
	names := slices.Clone(c.names)
	if !c.simple || len(sample) == 0 { // a field that no element has is a column of CSV, which is read by programs
		names = append(slices.Clone(c.fields), names...)
	} else {
		slices.SortStableFunc(names, func(a, b string) int { return c.position(a) - c.position(b) })
	}
	var distinct []string
	for _, name := range names {
		if !c.named[name] {
			c.named[name] = true
			distinct = append(distinct, name)
		}
	}
	if c.simple {
		flat := slices.DeleteFunc(slices.Clone(distinct), func(name string) bool { return nested[name] })
		if len(flat) > 0 {
			distinct = flat
		}
	}
	for i, name := range distinct {
		if c.simple && i == maxColumns {
			c.paths = append(c.paths, path{"…", []string{""}}) // there are more
			break
		}
		c.paths = append(c.paths, path{name, []string{name}})
	}
	if len(sample) > 0 && !objects {
		c.paths = []path{{"value", nil}}
	}
}

// position is where the spec lists a field; others come last.
func (c *columns) position(name string) int {
	if i := slices.Index(c.fields, name); i >= 0 {
		return i
	}
	return len(c.fields)
}

// values returns the values of an element by column.
func (c *columns) values(e element) []jsontext.Value {
	values := make([]jsontext.Value, len(c.paths))
	for i, path := range c.paths {
		values[i] = path.in(e.value, e.fields)
	}
	if c.chosen || c.simple || len(c.paths) == 1 && c.paths[0].steps == nil {
		return values
	}
	if e.value.Kind() != '{' {
		c.without++
		return values
	}
	late := false
	for _, field := range e.fields {
		if !c.named[field.name] {
			late = true
			if !slices.Contains(c.late, field.name) && len(c.late) < 10 {
				c.late = append(c.late, field.name)
			}
		}
	}
	if late {
		c.lateIn++
	}
	return values
}

// check returns an error about what the columns do not show.
func (c *columns) check() error {
	var problems []error
	for i, path := range c.paths {
		if !c.chosen || c.found[i] || len(path.steps) == 1 && slices.ContainsFunc(c.fields, func(name string) bool { return strings.EqualFold(name, path.steps[0]) }) {
			continue
		}
		known := slices.Compact(slices.Sorted(slices.Values(slices.Concat(c.fields, c.names))))
		if slices.ContainsFunc(known, func(name string) bool { return strings.EqualFold(name, path.steps[0]) }) {
			problems = append(problems, fmt.Errorf("--columns %q: nothing in the output has this field", path.name))
			continue
		}
		hint := "it has " + listed(known)
		if names := similar.Names(path.steps[0], known); names != nil {
			hint = "did you mean " + strings.Join(names, " or ") + "?"
		}
		problems = append(problems, fmt.Errorf("--columns %q: nothing in the output has this field; %s", path.name, hint))
	}
	if c.lateIn > 0 {
		problems = append(problems, fmt.Errorf("fields that the first %d elements do not have are left out of %d later ones: %s; name the columns with --columns, or use -o ndjson", sampleSize, c.lateIn, listed(c.late)))
	}
	if c.without > 0 {
		problems = append(problems, fmt.Errorf("elements that are not objects and are left empty: %d; -o ndjson prints them", c.without))
	}
	return errors.Join(problems...)
}

// listed returns names for a message.
func listed(names []string) string {
	const most = 12
	if len(names) == 0 {
		return "no fields"
	}
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
