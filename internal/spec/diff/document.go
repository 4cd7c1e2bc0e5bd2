package diff

import (
	"fmt"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/load"
	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

// document is a spec in the form that oasdiff reads. It is YAML, because oasdiff reports lines and
// only keeps those of YAML.
type document struct {
	info     *load.SpecInfo
	pointers map[int]string    // JSON pointers by line
	moved    map[string]string // original pointers of what was moved
}

func newDocument(name string, spec tree.Object) (*document, error) {
	d := &document{pointers: map[int]string{}, moved: map[string]string{}}
	spec = tree.Clone(spec).(tree.Object)
	d.moveParameters(spec)
	d.showMethods(spec)
	data, err := tree.YAML(spec)
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
		message := fmt.Sprintf("cannot read the %s spec: %v", name, err)
		return nil, &tree.Problem{Message: message, Remedy: "normalize it first"}
	}
	return d, nil
}

// moveParameters moves the parameters of path items into their operations, because the rules ignore
// them elsewhere.
func (d *document) moveParameters(spec tree.Object) {
	for _, operation := range tree.Operations(spec) {
		own := tree.ListAt(operation.Object, "parameters")
		overridden := map[string]bool{}
		for _, parameter := range own {
			overridden[parameterKey(spec, parameter)] = true
		}
		for i, parameter := range tree.ListAt(operation.Item, "parameters") {
			if overridden[parameterKey(spec, parameter)] {
				continue
			}
			pointer := tree.Join(operation.Pointer, "parameters", strconv.Itoa(len(own)))
			d.moved[pointer] = tree.Join("/paths", operation.Path, "parameters", strconv.Itoa(i))
			own = append(own, parameter)
		}
		if len(own) > 0 {
			operation.Object["parameters"] = own
		}
	}
	for _, operation := range tree.Operations(spec) {
		delete(operation.Item, "parameters")
	}
}

func parameterKey(spec tree.Object, parameter any) string {
	object, _ := parameter.(tree.Object)
	resolved := view.Spec(spec).Resolve(view.Node{Object: object})
	return resolved.Value("in") + " " + resolved.Value("name")
}

// index records pointers by line. An object in a list starts on the line of its first field. The
// object wins: a pointer that is too wide shows a difference twice, but one that is too narrow
// would hide it.
func (d *document) index(pointer string, node *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			field := tree.Join(pointer, node.Content[i].Value)
			d.pointers[node.Content[i].Line] = field
			d.index(field, node.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, element := range node.Content {
			inner := tree.Join(pointer, strconv.Itoa(i))
			d.index(inner, element)
			d.pointers[element.Line] = inner
		}
	}
}

// pointer returns the pointer of a finding into the original spec, or "".
func (d *document) pointer(source *checker.Source) string {
	if source == nil {
		return ""
	}
	pointer := d.pointers[source.Line]
	for i, c := range pointer + "/" {
		if original, ok := d.moved[pointer[:i]]; ok && c == '/' {
			return original + pointer[i:]
		}
	}
	return pointer
}

// showMethods moves additional operations to the fields that kin-openapi has for them, and returns
// their pointers before, by those after.
func (d *document) showMethods(spec tree.Object) {
	for path, value := range tree.Fields(spec["paths"]) {
		item, _ := value.(tree.Object)
		others := tree.ObjectAt(item, tree.AdditionalOperations)
		if others == nil {
			continue
		}
		pointer := tree.Join("/paths", path)
		before := tree.Join(pointer, tree.AdditionalOperations)
		delete(item, tree.AdditionalOperations)
		if query, ok := others[openapi3.MethodQuery]; ok {
			delete(others, openapi3.MethodQuery)
			item["query"] = query
			d.moved[tree.Join(pointer, "query")] = tree.Join(before, openapi3.MethodQuery)
		}
		item["additionalOperations"] = others
		d.moved[tree.Join(pointer, "additionalOperations")] = before
	}
}
