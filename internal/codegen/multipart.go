package codegen

import (
	"strconv"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

const multipartType = "multipart/form-data"

// fileType is the Go type of a file in a multipart body.
const fileType = "call.File"

// hoistParts prepares the properties of a multipart body, which become the fields of a struct, and
// reports whether there are any.
func (p *preparer) hoistParts(media tree.Object, at location) bool {
	form := tree.Clone(p.resolve(p.merged(tree.ObjectAt(media, "schema"), nil))).(tree.Object)
	properties := tree.ObjectAt(form, "properties")
	for name, value := range tree.Fields(properties) {
		property, _ := value.(tree.Object)
		target := p.resolve(p.merged(property, nil))
		inside := at.inside("properties", goName(name, "Property"), name)
		switch {
		case !validTag(name):
			p.report.Add("go-names", inside.pointer, property, nil, "the name cannot be used in a Go struct tag; …WithBody can send the part")
			delete(properties, name)
		case tree.True(target, "readOnly"):
			p.report.Add("go-types", inside.pointer, property, nil, "a request does not send what is read-only")
			delete(properties, name)
		case binary(target):
			properties[name] = describe(tree.Object{"x-go-type": fileType}, property)
		case kindOf(target) == kindList && binary(p.resolve(tree.ObjectAt(target, "items"))):
			properties[name] = describe(tree.Object{"type": "array", "items": tree.Object{"x-go-type": fileType}}, property)
		default:
			properties[name] = withoutNull(p.child(property, inside))
		}
	}
	if len(properties) == 0 {
		return false
	}
	keep(form, "type", "properties", "required", "description")
	form["type"] = "object"
	media["schema"] = form
	return true
}

// binary reports whether a part is a file.
func binary(schema tree.Object) bool {
	return schema["type"] == "string" && schema["format"] == "binary"
}

// multipartBody is the template data of the struct of a multipart body.
type multipartBody struct {
	Name   string
	Fields []parameterField
}

func multipartName(operation *codegen.OperationDefinition) string {
	return operation.OperationId + "MultipartBody"
}

// multipartOf returns the struct of an operation's multipart body, or nil without one.
func multipartOf(operation codegen.OperationDefinition) *multipartBody {
	for _, body := range operation.Bodies {
		if body.ContentType != multipartType || len(body.Schema.Properties) == 0 {
			continue
		}
		form := &multipartBody{Name: multipartName(&operation)}
		for _, property := range body.Schema.Properties {
			field := parameterField{Name: property.GoFieldName(), Type: property.Schema.TypeDecl()}
			if !property.Required && !property.Schema.SkipOptionalPointer {
				field.Type = "*" + field.Type
			}
			tag := model.TagName(property.JsonFieldName)
			if property.Required {
				tag += ",required"
			}
			if body.Encoding[property.JsonFieldName].ContentType == jsonType {
				tag += ",json"
			}
			field.Tag = "`form:" + strconv.Quote(tag) + "`"
			field.Comment = fieldComment(field.Name, property.Description, property.Deprecated)
			form.Fields = append(form.Fields, field)
		}
		return form
	}
	return nil
}
