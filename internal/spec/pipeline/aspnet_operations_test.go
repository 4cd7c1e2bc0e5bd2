package pipeline

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// document writes a whole spec with a number of operations.
func (a *author) document(operations int) []byte {
	for range 3 + operations {
		a.schemas = append(a.schemas, a.schemaName())
	}
	schemas := object{}
	for i, name := range a.schemas {
		if schemas[name] == nil {
			schemas[name] = a.component(i)
		}
	}
	paths := object{}
	for range operations {
		path := a.path()
		item, _ := paths[path].(object)
		if item == nil {
			item = object{}
			paths[path] = item
		}
		item[pick(a.random, "get", "get", "post", "put", "patch", "delete", "options", "head")] = a.operation(path)
	}
	document := object{"info": object{"title": "Acme", "version": "v1"}, "paths": paths}
	switch a.version {
	case "2.0":
		document["swagger"] = "2.0"
		document["definitions"] = schemas
		document["basePath"] = pick(a.random, "/", "/api", "")
		document["consumes"] = []any{"application/json"}
		document["produces"] = []any{pick(a.random, "application/json", "text/plain", "application/xml")}
	case "3.0":
		document["openapi"] = pick(a.random, "3.0.0", "3.0.1", "3.0.4")
		document["components"] = object{"schemas": schemas}
	case "3.1":
		schemas["Deep"] = deep()
		document["openapi"] = pick(a.random, "3.1.0", "3.1.1")
		document["components"] = object{"schemas": schemas}
		document["jsonSchemaDialect"] = "https://spec.openapis.org/oas/3.1/dialect/base"
	}
	data, err := json.Marshal(document)
	if err != nil {
		panic(err) // unreachable: plain values always encode
	}
	return data
}

var variable = regexp.MustCompile(`\{\**([^{}:?=]+)[^{}]*\}`)

// path returns a path with a unique template, regardless of the case and constraints of its
// variables.
func (a *author) path() string {
	for {
		var path strings.Builder
		path.WriteString(pick(a.random, "", "/api", "/api/v1", "/API/V2"))
		seen := map[string]bool{}
		for range 1 + a.random.IntN(4) {
			name := pick(a.random, "id", "key", "type", "body", "ctx", "params", "r", "w", "c", "err", "url", "json", "string", "len", "range",
				"context", "order-no", "OrderNo", "siw", "Id", "żółw", "x.y", "server", "client", "nil", "pathParam0", "reqEditors", "options")
			if seen[name] {
				continue
			}
			seen[name] = true
			path.WriteString(pick(a.random, "/"+a.word(), "/"+strings.ToLower(a.word()), "/archive", "/{"+name+"}", "/{"+name+"}", "/{"+name+":int}",
				"/Orders({"+name+"})", "/{"+name+"}.{"+name+"Format}", "/v{"+name+"}", "/a-b_c~d", "/@me", "/$batch", "/x:y", "/"))
		}
		unique := strings.ReplaceAll(path.String(), "//", "/")
		shape := variable.ReplaceAllString(unique, "{}")
		if unique != "" && !a.shapes[shape] {
			a.shapes[shape] = true
			return unique
		}
	}
}

func (a *author) operation(path string) object {
	operation := object{"tags": []any{a.word()}, "responses": a.responses()}
	if !a.chance(4) {
		operation["operationId"] = pick(a.random, "Get", "Create", "Update") + a.word() + pick(a.random, "", "", "WithBody", "_ById", "-by-id", "JSON")
	} else if a.chance(2) {
		operation["operationId"] = pick(a.random, oddNames...)
	}
	if a.chance(3) {
		operation["summary"] = pick(a.random, "Reads.", "", "Two\r\nlines */", "Deprecated: no")
		operation["deprecated"] = a.chance(2)
	}
	a.parameters(operation, path)
	return operation
}

func (a *author) parameters(operation object, path string) {
	var parameters []any
	for _, match := range variable.FindAllStringSubmatch(path, -1) {
		if a.chance(8) {
			continue // undeclared
		}
		parameter := a.typed(object{"name": match[1], "in": "path", "required": true})
		if a.openAPI3() && a.chance(6) {
			parameter["style"] = pick(a.random, "simple", "label", "matrix")
		}
		parameters = append(parameters, parameter)
	}
	taken := map[string]bool{}
	for range a.random.IntN(5) {
		name := pick(a.random, a.propertyName(), "Filter.Name", "filter[name]", "ids[]", "X-Api-Version", "page-size", "pageSize")
		in := pick(a.random, "query", "query", "query", "header", "cookie")
		if a.version == "2.0" && in == "cookie" || taken[in+name] {
			continue
		}
		taken[in+name] = true
		parameter := a.typed(object{"name": name, "in": in, "description": "A *parameter*."})
		if a.chance(4) {
			parameter["required"] = true
		}
		if a.openAPI3() && in == "query" && a.chance(4) {
			parameter["style"] = pick(a.random, "form", "spaceDelimited", "pipeDelimited", "deepObject")
			parameter["explode"] = a.chance(2)
		}
		parameters = append(parameters, parameter)
	}
	if a.chance(2) {
		parameters = append(parameters, a.body(operation)...)
	}
	if len(parameters) > 0 {
		operation["parameters"] = parameters
	}
}

// typed sets the type of a parameter in the style of the version.
func (a *author) typed(parameter object) object {
	if a.version == "2.0" {
		schema := pick(a.random, a.scalar(), a.scalar(), a.enum(), object{"type": "array", "items": a.scalar(), "collectionFormat": pick(a.random, "multi", "csv", "pipes", "ssv", "tsv")},
			object{"type": "array", "items": a.enum()})
		for name, value := range schema {
			parameter[name] = value
		}
		return parameter
	}
	switch schema := pick(a.random, a.scalar(), a.scalar(), a.enum(), a.schema(2), object{"type": "array", "items": a.schema(3)}, a.ref(pick(a.random, a.schemas...))); a.random.IntN(12) {
	case 0:
		parameter["content"] = object{"application/json": object{"schema": schema}}
	case 1: // nothing
	default:
		parameter["schema"] = schema
	}
	return parameter
}

// body sets the body of an operation, or returns it as parameters in 2.0.
func (a *author) body(operation object) []any {
	if a.openAPI3() {
		operation["requestBody"] = object{"content": a.content(true), "required": a.chance(2)}
		return nil
	}
	switch a.random.IntN(4) {
	case 0:
		operation["consumes"] = []any{pick(a.random, "multipart/form-data", "application/x-www-form-urlencoded", "application/json")}
		var parts []any
		for i := range 1 + a.random.IntN(3) {
			part := pick(a.random, a.scalar(), object{"type": "file"}, object{"type": "array", "items": a.scalar()})
			part["name"] = a.propertyName() + fmt.Sprint(i)
			part["in"] = "formData"
			parts = append(parts, part)
		}
		return parts
	case 1:
		operation["consumes"] = []any{"application/json", "text/json", "application/xml", "application/x-www-form-urlencoded"}
	}
	return []any{object{"name": a.propertyName(), "in": "body", "schema": a.schema(1), "required": a.chance(2)}}
}

func (a *author) content(request bool) object {
	schema := a.schema(1)
	media := func(schema object) object { return object{"schema": schema} }
	switch a.random.IntN(12) {
	case 0:
		return object{"text/plain": media(object{"type": "string"}), "application/json": media(schema), "text/json": media(schema)}
	case 1:
		return object{"application/octet-stream": media(object{"type": "string", "format": "binary"})}
	case 2:
		return object{"text/plain": media(a.scalar())}
	case 3:
		return object{"application/json": object{}}
	case 4:
		return object{"application/problem+json": media(schema), "application/xml": media(schema)}
	case 5:
		return object{pick(a.random, "*/*", "image/*", "application/pdf", "application/vnd.acme.v1+json", "application/json; charset=utf-8", "application/json;odata.metadata=minimal;odata.streaming=true", "text/csv", "text/html"): media(schema)}
	case 6, 7:
		if request {
			return a.form()
		}
	case 8:
		if request {
			return object{"application/json-patch+json": media(schema), "application/json": media(schema), "text/json": media(schema), "application/*+json": media(schema)}
		}
		return object{}
	}
	return object{"application/json": media(schema)}
}

func (a *author) form() object {
	form := a.object(1)
	form["properties"].(object)["file"] = pick(a.random, object{"type": "string", "format": "binary"}, a.scalar())
	form["properties"].(object)["files"] = object{"type": "array", "items": object{"type": "string", "format": "binary"}}
	form = pick(a.random, form, a.ref(pick(a.random, a.schemas...)), object{"allOf": []any{form, a.ref(pick(a.random, a.schemas...))}})
	return pick(a.random,
		object{"multipart/form-data": object{"schema": form, "encoding": object{"file": object{"style": "form"}}}},
		object{"application/x-www-form-urlencoded": object{"schema": form}},
		object{"multipart/form-data": object{"schema": form}, "application/x-www-form-urlencoded": object{"schema": form}},
		object{"multipart/form-data": object{"schema": form}, "application/json": object{"schema": form}},
		object{"multipart/mixed": object{"schema": form}}, object{"multipart/form-data": object{}})
}

func (a *author) responses() object {
	responses := object{}
	for range a.random.IntN(4) {
		response := object{"description": pick(a.random, "OK", "", "Two\nlines")}
		if !a.chance(4) {
			if a.openAPI3() {
				response["content"] = a.content(false)
			} else {
				response["schema"] = a.schema(1)
			}
		}
		if a.chance(5) {
			header := a.scalar()
			if a.openAPI3() {
				header = object{"schema": header, "description": "A header."}
			}
			response["headers"] = object{pick(a.random, "X-Total-Count", "Location", "ETag", "x_odd", "type", "Body", "X-Zażółć", "Content-Type", "retry-after"): header}
		}
		responses[pick(a.random, "200", "200", "201", "202", "204", "206", "302", "400", "401", "404", "409", "422", "500", "default", "2XX", "4XX", "5xx")] = response
	}
	return responses
}
