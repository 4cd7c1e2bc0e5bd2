// Package diff says what changed from one API description to the next, and what of it breaks a client.
//
// The rules of what breaks are those of oasdiff. Where no rule has a word for a difference, it is listed with its place all
// the same, so that two descriptions without changes are equal.
package diff

import (
	"fmt"
	"slices"

	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Change is one thing that differs.
type Change struct {
	ID        string `json:"id"` // name of the rule, such as response-property-type-changed
	Level     Level  `json:"level"`
	Operation string `json:"operation,omitempty"` // such as GET /orders; "" for what belongs to no single one
	Section   string `json:"section"`             // part of the description, such as paths or components
	Text      string `json:"text"`
	Old       string `json:"old,omitempty"` // JSON pointer into the old description; "" where something was added
	New       string `json:"new,omitempty"` // JSON pointer into the new description; "" where something was taken out
}

// Result is what Compare found.
type Result struct {
	Changes []Change `json:"changes"` // the worst first
}

// Breaking is the number of changes that break a client.
func (r *Result) Breaking() int {
	count := 0
	for _, change := range r.Changes {
		if change.Level == Breaking {
			count++
		}
	}
	return count
}

// Compare lists what changed from one description to the next. Both are OpenAPI 3.0.
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
	structural, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), base.info, revision.info)
	if err != nil {
		return nil, fmt.Errorf("compare the descriptions: %w", err)
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
	named := namesOf(result.Changes)
	for _, difference := range differences {
		if !named.have(difference) {
			result.Changes = append(result.Changes, difference.change())
		}
	}
	slices.SortStableFunc(result.Changes, func(a, b Change) int { return a.Level.rank() - b.Level.rank() })
	return result, nil
}
