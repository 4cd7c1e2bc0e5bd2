// Package selection leaves a description with some of its operations, and the schemas that those need.
package selection

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Filter names operations. An operation is selected when it matches one value of each kind that has any; an empty Filter
// selects all.
type Filter struct {
	Tags       []string
	Operations []string // operation ids
	Paths      []string // path prefixes, of whole segments: /orders is a prefix of /orders/{id}, not of /orders-archive
	Methods    []string // in either case
}

// IsZero reports whether the filter selects all operations.
func (f Filter) IsZero() bool {
	return len(f.Tags)+len(f.Operations)+len(f.Paths)+len(f.Methods) == 0
}

// Select removes the operations that are not selected, and the schemas and tags that are then not used.
// A value of the filter that no operation has is a problem that lists what there is, so that a typo does not select less in
// silence; the others are still looked at.
func Select(document tree.Object, filter Filter) error {
	if filter.IsZero() {
		return nil
	}
	operations := tree.Operations(document)
	s := newMatcher(filter)
	selected := 0
	for _, operation := range operations {
		if s.matches(operation) {
			selected++
		} else {
			delete(operation.Item, operation.Method)
		}
	}
	if err := s.unmatched(operations); err != nil {
		return err
	}
	if selected == 0 {
		return &tree.Problem{Message: "no operation matches the whole selection", Remedy: "an operation must match one value of each kind that is given: widen one of them"}
	}
	removeEmptyPaths(document)
	removeUnusedTags(document)
	prune(document)
	return nil
}

// kind is one of the four ways to name an operation.
type kind struct {
	name   string
	wanted []string
	met    map[string]bool
	match  func(wanted string, operation tree.Operation) bool
	values func(operation tree.Operation) []string // for the list of what there is
}

type matcher struct{ kinds []*kind }

func newMatcher(filter Filter) *matcher {
	one := func(value func(tree.Operation) string) func(tree.Operation) []string {
		return func(operation tree.Operation) []string { return []string{value(operation)} }
	}
	return &matcher{[]*kind{
		{name: "tag", wanted: filter.Tags, values: tagsOf, match: func(wanted string, operation tree.Operation) bool {
			return slices.Contains(tagsOf(operation), wanted)
		}},
		{name: "operation", wanted: filter.Operations, values: one(idOf), match: func(wanted string, operation tree.Operation) bool {
			return idOf(operation) == wanted
		}},
		{name: "path", wanted: filter.Paths, values: one(func(o tree.Operation) string { return o.Path }), match: func(wanted string, operation tree.Operation) bool {
			return hasPathPrefix(operation.Path, wanted)
		}},
		{name: "method", wanted: filter.Methods, values: one(func(o tree.Operation) string { return o.Method }), match: func(wanted string, operation tree.Operation) bool {
			return strings.EqualFold(operation.Method, wanted)
		}},
	}}
}

func (m *matcher) matches(operation tree.Operation) bool {
	all := true
	for _, kind := range m.kinds {
		any := len(kind.wanted) == 0
		for _, wanted := range kind.wanted {
			if kind.match(wanted, operation) {
				any = true
				if kind.met == nil {
					kind.met = map[string]bool{}
				}
				kind.met[wanted] = true
			}
		}
		all = all && any
	}
	return all
}

// maxListed keeps the list of what there is readable.
const maxListed = 40

func (m *matcher) unmatched(operations []tree.Operation) error {
	var problems tree.Problems
	for _, kind := range m.kinds {
		for _, wanted := range kind.wanted {
			if kind.met[wanted] {
				continue
			}
			values := map[string]bool{}
			for _, operation := range operations {
				for _, value := range kind.values(operation) {
					values[value] = true
				}
			}
			listed := slices.Sorted(maps.Keys(values))
			remedy := "there are: " + strings.Join(listed[:min(len(listed), maxListed)], ", ")
			if len(listed) == 0 {
				remedy = "there are none"
			}
			if len(listed) > maxListed {
				remedy += fmt.Sprintf(" and %d more", len(listed)-maxListed)
			}
			problems.Add("", fmt.Sprintf("no operation has the %s %q", kind.name, wanted), remedy)
		}
	}
	return problems.Err()
}

func tagsOf(operation tree.Operation) []string {
	var tags []string
	for _, tag := range tree.ListAt(operation.Object, "tags") {
		if text, ok := tag.(string); ok {
			tags = append(tags, text)
		}
	}
	return tags
}

func idOf(operation tree.Operation) string {
	id, _ := operation.Object["operationId"].(string)
	return id
}

func hasPathPrefix(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(prefix, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

func removeEmptyPaths(document tree.Object) {
	used := map[string]bool{}
	for _, operation := range tree.Operations(document) {
		used[operation.Path] = true
	}
	paths := tree.ObjectAt(document, "paths")
	for path := range tree.Fields(paths) {
		if !used[path] && !strings.HasPrefix(path, "x-") {
			delete(paths, path)
		}
	}
}

func removeUnusedTags(document tree.Object) {
	used := map[string]bool{}
	for _, operation := range tree.Operations(document) {
		for _, tag := range tagsOf(operation) {
			used[tag] = true
		}
	}
	var kept []any
	for _, value := range tree.ListAt(document, "tags") {
		tag, _ := value.(tree.Object)
		if name, _ := tag["name"].(string); used[name] {
			kept = append(kept, value)
		}
	}
	delete(document, "tags")
	if len(kept) > 0 {
		document["tags"] = kept
	}
}

// prune removes the schemas that no operation needs, however far the way to them is. Other components, which an overlay may
// have added, count as needed.
func prune(document tree.Object) {
	trees := []any{document["paths"]}
	for section, component := range tree.ObjectAt(document, "components") {
		if section != "schemas" {
			trees = append(trees, component)
		}
	}
	needed := tree.Reachable(document, trees...)
	schemas := tree.ObjectAt(tree.ObjectAt(document, "components"), "schemas")
	for name := range schemas {
		if !needed[name] {
			delete(schemas, name)
		}
	}
}
