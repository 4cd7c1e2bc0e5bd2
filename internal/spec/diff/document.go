package diff

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/load"
	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// document is a description as oasdiff reads it: as YAML, because the places of its findings are lines, and those of JSON
// are not kept.
type document struct {
	info   *load.SpecInfo
	places map[int]string    // JSON pointers by line
	moved  map[string]string // where parameters stand in the original
}

func newDocument(name string, description tree.Object) (*document, error) {
	d := &document{places: map[int]string{}, moved: map[string]string{}}
	description = tree.Clone(description).(tree.Object)
	d.moveParameters(description)
	data, err := tree.YAML(description)
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	d.index("", root.Content[0])
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	d.info, err = load.NewSpecInfoFromData(loader, data, name)
	if err != nil {
		message := fmt.Sprintf("the %s description cannot be read: %v", name, err)
		return nil, &tree.Problem{Message: message, Remedy: "normalise it first"}
	}
	return d, nil
}

// moveParameters copies the parameters of path items into their operations, because the rules look nowhere else.
func (d *document) moveParameters(description tree.Object) {
	for _, operation := range tree.Operations(description) {
		own := tree.ListAt(operation.Object, "parameters")
		overridden := map[string]bool{}
		for _, parameter := range own {
			overridden[parameterKey(description, parameter)] = true
		}
		for i, parameter := range tree.ListAt(operation.Item, "parameters") {
			if overridden[parameterKey(description, parameter)] {
				continue
			}
			place := tree.Join(operation.Pointer, "parameters", strconv.Itoa(len(own)))
			d.moved[place] = tree.Join("/paths", operation.Path, "parameters", strconv.Itoa(i))
			own = append(own, parameter)
		}
		if len(own) > 0 {
			operation.Object["parameters"] = own
		}
	}
	for _, operation := range tree.Operations(description) {
		delete(operation.Item, "parameters")
	}
}

func parameterKey(description tree.Object, parameter any) string {
	object, _ := parameter.(tree.Object)
	if reference, ok := strings.CutPrefix(tree.String(object["$ref"]), "#"); ok {
		target, _ := tree.Lookup(description, reference)
		object, _ = target.(tree.Object)
	}
	return tree.String(object["in"]) + " " + tree.String(object["name"])
}

// index enters the places by line. An element that is an object begins on the line of its first member, and wins: a place
// that is too wide shows a difference twice, one that is too narrow would hide it.
func (d *document) index(pointer string, node *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			member := tree.Join(pointer, node.Content[i].Value)
			d.places[node.Content[i].Line] = member
			d.index(member, node.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, element := range node.Content {
			place := tree.Join(pointer, strconv.Itoa(i))
			d.index(place, element)
			d.places[element.Line] = place
		}
	}
}

// pointer returns where in the original description a finding is, or "".
func (d *document) pointer(source *checker.Source) string {
	if source == nil {
		return ""
	}
	pointer := d.places[source.Line]
	for i, c := range pointer + "/" {
		if place, ok := d.moved[pointer[:i]]; ok && c == '/' {
			return place + pointer[i:]
		}
	}
	return pointer
}
