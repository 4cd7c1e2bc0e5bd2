package codegen

import (
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// localNames are variables and packages of the functions that the generator writes; a path parameter of the same name
// would hide them.
var localNames = map[string]bool{}

func init() {
	for _, name := range strings.Fields(`body bytes c client context contenttype ctx edit editors err errors fake fmt handler http io json mime
		mimetype multipart multipartbody operationpath operationvalues options params path querystring queryurl queryvalues r
		rawqueryfragments reqeditors request router req response rsp runtime server serverurl sh siw strings url value w wire call codec strict`) {
		localNames[name] = true
	}
}

// prepareParameters gives parameters Go names, and schemas that can be written into an address or a header.
func (p *preparer) prepareParameters() error {
	for _, operation := range tree.Operations(p.document) {
		fields := identifiers{}
		tagged := map[string]bool{}
		inPath := identifiers{"Params": true, "Body": true, "ContentType": true, "JSONBody": true, "FormdataBody": true, "MultipartBody": true, "TextBody": true}
		for i, value := range tree.ListAt(operation.Object, "parameters") {
			parameter, _ := value.(tree.Object)
			name := tree.Text(parameter["name"])
			wanted := goName(name, "Parameter")
			if chosen, ok := parameter["x-go-name"].(string); ok && isExported(chosen) {
				wanted = chosen
			}
			scope := fields
			if parameter["in"] == "path" {
				scope = inPath
				if isLocal(wanted) {
					wanted += "Param"
				}
			} else if tagged[name] || !isTagName(name) { // as one in the query and in a header, for the version of the API
				parameter["x-oapi-codegen-extra-tags"] = tree.Object{"json": "-"}
			} else {
				tagged[name] = true
			}
			parameter["x-go-name"] = scope.take(wanted, "Param")
			p.prepareParameter(parameter, tree.Join(operation.Pointer, "parameters", strconv.Itoa(i)))
		}
		for _, response := range tree.Members(operation.Object["responses"]) {
			object, _ := response.(tree.Object)
			for _, header := range tree.Members(object["headers"]) {
				prepareHeader(header.(tree.Object), p)
			}
		}
	}
	return nil
}

// numberedNames are variables of these functions, too, with a number behind them.
var numberedNames = regexp.MustCompile(`^(?:path|query|header|cookie)param(?:buf)?\d*$`)

func isLocal(goName string) bool {
	lower := strings.ToLower(goName)
	return localNames[lower] || numberedNames.MatchString(lower) || token.IsKeyword(lower) || types.Universe.Lookup(lower) != nil
}

// prepareParameter leaves a parameter with a schema of text, numbers, lists of them or, in the query, an object; anything
// else is text.
func (p *preparer) prepareParameter(parameter tree.Object, pointer string) {
	if parameter["content"] != nil {
		if media := tree.ObjectAt(tree.ObjectAt(parameter, "content"), "application/json"); media != nil {
			schema := tree.ObjectAt(media, "schema")
			media["schema"] = p.child(schema, goName(tree.Text(parameter["name"]), "Parameter"))
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
		if isDecimalOrDate(target) {
			parameter["explode"] = false // which reads the same, and keeps a fake from looking for the fields of a struct
		}
	case kindEnum:
		schema = p.child(schema, goName(tree.Text(parameter["name"]), "Parameter"))
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
			list["items"] = withoutNull(p.child(tree.Clone(item).(tree.Object), goName(tree.Text(parameter["name"]), "Parameter")))
		}
		schema = list
	case kindObject, kindMap:
		if parameter["in"] != "query" {
			schema = p.asText(schema, pointer)
			break
		}
		schema = p.child(schema, goName(tree.Text(parameter["name"]), "Parameter"))
	default:
		schema = p.asText(schema, pointer)
	}
	delete(schema, "nullable")
	delete(schema, "default")
	parameter["schema"] = schema
}

// asText reports that a parameter becomes text, and returns its schema.
func (p *preparer) asText(schema tree.Object, pointer string) tree.Object {
	text := tree.Object{"type": "string"}
	p.report.Add("go-types", tree.Join(pointer, "schema"), schema, text, "a value of this kind cannot be written here in one way, so that the caller writes it")
	return text
}

// prepareHeader leaves a header of an answer as text, a whole number or a boolean.
func prepareHeader(header tree.Object, p *preparer) {
	target := p.resolve(p.merged(tree.ObjectAt(header, "schema"), nil))
	plain := tree.Object{"type": "string"}
	if kind := target["type"]; kind == "integer" || kind == "boolean" {
		plain = tree.Object{"type": kind}
	}
	delete(header, "content")
	header["schema"] = plain
}
