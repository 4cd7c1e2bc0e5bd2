package verify

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The members of some objects are no fields but data: totals by e-mail address, prices by article. Their names must not
// be told. The rules rather hide a field than show a key:
//
//   - a name that no programmer gives a field is a key: it has a space, a dot, an @ or another such sign, a letter beyond
//     ASCII, or more than one number of two digits;
//   - so is one that stands as a text somewhere in the answers;
//   - so are many names with values of the same type where each is in few of the objects, or a few where nothing else is in
//     them, or, in a single object, many where nothing else is in it;
//   - so is each name with a value of the same type beside a key.
//
// What these rules cannot tell from a field is a key that looks like one, in a single object with few others.
const (
	manyNames        = 5 // of which each is in few of the objects
	fewNames         = 2 // likewise, with nothing else in the objects
	manyNamesAlone   = 8 // in a single object
	manyObjectsAlone = 3 // in a single object, with the same members in each
)

var fieldName = regexp.MustCompile(`^([$@_]?[A-Za-z][A-Za-z_]*(\d{1,2}[A-Za-z_]*)?|@?odata\.[A-Za-z.]+)$`)

const maxFieldName = 64

// note keeps that a text is a value, for [run.isKey].
func (r *run) note(text string) {
	if len(text) <= maxFieldName && fieldName.MatchString(text) {
		r.texts[strings.ToLower(text)] = true
	}
}

func (r *run) isKey(name string) bool {
	return len(name) > maxFieldName || !fieldName.MatchString(name) || r.texts[strings.ToLower(name)]
}

// keys returns those of the names, which the description does not have, that look like data.
func (r *run) keys(s *shape, names []string) []string {
	bySignature := map[string][]string{}
	for _, name := range names {
		signature := s.members[name].signature()
		bySignature[signature] = append(bySignature[signature], name)
	}
	objects := s.count(kindObject)
	isRare := func(name string) bool { return 2*s.members[name].total() <= objects }
	least := fewNames
	for name := range s.members {
		if !isRare(name) {
			least = manyNames
		}
	}
	var keys []string
	for _, group := range bySignature {
		rare := slices.DeleteFunc(slices.Clone(group), func(name string) bool { return !isRare(name) })
		many := manyNamesAlone
		if len(s.members[group[0]].members) > 0 {
			many = manyObjectsAlone
		}
		isMap := objects > 1 && len(rare) >= least || objects == 1 && len(group) >= many && len(group) == len(s.members)
		switch {
		case slices.ContainsFunc(group, r.isKey), isMap && objects == 1:
			keys = append(keys, group...)
		case isMap:
			keys = append(keys, rare...)
		}
	}
	slices.Sort(keys)
	return keys
}

// signature is equal for values of one type.
func (s *shape) signature() string {
	of, _ := s.typeOf()
	switch of {
	case kindInteger:
		return string(kindNumber)
	case kindObject:
		return fmt.Sprint(of, slices.Sorted(maps.Keys(s.members)))
	case kindArray:
		if s.items != nil {
			return fmt.Sprint(of, s.items.signature())
		}
	}
	return string(of)
}

// hide keeps names out of pointers, and returns what their values have in common.
func (r *run) hide(s *shape, names []string) *shape {
	merged := newShape()
	for _, name := range names {
		if !r.described[name] {
			r.hidden[name] = true
		}
		merged.merge(s.members[name])
	}
	return merged
}
