package normalize

import (
	"strconv"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// removeNulls drops null fields, which some serializers write for missing values.
func removeNulls(document tree.Object, report *tree.Report) {
	tree.VisitObjects(document, func(pointer string, object tree.Object) {
		for name, field := range tree.Fields(object) {
			if field == nil && !tree.DataKeyword(name) {
				report.Add("nulls", tree.Join(pointer, name), nil, nil, "a null field has no meaning")
				delete(object, name)
			}
		}
	})
}

// fixShapes corrects the types of the outer parts of a spec, so that later rules see only
// objects and lists.
func fixShapes(document tree.Object, report *tree.Report) {
	fixInfo(document, report)
	replaceUnless[tree.Object](document, "", "paths", tree.Object{}, report)
	dropUnless[tree.Object](document, "", "components", report)
	dropUnless[[]any](document, "", "servers", report)
	dropUnless[[]any](document, "", "security", report)
	fixTags(document, "", report)
	components := tree.ObjectAt(document, "components")
	dropOthers(components, "/components", report)
	for section, value := range tree.Fields(components) {
		if collection, ok := value.(tree.Object); ok && !tree.Extension(section) {
			fixBooleans(collection, section, report)
			dropOthers(collection, tree.Join("/components", section), report)
		}
	}
	dropOthers(tree.ObjectAt(document, "paths"), "/paths", report)
	for path, value := range tree.Fields(document["paths"]) {
		if tree.Extension(path) {
			continue
		}
		item, _ := value.(tree.Object)
		pointer := tree.Join("/paths", path)
		fixParameterList(item, pointer, report)
		for _, method := range tree.Methods {
			if _, ok := item[method]; ok {
				dropUnless[tree.Object](item, pointer, method, report)
			}
		}
	}
	for _, operation := range tree.Operations(document) {
		fixOperationShape(operation, report)
	}
}

func fixOperationShape(operation tree.Operation, report *tree.Report) {
	object, pointer := operation.Object, operation.Pointer
	fixParameterList(object, pointer, report)
	fixTags(object, pointer, report)
	dropUnless[string](object, pointer, "operationId", report)
	dropUnless[tree.Object](object, pointer, "requestBody", report)
	dropUnless[[]any](object, pointer, "security", report)
	replaceUnless[tree.Object](object, pointer, "responses", tree.Object{}, report)
}

// fixInfo fills in the fields that OpenAPI requires and generators print.
func fixInfo(document tree.Object, report *tree.Report) {
	replaceUnless[tree.Object](document, "", "info", tree.Object{}, report)
	info := tree.ObjectAt(document, "info")
	for _, field := range [][2]string{{"title", "API"}, {"version", "unknown"}} {
		name, value := field[0], field[1]
		if text, ok := info[name].(string); ok && text != "" {
			continue
		}
		if text := tree.String(info[name]); text != "" {
			value = text
		}
		report.Add("info", tree.Join("/info", name), info[name], value, "OpenAPI requires it, as a string")
		info[name] = value
	}
}

// fixBooleans replaces boolean component schemas, as in OpenAPI 3.1, with {}: references may
// point to them.
func fixBooleans(collection tree.Object, section string, report *tree.Report) {
	if section != "schemas" {
		return
	}
	for name, schema := range tree.Fields(collection) {
		if schema == true || schema == false {
			report.Add("shapes", tree.Join(schemasPointer, name), schema, tree.Object{}, "OpenAPI 3.0 has no boolean schemas")
			collection[name] = tree.Object{}
		}
	}
}

// fixTags keeps valid tags: strings in an operation, named objects in the document.
func fixTags(parent tree.Object, pointer string, report *tree.Report) {
	fixList(parent, pointer, "tags", "not a tag", report, func(tag any) bool {
		if pointer != "" {
			_, ok := tag.(string)
			return ok
		}
		object, _ := tag.(tree.Object)
		name, _ := object["name"].(string)
		return name != ""
	})
}

func fixParameterList(parent tree.Object, pointer string, report *tree.Report) {
	fixList(parent, pointer, "parameters", "not a parameter", report, objectValue)
}

// fixList drops what is not a list, and the elements that are not valid.
func fixList(parent tree.Object, pointer, name, reason string, report *tree.Report, valid func(element any) bool) {
	dropUnless[[]any](parent, pointer, name, report)
	var kept []any
	for i, element := range tree.ListAt(parent, name) {
		if valid(element) {
			kept = append(kept, element)
		} else {
			report.Add("shapes", tree.Join(pointer, name, strconv.Itoa(i)), element, nil, reason)
		}
	}
	setList(parent, name, kept)
}

// setList replaces a list with the elements that are kept, and removes it when the last one is
// dropped. A list that was empty stays.
func setList(parent tree.Object, name string, kept []any) {
	switch before := tree.ListAt(parent, name); {
	case len(kept) == len(before):
	case len(kept) == 0:
		delete(parent, name)
	default:
		parent[name] = kept
	}
}

// dropUnless drops a field that is present and not a T.
func dropUnless[T any](parent tree.Object, pointer, name string, report *tree.Report) {
	field, ok := parent[name]
	if _, typed := field.(T); ok && !typed {
		report.Add("shapes", tree.Join(pointer, name), field, nil, "wrong type")
		delete(parent, name)
	}
}

// replaceUnless sets a field that is missing or not a T.
func replaceUnless[T any](parent tree.Object, pointer, name string, value T, report *tree.Report) {
	field := parent[name]
	if _, ok := field.(T); !ok {
		report.Add("shapes", tree.Join(pointer, name), field, value, "it is required")
		parent[name] = value
	}
}

// dropOthers drops the fields of a collection that are neither objects nor extensions.
func dropOthers(collection tree.Object, pointer string, report *tree.Report) {
	for name := range tree.Fields(collection) {
		if !tree.Extension(name) {
			dropUnless[tree.Object](collection, pointer, name, report)
		}
	}
}
