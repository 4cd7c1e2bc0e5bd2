// Package specdiff says what changed from one API description to the next, and what of it breaks a client.
package specdiff

import (
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"

	"github.com/xsale-go/xsale/internal/spec"
)

// Level says how much a change matters to a client.
type Level string

// The levels, in the order in which changes are listed.
const (
	Breaking Level = "breaking" // a client fails
	Warning  Level = "warning"  // a client may fail
	Info     Level = "info"     // a client goes on
)

var levels = map[checker.Level]Level{checker.ERR: Breaking, checker.WARN: Warning, checker.INFO: Info}

// Change is one thing that differs.
type Change struct {
	ID        string `json:"id"` // name of the rule, such as api-removed-without-deprecation
	Level     Level  `json:"level"`
	Operation string `json:"operation,omitempty"` // such as GET /orders; "" outside of the operations
	Section   string `json:"section"`             // part of the description, such as paths
	Text      string `json:"text"`
}

// Result is what Compare found.
type Result struct {
	Changes []Change `json:"changes"`
}

// Compare lists what changed from one description to the next. Both are OpenAPI 3.0.
func Compare(before, after spec.Object) (*Result, error) {
	base, err := loaded("old", before)
	if err != nil {
		return nil, err
	}
	revision, err := loaded("new", after)
	if err != nil {
		return nil, err
	}
	difference, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), base, revision)
	if err != nil {
		return nil, fmt.Errorf("compare the descriptions: %w", err)
	}
	result := &Result{Changes: []Change{}}
	localize := checker.NewDefaultLocalizer()
	for _, change := range checker.CheckBackwardCompatibilityUntilLevel(checker.NewConfig(checker.GetAllChecks()), difference, sources, checker.INFO) {
		operation := ""
		if change.GetPath() != "" {
			operation = change.GetOperation() + " " + change.GetPath()
		}
		result.Changes = append(result.Changes, Change{
			change.GetId(), levels[change.GetLevel()], operation, change.GetSection(), change.GetUncolorizedText(localize),
		})
	}
	return result, nil
}

func loaded(name string, description spec.Object) (*load.SpecInfo, error) {
	data, err := spec.JSON(description)
	if err != nil {
		return nil, err
	}
	info, err := load.NewSpecInfoFromData(openapi3.NewLoader(), data, name)
	if err != nil {
		return nil, fmt.Errorf("read the %s description: %w", name, err)
	}
	return info, nil
}
