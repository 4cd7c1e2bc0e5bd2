package openapi_test

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale/openapi"
)

// partsOf says for each kind of object in an OpenAPI document which members hold further objects, and of what kind:
// "{kind}" is a map of them and "[kind]" a list.
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

// place is an object in an OpenAPI document.
type place struct {
	kind    string
	pointer string // as in RFC 6901
	node    *yaml.Node
}

func (p place) String() string {
	return fmt.Sprintf("%s %s (line %d)", p.kind, p.pointer, p.node.Line)
}

// member returns the node that the object has under name, or nil.
func (p place) member(name string) *yaml.Node {
	if p.node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(p.node.Content); i += 2 {
		if p.node.Content[i].Value == name {
			return target(p.node.Content[i+1])
		}
	}
	return nil
}

// text returns the text that the object has under name, or "".
func (p place) text(name string) string {
	if node := p.member(name); node != nil && node.Kind == yaml.ScalarNode {
		return node.Value
	}
	return ""
}

// walk calls visit for every object in the document, each after the one that it is in.
func walk(document *yaml.Node, visit func(place)) {
	walkPlace(place{"document", "#", document.Content[0]}, visit)
}

func walkPlace(p place, visit func(place)) {
	visit(p)
	if p.node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i < len(p.node.Content); i += 2 {
		name := p.node.Content[i].Value
		kind := partsOf[p.kind][name]
		if kind == "" {
			kind = partsOf[p.kind]["*"]
		}
		part := place{kind, child(p, name), target(p.node.Content[i+1])}
		switch {
		case kind == "":
		case kind[0] == '{' && part.node.Kind == yaml.MappingNode:
			for j := 0; j < len(part.node.Content); j += 2 {
				walkPlace(place{kind[1 : len(kind)-1], child(part, part.node.Content[j].Value), target(part.node.Content[j+1])}, visit)
			}
		case kind[0] == '[' && part.node.Kind == yaml.SequenceNode:
			for j, element := range part.node.Content {
				walkPlace(place{kind[1 : len(kind)-1], child(part, fmt.Sprint(j)), target(element)}, visit)
			}
		case kind[0] != '{' && kind[0] != '[':
			walkPlace(part, visit)
		}
	}
}

func child(p place, name string) string {
	return p.pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func parseYAML(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return &document
}

// publishedDocument returns the document that the package holds.
func publishedDocument(t *testing.T) *yaml.Node {
	t.Helper()
	return parseYAML(t, string(openapi.Spec()))
}
