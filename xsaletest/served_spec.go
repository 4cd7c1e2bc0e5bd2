package xsaletest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// problemSchema is the name of the schema of problem details in the served spec.
const problemSchema = "SandboxProblem"

const problemSchemaJSON = `{
	"type": "object",
	"description": "Problem details (RFC 9457), the sandbox's choice.",
	"required": ["type", "title", "status", "detail"],
	"properties": {
		"type": {"type": "string"},
		"title": {"type": "string"},
		"status": {"type": "integer"},
		"detail": {"type": "string"},
		"errors": {
			"type": "array",
			"items": {
				"type": "object",
				"required": ["pointer", "detail"],
				"properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}
			}
		}
	}
}`

// servedSpec returns the spec as the sandbox serves it: with the sandbox as the server, and with the
// statuses that it responds with. Common readers fail on 2XX, and the spec itself must not list
// statuses, because xSale publishes none.
func servedSpec(spec *contract.Document, url string, data backend) tree.Object {
	served := tree.Clone(spec.Tree()).(tree.Object)
	served["servers"] = []any{tree.Object{"url": url, "description": "This sandbox"}}
	tree.VisitObjects(served, func(_ string, object tree.Object) { // references stand alone in OpenAPI 3.0
		if ref, ok := object["$ref"].(string); ok {
			clear(object)
			object["$ref"] = ref
		}
	})
	problems := false
	for _, o := range tree.Operations(served) {
		success, failures := data.statuses(spec.Operation(tree.String(o.Object["operationId"])))
		serveStatuses(served, tree.ObjectAt(o.Object, "responses"), success, failures)
		problems = problems || len(failures) > 0
	}
	if problems {
		info := tree.ObjectAt(served, "info")
		info["description"] = tree.String(info["description"]) + "\n\nThis copy is served by a sandbox. It lists the statuses that the sandbox responds with, each marked as the sandbox's choice."
		tree.Schemas(served)[problemSchema] = json.RawMessage(problemSchemaJSON)
	}
	return served
}

// serveStatuses lists a success instead of 2XX. Failures, if there are any, are added to those of the
// spec and replace its default response.
func serveStatuses(served, responses tree.Object, success int, failures []int) {
	if all := tree.ObjectAt(responses, "2XX"); all != nil {
		delete(responses, "2XX")
		if responses[strconv.Itoa(success)] == nil {
			if ref, ok := all["$ref"].(string); ok {
				shared, _ := tree.Lookup(served, strings.TrimPrefix(ref, "#"))
				all, _ = shared.(tree.Object) // exists, because the spec has been loaded
			}
			response := maps.Clone(all)
			description := fmt.Sprintf("%s Status %d is the sandbox's choice.", tree.String(all["description"]), success)
			response["description"] = strings.TrimSpace(description)
			responses[strconv.Itoa(success)] = response
		}
	}
	if len(failures) == 0 {
		return
	}
	delete(responses, "default") // readers take it for a success, too
	reference := tree.Object{"$ref": "#/components/schemas/" + problemSchema}
	for _, status := range failures {
		if responses[strconv.Itoa(status)] == nil {
			responses[strconv.Itoa(status)] = tree.Object{
				"description": http.StatusText(status) + ", the sandbox's choice.",
				"content":     tree.Object{"application/problem+json": tree.Object{"schema": reference}},
			}
		}
	}
}
