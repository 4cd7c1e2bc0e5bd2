package codegen

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/naming"
)

// body is a body of a request, in one of its media types.
type body struct {
	goType string // in the client
	encode string // Go expression for the body of the client; "" if only a reader can be sent
	suffix string // of the method; empty for the first typed body

	Field string // of a fake's request
	Type  string
	Tag   string
}

// bodiesOf returns the bodies of an operation: those that are typed in Go first, with JSON in front,
// otherwise in the order of their media types.
func bodiesOf(operation *codegen.OperationDefinition) []body {
	var typed, untyped []body
	json := false
	for _, definition := range operation.Bodies {
		b := bodyOf(operation, definition)
		switch {
		case b.encode == "" || definition.IsJSON() && json:
			b.encode = "" // of two JSON types, the first is typed
			untyped = append(untyped, b)
		case definition.IsJSON():
			json = true
			b.Field = "JSONBody"
			typed = append([]body{b}, typed...)
		default:
			typed = append(typed, b)
		}
	}
	if len(typed) > 0 {
		typed[0].suffix = ""
	}
	bodies := append(typed, untyped...)
	if len(bodies) == 1 {
		bodies[0].Field = "Body"
	}
	fields := identifiers{}
	for i := range bodies {
		bodies[i].Field = naming.Free(bodies[i].Field, func(name string) bool { return fields[name] })
		fields[bodies[i].Field] = true
	}
	return bodies
}

func bodyOf(operation *codegen.OperationDefinition, definition codegen.RequestBodyDefinition) body {
	mediaType := strconv.Quote(definition.ContentType)
	tag := definition.ContentType
	if definition.Required {
		tag += ",required"
	}
	b := body{suffix: definition.Suffix(), Field: cmp.Or(definition.NameTag, goName(definition.ContentType, "")) + "Body", Type: "io.Reader", Tag: "`body:" + strconv.Quote(tag) + "`"}
	b.goType = definition.Schema.TypeDecl()
	if b.goType == operation.OperationId+definition.NameTag+"Body" { // the generator's name for an inline schema
		b.goType = definition.Schema.GoType
	}
	switch {
	case definition.IsJSON():
		b.encode = "call.JSONBody(" + mediaType + ", body)"
	case definition.NameTag == "Formdata":
		styles := formStyles(definition)
		b.encode = "call.FormBody(body" + strings.Join(append([]string{""}, styles...), ", ") + ")"
		if len(styles) > 0 {
			b.Tag = strings.TrimSuffix(b.Tag, "`") + " form:" + strconv.Quote(strings.ReplaceAll(strings.Join(styles, " "), `"`, "")) + "`"
		}
	case definition.NameTag == "Text":
		b.encode = "call.TextBody(body)"
	case strings.HasPrefix(definition.ContentType, "multipart/"):
		b.Type = "*multipart.Reader"
		if len(definition.Schema.Properties) > 0 {
			b.goType = multipartName(operation)
			b.encode = "call.MultipartBody(&body)"
		}
		return b
	default:
		return b
	}
	b.Type = "*" + b.goType
	return b
}

// formStyles returns Go literals of the tags for the lists of a form that are one field each.
func formStyles(definition codegen.RequestBodyDefinition) []string {
	var styles []string
	for _, name := range slices.Sorted(maps.Keys(definition.Encoding)) {
		encoding := definition.Encoding[name]
		if encoding.Explode == nil || *encoding.Explode || strings.ContainsAny(name, " \"`") {
			continue
		}
		style := "joined"
		if encoding.Style == "spaceDelimited" || encoding.Style == "pipeDelimited" {
			style = encoding.Style
		}
		styles = append(styles, strconv.Quote(model.TagName(name)+","+style))
	}
	return styles
}
