package evidence

import (
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// operations compares each of our operations with the vendor's operation that the same request
// reaches.
func (c *comparison) operations() {
	theirs := c.theirs.Operations()
	found := make(map[string]view.Operation, len(theirs))
	methods := map[string][]string{}
	for _, operation := range theirs {
		path := routeOf(c.theirs, operation.Path)
		found[operation.Method+path] = operation
		methods[path] = append(methods[path], operation.Method)
	}
	for _, operation := range c.ours.Operations() {
		path := routeOf(c.ours, operation.Path)
		counterpart, ok := found[operation.Method+path]
		delete(found, operation.Method+path)
		c.begin(operation)
		finding := Finding{
			Detail:      "operation",
			Evidence:    evidenceOf(operation.Object, ""),
			Verdict:     Missing,
			Ours:        operation.String(),
			OursPointer: operation.Pointer,
		}
		if !ok {
			if others := methods[path]; others != nil {
				finding.Theirs = "only " + strings.Join(others, ", ")
			}
			c.add(finding)
			continue
		}
		finding.Verdict, finding.Theirs, finding.TheirsPointer = Confirmed, counterpart.String(), counterpart.Pointer
		c.add(finding)
		c.parameters(operation, counterpart, finding.Evidence)
		c.request(operation, counterpart, finding.Evidence)
		c.responses(operation, counterpart, finding.Evidence)
	}
	for _, operation := range theirs {
		if _, ok := found[operation.Method+routeOf(c.theirs, operation.Path)]; ok {
			c.begin(operation)
			c.add(Finding{Detail: "operation", Verdict: New, Theirs: operation.String(), TheirsPointer: operation.Pointer})
		}
	}
}

// begin sets the current operation.
func (c *comparison) begin(operation view.Operation) {
	c.operation = Finding{OperationID: operation.ID, Method: operation.Method, Path: operation.Path}
}

// routeOf returns a path the way ASP.NET routes it: below the base path of the server, without the
// names of variables, and in lower case.
func routeOf(spec view.Spec, path string) string {
	base := ""
	if servers := tree.ListAt(spec, "servers"); len(servers) > 0 {
		server, _ := servers[0].(tree.Object)
		if address, err := url.Parse(tree.String(server["url"])); err == nil {
			base = strings.TrimSuffix(address.Path, "/")
		}
	}
	return strings.ToLower(strings.TrimSuffix(base+route.Shape(path), "/"))
}
