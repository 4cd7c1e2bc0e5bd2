package normalize

import (
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

var versionSegment = regexp.MustCompile(`^v[0-9]+(\.[0-9]+)*$`)

// nameOperations sets an ID on each operation that has none or shares it with another. The ID
// consists of method and path, so it does not change when the spec grows. GET
// /api/v1/orders/{id}/items becomes getOrdersByIdItems.
func nameOperations(document tree.Object, report *tree.Report) {
	operations := tree.Operations(document)
	uses := map[string]int{}
	for _, operation := range operations {
		uses[idOf(operation)]++
	}
	made := map[string]int{}
	for _, operation := range operations {
		made[madeID(operation, false)]++
	}
	taken := tree.Object{}
	for id, count := range uses {
		if count == 1 {
			taken[id] = true
		}
	}
	for _, operation := range operations {
		id := idOf(operation)
		if id != "" && uses[id] == 1 {
			continue
		}
		name := madeID(operation, made[madeID(operation, false)] > 1)
		name = freeName(taken, name)
		taken[name] = true
		reason := "it has none"
		if id != "" {
			reason = "other operations have the same"
		}
		report.Add("operation-ids", tree.Join(operation.Pointer, "operationId"), operation.Object["operationId"], name, reason)
		operation.Object["operationId"] = name
	}
}

func idOf(operation tree.Operation) string {
	id, _ := operation.Object["operationId"].(string)
	return id
}

// madeID builds an ID from method and path. It skips the leading segments "api" and "v1"
// unless whole is set to distinguish versions.
func madeID(operation tree.Operation, whole bool) string {
	var id strings.Builder
	id.WriteString(operation.Method)
	atStart := true
	for segment := range strings.SplitSeq(strings.Trim(operation.Path, "/"), "/") {
		if atStart && !whole && (segment == "api" || versionSegment.MatchString(segment)) {
			continue
		}
		atStart = false
		if strings.HasPrefix(segment, "{") {
			id.WriteString("By")
		}
		id.WriteString(pascal(segment))
	}
	return id.String()
}
