package verify

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/view"
)

// In some objects the field names are data: totals by e-mail address, prices by article. Such names
// must not be reported. The rules prefer hiding a field to showing data. A name is data if:
//
//   - no programmer would choose it: it contains a space, a dot, an @ or another such sign, a
//     letter beyond ASCII, or more than one number of two digits;
//   - it also appears as a string in the responses;
//   - it belongs to many names that have values of the same type and are each in few of the
//     objects; to a few such names if the objects contain nothing else; or, in a single object, to
//     many names if the object contains nothing else;
//   - a name of data in the same object has a value of the same type.
//
// The rules miss a name that looks like a field, in a single object with few others.
const (
	manyNames        = 5 // each in few of the objects
	fewNames         = 2 // the same, if the objects contain nothing else
	manyNamesAlone   = 8 // in a single object
	manyObjectsAlone = 3 // in a single object whose values are objects with the same fields
)

var fieldName = regexp.MustCompile(`^([$@_]?[A-Za-z][A-Za-z_]*(\d{1,2}[A-Za-z_]*)?|@?odata\.[A-Za-z.]+)$`)

const maxFieldName = 64

// note records a string value for [run.dataName].
func (r *run) note(value string) {
	if len(value) <= maxFieldName && fieldName.MatchString(value) {
		r.strings[strings.ToLower(value)] = true
	}
}

func (r *run) dataName(name string) bool {
	return len(name) > maxFieldName || !fieldName.MatchString(name) || r.strings[strings.ToLower(name)]
}

// dataNames returns those of the given undescribed names that look like data.
func (r *run) dataNames(s *shape, names []string) []string {
	bySignature := map[string][]string{}
	for _, name := range names {
		signature := s.fields[name].signature()
		bySignature[signature] = append(bySignature[signature], name)
	}
	objects := s.count(view.Object)
	common := func(name string) bool { return 2*s.fields[name].total() > objects }
	least := fewNames
	if slices.ContainsFunc(slices.Collect(maps.Keys(s.fields)), common) {
		least = manyNames
	}
	var keys []string
	for _, group := range bySignature {
		rare := slices.DeleteFunc(slices.Clone(group), common)
		many := manyNamesAlone
		if len(s.fields[group[0]].fields) > 0 {
			many = manyObjectsAlone
		}
		switch {
		case slices.ContainsFunc(group, r.dataName), objects == 1 && len(group) >= many && len(group) == len(s.fields):
			keys = append(keys, group...)
		case objects > 1 && len(rare) >= least:
			keys = append(keys, rare...)
		}
	}
	slices.Sort(keys)
	return keys
}

// signature is equal for values of the same type.
func (s *shape) signature() string {
	kind, _ := s.typeOf()
	switch kind {
	case view.Integer:
		return string(view.Number)
	case view.Object:
		return fmt.Sprint(kind, slices.Sorted(maps.Keys(s.fields)))
	case view.Array:
		if s.items != nil {
			return fmt.Sprint(kind, s.items.signature())
		}
	}
	return string(kind)
}

// hide keeps names out of pointers, and returns the merged shape of their values.
func (r *run) hide(s *shape, names []string) *shape {
	merged := newShape()
	for _, name := range names {
		if !r.described[name] {
			r.hidden[name] = true
		}
		merged.merge(s.fields[name])
	}
	return merged
}
