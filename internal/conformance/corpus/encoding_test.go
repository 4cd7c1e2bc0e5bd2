package corpus_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/xsale-go/xsale/internal/conformance/corpus/driver"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// This file encodes parameters as OpenAPI defines it. It shares no code with the module.

// encoded is what the parameters of a call give.
type encoded struct {
	path           map[string]driver.Text // by variable
	query          []driver.Pair
	header, cookie map[string]string
}

// add encodes a parameter.
func (e *encoded) add(parameter tree.Object, value any) {
	name, in := tree.String(parameter["name"]), tree.String(parameter["in"])
	style := tree.String(parameter["style"])
	if style == "" {
		style = map[string]string{"path": "simple", "header": "simple", "query": "form", "cookie": "form"}[in]
	}
	explode := style == "form" || style == "deepObject"
	if given, ok := parameter["explode"].(bool); ok {
		explode = given
	}
	if tree.ObjectAt(parameter, "content") != nil {
		style = "content"
	}
	switch in {
	case "path":
		e.path[name] = pathText(name, style, explode, value, tree.True(parameter, "x-catch-all"))
	case "query":
		e.query = append(e.query, queryPairs(name, style, explode, value)...)
	case "header":
		e.header[name] = plain(style, explode, value)
	case "cookie":
		e.cookie[name] = plain(style, explode, value)
	}
}

// scalar returns the characters of a string, number or boolean.
func scalar(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return fmt.Sprint(value)
	}
	panic(fmt.Sprintf("no scalar: %v", value))
}

func escape(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

// fields returns the names and values of an object in order.
func fields(value any) (names []string, values []string) {
	for name, field := range tree.Fields(value) {
		names, values = append(names, name), append(values, scalar(field))
	}
	return names, values
}

// join encodes an array or object of a style with a delimiter.
func join(value any, delimiter string, explode bool, encode func(string) string) string {
	var parts []string
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			parts = append(parts, encode(scalar(element)))
		}
	case map[string]any:
		names, values := fields(value)
		for i := range names {
			if explode {
				parts = append(parts, encode(names[i])+"="+encode(values[i]))
			} else {
				parts = append(parts, encode(names[i]), encode(values[i]))
			}
		}
	default:
		return encode(scalar(value))
	}
	return strings.Join(parts, delimiter)
}

func pathText(name, style string, explode bool, value any, catchAll bool) driver.Text {
	_, isList := value.([]any)
	_, isObject := value.(map[string]any)
	composite := isList || isObject
	switch style {
	case "content":
		return driver.Text{Raw: escape(compact(value))}
	case "label":
		delimiter := ","
		if explode {
			delimiter = "."
		}
		return driver.Text{Raw: "." + join(value, delimiter, explode, escape), Delimiters: ".,"}
	case "matrix":
		if !composite || !explode {
			return driver.Text{Raw: ";" + escape(name) + "=" + join(value, ",", false, escape), Delimiters: ";=,"}
		}
		if isObject {
			return driver.Text{Raw: ";" + join(value, ";", true, escape), Delimiters: ";=,"}
		}
		return driver.Text{Raw: ";" + escape(name) + "=" + join(value, ";"+escape(name)+"=", false, escape), Delimiters: ";=,"}
	}
	if composite {
		delimiters := ","
		if isObject && explode {
			delimiters = ",="
		}
		return driver.Text{Raw: join(value, ",", explode, escape), Delimiters: delimiters}
	}
	if catchAll {
		segments := strings.Split(scalar(value), "/")
		for i := range segments {
			segments[i] = escape(segments[i])
		}
		return driver.Text{Raw: strings.Join(segments, "/")}
	}
	return driver.Text{Raw: escape(scalar(value))}
}

func queryPairs(name, style string, explode bool, value any) []driver.Pair {
	pair := func(name, raw, delimiters string) driver.Pair {
		return driver.Pair{Name: name, Value: driver.Text{Raw: raw, Delimiters: delimiters}}
	}
	list, isList := value.([]any)
	_, isObject := value.(map[string]any)
	switch {
	case style == "content":
		return []driver.Pair{{Name: name, Value: driver.Text{Raw: escape(compact(value))}, JSON: true}}
	case style == "deepObject" && isObject:
		return deepPairs(name, value)
	case isList && explode:
		var pairs []driver.Pair
		for _, element := range list {
			pairs = append(pairs, pair(name, escape(scalar(element)), ""))
		}
		return pairs
	case isObject && explode:
		var pairs []driver.Pair
		names, values := fields(value)
		for i := range names {
			pairs = append(pairs, pair(names[i], escape(values[i]), ""))
		}
		return pairs
	case isList && len(list) == 0:
		return nil
	case (isList || isObject) && style == "spaceDelimited":
		return []driver.Pair{pair(name, join(value, "%20", false, escape), "+")}
	case (isList || isObject) && style == "pipeDelimited":
		return []driver.Pair{pair(name, join(value, "%7C", false, escape), "")}
	case isList || isObject:
		return []driver.Pair{pair(name, join(value, ",", false, escape), ",")}
	}
	return []driver.Pair{pair(name, escape(scalar(value)), "")}
}

func deepPairs(prefix string, value any) []driver.Pair {
	object, isObject := value.(map[string]any)
	if !isObject {
		return []driver.Pair{{Name: prefix, Value: driver.Text{Raw: escape(scalar(value))}}}
	}
	var pairs []driver.Pair
	for name, field := range tree.Fields(object) {
		pairs = append(pairs, deepPairs(prefix+"["+name+"]", field)...)
	}
	return pairs
}

// compact returns a value as JSON on one line.
func compact(value any) string {
	content, err := tree.JSON(value)
	var line bytes.Buffer
	if err := errors.Join(err, json.Compact(&line, content)); err != nil {
		panic(err)
	}
	return line.String()
}

// plain returns the value of a header or a cookie.
func plain(style string, explode bool, value any) string {
	if style == "content" {
		return compact(value)
	}
	return join(value, ",", explode, func(part string) string { return part })
}

// form encodes a form body. Each field is a query parameter of style form.
func form(value any) []driver.Pair {
	pairs := []driver.Pair{}
	for name, field := range tree.Fields(value) {
		pairs = append(pairs, queryPairs(name, "form", true, field)...)
	}
	return pairs
}

// parts returns the parts of a multipart body. Binary values are files, objects are JSON, and an
// array is a part for each element.
func parts(s sampler, schema tree.Object, value any) []driver.Part {
	schema, _ = s.resolve(schema)
	list := []driver.Part{}
	for name, field := range tree.Fields(value) {
		property, _ := s.resolve(tree.ObjectAt(tree.ObjectAt(schema, "properties"), name))
		elements := []any{field}
		if many, isList := field.([]any); isList {
			elements, property = many, tree.ObjectAt(property, "items")
			property, _ = s.resolve(property)
		}
		for _, element := range elements {
			part := driver.Part{Name: name, File: tree.String(property["format"]) == "binary"}
			if _, isObject := element.(map[string]any); isObject {
				part.Value, part.JSON = compact(element), true
			} else {
				part.Value = scalar(element)
			}
			list = append(list, part)
		}
	}
	return list
}
