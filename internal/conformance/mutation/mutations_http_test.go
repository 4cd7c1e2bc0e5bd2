package mutation_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// paths renames segments and variables, and drops variables and their parameters.
func (m *mutator) paths() {
	for path := range tree.Fields(m.document["paths"]) {
		location := tree.Join("/paths", path)
		segments := strings.Split(path, "/")
		for i, segment := range segments[1:] {
			changed := slices.Clone(segments)
			variable, ok := strings.CutPrefix(strings.TrimSuffix(segment, "}"), "{")
			if !ok {
				changed[i+1] = segment + "Renamed"
				m.move("rename a segment", location, segment, path, strings.Join(changed, "/"), nil)
				continue
			}
			m.move("drop a variable of a path", location, variable, path, strings.Join(slices.Delete(slices.Clone(segments), i+1, i+2), "/"),
				func(tree.Object) tree.Object { return nil })
			changed[i+1] = "{" + variable + "Renamed}"
			m.move("rename a variable of a path", location, variable, path, strings.Join(changed, "/"),
				func(parameter tree.Object) tree.Object {
					parameter["name"] = variable + "Renamed"
					return parameter
				})
		}
		m.move("put a segment before a path", location, "", path, "/added"+path, nil)
	}
}

// move changes the path of a path item. change replaces the path parameter named by the detail; nil
// removes it.
func (m *mutator) move(kind, location, detail, path, to string, change func(tree.Object) tree.Object) {
	m.whole(kind, location, detail, func(document tree.Object) {
		paths := tree.ObjectAt(document, "paths")
		item := tree.ObjectAt(paths, path)
		delete(paths, path)
		paths[to] = item
		if change == nil {
			return
		}
		var parameters []any
		for _, parameter := range tree.ListAt(item, "parameters") {
			object := resolved(document, parameter.(tree.Object))
			if object["name"] == detail {
				object = change(object)
			}
			if object != nil {
				parameters = append(parameters, object)
			}
		}
		item["parameters"] = parameters
	})
}

// resolved returns a copy of an object, with its reference resolved.
func resolved(document, object tree.Object) tree.Object {
	if target, ok := object["$ref"].(string); ok {
		object = objectAt(document, strings.TrimPrefix(target, "#"))
	}
	return tree.Clone(object).(tree.Object)
}

// operations drops operations, and changes their methods, names and responses.
func (m *mutator) operations() {
	for _, operation := range tree.Operations(m.document) {
		item := tree.Join("/paths", operation.Path)
		m.whole("drop an operation", operation.Pointer, "", func(document tree.Object) {
			delete(objectAt(document, item), operation.Method)
		})
		for _, method := range []string{"post", "put", "patch"} {
			if operation.Item[method] == nil {
				m.whole("change a method", operation.Pointer, "to "+method, func(document tree.Object) {
					item := objectAt(document, item)
					item[method] = item[operation.Method]
					delete(item, operation.Method)
				})
			}
		}
		m.add("rename an operation", operation.Pointer, "", func(operation tree.Object) {
			operation["operationId"] = tree.String(operation["operationId"]) + "Renamed"
		})
		m.add("drop the name of an operation", operation.Pointer, "", func(operation tree.Object) { delete(operation, "operationId") })

		responses := tree.Join(operation.Pointer, "responses")
		for status := range tree.Fields(operation.Object["responses"]) {
			others := []string{"200", "201", "204", "3XX"}
			if status == "default" {
				others = []string{"4XX", "5XX"}
			}
			for _, other := range others {
				m.whole("change a status", tree.Join(responses, status), "to "+other, func(document tree.Object) {
					object := objectAt(document, responses)
					object[other] = object[status]
					delete(object, status)
				})
			}
			m.whole("drop a response", tree.Join(responses, status), "", func(document tree.Object) {
				delete(objectAt(document, responses), status)
			})
		}
	}
}

// parameters changes, adds and drops query parameters.
func (m *mutator) parameters() {
	for _, operation := range tree.Operations(m.document) {
		for i, parameter := range tree.ListAt(operation.Object, "parameters") {
			location := tree.Join(operation.Pointer, "parameters", fmt.Sprint(i))
			name := tree.String(parameter.(tree.Object)["name"])
			set := func(kind, field string, value any) {
				m.add(kind, location, name+" "+fmt.Sprint(value), func(parameter tree.Object) { parameter[field] = value })
			}
			set("rename a query parameter", "name", name+"Renamed")
			set("require a query parameter", "required", true)
			set("do not repeat a query parameter", "explode", false)
			m.add("send a parameter elsewhere", location, name+" header", func(parameter tree.Object) {
				parameter["in"] = "header"
				parameter["style"] = "simple"
			})
			for _, style := range []string{"pipeDelimited", "spaceDelimited"} {
				m.add("change the style of a query parameter", location, name+" "+style, func(parameter tree.Object) {
					parameter["style"] = style
					parameter["explode"] = false
				})
			}
			m.whole("drop a query parameter", location, name, func(document tree.Object) {
				operation := objectAt(document, operation.Pointer)
				operation["parameters"] = slices.Delete(tree.ListAt(operation, "parameters"), i, i+1)
			})
		}
		m.add("add a required query parameter", operation.Pointer, "", func(operation tree.Object) {
			operation["parameters"] = append(tree.ListAt(operation, "parameters"),
				tree.Object{"name": "added", "in": "query", "required": true, "schema": tree.Object{"type": "string"}})
		})
	}
}

// bodies changes media types, and adds and drops bodies.
func (m *mutator) bodies() {
	holders := map[string]tree.Object{}
	for _, operation := range tree.Operations(m.document) {
		if body := tree.ObjectAt(operation.Object, "requestBody"); body != nil {
			location := tree.Join(operation.Pointer, "requestBody")
			holders[location] = body
			m.whole("drop the body of a request", location, "", func(document tree.Object) {
				delete(objectAt(document, operation.Pointer), "requestBody")
			})
			m.add("no longer require the body of a request", location, "", func(body tree.Object) { delete(body, "required") })
		} else {
			m.add("add a body to a request", operation.Pointer, "", func(operation tree.Object) {
				operation["requestBody"] = tree.Object{"required": true, "content": anyJSON()}
			})
		}
		for status := range tree.Fields(operation.Object["responses"]) {
			holders[tree.Join(operation.Pointer, "responses", status)] = tree.ObjectAt(tree.ObjectAt(operation.Object, "responses"), status)
		}
	}
	for name := range tree.Fields(tree.ObjectAt(m.document, "components")["responses"]) {
		holders[tree.Join("/components/responses", name)] = tree.ObjectAt(tree.ObjectAt(tree.ObjectAt(m.document, "components"), "responses"), name)
	}
	for location, holder := range tree.Fields(asAny(holders)) {
		switch holder := holder.(tree.Object); {
		case holder["$ref"] != nil:
		case holder["content"] == nil:
			m.add("add a body to a response", location, "", func(response tree.Object) { response["content"] = anyJSON() })
		default:
			for _, other := range []string{"application/xml", "text/json"} {
				m.add("change a media type", location, "to "+other, func(holder tree.Object) {
					content := tree.ObjectAt(holder, "content")
					content[other] = content["application/json"]
					delete(content, "application/json")
				})
			}
			if holder["required"] == nil {
				m.add("drop the body of a response", location, "", func(response tree.Object) { delete(response, "content") })
			}
		}
	}
}

func anyJSON() tree.Object {
	return tree.Object{"application/json": tree.Object{"schema": tree.Object{"type": "object"}}}
}

func asAny(objects map[string]tree.Object) tree.Object {
	fields := tree.Object{}
	for name, object := range objects {
		fields[name] = object
	}
	return fields
}

// security requires other or fewer tokens, or other locations.
func (m *mutator) security() {
	const location = "/components/securitySchemes"
	schemes := objectAt(m.document, location)
	for name := range tree.Fields(schemes) {
		m.whole("rename a security scheme", tree.Join(location, name), "", func(document tree.Object) {
			schemes := objectAt(document, location)
			schemes[name+"Renamed"] = schemes[name]
			delete(schemes, name)
			required := tree.ListAt(document, "security")[0].(tree.Object)
			required[name+"Renamed"] = required[name]
			delete(required, name)
		})
		m.whole("no longer require a token", tree.Join(location, name), "", func(document tree.Object) {
			delete(tree.ListAt(document, "security")[0].(tree.Object), name)
		})
		change := func(kind, detail string, scheme tree.Object) {
			m.whole(kind, tree.Join(location, name), detail, func(document tree.Object) { objectAt(document, location)[name] = scheme })
		}
		change("change a security scheme", "to basic", tree.Object{"type": "http", "scheme": "basic"})
		change("change a security scheme", "to another header", tree.Object{"type": "apiKey", "in": "header", "name": "x-renamed"})
		change("change a security scheme", "to a query parameter", tree.Object{"type": "apiKey", "in": "query", "name": "token"})
		change("change a security scheme", "to a cookie", tree.Object{"type": "apiKey", "in": "cookie", "name": "token"})
		if schemes[name].(tree.Object)["type"] != "http" {
			change("change a security scheme", "to bearer", tree.Object{"type": "http", "scheme": "bearer"})
		}
	}
	m.whole("change who may call", "/security", "to either token", func(document tree.Object) {
		document["security"] = []any{tree.Object{"accessToken": []any{}}, tree.Object{"idToken": []any{}}}
	})
	m.whole("change who may call", "/security", "to anyone as well", func(document tree.Object) {
		document["security"] = append(tree.ListAt(document, "security"), tree.Object{})
	})
	m.whole("change who may call", "/security", "to anyone", func(document tree.Object) { delete(document, "security") })
	for _, operation := range tree.Operations(m.document) {
		m.add("change who may call", operation.Pointer, "to anyone", func(operation tree.Object) { operation["security"] = []any{} })
	}
}

// servers moves the API.
func (m *mutator) servers() {
	for _, url := range []string{"https://api2.xsale.ai", "http://api.xsale.ai", "https://api.xsale.ai/v1"} {
		m.add("move the server", "/servers/0", "to "+url, func(server tree.Object) { server["url"] = url })
	}
}
