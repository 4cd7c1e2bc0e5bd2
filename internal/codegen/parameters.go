package codegen

import (
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// localNames are variables and packages in generated functions. A path parameter of the same name
// would shadow them.
var localNames = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`body bytes c client context contenttype ctx edit editors err errors fake fmt handler http io json mime
		mimetype multipart multipartbody operationpath operationvalues options params path querystring queryurl queryvalues r
		rawqueryfragments reqeditors request router req response rsp runtime server serverurl sh siw strings url value w wire call codec strict`) {
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
	tagged := map[string]bool{}
	for i, value := range tree.ListAt(operation.Object, "parameters") {
		parameter, _ := value.(tree.Object)
		name := tree.String(parameter["name"])
		wanted := goName(name, "Parameter")
		s := &symbol{key: pointerKey(parameterKey, parameterLocation(operation, parameter).pointer), pointer: tree.Join(operation.Pointer, "parameters", strconv.Itoa(i)), given: name}
		if chosen, ok := parameter["x-go-name"].(string); ok && exported(chosen) {
			s.chosen = chosen
		}
		if parameter["in"] == "path" {
			arguments = append(arguments, s)
		} else {
			fields = append(fields, s)
			if tagged[name] || !validTag(name) { // such as an API version in the query and a header
				parameter["x-oapi-codegen-extra-tags"] = tree.Object{"json": "-"}
			}
			tagged[name] = true
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
	return location{tree.Join(operation.Pointer, "parameters", tree.String(parameter["in"]), name), goName(name, "Parameter"), tree.String(operation.Object["operationId"])}
}

// numberedNames matches numbered variables in these functions.
var numberedNames = regexp.MustCompile(`^(?:path|query|header|cookie)param(?:buf|\d+)$`)

func local(goName string) bool {
	lower := strings.ToLower(goName)
	return localNames[lower] || numberedNames.MatchString(lower) || token.IsKeyword(lower) || types.Universe.Lookup(lower) != nil
}

// prepareParameter limits the schema of a parameter to scalars, lists of scalars and, in the
// query, objects. Any other value becomes a string.
func (p *preparer) prepareParameter(parameter tree.Object, pointer string, at location) {
	if parameter["content"] != nil {
		if media := tree.ObjectAt(tree.ObjectAt(parameter, "content"), "application/json"); media != nil {
			schema := tree.ObjectAt(media, "schema")
			media["schema"] = p.child(schema, at)
		}
		return
	}
	schema := p.merged(tree.ObjectAt(parameter, "schema"), nil)
	target := p.resolve(schema)
	switch kindOf(target) {
	case kindScalar:
		if target["format"] == "binary" || target["format"] == "byte" {
			target = tree.Object{"type": "string"}
		}
		schema = tree.Clone(target).(tree.Object)
		if decimalOrDate(target) {
			parameter["explode"] = false // the same on the wire, but a fake does not look for struct fields
		}
	case kindEnum:
		schema = p.child(schema, at)
	case kindList:
		item := p.merged(tree.ObjectAt(target, "items"), nil)
		list := tree.Object{"type": "array", "items": tree.Object{"type": "string"}}
		switch inner := p.resolve(item); kindOf(inner) {
		case kindScalar:
			list["items"] = tree.Object{"type": inner["type"]}
			if format, ok := inner["format"]; ok && format != "binary" && format != "byte" {
				list["items"].(tree.Object)["format"] = format
			}
		case kindEnum:
			list["items"] = withoutNull(p.child(tree.Clone(item).(tree.Object), at))
		}
		schema = list
	case kindObject, kindMap:
		if parameter["in"] != "query" {
			schema = p.asString(schema, pointer)
			break
		}
		schema = p.child(schema, at)
	default:
		schema = p.asString(schema, pointer)
	}
	delete(schema, "nullable")
	delete(schema, "default")
	parameter["schema"] = schema
}

// asString returns the schema of a string, and adds the change to the report.
func (p *preparer) asString(schema tree.Object, pointer string) tree.Object {
	str := tree.Object{"type": "string"}
	p.report.Add("go-types", tree.Join(pointer, "schema"), schema, str, "the encoding of such a value is not defined here, so the caller encodes it")
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
