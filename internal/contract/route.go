package contract

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// route is a path of the description. The library's own router, made for servers, also matches hosts.
type route struct {
	path     string
	item     *openapi3.PathItem
	segments []segment
}

// segment is what stands between two slashes of a path template.
type segment struct {
	literal string         // where there is no variable
	names   []string       // of variables
	pattern *regexp.Regexp // of several variables or text beside them; nil for one that is the whole
}

var variable = regexp.MustCompile(`\{([^{}]*)\}`)

func newRoute(path string, item *openapi3.PathItem) *route {
	r := &route{path: path, item: item}
	for _, text := range splitPath(path) {
		s := segment{literal: text}
		bounds := variable.FindAllStringSubmatchIndex(text, -1)
		if len(bounds) > 0 {
			pattern, end := "^", 0
			for _, b := range bounds {
				s.names = append(s.names, text[b[2]:b[3]])
				pattern += regexp.QuoteMeta(text[end:b[0]]) + "(.+?)"
				end = b[1]
			}
			s.literal = ""
			if len(bounds) > 1 || bounds[0][0] > 0 || end < len(text) {
				s.pattern = regexp.MustCompile(pattern + regexp.QuoteMeta(text[end:]) + "$")
			}
		}
		r.segments = append(r.segments, s)
	}
	return r
}

// sortRoutes puts what is more exact in front, because the first that matches is taken.
func sortRoutes(routes []*route) {
	slices.SortFunc(routes, func(a, b *route) int {
		return cmp.Or(cmp.Compare(len(a.segments), len(b.segments)), slices.CompareFunc(a.segments, b.segments, moreExact), cmp.Compare(a.path, b.path))
	})
}

func moreExact(a, b segment) int { return cmp.Compare(a.rank(), b.rank()) }

func (s segment) rank() int {
	switch {
	case s.names == nil:
		return 0
	case s.pattern != nil:
		return 1
	}
	return 2
}

func splitPath(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

// match compares a path, whose segments are escaped, and returns the values of its variables.
func (r *route) match(segments []string) (map[string]string, bool) {
	if len(segments) != len(r.segments) {
		return nil, false
	}
	for i, s := range r.segments {
		if s.names == nil && segments[i] != s.literal && unescaped(segments[i]) != unescaped(s.literal) {
			return nil, false
		}
	}
	variables := make(map[string]string)
	for i, s := range r.segments {
		if s.names == nil {
			continue
		}
		text := unescaped(segments[i])
		values := []string{text, text}
		if s.pattern != nil {
			values = s.pattern.FindStringSubmatch(text)
		}
		if text == "" || values == nil {
			return nil, false
		}
		for j, name := range s.names {
			variables[name] = values[j+1]
		}
	}
	return variables, true
}

func unescaped(segment string) string {
	if text, err := url.PathUnescape(segment); err == nil {
		return text
	}
	return segment
}

// masked writes a path that the description does not have, with the segments that it has somewhere.
func (d *Document) masked(path string) string {
	var text strings.Builder
	for _, part := range splitPath(path) {
		isKnown := slices.ContainsFunc(d.routes, func(r *route) bool {
			return slices.ContainsFunc(r.segments, func(s segment) bool { return s.literal == part })
		})
		if !isKnown {
			part = "*"
		}
		text.WriteString("/" + part)
		if text.Len() > 200 {
			text.WriteString("/…")
			break
		}
	}
	return text.String()
}
