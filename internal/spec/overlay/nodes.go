package overlay

import (
	"go.yaml.in/yaml/v3"
	older "gopkg.in/yaml.v3"
)

// The overlay library uses nodes of an older YAML library. They only differ in type from the nodes
// of package tree. Encoding and decoding is no alternative: neither library reads all characters
// that JSON allows.

func toOlder(node *yaml.Node) *older.Node {
	content := make([]*older.Node, len(node.Content))
	for i, child := range node.Content {
		content[i] = toOlder(child)
	}
	return &older.Node{Kind: older.Kind(node.Kind), Style: older.Style(node.Style), Tag: node.Tag, Value: node.Value, Content: content}
}

// fromOlder copies each node once, because an alias may refer to a node around it.
func fromOlder(node *older.Node, copies map[*older.Node]*yaml.Node) *yaml.Node {
	if node == nil {
		return nil
	}
	if copied, ok := copies[node]; ok {
		return copied
	}
	copied := &yaml.Node{Kind: yaml.Kind(node.Kind), Style: yaml.Style(node.Style), Tag: node.Tag, Value: node.Value}
	copies[node] = copied
	copied.Alias = fromOlder(node.Alias, copies)
	for _, child := range node.Content {
		copied.Content = append(copied.Content, fromOlder(child, copies))
	}
	return copied
}
