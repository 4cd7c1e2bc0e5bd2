package normalize

import (
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/contract/route"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// parameterStyles are the styles that each parameter location allows, the default first.
var parameterStyles = map[string][]string{
	"path":   {"simple", "label", "matrix"},
	"query":  {"form", "spaceDelimited", "pipeDelimited", "deepObject"},
	"header": {"simple"},
	"cookie": {"form"},
}

// headersOfClient are headers that callers must not have to set: HTTP's own, which OpenAPI
// ignores or net/http sets, and the two that carry the tokens.
var headersOfClient = []string{"accept", "content-type", "authorization", "x-id-token",
	"connection", "content-length", "host", "trailer", "transfer-encoding"}

// fixPathParameters gives each operation a complete parameter list: it copies the parameters of the
// path into it, removes duplicates, and makes path parameters match the path's variables.
func fixPathParameters(document tree.Object, report *tree.Report) {
	for path, value := range tree.Fields(document["paths"]) {
		if tree.Extension(path) {
			continue
		}
		item, _ := value.(tree.Object)
		shared := tree.ListAt(item, "parameters")
		for _, operation := range tree.OperationsOf(path, item) {
			f := &parameterFixer{path, tree.Join(operation.Pointer, "parameters"), report, nil}
			own := tree.ListAt(operation.Object, "parameters")
			for i, parameter := range own {
				f.add(parameter.(tree.Object), pointerOf(f.pointer, i), false)
			}
			for i, parameter := range shared {
				f.add(tree.Clone(parameter).(tree.Object), pointerOf(tree.Join("/paths", path, "parameters"), i), true)
			}
			f.addMissing()
			if len(f.kept) > 0 {
				operation.Object["parameters"] = f.kept
			} else if len(own) > 0 {
				delete(operation.Object, "parameters")
			}
		}
		if len(shared) > 0 {
			report.Add("parameters", tree.Join("/paths", path, "parameters"), shared, nil, "they are copied into the operations of the path")
			delete(item, "parameters")
		}
	}
}

type parameterFixer struct {
	path, pointer string
	report        *tree.Report
	kept          []any
}

// add fixes and keeps a parameter of the operation or, if shared, of its path, or reports why it is
// dropped. An operation silently overrides the parameters of its path.
func (f *parameterFixer) add(parameter tree.Object, pointer string, shared bool) {
	switch reason := f.rejection(parameter); {
	case reason == "":
		f.fix(parameter, pointer)
		f.kept = append(f.kept, parameter)
	case !shared || reason != declared:
		f.report.Add("parameters", pointer, parameter, nil, reason)
	}
}

const declared = "the operation already has it"

// rejection returns why a parameter is dropped, or "".
func (f *parameterFixer) rejection(parameter tree.Object) string {
	if _, ok := parameter["$ref"]; ok {
		return "" // a dangling reference; validation reports it
	}
	name, _ := parameter["name"].(string)
	in, _ := parameter["in"].(string)
	switch {
	case name == "":
		return "it has no name"
	case parameterStyles[in] == nil:
		return "it is not in path, query, header or cookie"
	case in == "header" && slices.Contains(headersOfClient, strings.ToLower(name)):
		return "the client sets this header"
	case f.has(name, in):
		return declared
	case in == "path" && f.variable(name) == "":
		return "the path does not have this variable"
	}
	return ""
}

func (f *parameterFixer) has(name, in string) bool {
	return slices.ContainsFunc(f.kept, func(kept any) bool {
		other := kept.(tree.Object)
		if other["in"] != in {
			return false
		}
		return other["name"] == name || in == "path" && f.variable(name) == other["name"]
	})
}

// variable returns the path variable with the given name, spelled as in the path.
func (f *parameterFixer) variable(name string) string {
	variables := route.Variables(f.path)
	if slices.Contains(variables, name) {
		return name
	}
	for _, variable := range variables {
		if strings.EqualFold(variable, name) {
			return variable
		}
	}
	return ""
}

func (f *parameterFixer) fix(parameter tree.Object, pointer string) {
	set := func(name string, value any, reason string) {
		if parameter[name] != value {
			f.report.Add("parameters", tree.Join(pointer, name), parameter[name], value, reason)
			parameter[name] = value
		}
	}
	in, _ := parameter["in"].(string)
	if in == "path" {
		set("name", f.variable(parameter["name"].(string)), "the path spells it this way")
		set("required", true, "path parameters are always required")
	} else {
		dropUnless[bool](parameter, pointer, "required", f.report)
	}
	dropUnless[bool](parameter, pointer, "explode", f.report)
	if style, ok := parameter["style"]; ok && in != "" {
		if text, _ := style.(string); !slices.Contains(parameterStyles[in], text) {
			f.report.Add("parameters", tree.Join(pointer, "style"), style, nil, "this parameter location does not allow the style")
			delete(parameter, "style")
		}
	}
	if parameter["style"] == "deepObject" {
		set("explode", true, "deepObject is always exploded")
	}
	dropUnless[tree.Object](parameter, pointer, "schema", f.report)
	dropUnless[tree.Object](parameter, pointer, "content", f.report)
	_, hasSchema := parameter["schema"]
	content, hasContent := parameter["content"].(tree.Object)
	if _, ok := parameter["$ref"]; ok {
		return
	}
	if hasContent && (hasSchema || len(content) != 1) {
		f.report.Add("parameters", tree.Join(pointer, "content"), content, nil, "a parameter has one schema or one content")
		delete(parameter, "content")
		hasContent = false
	}
	if !hasSchema && !hasContent {
		f.report.Add("parameters", tree.Join(pointer, "schema"), nil, tree.Object{"type": "string"}, "without a schema, it is a string")
		parameter["schema"] = tree.Object{"type": "string"}
	}
}

// addMissing declares the path variables that have no parameter.
func (f *parameterFixer) addMissing() {
	for _, variable := range route.Variables(f.path) {
		if !f.has(variable, "path") {
			parameter := tree.Object{"name": variable, "in": "path", "required": true, "schema": tree.Object{"type": "string"}}
			f.report.Add("parameters", f.pointer, nil, parameter, "the operation does not declare this path variable")
			f.kept = append(f.kept, parameter)
		}
	}
}
