// Package selection reduces a spec to some of its operations and the schemas that they need.
package selection

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/similar"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Filter selects operations. An operation matches if it matches one value of each field that has
// values. An empty Filter selects all operations.
type Filter struct {
	Tags       []string
	Operations []string // operation ids
	Paths      []string // path prefixes of whole segments: /orders matches /orders/{id}, not /orders-archive
	Methods    []string // in either case
}

// IsZero reports whether the filter selects all operations.
func (f Filter) IsZero() bool {
	return len(f.Tags)+len(f.Operations)+len(f.Paths)+len(f.Methods) == 0
}

// Select removes unselected operations, and schemas and tags that are then unused. A value that
// matches no operation is a problem that lists the existing values, so a typo does not silently
// select less.
func Select(document tree.Object, filter Filter) error {
	if filter.IsZero() {
		return nil
	}
	operations := tree.Operations(document)
	criteria := newCriteria(filter)
	selected := 0
	for _, operation := range operations {
		if criteria.match(operation) {
			selected++
		} else {
			operation.Remove()
		}
	}
	if err := criteria.unmatched(operations); err != nil {
		return err
	}
	if selected == 0 {
		return &tree.Problem{Message: "no operation matches the whole selection", Remedy: "an operation must match one value of each kind: widen one of them"}
	}
	removeEmptyPaths(document)
	removeUnusedTags(document)
	prune(document)
	return nil
}

// criterion is one field of a [Filter].
type criterion struct {
	name    string
	wanted  []string
	matched map[string]bool
	match   func(wanted string, operation tree.Operation) bool
	values  func(operation tree.Operation) []string // existing values, for problems
}

type criteria []criterion

func newCriteria(filter Filter) criteria {
	one := func(value func(tree.Operation) string) func(tree.Operation) []string {
		return func(operation tree.Operation) []string { return []string{value(operation)} }
	}
	return criteria{
		{"tag", filter.Tags, map[string]bool{}, func(wanted string, operation tree.Operation) bool {
			return slices.Contains(tagsOf(operation), wanted)
		}, tagsOf},
		{"operation", filter.Operations, map[string]bool{}, func(wanted string, operation tree.Operation) bool {
			return idOf(operation) == wanted
		}, one(idOf)},
		{"path", filter.Paths, map[string]bool{}, func(wanted string, operation tree.Operation) bool {
			return hasPathPrefix(operation.Path, wanted)
		}, one(func(o tree.Operation) string { return o.Path })},
		{"method", filter.Methods, map[string]bool{}, func(wanted string, operation tree.Operation) bool {
			return strings.EqualFold(operation.Method, wanted)
		}, one(func(o tree.Operation) string { return o.Method })},
	}
}

func (c criteria) match(operation tree.Operation) bool {
	all := true
	for _, criterion := range c {
		any := len(criterion.wanted) == 0
		for _, wanted := range criterion.wanted {
			if criterion.match(wanted, operation) {
				any = true
				criterion.matched[wanted] = true
			}
		}
		all = all && any
	}
	return all
}

// maxListed bounds the values that a problem lists.
const maxListed = 40

func (c criteria) unmatched(operations []tree.Operation) error {
	var problems tree.Problems
	for _, criterion := range c {
		for _, wanted := range criterion.wanted {
			if criterion.matched[wanted] {
				continue
			}
			values := map[string]bool{}
			for _, operation := range operations {
				for _, value := range criterion.values(operation) {
					values[value] = true
				}
			}
			listed := slices.Sorted(maps.Keys(values))
			remedy := "there are: " + strings.Join(listed[:min(len(listed), maxListed)], ", ")
			if len(listed) == 0 {
				remedy = "it has no " + criterion.name + "s"
			}
			if len(listed) > maxListed {
				remedy += fmt.Sprintf(" and %d more", len(listed)-maxListed)
			}
			if names := similar.Names(wanted, listed); len(names) > 0 {
				remedy = "did you mean " + strings.Join(names, " or ") + "? " + remedy
			}
			problems.Add("", fmt.Sprintf("--%[1]s %[2]q: the spec has no such %[1]s", criterion.name, wanted), remedy)
		}
	}
	return problems.Err()
}

func tagsOf(operation tree.Operation) []string {
	var tags []string
	for _, value := range tree.ListAt(operation.Object, "tags") {
		if tag, ok := value.(string); ok {
			tags = append(tags, tag)
		}
	}
	return tags
}

func idOf(operation tree.Operation) string { return tree.String(operation.Object["operationId"]) }

func hasPathPrefix(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(prefix, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

func removeEmptyPaths(document tree.Object) {
	used := map[string]bool{}
	for _, operation := range tree.Operations(document) {
		used[operation.Path] = true
	}
	maps.DeleteFunc(tree.ObjectAt(document, "paths"), func(path string, _ any) bool {
		return !used[path] && !tree.Extension(path)
	})
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

// prune removes schemas that no operation needs, directly or indirectly. Other components, which an
// overlay may have added, count as needed.
func prune(document tree.Object) {
	trees := []any{document["paths"]}
	for section, component := range tree.ObjectAt(document, "components") {
		if section != "schemas" {
			trees = append(trees, component)
		}
	}
	needed := tree.Reachable(document, trees...)
	maps.DeleteFunc(tree.Schemas(document), func(name string, _ any) bool { return !needed[name] })
}
