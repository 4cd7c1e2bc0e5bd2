package spec

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Node returns a tree as a YAML node, its members by name and its numbers as they were written.
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
		for name, member := range Members(value) {
			child, err := Node(member)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, text(name), child)
		}
		return node, nil
	}
	return nil, fmt.Errorf("spec: a %T is not part of a description", value)
}

// text returns a string as a node. Only plain lines are written as lines: the library does not read back what it writes
// of a tab, an empty line at either end or a line end of Unicode's own, nor "<<" as a name.
func text(value string) *yaml.Node {
	node := scalar("!!str", value)
	switch {
	case strings.ContainsAny(value, "\t\r\u0085\u2028\u2029"), value == "<<":
		node.Style = yaml.DoubleQuotedStyle
	case !strings.Contains(value, "\n"):
	case value[0] == ' ', value[0] == '\n', strings.HasSuffix(value, "\n\n"):
		node.Style = yaml.DoubleQuotedStyle
	default:
		node.Style = yaml.LiteralStyle
	}
	return node
}

func scalar(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}
