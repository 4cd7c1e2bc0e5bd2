package fake

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Router serves the paths of an OpenAPI description. Unlike [http.ServeMux] it takes paths of which neither is more
// specific, such as /orders/{id}/items and /orders/archive/{year}: where both match a request, the one with the earlier
// literal segment serves it. Variables may be parts of a segment, as in /orders({id}). The zero value is empty and ready.
//
// Register all paths before the first request; from then on a Router is safe for concurrent use.
type Router struct {
	routes []*route
}

type route struct {
	method   string
	pattern  string
	segments []segment
	handler  http.HandlerFunc
}

// segment is a part of a path between slashes.
type segment struct {
	literal string
	match   *regexp.Regexp // nil for a literal
	names   []string       // of the variables, in order
}

var variable = regexp.MustCompile(`\{([^{}]*)\}`)

// HandleFunc registers a pattern of a method and a path template, such as "GET /orders/{id}". It panics when the pattern
// is registered already or has no method, as [http.ServeMux] does.
func (r *Router) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || !strings.HasPrefix(path, "/") {
		panic(fmt.Sprintf("fake: pattern %q is not a method and a path", pattern))
	}
	added := &route{method: method, pattern: pattern, handler: handler}
	for text := range strings.SplitSeq(path[1:], "/") {
		added.segments = append(added.segments, newSegment(text))
	}
	at, taken := slices.BinarySearchFunc(r.routes, added, compareRoutes)
	if taken {
		panic(fmt.Sprintf("fake: pattern %q is registered twice", pattern))
	}
	r.routes = slices.Insert(r.routes, at, added)
}

func newSegment(text string) segment {
	if text == "{$}" { // an empty last segment, as http.ServeMux writes it
		return segment{}
	}
	positions := variable.FindAllStringSubmatchIndex(text, -1)
	if len(positions) == 0 {
		return segment{literal: text}
	}
	s := segment{literal: text}
	var expression strings.Builder
	end := 0
	for _, position := range positions {
		expression.WriteString(regexp.QuoteMeta(text[end:position[0]]) + "(.+?)")
		s.names = append(s.names, text[position[2]:position[3]])
		end = position[1]
	}
	expression.WriteString(regexp.QuoteMeta(text[end:]))
	s.match = regexp.MustCompile("^(?s:" + expression.String() + ")$")
	return s
}

// compareRoutes puts routes into the order in which they are tried: literals before variables, from the left.
func compareRoutes(a, b *route) int {
	for i := range min(len(a.segments), len(b.segments)) {
		if order := compareSegments(a.segments[i], b.segments[i]); order != 0 {
			return order
		}
	}
	if len(a.segments) != len(b.segments) {
		return len(a.segments) - len(b.segments)
	}
	return strings.Compare(a.method, b.method)
}

func compareSegments(a, b segment) int {
	rank := func(s segment) int {
		switch {
		case s.match == nil:
			return 0
		case variable.ReplaceAllString(s.literal, "") != "":
			return 1
		}
		return 2
	}
	if order := rank(a) - rank(b); order != 0 {
		return order
	}
	return strings.Compare(variable.ReplaceAllString(a.literal, "{}"), variable.ReplaceAllString(b.literal, "{}"))
}

// ServeHTTP serves a request by the first route that matches it, with the values of variables in
// [http.Request.PathValue]. It answers 405 where the path has other methods alone, and 404 where there is no such path.
func (r *Router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	segments := strings.Split(strings.TrimPrefix(request.URL.EscapedPath(), "/"), "/")
	for i, text := range segments {
		plain, err := url.PathUnescape(text)
		if err != nil {
			writeProblem(w, http.StatusBadRequest, "The path is not escaped as it must be.")
			return
		}
		segments[i] = plain
	}
	var allowed []string
	for _, route := range r.routes {
		values, ok := route.values(segments)
		if !ok {
			continue
		}
		if route.method == request.Method || route.method == http.MethodGet && request.Method == http.MethodHead {
			for name, value := range values {
				request.SetPathValue(name, value)
			}
			route.handler(w, request)
			return
		}
		allowed = append(allowed, route.method)
	}
	if len(allowed) > 0 {
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(slices.Compact(allowed), ", "))
		writeProblem(w, http.StatusMethodNotAllowed, "The path has no operation of this method.")
		return
	}
	writeProblem(w, http.StatusNotFound, "The description has no such path.")
}

// values returns the values of the variables where the route's path matches.
func (r *route) values(segments []string) (map[string]string, bool) {
	if len(segments) != len(r.segments) {
		return nil, false
	}
	values := map[string]string{}
	for i, s := range r.segments {
		if s.match == nil {
			if s.literal != segments[i] {
				return nil, false
			}
			continue
		}
		match := s.match.FindStringSubmatch(segments[i])
		if match == nil {
			return nil, false
		}
		for j, name := range s.names {
			values[name] = match[j+1]
		}
	}
	return values, true
}
