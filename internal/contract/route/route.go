// Package route matches requests to the path templates of an OpenAPI spec. The contract checks,
// the sandbox, replays and generated fakes share it, so that all four agree on the operation of a
// request. It imports the standard library only, because generated code builds it.
package route

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Table maps methods and path templates to values. Unlike [net/http.ServeMux], it accepts
// overlapping paths such as /orders/{id}/items and /orders/archive/{year}: literal segments win,
// from the left. Variables may be part of a segment, as in /orders({id}). A variable with dots is
// the rest of the path, as in /files/{name...}; it may contain slashes, and other paths win. The
// zero value is empty and ready to use. Once filled, a Table is safe for concurrent use.
type Table[T any] struct {
	entries []entry[T] // in matching order
}

type entry[T any] struct {
	method, template string
	segments         []segment
	fits             func(variables map[string]string) bool // nil if any values fit
	value            T
}

// Match is the entry of a request.
type Match[T any] struct {
	Value     T
	Template  string            // empty if no template matches the path
	Variables map[string]string // unescaped values by name
	Allowed   []string          // methods of the path, sorted, if the request has none of them

	segments []segment
	path     string
}

// Add adds a value. Two templates that differ only in variable names need different methods.
func (t *Table[T]) Add(method, template string, value T) error {
	return t.AddFor(nil, method, template, value)
}

// AddFor adds a value for requests whose variables fit, next to one that [Table.Add] has added or
// will add for the other requests.
func (t *Table[T]) AddFor(fits func(variables map[string]string) bool, method, template string, value T) error {
	if method == "" || !strings.HasPrefix(template, "/") {
		return fmt.Errorf("%q is not a method and a path", method+" "+template)
	}
	added := entry[T]{method: method, template: strings.ReplaceAll(template, "...}", "}"), fits: fits, value: value}
	for part := range strings.SplitSeq(template[1:], "/") {
		added.segments = append(added.segments, newSegment(part))
	}
	i, taken := slices.BinarySearchFunc(t.entries, added, compareEntries)
	for ; taken && i < len(t.entries) && compareEntries(t.entries[i], added) == 0; i++ {
		if t.entries[i].fits == nil {
			if fits == nil {
				return fmt.Errorf("%q is registered twice", method+" "+template)
			}
			break // the new entry precedes the one for all other values
		}
	}
	t.entries = slices.Insert(t.entries, i, added)
	return nil
}

func compareEntries[T any](a, b entry[T]) int {
	rest, length := 0, cmp.Compare(len(a.segments), len(b.segments))
	if a.rest() != b.rest() {
		if rest = -1; a.rest() {
			rest = 1
		}
	} else if a.rest() {
		length = -length
	}
	return cmp.Or(rest, length,
		slices.CompareFunc(a.segments, b.segments, compareSegments),
		cmp.Compare(a.method, b.method))
}

// rest reports whether the last variable is the rest of the path.
func (e entry[T]) rest() bool { return e.segments[len(e.segments)-1].rest }

// Find returns the first entry for a method and an escaped path. A template without the method
// yields to a less exact template with it. If no entry has the method, the match has the most
// exact template and the allowed methods. An entry for GET also serves HEAD.
func (t *Table[T]) Find(method, path string) (match Match[T], found bool) {
	parts := split(path)
	for _, e := range t.entries {
		variables, ok := matchSegments(e.segments, parts)
		if !ok || e.fits != nil && !e.fits(variables) {
			continue
		}
		if e.method == method {
			return Match[T]{Value: e.value, Template: e.template, Variables: variables, segments: e.segments, path: path}, true
		}
		if match.Template == "" {
			match.Template, match.Variables, match.segments = e.template, variables, e.segments
		}
		match.Allowed = append(match.Allowed, e.method)
	}
	if method == http.MethodHead && slices.Contains(match.Allowed, http.MethodGet) {
		return t.Find(http.MethodGet, path)
	}
	slices.Sort(match.Allowed)
	match.Allowed = slices.Compact(match.Allowed)
	return match, false
}

// split returns the unescaped segments of a path.
func split(path string) []string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i := range parts {
		parts[i] = unescape(parts[i])
	}
	return parts
}

func unescape(segment string) string {
	if plain, err := url.PathUnescape(segment); err == nil {
		return plain
	}
	return segment
}

// Mask returns an escaped path without data: it keeps the segments that some template contains
// and writes * for all others.
func (t *Table[T]) Mask(path string) string {
	var masked strings.Builder
	for _, part := range split(path) {
		if part != "" && !t.literal(part) {
			part = "*"
		}
		masked.WriteString("/" + part)
		if masked.Len() > 200 {
			masked.WriteString("/…")
			break
		}
	}
	return masked.String()
}

func (t *Table[T]) literal(part string) bool {
	return slices.ContainsFunc(t.entries, func(e entry[T]) bool {
		return slices.ContainsFunc(e.segments, func(s segment) bool { return s.names == nil && s.literal == part })
	})
}

// Escaped returns the value of a variable as it is in the path of the request. A comma in a list,
// say, differs from an escaped comma.
func (m Match[T]) Escaped(name string) string {
	parts := strings.Split(strings.TrimPrefix(m.path, "/"), "/")
	for i, s := range m.segments {
		if s.pattern == nil && slices.Contains(s.names, name) {
			if s.rest {
				return strings.Join(parts[i:], "/")
			}
			return parts[i]
		}
	}
	return url.PathEscape(m.Variables[name])
}

// Path returns the escaped path of the template with replaced variables.
func (m Match[T]) Path(replace func(name, value string) string) string {
	var path strings.Builder
	for _, s := range m.segments {
		path.WriteByte('/')
		if s.names == nil {
			path.WriteString(url.PathEscape(s.literal))
		}
		for i, name := range s.names {
			path.WriteString(url.PathEscape(s.between[i]) + url.PathEscape(replace(name, m.Variables[name])))
		}
		if s.names != nil {
			path.WriteString(url.PathEscape(s.between[len(s.names)]))
		}
	}
	return path.String()
}

// Replace returns an escaped path in which every segment is replaced, as a variable without a name.
func Replace(path string, replace func(name, value string) string) string {
	var replaced strings.Builder
	for _, part := range split(path) {
		replaced.WriteString("/" + url.PathEscape(replace("", part)))
	}
	return replaced.String()
}
