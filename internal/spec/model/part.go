package model

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// reader collects the problems of a spec, and the schemas that it has read by pointer.
type reader struct {
	document tree.Object
	schemas  map[string]*Schema
	problems tree.Problems
}

// part is an object of the spec and its location. A missing object is nil.
type part struct {
	*reader
	pointer string
	object  tree.Object
}

// resolve follows references and returns the object that they lead to.
func (r *reader) resolve(pointer string, value any) part {
	for range 100 {
		object, ok := value.(tree.Object)
		if !ok {
			r.problems.Add(pointer, "not an object", "")
			return part{r, pointer, nil}
		}
		ref, ok := object["$ref"].(string)
		if !ok {
			return part{r, pointer, object}
		}
		target, local := strings.CutPrefix(ref, "#")
		found := false
		if value, found = tree.Lookup(r.document, target); !found {
			if plain, err := url.PathUnescape(target); err == nil {
				target = plain
				value, found = tree.Lookup(r.document, target)
			}
		}
		if !local || !found {
			r.problems.Add(pointer, fmt.Sprintf("the reference %.200q leads nowhere", ref), "")
			return part{r, pointer, nil}
		}
		pointer = target
	}
	r.problems.Add(pointer, "the reference leads back to itself", "")
	return part{r, pointer, nil}
}

// part returns the object in a field.
func (p part) part(name string) part {
	if p.object[name] == nil {
		return part{p.reader, tree.Join(p.pointer, name), nil}
	}
	return p.resolve(tree.Join(p.pointer, name), p.object[name])
}

// named yields the objects in an object with free names.
func (p part) named(name string) iter.Seq2[string, part] {
	return func(yield func(string, part) bool) {
		all := p.part(name)
		for name, value := range tree.Fields(all.object) {
			if !yield(name, p.resolve(tree.Join(all.pointer, name), value)) {
				return
			}
		}
	}
}

// list yields the objects in a list.
func (p part) list(name string) iter.Seq[part] {
	return func(yield func(part) bool) {
		for i, value := range p.values(name) {
			if !yield(p.resolve(tree.Join(p.pointer, name, strconv.Itoa(i)), value)) {
				return
			}
		}
	}
}

func (p part) values(name string) []any { return field[[]any](p, name, "a list") }

func (p part) string(name string) string { return field[string](p, name, "a string") }

func (p part) bool(name string) bool { return field[bool](p, name, "true or false") }

// field returns the value of a field, or the zero value without it.
func field[T any](p part, name, want string) (value T) {
	if p.object[name] == nil {
		return value
	}
	value, ok := p.object[name].(T)
	if !ok {
		p.wrong(name, want)
	}
	return value
}

func (p part) wrong(name, want string) {
	p.problems.Add(tree.Join(p.pointer, name), "not "+want, "")
}

// choice returns nil without the field.
func (p part) choice(name string) *bool {
	if p.object[name] == nil {
		return nil
	}
	return new(p.bool(name))
}

// number returns nil without the field.
func (p part) number(name string) *float64 {
	if p.object[name] == nil {
		return nil
	}
	literal, _ := p.object[name].(json.Number)
	value, err := literal.Float64()
	if err != nil {
		p.wrong(name, "a number")
	}
	return &value
}

// count returns nil without the field.
func (p part) count(name string) *uint64 {
	if p.object[name] == nil {
		return nil
	}
	value, err := strconv.ParseUint(tree.String(p.object[name]), 10, 64)
	if err != nil {
		p.wrong(name, "a count")
	}
	return &value
}

// least returns a count, 0 without the field.
func (p part) least(name string) uint64 {
	if count := p.count(name); count != nil {
		return *count
	}
	return 0
}

func (p part) strings(name string) (all []string) {
	for _, value := range p.values(name) {
		text, ok := value.(string)
		if !ok {
			p.wrong(name, "a list of strings")
		}
		all = append(all, text)
	}
	return all
}

func (p part) extensions() map[string]any {
	var all map[string]any
	for name, value := range p.object {
		if tree.Extension(name) {
			if all == nil {
				all = make(map[string]any)
			}
			all[name] = value
		}
	}
	return all
}
