package verify

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// kind is the type of a JSON value. Integers are numbers without a point and an exponent that 64 bits hold, because that is
// what programs read integers as.
type kind string

const (
	kindNull    kind = "null"
	kindBoolean kind = "boolean"
	kindInteger kind = "integer"
	kindNumber  kind = "number"
	kindString  kind = "string"
	kindArray   kind = "array"
	kindObject  kind = "object"
)

// step leads from a JSON value into it.
type step struct {
	name    string // of a member, or the index of an element
	isIndex bool
}

// place is where in an answer something is.
type place []step

func (p place) element(index int) place { return append(p, step{strconv.Itoa(index), true}) }

func (p place) member(name string) place { return append(slices.Clone(p), step{name, false}) }

// sight is how often something was seen, and where first.
type sight struct {
	count int
	first place
}

func (s *sight) add(at place) {
	if s.count == 0 {
		s.first = slices.Clone(at)
	}
	s.count++
}

func (s *sight) merge(other sight) {
	if s.count == 0 {
		s.first = other.first
	}
	s.count += other.count
}

// shape is what the values at one place have in common. It keeps no value.
type shape struct {
	kinds   map[kind]*sight
	undated int // strings that are no date
	untimed int // strings that are no date with a time
	members map[string]*shape
	items   *shape
}

func newShape() *shape {
	return &shape{kinds: map[kind]*sight{}, members: map[string]*shape{}}
}

// count returns how often values of a kind were seen.
func (s *shape) count(k kind) int {
	if seen := s.kinds[k]; seen != nil {
		return seen.count
	}
	return 0
}

// total returns how often any value was seen.
func (s *shape) total() int {
	total := 0
	for _, seen := range s.kinds {
		total += seen.count
	}
	return total
}

// first returns the place of the first value.
func (s *shape) first() place {
	for _, k := range []kind{kindObject, kindArray, kindString, kindNumber, kindInteger, kindBoolean, kindNull} {
		if seen := s.kinds[k]; seen != nil {
			return seen.first
		}
	}
	return nil
}

// learn adds a value. Each text in it is handed to note.
func (s *shape) learn(value any, at place, note func(string)) {
	k := kindOf(value)
	seen := s.kinds[k]
	if seen == nil {
		seen = &sight{}
		s.kinds[k] = seen
	}
	seen.add(at)
	switch value := value.(type) {
	case string:
		note(value)
		if !isDate(value) {
			s.undated++
		}
		if !isDateTime(value) {
			s.untimed++
		}
	case []any:
		if s.items == nil {
			s.items = newShape()
		}
		for i, element := range value {
			s.items.learn(element, at.element(i), note)
		}
	case map[string]any:
		for name, member := range tree.Fields(value) {
			if s.members[name] == nil {
				s.members[name] = newShape()
			}
			s.members[name].learn(member, append(at, step{name, false}), note)
		}
	}
}

// merge adds what another shape has seen.
func (s *shape) merge(other *shape) {
	for k, seen := range other.kinds {
		if s.kinds[k] == nil {
			s.kinds[k] = &sight{}
		}
		s.kinds[k].merge(*seen)
	}
	s.undated += other.undated
	s.untimed += other.untimed
	for name, member := range other.members {
		if s.members[name] == nil {
			s.members[name] = newShape()
		}
		s.members[name].merge(member)
	}
	if other.items != nil {
		if s.items == nil {
			s.items = newShape()
		}
		s.items.merge(other.items)
	}
}

func kindOf(value any) kind {
	switch value := value.(type) {
	case nil:
		return kindNull
	case bool:
		return kindBoolean
	case json.Number:
		if _, err := strconv.ParseInt(value.String(), 10, 64); err != nil {
			return kindNumber
		}
		return kindInteger
	case string:
		return kindString
	case []any:
		return kindArray
	}
	return kindObject
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// dateTime is the form of RFC 3339, with a zone; [time.Parse] alone would let more pass.
var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$`)

func isDateTime(text string) bool {
	if !dateTime.MatchString(text) {
		return false
	}
	_, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	return err == nil
}

// typeOf returns the one type of the values and the format that all texts fit, or "" where they are of several, or null
// alone. Integers and numbers together are numbers.
func (s *shape) typeOf() (of kind, format string) {
	kinds := slices.DeleteFunc(slices.Sorted(maps.Keys(s.kinds)), func(k kind) bool { return k == kindNull })
	if slices.Equal(kinds, []kind{kindInteger, kindNumber}) {
		return kindNumber, ""
	}
	if len(kinds) != 1 {
		return "", ""
	}
	switch {
	case kinds[0] == kindString && s.undated == 0:
		return kindString, "date"
	case kinds[0] == kindString && s.untimed == 0:
		return kindString, "date-time"
	}
	return kinds[0], ""
}

// describe returns the type as a text.
func (s *shape) describe() string {
	of, format := s.typeOf()
	var text string
	switch {
	case of == kindArray && s.items != nil && s.items.total() > 0:
		text = "array of " + s.items.describe()
	case of == kindArray:
		text = "empty array"
	case of != "":
		text = string(of)
		if format != "" {
			text += " of the format " + format
		}
	default:
		var kinds []string
		for _, k := range slices.Sorted(maps.Keys(s.kinds)) {
			kinds = append(kinds, string(k))
		}
		return strings.Join(kinds, " or ")
	}
	if s.count(kindNull) > 0 {
		text += ", nullable"
	}
	return text
}
