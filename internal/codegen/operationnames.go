package codegen

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/naming"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// operationID is where the id that the description gives an operation is kept beside its Go name.
const operationIDExtension = "x-xsale-operation-id"

// bodyTags are the parts of names by which the generator tells bodies apart.
var bodyTags = []string{"JSON", "Formdata", "Multipart", "Text"}

// methodsAndFields are what the types that have a method for each operation have besides, and the methods that vet lets
// nobody have in another form than that of the standard library.
var methodsAndFields = []string{
	"Raw", "Client", "Server", "RequestEditors", "Handler", "HandlerMiddlewares", "ErrorHandlerFunc",
	"GobDecode", "GobEncode", "MarshalJSON", "MarshalXML", "ReadByte", "ReadRune", "UnmarshalJSON", "UnmarshalXML", "UnreadByte",
	"UnreadRune", "WriteByte",
}

// nameOperations gives each operation a Go name, and takes the names that the generator derives from it.
func (p *preparer) nameOperations() error {
	methods := identifiers{}
	for _, name := range methodsAndFields {
		methods[name] = true
	}
	for _, operation := range tree.Operations(p.document) {
		id, _ := operation.Object["operationId"].(string)
		wanted := goName(id, "Operation")
		if chosen, ok := operation.Object["x-go-name"].(string); ok {
			if !isExported(chosen) {
				return &tree.Problem{Pointer: operation.Pointer, Message: fmt.Sprintf("x-go-name %.80q is not an exported Go name", chosen), Remedy: "correct the overlay"}
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

// freeOperationName avoids a name whose derived method names another operation has: create with a body has the method
// CreateWithBody, and a list of orders ListOrdersSeq.
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

// afterOperation is what the generator writes behind the name of an operation for its answers and other bodies.
var afterOperation = regexp.MustCompile(`^([1-5][0-9X][0-9X]|Default|default)\w*Response(Headers|Body)?$|^\w+(RequestBody|Body)$`)

// isOperationType reports whether the generator might give a type of an operation this name.
func (p *preparer) isOperationType(name string) bool {
	for _, operation := range p.operations {
		if rest, ok := strings.CutPrefix(name, operation); ok && afterOperation.MatchString(rest) {
			return true
		}
	}
	return strings.HasPrefix(name, "New") && strings.Contains(name, "Request")
}
