// Package overlay applies OpenAPI overlay files (Overlay Specification 1.0 and 1.1), the user's own way to change what a
// description says and to mend what the pipeline cannot.
package overlay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"

	"github.com/xsale-go/xsale/internal/spec"
)

// maxDepth bounds what an overlay may nest, as that of a description is bounded.
const maxDepth = 250

// Apply returns the description with the overlay's actions applied. An action that matches nothing is an error, so that a
// change of the description that an overlay relies on is noticed. The name of the overlay stands in errors and the report.
func Apply(document spec.Object, name string, data []byte, report *spec.Report) (spec.Object, error) {
	file, err := overlay.ParseReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("overlay %s: %w", name, err)
	}
	if err := file.Validate(); err != nil {
		return nil, fmt.Errorf("overlay %s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if !file.UsesRFC9535() && file.JSONPathVersion == "" {
		file.JSONPathVersion = "rfc9535" // the standard, which the library leaves to be asked for
	}
	text, err := spec.JSON(document)
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil { // JSON is YAML
		return nil, fmt.Errorf("overlay %s: %w", name, err)
	}
	if _, err := file.ApplyToStrict(&root); err != nil {
		return nil, fmt.Errorf("overlay %s: %w; correct the target, or remove the action", name, err)
	}
	value, err := tree(&root, 0)
	if err != nil {
		return nil, fmt.Errorf("overlay %s: %w", name, err)
	}
	result, ok := value.(spec.Object)
	if !ok {
		return nil, fmt.Errorf("overlay %s: it leaves no description", name)
	}
	for i, action := range file.Actions {
		change, _ := tree(&action.Update, 0)
		report.Add("overlay", "", action.Target, change, fmt.Sprintf("action %d of %s", i+1, name))
	}
	return result, nil
}

// tree turns a node into a tree, with numbers as they were written.
func tree(node *yaml.Node, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("it nests too deep")
	}
	switch node.Kind {
	case yaml.DocumentNode:
		if len(node.Content) != 1 {
			return nil, errors.New("it leaves no description")
		}
		return tree(node.Content[0], depth+1)
	case yaml.AliasNode:
		return tree(node.Alias, depth+1)
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, child := range node.Content {
			value, err := tree(child, depth+1)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	case yaml.MappingNode:
		object := make(spec.Object, len(node.Content)/2)
		for i := 0; i+1 < len(node.Content); i += 2 {
			value, err := tree(node.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			object[node.Content[i].Value] = value
		}
		return object, nil
	}
	return scalar(node)
}

func scalar(node *yaml.Node) (any, error) {
	switch node.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strconv.ParseBool(strings.ToLower(node.Value))
	case "!!int", "!!float":
		if json.Valid([]byte(node.Value)) {
			return json.Number(node.Value), nil
		}
		var number json.Number
		var value any
		if err := node.Decode(&value); err != nil {
			return nil, err
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("%s is not a number of JSON", node.Value)
		}
		number = json.Number(text)
		return number, nil
	}
	return node.Value, nil
}
