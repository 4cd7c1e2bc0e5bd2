package codegen

import (
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// localNames are variables and packages in generated functions. A path parameter of the same name
// would shadow them.
var localNames = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`body c call codec contenttype context ctx editors errors fake fmt http io iter json multipart options
		param params server wire`) {
		localNames[name] = true
	}
}

// prepareParameters gives parameters Go names, and schemas that fit into a URL or header.
func (p *preparer) prepareParameters() error {
	for _, operation := range tree.Operations(p.document) {
		p.nameParameters(operation)
		for i, value := range tree.ListAt(operation.Object, "parameters") {
			parameter, _ := value.(tree.Object)
			p.prepareParameter(parameter, tree.Join(operation.Pointer, "parameters", strconv.Itoa(i)), parameterLocation(operation, parameter))
		}
		for _, response := range tree.Fields(operation.Object["responses"]) {
			object, _ := response.(tree.Object)
			for _, header := range tree.Fields(object["headers"]) {
				prepareHeader(header.(tree.Object), p)
			}
		}
	}
	return nil
}

// nameParameters gives each parameter a Go name, in x-go-name: those in the path as arguments of the
// method, the others as fields.
func (p *preparer) nameParameters(operation tree.Operation) {
	var arguments, fields []*symbol
	named := map[*symbol]tree.Object{}
	for i, value := range tree.ListAt(operation.Object, "parameters") {
		parameter, _ := value.(tree.Object)
		name := tree.String(parameter["name"])
		wanted := goName(name, "Parameter")
		s := &symbol{key: p.key(parameterKey, parameterLocation(operation, parameter).pointer), pointer: tree.Join(operation.Pointer, "parameters", strconv.Itoa(i)), given: name}
		if chosen, ok := parameter["x-go-name"].(string); ok && exported(chosen) {
			s.chosen = chosen
		}
		if parameter["in"] == "path" {
			arguments = append(arguments, s)
		} else {
			fields = append(fields, s)
		}
		s.wanted = []string{wanted, wanted + "Param"}
		named[s] = parameter
	}
	p.name(scope{taken: identifiers{}}, fields)
	p.name(scope{
		taken: identifiers{"Params": true, "Body": true, "ContentType": true, "JSONBody": true, "FormdataBody": true, "MultipartBody": true, "TextBody": true},
		valid: func(name string) bool { return !local(name) },
	}, arguments)
	for s, parameter := range named {
		parameter["x-go-name"] = s.name
	}
}

// parameterLocation identifies a parameter by its name, because its index may change.
func parameterLocation(operation tree.Operation, parameter tree.Object) location {
	name := tree.String(parameter["name"])
	return location{
		pointer: tree.Join(operation.Pointer, "parameters", tree.String(parameter["in"]), name),
		words:   goName(name, "Parameter"),
		owner:   tree.String(operation.Object["operationId"]),
	}
}

func local(goName string) bool {
	lower := strings.ToLower(goName)
	return localNames[lower] || token.IsKeyword(lower) || types.Universe.Lookup(lower) != nil
}

// prepareParameter limits the schema of a parameter to scalars, lists of scalars and objects. Any
// other value becomes a string.
func (p *preparer) prepareParameter(parameter tree.Object, pointer string, at location) {
	if parameter["content"] != nil {
		for mediaType, value := range tree.Fields(parameter["content"]) {
			if media, ok := value.(tree.Object); ok && httpx.JSON(mediaType) {
				media["schema"] = p.child(tree.ObjectAt(media, "schema"), at)
			}
		}
		return
	}
	schema := p.merged(tree.ObjectAt(parameter, "schema"), nil)
	target := p.resolve(schema)
	switch kindOf(target) {
	case kindScalar:
		schema = plainScalar(target)
	case kindEnum:
		schema = p.child(schema, at)
	case kindObject, kindMap:
		values := tree.ObjectAt(target, "additionalProperties")
		if len(tree.ObjectAt(target, "properties")) == 0 && kindOf(p.resolve(values)) == kindAny {
			schema = tree.Object{"type": "object", "additionalProperties": p.asString(values, tree.Join(pointer, "schema", "additionalProperties"))}
		} else {
			schema = p.child(schema, at)
		}
	case kindList:
		item := p.merged(tree.ObjectAt(target, "items"), nil)
		list := tree.Object{"type": "array"}
		inner := p.resolve(item)
		switch kind := kindOf(inner); {
		case kind == kindScalar:
			list["items"] = withoutNull(plainScalar(inner))
		case kind == kindEnum, kind == kindObject && parameter["style"] == "deepObject":
			list["items"] = withoutNull(p.child(tree.Clone(item).(tree.Object), at))
		default:
			list["items"] = p.asString(item, tree.Join(pointer, "schema", "items"))
		}
		schema = list
	default:
		schema = p.asString(schema, tree.Join(pointer, "schema"))
	}
	delete(schema, "nullable")
	delete(schema, "default")
	parameter["schema"] = schema
}

// plainScalar returns a copy of a scalar without a format that makes it bytes.
func plainScalar(schema tree.Object) tree.Object {
	schema = tree.Clone(schema).(tree.Object)
	if schema["format"] == "binary" || schema["format"] == "byte" {
		delete(schema, "format")
	}
	return schema
}

// asString returns the schema of a string, and adds the change to the report.
func (p *preparer) asString(schema tree.Object, pointer string) tree.Object {
	str := tree.Object{"type": "string"}
	p.report.Add("go-types", pointer, schema, str, "the encoding of such a value is not defined here, so the caller encodes it")
	return str
}

// prepareHeader limits a response header to a string, an integer or a boolean.
func prepareHeader(header tree.Object, p *preparer) {
	target := p.resolve(p.merged(tree.ObjectAt(header, "schema"), nil))
	plain := tree.Object{"type": "string"}
	if kind := target["type"]; kind == "integer" || kind == "boolean" {
		plain = tree.Object{"type": kind}
	}
	delete(header, "content")
	header["schema"] = plain
}
