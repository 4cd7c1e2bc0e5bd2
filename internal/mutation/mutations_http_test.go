package mutation_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec"
)

// paths renames segments and variables, and drops variables with their parameters.
func (m *mutator) paths() {
	for path := range spec.Members(m.document["paths"]) {
		place := spec.Join("/paths", path)
		segments := strings.Split(path, "/")
		for i, segment := range segments[1:] {
			changed := slices.Clone(segments)
			variable, isVariable := strings.CutPrefix(strings.TrimSuffix(segment, "}"), "{")
			if !isVariable {
				changed[i+1] = segment + "Renamed"
				m.move("rename a segment", place, segment, path, strings.Join(changed, "/"), nil)
				continue
			}
			m.move("drop a variable of a path", place, variable, path, strings.Join(slices.Delete(slices.Clone(segments), i+1, i+2), "/"),
				func(spec.Object) spec.Object { return nil })
			changed[i+1] = "{" + variable + "Renamed}"
			m.move("rename a variable of a path", place, variable, path, strings.Join(changed, "/"),
				func(parameter spec.Object) spec.Object {
					parameter["name"] = variable + "Renamed"
					return parameter
				})
		}
		m.move("put a segment before a path", place, "", path, "/added"+path, nil)
	}
}

// move gives a path item another path. The parameter of the path that the detail names becomes what change returns; nil takes
// it away.
func (m *mutator) move(kind, place, detail, path, to string, change func(spec.Object) spec.Object) {
	m.whole(kind, place, detail, func(document spec.Object) {
		paths := spec.ObjectAt(document, "paths")
		item := spec.ObjectAt(paths, path)
		delete(paths, path)
		paths[to] = item
		if change == nil {
			return
		}
		var parameters []any
		for _, parameter := range spec.ListAt(item, "parameters") {
			object := resolved(document, parameter.(spec.Object))
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

// resolved returns a copy of an object, or of what it refers to.
func resolved(document, object spec.Object) spec.Object {
	if target, ok := object["$ref"].(string); ok {
		object = objectAt(document, strings.TrimPrefix(target, "#"))
	}
	return spec.Clone(object).(spec.Object)
}

// operations takes operations away, and gives them other methods, names and answers.
func (m *mutator) operations() {
	for _, operation := range spec.Operations(m.document) {
		item := spec.Join("/paths", operation.Path)
		m.whole("drop an operation", operation.Pointer, "", func(document spec.Object) {
			delete(objectAt(document, item), operation.Method)
		})
		for _, method := range []string{"post", "put", "patch"} {
			if operation.Item[method] == nil {
				m.whole("change a method", operation.Pointer, "to "+method, func(document spec.Object) {
					item := objectAt(document, item)
					item[method] = item[operation.Method]
					delete(item, operation.Method)
				})
			}
		}
		m.add("rename an operation", operation.Pointer, "", func(operation spec.Object) {
			operation["operationId"] = spec.Text(operation["operationId"]) + "Renamed"
		})
		m.add("drop the name of an operation", operation.Pointer, "", func(operation spec.Object) { delete(operation, "operationId") })

		responses := spec.Join(operation.Pointer, "responses")
		for status := range spec.Members(operation.Object["responses"]) {
			others := []string{"200", "201", "204", "3XX"}
			if status == "default" {
				others = []string{"4XX", "5XX"}
			}
			for _, other := range others {
				m.whole("change a status", spec.Join(responses, status), "to "+other, func(document spec.Object) {
					object := objectAt(document, responses)
					object[other] = object[status]
					delete(object, status)
				})
			}
			m.whole("drop an answer", spec.Join(responses, status), "", func(document spec.Object) {
				delete(objectAt(document, responses), status)
			})
		}
	}
}

// parameters changes those of the query, and whether they are there.
func (m *mutator) parameters() {
	for _, operation := range spec.Operations(m.document) {
		for i, parameter := range spec.ListAt(operation.Object, "parameters") {
			place := spec.Join(operation.Pointer, "parameters", fmt.Sprint(i))
			name := spec.Text(parameter.(spec.Object)["name"])
			set := func(kind, member string, value any) {
				m.add(kind, place, name+" "+fmt.Sprint(value), func(parameter spec.Object) { parameter[member] = value })
			}
			set("rename a query parameter", "name", name+"Renamed")
			set("require a query parameter", "required", true)
			set("do not repeat a query parameter", "explode", false)
			m.add("send a parameter elsewhere", place, name+" header", func(parameter spec.Object) {
				parameter["in"] = "header"
				parameter["style"] = "simple"
			})
			for _, style := range []string{"pipeDelimited", "spaceDelimited"} {
				m.add("change the style of a query parameter", place, name+" "+style, func(parameter spec.Object) {
					parameter["style"] = style
					parameter["explode"] = false
				})
			}
			m.whole("drop a query parameter", place, name, func(document spec.Object) {
				operation := objectAt(document, operation.Pointer)
				operation["parameters"] = slices.Delete(spec.ListAt(operation, "parameters"), i, i+1)
			})
		}
		m.add("add a required query parameter", operation.Pointer, "", func(operation spec.Object) {
			operation["parameters"] = append(spec.ListAt(operation, "parameters"),
				spec.Object{"name": "added", "in": "query", "required": true, "schema": spec.Object{"type": "string"}})
		})
	}
}

// bodies changes the media types of requests and answers, and whether there is a body.
func (m *mutator) bodies() {
	holders := map[string]spec.Object{}
	for _, operation := range spec.Operations(m.document) {
		if body := spec.ObjectAt(operation.Object, "requestBody"); body != nil {
			place := spec.Join(operation.Pointer, "requestBody")
			holders[place] = body
			m.whole("drop the body of a request", place, "", func(document spec.Object) {
				delete(objectAt(document, operation.Pointer), "requestBody")
			})
			m.add("no longer require the body of a request", place, "", func(body spec.Object) { delete(body, "required") })
		} else {
			m.add("add a body to a request", operation.Pointer, "", func(operation spec.Object) {
				operation["requestBody"] = spec.Object{"required": true, "content": anyJSON()}
			})
		}
		for status := range spec.Members(operation.Object["responses"]) {
			holders[spec.Join(operation.Pointer, "responses", status)] = spec.ObjectAt(spec.ObjectAt(operation.Object, "responses"), status)
		}
	}
	for name := range spec.Members(spec.ObjectAt(m.document, "components")["responses"]) {
		holders[spec.Join("/components/responses", name)] = spec.ObjectAt(spec.ObjectAt(spec.ObjectAt(m.document, "components"), "responses"), name)
	}
	for place, holder := range spec.Members(asAny(holders)) {
		switch holder := holder.(spec.Object); {
		case holder["$ref"] != nil:
		case holder["content"] == nil:
			m.add("add a body to an answer", place, "", func(response spec.Object) { response["content"] = anyJSON() })
		default:
			for _, other := range []string{"application/xml", "text/json"} {
				m.add("change a media type", place, "to "+other, func(holder spec.Object) {
					content := spec.ObjectAt(holder, "content")
					content[other] = content["application/json"]
					delete(content, "application/json")
				})
			}
			if holder["required"] == nil {
				m.add("drop the body of an answer", place, "", func(response spec.Object) { delete(response, "content") })
			}
		}
	}
}

func anyJSON() spec.Object {
	return spec.Object{"application/json": spec.Object{"schema": spec.Object{"type": "object"}}}
}

func asAny(objects map[string]spec.Object) spec.Object {
	members := spec.Object{}
	for name, object := range objects {
		members[name] = object
	}
	return members
}

// security asks for other tokens, in other places, or for fewer.
func (m *mutator) security() {
	const place = "/components/securitySchemes"
	schemes := objectAt(m.document, place)
	for name := range spec.Members(schemes) {
		m.whole("rename a security scheme", spec.Join(place, name), "", func(document spec.Object) {
			schemes := objectAt(document, place)
			schemes[name+"Renamed"] = schemes[name]
			delete(schemes, name)
			required := spec.ListAt(document, "security")[0].(spec.Object)
			required[name+"Renamed"] = required[name]
			delete(required, name)
		})
		m.whole("no longer require a token", spec.Join(place, name), "", func(document spec.Object) {
			delete(spec.ListAt(document, "security")[0].(spec.Object), name)
		})
		change := func(kind, detail string, scheme spec.Object) {
			m.whole(kind, spec.Join(place, name), detail, func(document spec.Object) { objectAt(document, place)[name] = scheme })
		}
		change("change a security scheme", "to basic", spec.Object{"type": "http", "scheme": "basic"})
		change("change a security scheme", "to another header", spec.Object{"type": "apiKey", "in": "header", "name": "x-renamed"})
		change("change a security scheme", "to a query parameter", spec.Object{"type": "apiKey", "in": "query", "name": "token"})
		change("change a security scheme", "to a cookie", spec.Object{"type": "apiKey", "in": "cookie", "name": "token"})
		if schemes[name].(spec.Object)["type"] != "http" {
			change("change a security scheme", "to bearer", spec.Object{"type": "http", "scheme": "bearer"})
		}
	}
	m.whole("change who may call", "/security", "to either token", func(document spec.Object) {
		document["security"] = []any{spec.Object{"accessToken": []any{}}, spec.Object{"idToken": []any{}}}
	})
	m.whole("change who may call", "/security", "to anyone as well", func(document spec.Object) {
		document["security"] = append(spec.ListAt(document, "security"), spec.Object{})
	})
	m.whole("change who may call", "/security", "to anyone", func(document spec.Object) { delete(document, "security") })
	for _, operation := range spec.Operations(m.document) {
		m.add("change who may call", operation.Pointer, "to anyone", func(operation spec.Object) { operation["security"] = []any{} })
	}
}

// servers moves the API.
func (m *mutator) servers() {
	for _, url := range []string{"https://api2.xsale.ai", "http://api.xsale.ai", "https://api.xsale.ai/v1"} {
		m.add("move the server", "/servers/0", "to "+url, func(server spec.Object) { server["url"] = url })
	}
}
