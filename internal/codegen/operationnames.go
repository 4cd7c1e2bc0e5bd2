package codegen

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// operationIDExtension keeps the operation id of the spec, because operationId becomes the Go name.
const operationIDExtension = "x-xsale-operation-id"

// bodyTags distinguish the names of methods and types for different request bodies.
var bodyTags = []string{"JSON", "Formdata", "Multipart", "Text"}

// otherMethods are names that operations cannot use: another method of the client, and methods
// whose signatures vet checks.
var otherMethods = []string{
	"Raw", "GobDecode", "GobEncode", "MarshalJSON", "MarshalXML", "ReadByte", "ReadRune", "UnmarshalJSON", "UnmarshalXML", "UnreadByte",
	"UnreadRune", "WriteByte",
}

// nameOperations gives each operation a Go name.
func (p *preparer) nameOperations() error {
	operations := tree.Operations(p.document)
	p.followMoves(operations)
	methods := identifiers{}
	for _, name := range otherMethods {
		methods[name] = true
	}
	chosen := identifiers{}
	var symbols []*symbol
	for _, operation := range operations {
		id, _ := operation.Object["operationId"].(string)
		s := &symbol{key: p.key(operationKey, operation.Pointer), pointer: tree.Join(operation.Pointer, "operationId"), given: id, wanted: []string{goName(id, "Operation")}}
		if s.chosen, _ = operation.Object["x-go-name"].(string); s.chosen != "" {
			if !exported(s.chosen) || methods[s.chosen] || chosen[s.chosen] {
				return &tree.Problem{Pointer: operation.Pointer, Message: fmt.Sprintf("x-go-name %.80q is not a free exported Go name", s.chosen), Remedy: "choose another name in the overlay"}
			}
			chosen[s.chosen] = true
		}
		symbols = append(symbols, s)
	}
	p.name(scope{
		taken: methods,
		free: func(name string) bool {
			return !methods[name+"WithBody"] && !methods[name+elementsSuffix] && !p.lockedTypeOf(name)
		},
		take: func(name string) {
			p.operations = append(p.operations, name)
			methods[name+"WithBody"] = true
			methods[name+elementsSuffix] = true
			for _, tag := range bodyTags {
				methods[name+"With"+tag+"Body"] = true
				methods[name+"With"+tag+"Body"+elementsSuffix] = true
			}
		},
	}, symbols)
	for i, operation := range operations {
		operation.Object["operationId"] = symbols[i].name
		operation.Object[operationIDExtension] = symbols[i].given
		delete(operation.Object, "x-go-name")
		p.lock.names[lockKey{operationIDKey, symbols[i].given}] = symbols[i].name
	}
	return nil
}

// followMoves finds operations that are at another path than in the lock file by their ids.
func (p *preparer) followMoves(operations []tree.Operation) {
	present := map[lockKey]bool{}
	for _, operation := range operations {
		present[p.key(operationKey, operation.Pointer)] = true
	}
	for _, operation := range operations {
		key := p.key(operationKey, operation.Pointer)
		name, known := p.lock.names[lockKey{operationIDKey, tree.String(operation.Object["operationId"])}]
		if p.lock.names[key] != "" || !known {
			continue
		}
		if from, ok := p.lock.operationNamed(name); ok && !present[from] {
			p.lock.move(from.id, key.id)
		}
	}
	p.locked = p.lock.scopes()
}

// Names that oapi-codegen derives from the name of an operation, after which they match.
var (
	typeOfOperation     = regexp.MustCompile(`^(Params|RequestObject|ResponseObject|([1-5][0-9X][0-9X]|Default|default)\w*Response(Headers|Body)?|\w+Body)$`)
	functionOfOperation = regexp.MustCompile(`^Request(With\w*Body)?$`) // with New in front
)

// ofOperation reports whether oapi-codegen may give a name to a type or function of an operation.
func ofOperation(operation, name string) bool {
	rest, ok := strings.CutPrefix(name, operation)
	if ok && typeOfOperation.MatchString(rest) {
		return true
	}
	rest, ok = strings.CutPrefix(name, "New"+operation)
	return ok && functionOfOperation.MatchString(rest)
}

// lockedTypeOf reports whether the lock file gives a name that this operation needs to a schema.
func (p *preparer) lockedTypeOf(operation string) bool {
	for name := range p.locked[packageScope] {
		if ofOperation(operation, name) {
			return true
		}
	}
	return false
}
