package contract

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// CheckRequest returns what does not fit in a request whose body is given. The request's own body is not read, and nothing
// of it is changed. Where the description does not have the path or the method, that is the only finding.
func (d *Document) CheckRequest(r *http.Request, body []byte) []Finding {
	c := d.call(r)
	f := c.findings(Request, 0)
	switch {
	case c.route == nil:
		f.fault(KindPath, "", d.masked(r.URL.EscapedPath()), "a path of the description")
		return f.list
	case c.operation == nil:
		f.fault(KindMethod, "", f.common.Method, list(slices.Sorted(maps.Keys(c.route.item.Operations()))))
		return f.list
	}
	d.checkParameters(c, f)
	d.checkRequestBody(c, body, f)
	return f.list
}

func (d *Document) checkRequestBody(c *call, body []byte, f *findings) {
	if c.operation.RequestBody == nil {
		if len(body) > 0 {
			f.notice(KindAddition, "", "a body", "none")
		}
		return
	}
	described := c.operation.RequestBody.Value
	if len(body) == 0 {
		if described.Required {
			f.fault(KindBody, "", "no body", "a body")
		}
		return
	}
	media := d.mediaType(described.Content, c.request.Header, 0, f)
	if media == nil {
		return
	}
	name, isJSON := mediaTypeOf(c.request.Header)
	switch {
	case isJSON:
		d.checkJSON(media.Schema, body, true, f)
	case name == "application/x-www-form-urlencoded" || name == "multipart/form-data":
		d.checkForm(c, described, body, f)
	}
}

// checkForm leaves forms, whose parts have to be told apart and read by their schemas, to the library.
func (d *Document) checkForm(c *call, described *openapi3.RequestBody, body []byte, f *findings) {
	input := c.input(d)
	input.Request = &http.Request{Method: c.request.Method, URL: c.request.URL, Header: c.request.Header, Body: io.NopCloser(bytes.NewReader(body))}
	err := openapi3filter.ValidateRequestBody(c.request.Context(), input, described)
	if err == nil {
		return
	}
	failures := schemaErrors(err)
	if len(failures) == 0 {
		f.fault(KindBody, "", "a form that cannot be read", "a form as its content type and the description have it")
	}
	for _, failure := range failures {
		place := ""
		for _, name := range failure.JSONPointer() {
			place += "/" + escapePointer(printableName(name))
		}
		f.fault(KindValue, place, typeOf(failure.Value), d.expected(failure.Schema)+" (by its "+failure.SchemaField+")")
	}
}

// schemaErrors returns the errors of schemas in an error of the library.
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

// input is what the library wants to know of a call.
func (c *call) input(d *Document) *openapi3filter.RequestValidationInput {
	return &openapi3filter.RequestValidationInput{
		Request:    c.request,
		PathParams: c.variables,
		Route:      &routers.Route{Spec: d.description, Path: c.route.path, PathItem: c.route.item, Method: c.request.Method, Operation: c.operation},
		Options: &openapi3filter.Options{
			MultiError:              true,
			SkipSettingDefaults:     true,
			AuthenticationFunc:      openapi3filter.NoopAuthenticationFunc,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidators(libraryFormats), openapi3.DisablePatternValidation()},
		},
	}
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(name string) string { return pointerEscapes.Replace(name) }
