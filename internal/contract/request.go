package contract

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// CheckRequest checks the request with the given body; it does not read the request's own. If the
// spec does not have the path or the method, that is the only finding.
func (c *Call) CheckRequest(body []byte) []Finding {
	f := c.findings(Request, 0)
	switch {
	case c.Path == "":
		f.fail(KindPath, "", c.document.routes.Mask(c.request.URL.EscapedPath()), "a path of the spec")
	case c.Operation == nil:
		f.fail(KindMethod, "", f.common.Method, list(c.Allowed))
	default:
		c.checkParameters(f)
		c.checkRequestBody(body, f)
	}
	return f.list
}

func (c *Call) checkRequestBody(body []byte, f *findings) {
	if c.Operation.spec.RequestBody == nil {
		if len(body) > 0 {
			f.note(KindAddition, "", "a body", "none")
		}
		return
	}
	listed := c.Operation.spec.RequestBody.Value
	if len(body) == 0 {
		if listed.Required {
			f.fail(KindBody, "", "no body", "a body")
		}
		return
	}
	media := mediaType(listed.Content, c.request.Header, 0, f)
	if media == nil {
		return
	}
	name, asJSON := mediaTypeOf(c.request.Header)
	switch {
	case asJSON:
		c.document.checkJSON(media.Schema, body, true, f)
	case name == "application/x-www-form-urlencoded" || name == "multipart/form-data":
		c.checkForm(listed, body, f)
	case isXML(name) && !wellFormed(body):
		f.fail(KindBody, "", "invalid XML", "an XML document with one root element")
	}
}

// checkForm leaves forms to openapi3filter, which splits them into parts and parses each by its
// schema.
func (c *Call) checkForm(listed *openapi3.RequestBody, body []byte, f *findings) {
	input := c.libraryInput()
	input.Request = &http.Request{Method: c.request.Method, URL: c.request.URL, Header: c.request.Header, Body: io.NopCloser(bytes.NewReader(body))}
	err := openapi3filter.ValidateRequestBody(c.request.Context(), input, listed)
	if err == nil {
		return
	}
	failures := schemaErrors(err)
	if len(failures) == 0 {
		f.fail(KindBody, "", "an unreadable form", "a form that fits its content type and the spec")
	}
	for _, failure := range failures {
		pointer := ""
		for _, name := range failure.JSONPointer() {
			pointer += "/" + EscapePointer(printableName(name))
		}
		f.fail(KindValue, pointer, typeOf(failure.Value), c.document.expected(failure.Schema)+" (by its "+failure.SchemaField+")")
	}
}

// schemaErrors returns the schema errors in an error of the library.
func schemaErrors(err error) []*openapi3.SchemaError {
	switch err := err.(type) {
	case openapi3.MultiError:
		var all []*openapi3.SchemaError
		for _, err := range err {
			all = append(all, schemaErrors(err)...)
		}
		return all
	case *openapi3filter.RequestError:
		return schemaErrors(err.Err)
	case *openapi3.SchemaError:
		return []*openapi3.SchemaError{err}
	}
	return nil
}

// libraryInput is the call in the form that openapi3filter takes.
func (c *Call) libraryInput() *openapi3filter.RequestValidationInput {
	return &openapi3filter.RequestValidationInput{
		Request:    c.request,
		PathParams: c.Variables,
		Route:      &routers.Route{Spec: c.document.spec, Path: c.Path, PathItem: c.Operation.item, Method: c.request.Method, Operation: c.Operation.spec},
		Options: &openapi3filter.Options{
			MultiError:              true,
			SkipSettingDefaults:     true,
			AuthenticationFunc:      openapi3filter.NoopAuthenticationFunc,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidators(libraryFormats), openapi3.DisablePatternValidation()},
		},
	}
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// EscapePointer returns a name as it is in a JSON pointer (RFC 6901).
func EscapePointer(name string) string { return pointerEscapes.Replace(name) }
