package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

func readYAML(data []byte) (any, error) {
	if len(data) > MaxYAMLBytes {
		return nil, &Problem{Message: fmt.Sprintf("the spec is YAML and larger than %d MiB", MaxYAMLBytes>>20), Remedy: "convert it to JSON"}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, more yaml.Node
	if err := decoder.Decode(&document); err != nil {
		return nil, &Problem{Message: fmt.Sprintf("neither valid JSON nor valid YAML: %v", err), Remedy: "check that the document is complete"}
	}
	if decoder.Decode(&more) != io.EOF {
		return nil, &Problem{Message: "trailing data after the YAML document", Remedy: "keep only one document"}
	}
	return FromNode(&document)
}

// FromNode returns the tree of a YAML node. It reads the node itself, because the library's
// decoding loses how numbers, dates and status codes used as keys were written.
func FromNode(node *yaml.Node) (any, error) {
	if node.Kind == yaml.DocumentNode {
		node = node.Content[0]
	}
	return (&nodeReader{maxValues}).value("", node, 0)
}

type nodeReader struct{ left int } // values that may still be read

func (r *nodeReader) value(pointer string, node *yaml.Node, depth int) (any, error) {
	if r.left--; r.left < 0 {
		return nil, &Problem{Pointer: pointer, Message: fmt.Sprintf("the spec has more than %d values, possibly through aliases", maxValues), Remedy: "remove the aliases, or convert it to JSON"}
	}
	node = target(node)
	switch {
	case node.Kind == yaml.ScalarNode:
		return scalarValue(pointer, node)
	case depth == maxDepth:
		return nil, tooDeep(pointer)
	case node.Kind == yaml.SequenceNode:
		return r.list(pointer, node, depth+1)
	}
	return r.object(pointer, node, depth+1)
}

func (r *nodeReader) list(pointer string, node *yaml.Node, depth int) (any, error) {
	list := make([]any, len(node.Content))
	for i, element := range node.Content {
		var err error
		if list[i], err = r.value(Join(pointer, strconv.Itoa(i)), element, depth); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r *nodeReader) object(pointer string, node *yaml.Node, depth int) (any, error) {
	object := Object{}
	var merged []*yaml.Node
	for i := 0; i < len(node.Content); i += 2 {
		key, field := target(node.Content[i]), node.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			return nil, &Problem{Pointer: pointer, Message: "a key is not a string", Remedy: "check the indentation and the braces"}
		}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, field)
			continue
		}
		location := Join(pointer, key.Value)
		if _, ok := object[key.Value]; ok {
			return nil, duplicateKey(location)
		}
		var err error
		if object[key.Value], err = r.value(location, field, depth); err != nil {
			return nil, err
		}
	}
	for _, field := range merged {
		if err := r.merge(pointer, object, target(field), depth); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// merge adds the fields of "<<", an object or a list of objects, that the object does not have yet.
func (r *nodeReader) merge(pointer string, object Object, node *yaml.Node, depth int) error {
	sources := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		sources = node.Content
	}
	for _, source := range sources {
		if source = target(source); source.Kind != yaml.MappingNode {
			return &Problem{Pointer: Join(pointer, "<<"), Message: "the value to merge is not an object", Remedy: "use the anchor of an object"}
		}
		value, err := r.value(pointer, source, depth)
		if err != nil {
			return err
		}
		for name, field := range Fields(value) {
			if _, ok := object[name]; !ok {
				object[name] = field
			}
		}
	}
	return nil
}

func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// jsonNumber matches a number that can be kept as written.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func scalarValue(pointer string, node *yaml.Node) (any, error) {
	tag := node.ShortTag()
	switch tag {
	case "!!null":
		return nil, nil
	case "!!bool", "!!int", "!!float":
	default: // strings, and dates, which are strings in JSON
		return node.Value, nil
	}
	if tag != "!!bool" && jsonNumber.MatchString(node.Value) {
		return json.Number(node.Value), nil
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return nil, &Problem{Pointer: pointer, Message: err.Error(), Remedy: "write the value as in JSON"}
	}
	float, ok := value.(float64)
	switch {
	case tag == "!!bool":
		return value, nil
	case !ok: // an integer in a notation that JSON does not have
		return json.Number(fmt.Sprint(value)), nil
	case math.IsInf(float, 0) || math.IsNaN(float):
		return nil, &Problem{Pointer: pointer, Message: "JSON does not support this number", Remedy: "remove it or use another number"}
	}
	return json.Number(strconv.FormatFloat(float, 'g', -1, 64)), nil
}
