package tree

import (
	"bytes"
	"encoding/json"

	"go.yaml.in/yaml/v3"
)

// JSON encodes a tree with fields sorted by name, so that equal trees give equal bytes.
func JSON(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return buffer.Bytes(), err
}

// YAML encodes a tree with fields sorted by name.
func YAML(value any) ([]byte, error) {
	node, err := Node(value)
	if err != nil {
		return nil, err
	}
	var buffer bytes.Buffer
	encoder := yaml.NewEncoder(&buffer)
	encoder.SetIndent(2)
	if err := encoder.Encode(node); err != nil {
		return nil, err
	}
	err = encoder.Close()
	return buffer.Bytes(), err
}
