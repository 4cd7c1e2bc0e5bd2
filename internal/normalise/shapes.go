package normalise

import (
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec"
)

// removeNulls takes out members that are null, which some serializers write for what is not there.
func removeNulls(document spec.Object, report *spec.Report) {
	spec.VisitObjects(document, func(pointer string, object spec.Object) {
		for name, member := range spec.Members(object) {
			if member == nil && !spec.IsData(name) {
				report.Add("nulls", spec.Join(pointer, name), nil, nil, "a member that is null says nothing")
				delete(object, name)
			}
		}
	})
}

// mendShapes makes the outer parts of a description what they must be, so that later rules meet objects and lists only.
func mendShapes(document spec.Object, report *spec.Report) {
	mendInfo(document, report)
	replaceUnless[spec.Object](document, "", "paths", spec.Object{}, report)
	dropUnless[spec.Object](document, "", "components", report)
	dropUnless[[]any](document, "", "servers", report)
	dropUnless[[]any](document, "", "security", report)
	mendTags(document, "", report)
	components := spec.ObjectAt(document, "components")
	dropOthers(components, "/components", report)
	for section, value := range spec.Members(components) {
		if collection, ok := value.(spec.Object); ok && !isExtension(section) {
			mendBooleans(collection, section, report)
			dropOthers(collection, spec.Join("/components", section), report)
		}
	}
	dropOthers(spec.ObjectAt(document, "paths"), "/paths", report)
	for path, value := range spec.Members(document["paths"]) {
		if isExtension(path) {
			continue
		}
		item, _ := value.(spec.Object)
		pointer := spec.Join("/paths", path)
		mendParameterList(item, pointer, report)
		for _, method := range spec.Methods {
			if _, ok := item[method]; ok {
				dropUnless[spec.Object](item, pointer, method, report)
			}
		}
	}
	for _, operation := range spec.Operations(document) {
		mendOperationShape(operation, report)
	}
}

func mendOperationShape(operation spec.Operation, report *spec.Report) {
	object, pointer := operation.Object, operation.Pointer
	mendParameterList(object, pointer, report)
	mendTags(object, pointer, report)
	dropUnless[string](object, pointer, "operationId", report)
	dropUnless[spec.Object](object, pointer, "requestBody", report)
	dropUnless[[]any](object, pointer, "security", report)
	replaceUnless[spec.Object](object, pointer, "responses", spec.Object{}, report)
}

// mendInfo fills in what OpenAPI requires and generators print.
func mendInfo(document spec.Object, report *spec.Report) {
	replaceUnless[spec.Object](document, "", "info", spec.Object{}, report)
	info := spec.ObjectAt(document, "info")
	for _, member := range [][2]string{{"title", "API"}, {"version", "unknown"}} {
		name, value := member[0], member[1]
		if text, ok := info[name].(string); ok && text != "" {
			continue
		}
		if text := spec.Text(info[name]); text != "" {
			value = text
		}
		report.Add("info", spec.Join("/info", name), info[name], value, "OpenAPI requires it, as text")
		info[name] = value
	}
}

// mendBooleans writes shared schemas that are true or false, as OpenAPI 3.1 has them, as {}: others may refer to them.
func mendBooleans(collection spec.Object, section string, report *spec.Report) {
	if section != "schemas" {
		return
	}
	for name, schema := range spec.Members(collection) {
		if schema == true || schema == false {
			report.Add("shapes", spec.Join(schemasPointer, name), schema, spec.Object{}, "OpenAPI 3.0 has no schemas that are true or false")
			collection[name] = spec.Object{}
		}
	}
}

// mendTags keeps the tags that can be read: texts of an operation, objects with a name of the document.
func mendTags(holder spec.Object, pointer string, report *spec.Report) {
	dropUnless[[]any](holder, pointer, "tags", report)
	tags := spec.ListAt(holder, "tags")
	if tags == nil {
		return
	}
	var kept []any
	for i, tag := range tags {
		_, isText := tag.(string)
		object, _ := tag.(spec.Object)
		if name, _ := object["name"].(string); isText == (pointer != "") && (isText || name != "") {
			kept = append(kept, tag)
		} else {
			report.Add("shapes", spec.Join(pointer, "tags", strconv.Itoa(i)), tag, nil, "it is not a tag")
		}
	}
	if len(kept) != len(tags) {
		holder["tags"] = kept
	}
	if len(kept) == 0 && len(tags) > 0 {
		delete(holder, "tags")
	}
}

func mendParameterList(holder spec.Object, pointer string, report *spec.Report) {
	dropUnless[[]any](holder, pointer, "parameters", report)
	parameters := spec.ListAt(holder, "parameters")
	kept := make([]any, 0, len(parameters))
	for i, parameter := range parameters {
		if _, ok := parameter.(spec.Object); ok {
			kept = append(kept, parameter)
		} else {
			report.Add("shapes", spec.Join(pointer, "parameters", strconv.Itoa(i)), parameter, nil, "it is not a parameter")
		}
	}
	if len(kept) != len(parameters) {
		holder["parameters"] = kept
	}
	if len(kept) == 0 && len(parameters) > 0 {
		delete(holder, "parameters")
	}
}

// dropUnless removes a member that is there and not of type T.
func dropUnless[T any](holder spec.Object, pointer, name string, report *spec.Report) {
	member, ok := holder[name]
	if _, isT := member.(T); ok && !isT {
		report.Add("shapes", spec.Join(pointer, name), member, nil, "it cannot be read")
		delete(holder, name)
	}
}

// replaceUnless puts a value in the place of a member that is not there or not of type T.
func replaceUnless[T any](holder spec.Object, pointer, name string, value T, report *spec.Report) {
	member := holder[name]
	if _, isT := member.(T); !isT {
		report.Add("shapes", spec.Join(pointer, name), member, value, "it cannot be left out")
		holder[name] = value
	}
}

// dropOthers removes the members of a collection that are neither objects nor extensions.
func dropOthers(collection spec.Object, pointer string, report *spec.Report) {
	for name := range spec.Members(collection) {
		if !isExtension(name) {
			dropUnless[spec.Object](collection, pointer, name, report)
		}
	}
}

// isExtension reports whether a member is an extension, which may hold anything.
func isExtension(name string) bool { return strings.HasPrefix(name, "x-") }
