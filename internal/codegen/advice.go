package codegen

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Rules of Advise.
const (
	pagingAdvice      = "paging"
	undescribedAdvice = "undescribed"
)

// Advise lists what an overlay could improve in a spec that package validate accepts: lists in
// pages without pagingExtension, and responses without a described body. It changes nothing. After
// is the extension that it proposes. If the spec leaves something open, the reason asks for it.
func Advise(document tree.Object) []tree.Change {
	document = tree.Clone(document).(tree.Object)
	p := &preparer{document: document, schemas: tree.Schemas(document), report: &tree.Report{}}
	advice := &tree.Report{}
	if err := p.mergeCompositions(); err != nil { // Generate returns it
		return nil
	}
	for _, operation := range tree.Operations(document) {
		if statuses := undescribed(operation); len(statuses) > 0 && operation.Method != "head" {
			result := "only an error"
			if operation.Method == "get" {
				result = "the response for the caller to read"
			}
			advice.Add(undescribedAdvice, tree.Join(operation.Pointer, "responses", statuses[0]), nil, nil, "the spec does not describe the body of the success, so the method returns "+result)
			continue
		}
		if _, set := operation.Object[pagingExtension]; set {
			continue
		}
		if paging, question := p.proposePaging(operation); paging != nil {
			advice.Add(pagingAdvice, operation.Pointer, nil, tree.Object{pagingExtension: paging}, question)
		}
	}
	return advice.Changes
}

// wholeList is the reason of a proposal that is complete.
const wholeList = "the list comes in pages; with the extension in an overlay, a method yields the elements of all of them"

// PagingActions returns the actions of an overlay that add what Advise proposes, as YAML. Those
// that leave something open are comments.
func PagingActions(advice []tree.Change) string {
	var text strings.Builder
	question := ""
	for _, change := range advice {
		if change.Rule != pagingAdvice {
			continue
		}
		tokens, _ := tree.Split(change.Pointer)
		paging := pagingNode(tree.ObjectAt(change.After.(tree.Object), pagingExtension))
		prefix := "  "
		if change.Reason != wholeList {
			prefix = "  # "
		}
		if change.Reason != question && change.Reason != wholeList {
			fmt.Fprintf(&text, "%s%s\n", prefix, change.Reason)
		}
		question = change.Reason
		target := fmt.Sprintf("$.paths['%s'].%s", strings.ReplaceAll(tokens[1], "'", `\'`), tokens[2])
		fmt.Fprintf(&text, "%s- target: %s\n%s  update: {%s: %s}\n", prefix, inYAML(scalar(target)), prefix, pagingExtension, inYAML(paging))
	}
	return text.String()
}

// pagingFields are the fields of pagingExtension in the order of the documentation.
var pagingFields = []string{"items", "page", "offset", "cursor", "nextLink", "linkHeader", "first", "size", "next", "total", "pages", "more"}

// pagingNode returns the value of pagingExtension in braces.
func pagingNode(paging tree.Object) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	for _, name := range pagingFields {
		if value, ok := paging[name]; ok {
			node.Content = append(node.Content, scalar(name), scalar(value))
		}
	}
	return node
}

func scalar(value any) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(value)}
	if _, ok := value.(string); ok {
		node.SetString(node.Value)
	}
	return node
}

// inYAML returns a node without the line break at its end.
func inYAML(node *yaml.Node) string {
	encoded, _ := yaml.Marshal(node) // cannot fail for a scalar or a map of scalars
	return strings.TrimSuffix(string(encoded), "\n")
}
