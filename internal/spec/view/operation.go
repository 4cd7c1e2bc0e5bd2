package view

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Operation is an operation of a spec.
type Operation struct {
	Node
	ID     string
	Method string // in upper case
	Path   string
	item   tree.Object
}

// Operations lists the operations by path and method.
func (s Spec) Operations() []Operation {
	var operations []Operation
	for _, o := range tree.Operations(tree.Object(s)) {
		n := Node{o.Pointer, o.Object}
		operations = append(operations, Operation{n, n.Value("operationId"), strings.ToUpper(o.Method), o.Path, o.Item})
	}
	return operations
}

// String returns the method and path.
func (o Operation) String() string { return o.Method + " " + o.Path }

// Statuses lists the response statuses in order; "default" is last.
func (o Operation) Statuses() []string {
	var statuses []string
	for status := range tree.Fields(o.Object["responses"]) {
		if !tree.Extension(status) {
			statuses = append(statuses, status)
		}
	}
	return statuses
}

// Success reports whether a status such as 200 or 2XX is a success.
func Success(status string) bool { return strings.HasPrefix(status, "2") }
