package tree

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Node returns a tree as a YAML node, with fields sorted by name and numbers as written.
func Node(value any) (*yaml.Node, error) {
	switch value := value.(type) {
	case nil:
		return scalar("!!null", "null"), nil
	case bool:
		return scalar("!!bool", strconv.FormatBool(value)), nil
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return scalar("!!float", value.String()), nil
		}
		return scalar("!!int", value.String()), nil
	case string:
		return text(value), nil
	case []any:
		node := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, element := range value {
			child, err := Node(element)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, child)
		}
		return node, nil
	case Object:
		node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for name, field := range Fields(value) {
			child, err := Node(field)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, text(name), child)
		}
		return node, nil
	}
	return nil, fmt.Errorf("spec: cannot encode a %T", value)
}

// text returns a string as a node. It forces quotes around a tab and "<<", which the library
// writes but cannot read back; the library quotes everything else that needs it.
func text(value string) *yaml.Node {
	node := scalar("!!str", value)
	switch {
	case strings.Contains(value, "\t"), value == "<<":
		node.Style = yaml.DoubleQuotedStyle
	case strings.Contains(value, "\n"):
		node.Style = yaml.LiteralStyle
	}
	return node
}

func scalar(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}
