package route

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// segment is a part of a path template between slashes.
type segment struct {
	literal string         // unescaped, if there are no variables
	names   []string       // of the variables
	between []string       // what precedes each variable, and what follows the last
	pattern *regexp.Regexp // nil if one variable is the whole segment
	rest    bool           // the variable is also all segments that follow
}

var variable = regexp.MustCompile(`\{([^{}]*)\}`)

func newSegment(part string) segment {
	bounds := variable.FindAllStringSubmatchIndex(part, -1)
	if len(bounds) == 0 {
		return segment{literal: unescape(part)}
	}
	var s segment
	part, s.rest = strings.CutSuffix(part, "...}")
	if s.rest {
		part += "}"
	}
	bounds = variable.FindAllStringSubmatchIndex(part, -1)
	pattern, end := "", 0
	for _, b := range bounds {
		s.names = append(s.names, part[b[2]:b[3]])
		s.between = append(s.between, unescape(part[end:b[0]]))
		pattern += regexp.QuoteMeta(s.between[len(s.between)-1]) + "(.+?)"
		end = b[1]
	}
	s.between = append(s.between, unescape(part[end:]))
	if strings.Join(s.between, "") != "" || len(s.names) > 1 {
		s.pattern = regexp.MustCompile("^(?s:" + pattern + regexp.QuoteMeta(s.between[len(s.names)]) + ")$")
	}
	return s
}

// compareSegments orders literals before variables, and partial segments before whole ones.
func compareSegments(a, b segment) int {
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.literal, b.literal), slices.Compare(a.between, b.between))
}

func (s segment) rank() int {
	switch {
	case s.names == nil:
		return 0
	case s.pattern != nil:
		return 1
	}
	return 2
}

// matchSegments returns the values of the variables. A variable is never empty.
func matchSegments(segments []segment, parts []string) (map[string]string, bool) {
	if last := len(segments) - 1; segments[last].rest && len(parts) > last {
		parts = append(slices.Clone(parts[:last]), strings.Join(parts[last:], "/"))
	}
	if len(segments) != len(parts) {
		return nil, false
	}
	for i, s := range segments {
		if s.names == nil && s.literal != parts[i] {
			return nil, false
		}
	}
	variables := make(map[string]string)
	for i, s := range segments {
		switch {
		case s.names == nil:
		case s.pattern != nil:
			values := s.pattern.FindStringSubmatch(parts[i])
			if values == nil {
				return nil, false
			}
			for j, name := range s.names {
				variables[name] = values[j+1]
			}
		case parts[i] == "":
			return nil, false
		default:
			variables[s.names[0]] = parts[i]
		}
	}
	return variables, true
}
