package agent

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/xsale-go/xsale/internal/operation"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// Bounds of what describe_operation returns.
const (
	maxText        = 1000
	maxDescription = 160 // of a parameter or a property
	maxProperties  = 60  // of an object
	maxEnum        = 20
	maxSchemaBytes = 6000
	maxParameters  = 60
)

type described struct {
	Operation   string               `json:"operation"`
	Request     string               `json:"request"`
	Tool        string               `json:"call_with"`
	Summary     string               `json:"summary,omitzero"`
	Description string               `json:"description,omitzero"`
	Deprecated  bool                 `json:"deprecated,omitzero"`
	Parameters  []describedParameter `json:"parameters,omitzero"`
	Body        any                  `json:"body,omitzero"`
	BodyType    string               `json:"body_type,omitzero"`
	Response    any                  `json:"response,omitzero"`
	List        bool                 `json:"list,omitzero"`
	Note        string               `json:"note,omitzero"`
}

type describedParameter struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Required    bool   `json:"required,omitzero"`
	Description string `json:"description,omitzero"`
}

type describeInput struct {
	Operation string `json:"operation"`
}

func (s *Server) describe(_ context.Context, _ *mcp.CallToolRequest, input describeInput) (any, error) {
	o, err := s.find(input.Operation)
	if err != nil {
		return nil, err
	}
	d := described{
		Operation: o.Name, Request: o.Method + " " + o.Path, Summary: shorten(clean(o.Summary), maxText),
		Description: shorten(clean(o.Description), maxText), Deprecated: o.Deprecated, List: o.List() != nil, Tool: "call_operation",
	}
	if !Reads(o) {
		if d.Tool = "write_operation"; !s.allowed[o.Name] {
			d.Tool = "not allowed; the user can allow it: xsale mcp --allow-write " + o.Name
		}
	}
	organization := organizationInput(o)
	for _, p := range o.Parameters[:min(len(o.Parameters), maxParameters)] {
		if p == organization {
			d.Note = "The organization has a default; pass organization for another one. "
			continue
		}
		d.Parameters = append(d.Parameters, describedParameter{inputName(p), parameterType(p), p.Required, shorten(firstParagraph(p.Description), maxDescription)})
	}
	if left := len(o.Parameters) - maxParameters; left > 0 {
		d.Note += fmt.Sprintf("%d more parameters are left out. ", left)
	}
	spec := s.config.Document.Operation(o.Name).Spec()
	if o.Body != nil && len(o.Body.Media) > 0 {
		d.BodyType = o.Body.Media[0].Type
		if media := spec.RequestBody.Content[d.BodyType]; media != nil {
			d.Body = bounded(media.Schema, true)
		}
		if form := o.Body.Media[0].Form; form == operation.Raw || form == operation.AsMultipart {
			d.Note += "Agents cannot send files: the user can, with 'xsale call'. "
		}
	}
	if len(o.Responses) > 0 && len(o.Responses[0].Media) > 0 {
		if listed := spec.Responses[o.Responses[0].Status]; listed != nil {
			if media := listed.Content[o.Responses[0].Media[0]]; media != nil {
				d.Response = bounded(media.Schema, false)
			}
		}
	}
	d.Note = strings.TrimSpace(d.Note)
	return d, nil
}

func parameterType(p *operation.Parameter) string {
	text := string(p.Kind)
	if p.Kind == operation.JSON {
		text = "any JSON"
	}
	if p.Format != "" {
		text += " (" + p.Format + ")"
	}
	if p.List {
		text = "list of " + text
	}
	if len(p.Enum) > 0 {
		text += ": " + enum(p.Enum)
	}
	if p.Default != "" {
		text += "; default " + shorten(p.Default, 60)
	}
	return clean(text)
}

func enum(values []string) string {
	if len(values) > maxEnum {
		return strings.Join(values[:maxEnum], ", ") + fmt.Sprintf(" and %d more", len(values)-maxEnum)
	}
	return strings.Join(values, ", ")
}

// bounded describes a schema as an example with types in place of values, with as many levels as fit.
func bounded(ref *model.SchemaRef, request bool) any {
	for depth := 4; ; depth-- {
		text := describeSchema(ref, request, depth, nil)
		if data, err := marshal(text); err == nil && len(data) <= maxSchemaBytes || depth == 0 {
			return text
		}
	}
}

// describeSchema returns the type of a schema in words, or an object or list of such.
func describeSchema(ref *model.SchemaRef, request bool, depth int, around []*model.Schema) any {
	if ref == nil || ref.Value == nil {
		return "any JSON"
	}
	schema := ref.Value
	name := ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]
	if slices.Contains(around, schema) {
		return cmp.Or(name, "object") + ", as above"
	}
	around = append(around, schema)
	fields, required := fieldsOf(schema, nil)
	switch {
	case schema.Type.Is(model.Array):
		return []any{describeSchema(schema.Items, request, depth, around)}
	case len(schema.OneOf)+len(schema.AnyOf) > 0 && len(fields) == 0:
		var variants []any
		for _, variant := range append(slices.Clip(schema.OneOf), schema.AnyOf...) {
			if len(variants) < maxEnum {
				variants = append(variants, describeSchema(variant, request, depth-1, around))
			}
		}
		if depth > 0 {
			return map[string]any{"one of": variants}
		}
	case len(fields) > 0 && depth > 0:
		all := map[string]any{}
		for i, field := range slices.Sorted(maps.Keys(fields)) {
			property := fields[field]
			switch {
			case i == maxProperties:
				all["…"] = fmt.Sprintf("%d more", len(fields)-i)
			case i > maxProperties, request && property.Value != nil && property.Value.ReadOnly, !request && property.Value != nil && property.Value.WriteOnly:
				continue
			default:
				text := describeSchema(property, request, depth-1, around)
				if words, ok := text.(string); ok && request && slices.Contains(required, field) {
					text = words + ", required"
				} else if request && slices.Contains(required, field) {
					field += " (required)"
				}
				all[clean(field)] = text
			}
		}
		return all
	case len(fields) > 0:
		return fmt.Sprintf("%s with %d fields", cmp.Or(name, "object"), len(fields))
	}
	return scalarType(schema)
}

func scalarType(schema *model.Schema) string {
	text := "any JSON"
	if len(schema.Type) > 0 {
		text = strings.Join(schema.Type, " or ")
	}
	if schema.Format != "" {
		text += " (" + schema.Format + ")"
	}
	if len(schema.Enum) > 0 {
		var values []string
		for _, value := range schema.Enum {
			values = append(values, fmt.Sprint(value))
		}
		text += ": " + enum(values)
	}
	if schema.Nullable {
		text += ", or null"
	}
	if line := firstParagraph(schema.Description); line != "" {
		text += " - " + shorten(line, maxDescription)
	}
	return clean(text)
}

// fieldsOf returns the properties of an object and of the schemas that it is composed of.
func fieldsOf(schema *model.Schema, around []*model.Schema) (fields model.Schemas, required []string) {
	fields = model.Schemas{}
	if slices.Contains(around, schema) {
		return fields, nil
	}
	maps.Copy(fields, schema.Properties)
	required = schema.Required
	for _, part := range schema.AllOf {
		if part.Value != nil {
			more, needed := fieldsOf(part.Value, append(around, schema))
			maps.Copy(fields, more)
			required = append(slices.Clip(required), needed...)
		}
	}
	return fields, required
}
