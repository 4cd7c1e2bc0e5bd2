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

// operationTypes are the types of package gen for an operation; nil for none.
type operationTypes struct{ request, response, query reflect.Type }

var typesOf = map[string]operationTypes{
	"getMe":             {response: reflect.TypeFor[gen.Me]()},
	"listOrders":        {response: reflect.TypeFor[[]gen.Order](), query: reflect.TypeFor[gen.ListOrdersParams]()},
	"createOrder":       {request: reflect.TypeFor[gen.CreateOrder](), response: reflect.TypeFor[gen.Created]()},
	"listStatuses":      {response: reflect.TypeFor[[]gen.Status]()},
	"createIntegration": {request: reflect.TypeFor[gen.CreateIntegration](), response: reflect.TypeFor[gen.Created]()},
	"createParameter":   {request: reflect.TypeFor[gen.ParameterDefinition](), response: reflect.TypeFor[gen.Created]()},
	"listTranslations":  {response: reflect.TypeFor[[]gen.Translation]()},
	"setTranslation":    {request: reflect.TypeFor[gen.Translation]()},
}

// field is a field of a generated type.
type field struct {
	name     string
	typ      reflect.Type
	required bool
}

func fieldsOf(typ reflect.Type) []field {
	var fields []field
	for structField := range typ.Fields() {
		if tag, ok := structField.Tag.Lookup("query"); ok {
			name, options, _ := strings.Cut(tag, ",")
			fields = append(fields, field{name, structField.Type, strings.Contains(options, "required")})
		} else if name, options, _ := strings.Cut(structField.Tag.Get("json"), ","); name != "-" {
			fields = append(fields, field{name, structField.Type, !strings.Contains(options, "omit")})
		}
	}
	return fields
}

func hasField[T any](name string) bool {
	return slices.ContainsFunc(fieldsOf(reflect.TypeFor[T]()), func(f field) bool { return f.name == name })
}

// types yields the differences between package gen and the spec.
func (d *spec) types() iter.Seq[string] {
	return func(yield func(string) bool) {
		c := &comparison{yield: yield}
		for path, item := range d.document.Paths.Map() {
			for method, operation := range item.Operations() {
				types, ok := typesOf[operation.OperationID]
				if !ok {
					c.differ(method+" "+path, "is operation %q, which the client does not have", operation.OperationID)
					continue
				}
				c.operation(operation, types)
			}
		}
		for id := range typesOf {
			if !d.hasOperation(id) {
				c.differ(id, "is not in the spec")
			}
		}
	}
}

func (d *spec) hasOperation(id string) bool {
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

func (c *comparison) differ(location, format string, arguments ...any) {
	c.stopped = c.stopped || !c.yield(location+" "+fmt.Sprintf(format, arguments...))
}

func (c *comparison) operation(operation *openapi3.Operation, types operationTypes) {
	id := operation.OperationID
	var request openapi3.Content
	if operation.RequestBody != nil {
		request = operation.RequestBody.Value.Content
	}
	c.content(id+" request", request, types.request)
	for status, response := range operation.Responses.Map() {
		var body reflect.Type
		if strings.HasPrefix(status, "2") {
			body = types.response
		}
		c.content(id+" response "+status, response.Value.Content, body)
	}
	c.query(id, operation.Parameters, types.query)
}

func (c *comparison) content(location string, content openapi3.Content, typ reflect.Type) {
	media := content["application/json"]
	switch {
	case typ == nil && len(content) > 0:
		c.differ(location, "has a body, but the client does not")
	case typ != nil && media == nil:
		c.differ(location, "has no JSON, but the client does")
	case typ != nil:
		c.schema(location, media.Schema, typ)
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
			c.differ(id, "has the parameter %s in %s, but the client does not", parameter.Name, parameter.In)
			continue
		}
		if parameter.Required {
			c.differ(id, "requires %s, but the client does not", parameter.Name)
		}
		c.schema(id+" "+parameter.Name, parameter.Schema, fields[i].typ)
	}
	for _, f := range fields {
		if parameters.GetByInAndName(openapi3.ParameterInQuery, f.name) == nil {
			c.differ(id, "has no parameter %s, but the client does", f.name)
		}
	}
}

// schema compares a schema with the type that was generated from it.
func (c *comparison) schema(location string, ref *openapi3.SchemaRef, typ reflect.Type) {
	if c.stopped {
		return
	}
	schema := ref.Value
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if schema.Type == nil && len(schema.AllOf) == 1 { // a reference with its own prose
		c.schema(location, schema.AllOf[0], typ)
		return
	}
	nullable := typ == reflect.TypeFor[wire.Nullable[string]]()
	if schema.Nullable != nullable {
		c.differ(location, "is nullable: %v, in the client: %v", schema.Nullable, nullable)
	}
	is, formats := jsonTypeOf(typ)
	if !schema.Type.Is(is) {
		c.differ(location, "has type %v, in the client: %s", schema.Type.Slice(), is)
		return
	}
	if !slices.Contains(formats, schema.Format) {
		c.differ(location, "has the format %q, which is not %s", schema.Format, typ)
	}
	switch is {
	case openapi3.TypeArray:
		c.schema(location+"/0", schema.Items, typ.Elem())
	case openapi3.TypeObject:
		c.object(location, schema, typ)
	}
}

func (c *comparison) object(location string, schema *openapi3.Schema, typ reflect.Type) {
	if unknown := schema.AdditionalProperties; unknown.Has == nil || !*unknown.Has {
		c.differ(location, "does not allow unknown fields, but the client keeps them")
	}
	fields := fieldsOf(typ)
	for _, f := range fields {
		property := schema.Properties[f.name]
		if property == nil {
			c.differ(location, "has no field %s, but the client does", f.name)
			continue
		}
		if required := slices.Contains(schema.Required, f.name); required != f.required {
			c.differ(location+"/"+f.name, "is required: %v, in the client: %v", required, f.required)
		}
		c.schema(location+"/"+f.name, property, f.typ)
	}
	for name := range schema.Properties {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			c.differ(location, "has the field %s, but the client does not", name)
		}
	}
}

// jsonTypeOf returns the JSON type and formats of a generated type.
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
	panic("package gen has a new kind of type: " + typ.String())
}
