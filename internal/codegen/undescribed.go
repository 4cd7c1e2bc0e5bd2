package codegen

import (
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// describeBodies adds a body of any type to the success of a GET that the spec describes without
// one: a GET without a body makes no sense, and ASP.NET omits the type of an IActionResult. A
// status that has no body stays as it is. Advise lists these operations.
func (p *preparer) describeBodies() error {
	for _, operation := range tree.Operations(p.document) {
		if operation.Method != "get" {
			continue
		}
		for _, status := range undescribed(operation) {
			responses := tree.ObjectAt(operation.Object, "responses")
			response := tree.ObjectAt(responses, status)
			if response == nil {
				response = tree.Object{"description": "A success that the spec does not list."}
				responses[status] = response
			}
			response["content"] = tree.Object{"*/*": tree.Object{"schema": tree.Object{"type": "string", "format": "binary"}}}
		}
	}
	return nil
}

// undescribed returns the statuses of an operation's success if none of them has a body in the
// spec, without those that never have one: 2XX if the spec lists no success.
func undescribed(operation tree.Operation) []string {
	responses := tree.ObjectAt(operation.Object, "responses")
	statuses := successes(operation)
	if slices.ContainsFunc(statuses, func(status string) bool {
		return len(tree.ObjectAt(tree.ObjectAt(responses, status), "content")) > 0
	}) {
		return nil
	}
	return slices.DeleteFunc(statuses, func(status string) bool { return status == "204" || status == "205" })
}

// successes returns the statuses of an operation's success: those of 2xx, default, or 2XX.
func successes(operation tree.Operation) []string {
	responses := tree.ObjectAt(operation.Object, "responses")
	var statuses []string
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		if strings.HasPrefix(status, "2") {
			statuses = append(statuses, status)
		}
	}
	if len(statuses) > 0 {
		return statuses
	}
	if responses["default"] != nil {
		return []string{"default"}
	}
	return []string{"2XX"}
}
