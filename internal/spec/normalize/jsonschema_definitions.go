package normalize

import (
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// definitionKeywords contain schemas to refer to. Older JSON Schema calls $defs definitions.
var definitionKeywords = []string{"$defs", "definitions"}

// hoistDefinitions moves the definitions of the document and of schemas to the components,
// the only location that OpenAPI 3.0 has for them.
func hoistDefinitions(document tree.Object, report *tree.Report) {
	h := &definitionHoister{document: document, report: report, references: map[string]string{}}
	h.take("", document)
	h.moveAll() // so that the walk visits them
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		h.take(pointer, schema)
		return schema
	})
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		ref, _ := schema["$ref"].(string)
		if target := h.target(pointer, ref); target != ref {
			report.Add(jsonSchemaRule, tree.Join(pointer, "$ref"), ref, target, "the definition is now a component")
			schema["$ref"] = target
		}
		return schema
	})
	h.moveAll()
	if len(h.references) > 0 {
		matchReferences(document, report) // one may match a component that was a definition elsewhere
	}
}

type definitionHoister struct {
	document   tree.Object
	report     *tree.Report
	references map[string]string // by the pointer of a definition
	moving     []definition      // kept in place until references relative to them are resolved
	parents    []tree.Object     // objects that contain moving
}

type definition struct {
	component string
	schema    tree.Object
}

// take assigns component names to the definitions in parent.
func (h *definitionHoister) take(pointer string, parent tree.Object) {
	all := tree.Object{}
	for _, keyword := range definitionKeywords {
		definitions, _ := parent[keyword].(tree.Object)
		for name, value := range tree.Fields(definitions) {
			h.takeOne(tree.Join(pointer, keyword, name), name, value)
			if _, ok := all[name]; !ok {
				all[name] = value
			}
		}
		if definitions != nil && len(definitions) == 0 {
			h.report.Add(jsonSchemaRule, tree.Join(pointer, keyword), definitions, nil, "it is empty")
		}
		if definitions != nil {
			delete(parent, keyword)
		}
	}
	if len(all) > 0 {
		parent["$defs"] = all // the walk visits the schemas there
		h.parents = append(h.parents, parent)
	}
}

func (h *definitionHoister) takeOne(pointer, name string, value any) {
	schema, ok := value.(tree.Object)
	if value == true || value == false {
		schema, ok = tree.Object{}, true
	}
	if !ok {
		h.report.Add(jsonSchemaRule, pointer, value, nil, "not a schema")
		return
	}
	ref, _ := schema["$ref"].(string)
	if len(schema) != 1 || !componentSchema(strings.TrimPrefix(ref, "#")) { // otherwise an alias of a component
		schemas := tree.Schemas(h.document)
		component := freeName(schemas, name)
		schemas[component] = true // reserves the name
		h.moving = append(h.moving, definition{component, schema})
		ref = "#" + tree.Join(schemasPointer, component)
	}
	h.references[pointer] = ref
	h.report.Add(jsonSchemaRule, pointer, name, ref, "OpenAPI 3.0 allows shared schemas only among the components")
}

func (h *definitionHoister) moveAll() {
	for _, parent := range h.parents {
		delete(parent, "$defs")
	}
	for _, moved := range h.moving {
		tree.Schemas(h.document)[moved.component] = moved.schema
	}
	h.parents, h.moving = nil, nil
}

// target returns the new reference to a definition. A reference that starts with a definition
// keyword is resolved in the schema that contains it, then in the enclosing ones, and last in
// the document.
func (h *definitionHoister) target(pointer, ref string) string {
	fragment, local := strings.CutPrefix(ref, "#")
	tokens, ok := tree.Split(fragment)
	if !local || !ok || len(tokens) < 2 {
		return ref
	}
	for i := len(tokens) - 2; i > 0; i-- {
		if target, ok := h.references[tree.Join("", tokens[:i+2]...)]; ok {
			return tree.Join(target, tokens[i+2:]...)
		}
	}
	for scope := pointer; ; scope = scope[:strings.LastIndexByte(scope, '/')] {
		if target, ok := h.references[tree.Join(scope, tokens[:2]...)]; ok {
			return tree.Join(target, tokens[2:]...)
		}
		if scope == "" {
			return ref
		}
	}
}
