// Package diff lists the changes between two versions of a spec, and which of them break a client.
//
// The rules come from oasdiff. A difference that no rule covers is still listed with its pointer,
// so no changes means that the specs are equal.
package diff

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Change is one difference.
type Change struct {
	ID        string `json:"id"` // name of the rule, such as response-property-type-changed
	Level     Level  `json:"level"`
	Operation string `json:"operation,omitempty"` // such as GET /orders; "" outside a single operation
	Section   string `json:"section"`             // part of the spec, such as paths or components
	Text      string `json:"text"`
	Old       string `json:"old,omitempty"` // JSON pointer into the old spec; "" for an addition
	New       string `json:"new,omitempty"` // JSON pointer into the new spec; "" for a removal
}

// Result is the result of [Compare].
type Result struct {
	Changes []Change `json:"changes"` // most severe first
}

// Breaking counts the changes that break a client.
func (r *Result) Breaking() int {
	count := 0
	for _, change := range r.Changes {
		if change.Level == Breaking {
			count++
		}
	}
	return count
}

// Compare lists the changes between two versions of a spec. Both are OpenAPI 3.0.
func Compare(before, after tree.Object) (*Result, error) {
	result := &Result{Changes: []Change{}}
	differences := differencesOf(before, after)
	if len(differences) == 0 {
		return result, nil
	}
	base, err := newDocument("old", before)
	if err != nil {
		return nil, err
	}
	revision, err := newDocument("new", after)
	if err != nil {
		return nil, err
	}
	config := diff.NewConfig()
	config.IncludePathParams = hasAlikePaths(before) || hasAlikePaths(after)
	structural, sources, err := diff.GetWithOperationsSourcesMap(config, base.info, revision.info)
	if err != nil {
		return nil, fmt.Errorf("compare the specs: %w", err)
	}
	localize := checker.NewDefaultLocalizer()
	for _, found := range checker.CheckBackwardCompatibilityUntilLevel(newConfig(), structural, sources, checker.INFO) {
		change := Change{
			ID:      found.GetId(),
			Level:   levels[found.GetLevel()],
			Section: found.GetSection(),
			Text:    found.GetUncolorizedText(localize),
			Old:     base.pointer(found.GetBaseSource()),
			New:     revision.pointer(found.GetRevisionSource()),
		}
		if found.GetPath() != "" {
			change.Operation = found.GetOperation() + " " + found.GetPath()
		}
		result.Changes = append(result.Changes, change)
	}
	covered := pointersOf(result.Changes)
	for _, difference := range differences {
		if !covered.contain(difference) {
			result.Changes = append(result.Changes, difference.change())
		}
	}
	slices.SortStableFunc(result.Changes, func(a, b Change) int { return cmp.Compare(a.Level.rank(), b.Level.rank()) })
	return result, nil
}

// hasAlikePaths reports whether only the names of variables tell two paths of a spec apart.
func hasAlikePaths(spec tree.Object) bool {
	shapes := map[string]bool{}
	for path := range tree.Fields(spec["paths"]) {
		shape := route.Shape(path)
		if shapes[shape] {
			return true
		}
		shapes[shape] = true
	}
	return false
}
