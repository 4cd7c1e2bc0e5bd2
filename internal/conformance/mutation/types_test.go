package mutation_test

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
)

// operationTypes are the types of package gen that an operation takes and gives; nil for nothing.
type operationTypes struct{ request, answer, query reflect.Type }

var typesOf = map[string]operationTypes{
	"getMe":             {answer: reflect.TypeFor[gen.Me]()},
	"listOrders":        {answer: reflect.TypeFor[[]gen.Order](), query: reflect.TypeFor[gen.ListOrdersParams]()},
	"createOrder":       {request: reflect.TypeFor[gen.CreateOrder](), answer: reflect.TypeFor[gen.Created]()},
	"listStatuses":      {answer: reflect.TypeFor[[]gen.Status]()},
	"createIntegration": {request: reflect.TypeFor[gen.CreateIntegration](), answer: reflect.TypeFor[gen.Created]()},
	"createParameter":   {request: reflect.TypeFor[gen.ParameterDefinition](), answer: reflect.TypeFor[gen.Created]()},
	"listTranslations":  {answer: reflect.TypeFor[[]gen.Translation]()},
	"setTranslation":    {request: reflect.TypeFor[gen.Translation]()},
}

// field is a member of a generated type.
type field struct {
	name       string
	typ        reflect.Type
	isRequired bool
}

func fieldsOf(typ reflect.Type) []field {
	var fields []field
	for structField := range typ.Fields() {
		if name, options, _ := strings.Cut(structField.Tag.Get("json"), ","); name != "-" {
			fields = append(fields, field{name, structField.Type, !strings.Contains(options, "omit")})
		}
	}
	return fields
}

func hasField[T any](name string) bool {
	return slices.ContainsFunc(fieldsOf(reflect.TypeFor[T]()), func(f field) bool { return f.name == name })
}

// types yields what package gen and the description have of each other and do not share.
func (d *description) types() iter.Seq[string] {
	return func(yield func(string) bool) {
		c := &comparison{yield: yield}
		for path, item := range d.document.Paths.Map() {
			for method, operation := range item.Operations() {
				types, ok := typesOf[operation.OperationID]
				if !ok {
					c.differ(method+" "+path, "is called %q, which is not a method of the client", operation.OperationID)
					continue
				}
				c.operation(operation, types)
			}
		}
		for id := range typesOf {
			if !d.hasOperation(id) {
				c.differ(id, "is not in the description")
			}
		}
	}
}

func (d *description) hasOperation(id string) bool {
	for _, item := range d.document.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.OperationID == id {
				return true
			}
		}
	}
	return false
}

type comparison struct {
	yield   func(string) bool
	stopped bool
}

func (c *comparison) differ(place, format string, arguments ...any) {
	c.stopped = c.stopped || !c.yield(place+" "+fmt.Sprintf(format, arguments...))
}

func (c *comparison) operation(operation *openapi3.Operation, types operationTypes) {
	id := operation.OperationID
	var request openapi3.Content
	if operation.RequestBody != nil {
		request = operation.RequestBody.Value.Content
	}
	c.content(id+" request", request, types.request)
	for status, response := range operation.Responses.Map() {
		var answer reflect.Type
		if strings.HasPrefix(status, "2") {
			answer = types.answer
		}
		c.content(id+" answer "+status, response.Value.Content, answer)
	}
	c.query(id, operation.Parameters, types.query)
}

func (c *comparison) content(place string, content openapi3.Content, typ reflect.Type) {
	media := content["application/json"]
	switch {
	case typ == nil && len(content) > 0:
		c.differ(place, "has a body, and the client none")
	case typ != nil && media == nil:
		c.differ(place, "has no JSON, and the client does")
	case typ != nil:
		c.schema(place, media.Schema, typ)
	}
}

func (c *comparison) query(id string, parameters openapi3.Parameters, typ reflect.Type) {
	var fields []field
	if typ != nil {
		fields = fieldsOf(typ)
	}
	for _, ref := range parameters {
		parameter := ref.Value
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == parameter.Name })
		if parameter.In != openapi3.ParameterInQuery || i < 0 {
			c.differ(id, "has the parameter %s in %s, and the client does not", parameter.Name, parameter.In)
			continue
		}
		if parameter.Required {
			c.differ(id, "requires %s, and the client does not", parameter.Name)
		}
		c.schema(id+" "+parameter.Name, parameter.Schema, fields[i].typ)
	}
	for _, f := range fields {
		if parameters.GetByInAndName(openapi3.ParameterInQuery, f.name) == nil {
			c.differ(id, "has no parameter %s, and the client does", f.name)
		}
	}
}

// schema compares a schema with the type that was generated from it.
func (c *comparison) schema(place string, ref *openapi3.SchemaRef, typ reflect.Type) {
	if c.stopped {
		return
	}
	schema := ref.Value
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if schema.Type == nil && len(schema.AllOf) == 1 { // a reference with a description of its own
		c.schema(place, schema.AllOf[0], typ)
		return
	}
	isNullable := typ == reflect.TypeFor[wire.Nullable[string]]()
	if schema.Nullable != isNullable {
		c.differ(place, "is nullable: %v, of the client: %v", schema.Nullable, isNullable)
	}
	is, formats := jsonTypeOf(typ)
	if !schema.Type.Is(is) {
		c.differ(place, "is of the type %v, of the client: %s", schema.Type.Slice(), is)
		return
	}
	if !slices.Contains(formats, schema.Format) {
		c.differ(place, "has the format %q, which is not %s", schema.Format, typ)
	}
	switch is {
	case openapi3.TypeArray:
		c.schema(place+"/0", schema.Items, typ.Elem())
	case openapi3.TypeObject:
		c.object(place, schema, typ)
	}
}

func (c *comparison) object(place string, schema *openapi3.Schema, typ reflect.Type) {
	if further := schema.AdditionalProperties; further.Has == nil || !*further.Has {
		c.differ(place, "does not allow further members, and the client keeps them")
	}
	fields := fieldsOf(typ)
	for _, f := range fields {
		property := schema.Properties[f.name]
		if property == nil {
			c.differ(place, "has no member %s, and the client does", f.name)
			continue
		}
		if isRequired := slices.Contains(schema.Required, f.name); isRequired != f.isRequired {
			c.differ(place+"/"+f.name, "is required: %v, of the client: %v", isRequired, f.isRequired)
		}
		c.schema(place+"/"+f.name, property, f.typ)
	}
	for name := range schema.Properties {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			c.differ(place, "has the member %s, and the client does not", name)
		}
	}
}

// jsonTypeOf returns the type and the formats that a generated type stands for.
func jsonTypeOf(typ reflect.Type) (is string, formats []string) {
	switch typ {
	case reflect.TypeFor[wire.Nullable[string]]():
		return openapi3.TypeString, []string{""}
	case reflect.TypeFor[wire.Decimal]():
		return openapi3.TypeNumber, []string{""}
	case reflect.TypeFor[wire.DateTime]():
		return openapi3.TypeString, []string{"date", "date-time"}
	}
	switch typ.Kind() {
	case reflect.Int64:
		return openapi3.TypeInteger, []string{"int64"}
	case reflect.String:
		return openapi3.TypeString, []string{""}
	case reflect.Bool:
		return openapi3.TypeBoolean, []string{""}
	case reflect.Slice:
		return openapi3.TypeArray, []string{""}
	case reflect.Struct:
		return openapi3.TypeObject, []string{""}
	}
	panic("package gen has a new sort of type: " + typ.String())
}
