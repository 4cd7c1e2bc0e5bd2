package verify

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
	"github.com/xsale-go/xsale/wire"
)

// step leads from a JSON value to a value inside it.
type step struct {
	name  string // of a field, or the index of an element
	index bool
}

// location is the location of a value in a response.
type location []step

func (l location) element(index int) location { return append(l, step{strconv.Itoa(index), true}) }

func (l location) field(name string) location { return append(slices.Clone(l), step{name, false}) }

// sighting counts values and keeps the first location.
type sighting struct {
	count int
	first location
}

// shape is what values at the same location have in common. It keeps no values.
type shape struct {
	kinds    map[view.Kind]*sighting
	notDate  int // strings that are not a date
	notTimed int // strings that are not a date with a time
	fields   map[string]*shape
	items    *shape
}

func newShape() *shape {
	return &shape{kinds: map[view.Kind]*sighting{}, fields: map[string]*shape{}}
}

// count returns how many values of a kind there were.
func (s *shape) count(kind view.Kind) int {
	if seen := s.kinds[kind]; seen != nil {
		return seen.count
	}
	return 0
}

// total returns how many values there were.
func (s *shape) total() int {
	total := 0
	for _, seen := range s.kinds {
		total += seen.count
	}
	return total
}

// first returns the location of the first value.
func (s *shape) first() location {
	for _, kind := range []view.Kind{view.Object, view.Array, view.String, view.Number, view.Integer, view.Boolean, view.Null} {
		if seen := s.kinds[kind]; seen != nil {
			return seen.first
		}
	}
	return nil
}

// add counts values of a kind.
func (s *shape) add(kind view.Kind, count int, first location) {
	if s.kinds[kind] == nil {
		s.kinds[kind] = &sighting{first: slices.Clone(first)}
	}
	s.kinds[kind].count += count
}

// field returns the shape of a field, and creates it if necessary.
func (s *shape) field(name string) *shape {
	if s.fields[name] == nil {
		s.fields[name] = newShape()
	}
	return s.fields[name]
}

// elements returns the shape of array elements, and creates it if necessary.
func (s *shape) elements() *shape {
	if s.items == nil {
		s.items = newShape()
	}
	return s.items
}

// maxDepth is the nesting up to which values are compared. A nested value costs time at every level
// above it, so a crafted response could take hours.
const maxDepth = 100

// learn adds a value, and passes each string in it to note.
func (s *shape) learn(value any, at location, note func(string)) {
	s.add(kindOf(value), 1, at)
	if len(at) >= maxDepth {
		return
	}
	switch value := value.(type) {
	case string:
		note(value)
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			s.notDate++
		}
		if !validDateTime(value) {
			s.notTimed++
		}
	case []any:
		items := s.elements()
		for i, element := range value {
			items.learn(element, at.element(i), note)
		}
	case map[string]any:
		for name, field := range tree.Fields(value) {
			s.field(name).learn(field, append(at, step{name, false}), note)
		}
	}
}

// merge adds the values of another shape.
func (s *shape) merge(other *shape) {
	for kind, seen := range other.kinds {
		s.add(kind, seen.count, seen.first)
	}
	s.notDate += other.notDate
	s.notTimed += other.notTimed
	for name, field := range other.fields {
		s.field(name).merge(field)
	}
	if other.items != nil {
		s.elements().merge(other.items)
	}
}

// kindOf returns the kind of a value. A number that 64 bits cannot represent as an integer, or one
// written with a point or an exponent, is not an integer, because programs cannot read it as one.
func kindOf(value any) view.Kind {
	switch value := value.(type) {
	case nil:
		return view.Null
	case bool:
		return view.Boolean
	case json.Number:
		if _, err := strconv.ParseInt(value.String(), 10, 64); err != nil {
			return view.Number
		}
		return view.Integer
	case string:
		return view.String
	case []any:
		return view.Array
	}
	return view.Object
}

// validDateTime accepts a time without a zone, too, which ASP.NET writes.
func validDateTime(value string) bool {
	d, err := wire.ParseDateTime(value)
	return err == nil && d.HasTime()
}

// typeOf returns the type of the values, and a format that fits all strings. Integers and numbers
// together are numbers. The type is "" for several types or only null.
func (s *shape) typeOf() (kind view.Kind, format string) {
	kinds := slices.DeleteFunc(slices.Sorted(maps.Keys(s.kinds)), func(kind view.Kind) bool { return kind == view.Null })
	if slices.Equal(kinds, []view.Kind{view.Integer, view.Number}) {
		return view.Number, ""
	}
	if len(kinds) != 1 {
		return "", ""
	}
	switch {
	case kinds[0] == view.String && s.notDate == 0:
		return view.String, "date"
	case kinds[0] == view.String && s.notTimed == 0:
		return view.String, "date-time"
	}
	return kinds[0], ""
}

// describe returns the type in words, like [view.Spec.Describe].
func (s *shape) describe() string {
	kind, format := s.typeOf()
	if kind == "" {
		var kinds []string
		for _, kind := range slices.Sorted(maps.Keys(s.kinds)) {
			kinds = append(kinds, string(kind))
		}
		return strings.Join(kinds, " or ")
	}
	words := string(kind)
	switch {
	case kind == view.Array && s.items.total() == 0:
		words = "empty array"
	case kind == view.Array:
		words += " of " + s.items.describe()
	case format != "":
		words += " of the format " + format
	}
	if s.count(view.Null) > 0 {
		words += ", nullable"
	}
	return words
}
