package evidence

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// operations compares each operation of ours with the one of theirs that the same request reaches.
func (c *comparison) operations() {
	ours, theirs := tree.Operations(c.ours.root), tree.Operations(c.theirs.root)
	found := make(map[string]tree.Operation, len(theirs))
	methods := map[string][]string{}
	for _, operation := range theirs {
		path := c.theirs.route(operation.Path)
		found[operation.Method+path] = operation
		methods[path] = append(methods[path], strings.ToUpper(operation.Method))
	}
	for _, operation := range ours {
		path := c.ours.route(operation.Path)
		counterpart, ok := found[operation.Method+path]
		delete(found, operation.Method+path)
		c.begin(operation)
		finding := Finding{
			Detail:      "operation",
			Evidence:    kindOf(operation.Object, ""),
			Verdict:     Missing,
			Ours:        title(operation),
			OursPointer: operation.Pointer,
		}
		if !ok {
			if others := methods[path]; others != nil {
				finding.Theirs = "only " + strings.Join(others, ", ")
			}
			c.add(finding)
			continue
		}
		finding.Verdict, finding.Theirs, finding.TheirsPointer = Confirmed, title(counterpart), counterpart.Pointer
		c.add(finding)
		c.parameters(operation, counterpart, finding.Evidence)
		c.request(operation, counterpart, finding.Evidence)
		c.responses(operation, counterpart, finding.Evidence)
	}
	for _, operation := range theirs {
		if _, ok := found[operation.Method+c.theirs.route(operation.Path)]; ok {
			c.begin(operation)
			c.add(Finding{Detail: "operation", Verdict: New, Theirs: title(operation), TheirsPointer: operation.Pointer})
		}
	}
}

// begin makes an operation the one at hand.
func (c *comparison) begin(operation tree.Operation) {
	c.operation = Finding{
		OperationID: tree.String(operation.Object["operationId"]),
		Method:      strings.ToUpper(operation.Method),
		Path:        operation.Path,
	}
}

func title(operation tree.Operation) string {
	return strings.ToUpper(operation.Method) + " " + operation.Path
}

var parameterName = regexp.MustCompile(`\{[^{}]*\}`)

// route returns what a path is known by, as ASP.NET routes it: behind the base path of the server, whatever the
// parameters are called, and without regard to case.
func (d document) route(path string) string {
	base := ""
	if servers := tree.ListAt(d.root, "servers"); len(servers) > 0 {
		server, _ := servers[0].(tree.Object)
		if address, err := url.Parse(tree.String(server["url"])); err == nil {
			base = strings.TrimSuffix(address.Path, "/")
		}
	}
	return strings.ToLower(strings.TrimSuffix(base+parameterName.ReplaceAllLiteralString(path, "{}"), "/"))
}
