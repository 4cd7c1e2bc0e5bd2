package openapi_test

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale/openapi"
)

// partsOf lists the fields of each kind of object in a spec that contain objects, with their kind:
// "{kind}" is a map and "[kind]" a list.
var partsOf = map[string]map[string]string{
	"document": {"paths": "{path}", "components": "components"},
	"components": {
		"callbacks": "{callback}", "headers": "{header}", "parameters": "{parameter}", "requestBodies": "{body}",
		"responses": "{response}", "schemas": "{schema}",
	},
	"path": {
		"parameters": "[parameter]",
		"get":        "operation", "put": "operation", "post": "operation", "delete": "operation",
		"options": "operation", "head": "operation", "patch": "operation", "trace": "operation",
	},
	"callback": {"*": "path"},
	"operation": {
		"callbacks": "{callback}", "parameters": "[parameter]", "requestBody": "body", "responses": "{response}",
	},
	"parameter": contentParts,
	"header":    contentParts,
	"body":      contentParts,
	"response":  {"content": "{media}", "headers": "{header}"},
	"media":     {"schema": "schema", "encoding": "{encoding}"},
	"encoding":  {"headers": "{header}"},
	"schema":    schemaParts,
	"property":  schemaParts,
}

var (
	contentParts = map[string]string{"content": "{media}", "schema": "schema"}
	schemaParts  = map[string]string{
		"additionalProperties": "schema", "allOf": "[schema]", "anyOf": "[schema]", "items": "schema", "not": "schema",
		"oneOf": "[schema]", "properties": "{property}",
	}
)

// object is an object in a spec.
type object struct {
	kind    string
	pointer string // RFC 6901
	node    *yaml.Node
}

func (o object) String() string {
	return fmt.Sprintf("%s %s (line %d)", o.kind, o.pointer, o.node.Line)
}

// field returns the node under a name, or nil.
func (o object) field(name string) *yaml.Node {
	if o.node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(o.node.Content); i += 2 {
		if o.node.Content[i].Value == name {
			return target(o.node.Content[i+1])
		}
	}
	return nil
}

// value returns the scalar under a name, or "".
func (o object) value(name string) string {
	if node := o.field(name); node != nil && node.Kind == yaml.ScalarNode {
		return node.Value
	}
	return ""
}

// walk visits every object in a spec, outer ones first.
func walk(document *yaml.Node, visit func(object)) {
	walkObject(object{"document", "#", document.Content[0]}, visit)
}

func walkObject(o object, visit func(object)) {
	visit(o)
	if o.node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i < len(o.node.Content); i += 2 {
		name := o.node.Content[i].Value
		kind := partsOf[o.kind][name]
		if kind == "" {
			kind = partsOf[o.kind]["*"]
		}
		part := object{kind, child(o, name), target(o.node.Content[i+1])}
		switch {
		case kind == "":
		case kind[0] == '{' && part.node.Kind == yaml.MappingNode:
			for j := 0; j < len(part.node.Content); j += 2 {
				walkObject(object{kind[1 : len(kind)-1], child(part, part.node.Content[j].Value), target(part.node.Content[j+1])}, visit)
			}
		case kind[0] == '[' && part.node.Kind == yaml.SequenceNode:
			for j, element := range part.node.Content {
				walkObject(object{kind[1 : len(kind)-1], child(part, fmt.Sprint(j)), target(element)}, visit)
			}
		case kind[0] != '{' && kind[0] != '[':
			walkObject(part, visit)
		}
	}
}

func child(o object, name string) string {
	return o.pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func parseYAML(t *testing.T, source string) *yaml.Node {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(source), &document); err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	return &document
}

// publishedSpec returns the embedded spec.
func publishedSpec(t *testing.T) *yaml.Node {
	t.Helper()
	return parseYAML(t, string(openapi.Spec()))
}
