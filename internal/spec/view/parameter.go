package view

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Parameter is a parameter of an operation.
type Parameter struct {
	Node
	In, Name string
	Key      string // In and Name as a server sees them: positions in paths, header names in lower case
}

// Parameters lists the parameters of an operation and its path. The operation's own take
// precedence.
func (s Spec) Parameters(operation Operation) []Parameter {
	var parameters []Parameter
	for _, owner := range []Node{operation.Node, {tree.Join("/paths", operation.Path), operation.item}} {
		for i, element := range tree.ListAt(owner.Object, "parameters") {
			object, _ := element.(tree.Object)
			p := Parameter{Node: s.Resolve(Node{tree.Join(owner.Pointer, "parameters", strconv.Itoa(i)), object})}
			p.In, p.Name = p.Value("in"), p.Value("name")
			p.Key = p.In + " " + p.Name
			switch p.In {
			case "path": // names are not sent
				p.Key = "path " + strconv.Itoa(slices.Index(route.Variables(operation.Path), p.Name))
			case "header":
				p.Key = strings.ToLower(p.Key)
			}
			same := func(other Parameter) bool { return other.Key == p.Key }
			if p.Object != nil && !slices.ContainsFunc(parameters, same) {
				parameters = append(parameters, p)
			}
		}
	}
	return parameters
}

// Encodings of an array in a query; other styles go by their own names.
const (
	RepeatedKey = "a key for each element"
	CommaList   = "one key, separated by commas"
)

// Encoding returns how the query contains an array.
func (p Parameter) Encoding() string {
	style := p.Value("style")
	explode, ok := p.Object["explode"].(bool)
	switch {
	case style != "" && style != "form":
		return style
	case explode || !ok:
		return RepeatedKey
	}
	return CommaList
}
