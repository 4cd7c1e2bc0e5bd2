package codegen

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/naming"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// operationIDExtension keeps the operation id of the spec, because operationId becomes the Go name.
const operationIDExtension = "x-xsale-operation-id"

// bodyTags distinguish the names of methods and types for different request bodies.
var bodyTags = []string{"JSON", "Formdata", "Multipart", "Text"}

// methodsAndFields are names that operations cannot use: other methods and fields of the types
// with a method for each operation, and methods whose signatures vet checks.
var methodsAndFields = []string{
	"Raw", "Client", "Server", "RequestEditors", "Handler", "HandlerMiddlewares", "ErrorHandlerFunc",
	"GobDecode", "GobEncode", "MarshalJSON", "MarshalXML", "ReadByte", "ReadRune", "UnmarshalJSON", "UnmarshalXML", "UnreadByte",
	"UnreadRune", "WriteByte",
}

// nameOperations gives each operation a Go name, and reserves the names that oapi-codegen derives
// from it.
func (p *preparer) nameOperations() error {
	methods := identifiers{}
	for _, name := range methodsAndFields {
		methods[name] = true
	}
	for _, operation := range tree.Operations(p.document) {
		id, _ := operation.Object["operationId"].(string)
		wanted := goName(id, "Operation")
		if chosen, ok := operation.Object["x-go-name"].(string); ok {
			if !exported(chosen) {
				return &tree.Problem{Pointer: operation.Pointer, Message: fmt.Sprintf("x-go-name %.80q is not an exported Go name", chosen), Remedy: "fix the overlay"}
			}
			wanted = chosen
		}
		name := methods.take(p.freeOperationName(methods, wanted), "Operation")
		methods[name+"WithBody"] = true
		methods[name+elementsSuffix] = true
		for _, tag := range bodyTags {
			methods[name+"With"+tag+"Body"] = true
			methods[name+"With"+tag+"Body"+elementsSuffix] = true
		}
		if name != wanted {
			p.report.Add("go-names", tree.Join(operation.Pointer, "operationId"), id, name, "the Go name "+wanted+" is taken")
		}
		operation.Object["operationId"] = name
		operation.Object[operationIDExtension] = id
		delete(operation.Object, "x-go-name")
		p.takeOperationNames(name)
	}
	return nil
}

// freeOperationName avoids names whose derived methods would clash with other operations: Create
// may have a method CreateWithBody, and ListOrders a method ListOrdersSeq.
func (p *preparer) freeOperationName(methods identifiers, name string) string {
	return naming.Free(name, func(name string) bool {
		return methods[name] || methods[name+"WithBody"] || methods[name+elementsSuffix]
	})
}

func (p *preparer) takeOperationNames(name string) {
	for _, suffix := range []string{"Params", "RequestObject", "ResponseObject"} {
		p.taken[name+suffix] = true
	}
	for _, tag := range bodyTags {
		p.taken[name+tag+"Body"] = true
		p.taken[name+tag+"RequestBody"] = true
		p.taken["New"+name+"RequestWith"+tag+"Body"] = true
	}
	p.taken["New"+name+"Request"] = true
	p.taken["New"+name+"RequestWithBody"] = true
	p.operations = append(p.operations, name)
}

// afterOperation matches what oapi-codegen appends to an operation's name for its responses and
// bodies.
var afterOperation = regexp.MustCompile(`^([1-5][0-9X][0-9X]|Default|default)\w*Response(Headers|Body)?$|^\w+(RequestBody|Body)$`)

// operationType reports whether oapi-codegen may give this name to a type of an operation.
func (p *preparer) operationType(name string) bool {
	for _, operation := range p.operations {
		if rest, ok := strings.CutPrefix(name, operation); ok && afterOperation.MatchString(rest) {
			return true
		}
	}
	return strings.HasPrefix(name, "New") && strings.Contains(name, "Request")
}
