package overlay

import (
	"go.yaml.in/yaml/v3"
	older "gopkg.in/yaml.v3"
)

// The library of overlays has the nodes of an older YAML library, which differ from those of package spec in nothing but
// their type. Text is no way between them: neither library reads all characters that JSON may hold.

func toOlder(node *yaml.Node) *older.Node {
	content := make([]*older.Node, len(node.Content))
	for i, child := range node.Content {
		content[i] = toOlder(child)
	}
	return &older.Node{Kind: older.Kind(node.Kind), Style: older.Style(node.Style), Tag: node.Tag, Value: node.Value, Content: content}
}

// fromOlder copies each node once, because an alias may lead to a node around it.
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
