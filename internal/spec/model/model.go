// Package model is a spec in normal form as typed values, for what checks and generates traffic. It
// has what OpenAPI 3.0 says about requests and responses, with resolved references, and reads
// nothing else. Tests of users build it, so it imports no library of specs.
package model

import (
	"strconv"
	"strings"
)

// Spec is a spec. The values in it are shared: do not modify them.
type Spec struct {
	Title, Version string
	Servers        []string // URLs
	Paths          map[string]*PathItem
	Schemas        map[string]*SchemaRef // of the components
}

// PathItem is a path.
type PathItem struct {
	Parameters []*Parameter
	Operations map[string]*Operation // by method, in upper case
}

// Operation is an operation.
type Operation struct {
	ID, Summary, Description string
	Tags                     []string
	Deprecated               bool
	Parameters               []*Parameter // without those of the path
	RequestBody              *RequestBody // may be nil
	Responses                Responses
	Extensions               map[string]any
}

// The locations of parameters.
const (
	InPath   = "path"
	InQuery  = "query"
	InHeader = "header"
	InCookie = "cookie"
)

// Parameter is a parameter, or a header of a response.
type Parameter struct {
	Name, In, Description string
	Required, Deprecated  bool
	AllowEmptyValue       bool
	AllowReserved         bool
	Style                 string // may be empty
	Explode               *bool  // nil for the default
	Schema                *SchemaRef
	Content               Content
	Example               any
	Extensions            map[string]any
}

// The styles of parameters.
const (
	Simple         = "simple"
	Form           = "form"
	Label          = "label"
	Matrix         = "matrix"
	SpaceDelimited = "spaceDelimited"
	PipeDelimited  = "pipeDelimited"
	DeepObject     = "deepObject"
)

// Serialization returns how a value is written, with the defaults of the location.
func (p *Parameter) Serialization() (style string, explode bool) {
	style = p.Style
	query := p.In == InQuery || p.In == InCookie
	switch {
	case style == "" && query:
		style = Form
	case style == "":
		style = Simple
	}
	explode = query && style != SpaceDelimited && style != PipeDelimited
	if p.Explode != nil {
		explode = *p.Explode
	}
	return style, explode
}

// RequestBody is the body of a request.
type RequestBody struct {
	Description string
	Required    bool
	Content     Content
}

// Response is a response.
type Response struct {
	Description string
	Headers     map[string]*Parameter
	Content     Content
}

// Responses are responses by status, range of statuses such as 2XX, or "default".
type Responses map[string]*Response

// Status returns the response of a status, or nil. The default response is not among them.
func (r Responses) Status(status int) *Response {
	if response := r[strconv.Itoa(status)]; response != nil {
		return response
	}
	return r[strconv.Itoa(status/100)+"XX"]
}

// MediaType is a body of one media type.
type MediaType struct {
	Schema     *SchemaRef // may be nil
	Example    any
	Examples   map[string]any
	Encoding   map[string]*Encoding
	Extensions map[string]any
}

// Encoding is how a field of a form is written.
type Encoding struct {
	ContentType, Style string
	Explode            *bool
}

// Content are bodies by media type or range of media types.
type Content map[string]*MediaType

// Get returns the body for a content type, or nil. The most specific range wins: with parameters,
// without them, of the type, of all types. A key may be a list of ranges.
func (c Content) Get(contentType string) *MediaType {
	if contentType == "" {
		return c.find("*/*")
	}
	full := strings.ToLower(strings.TrimSpace(contentType))
	plain, _, _ := strings.Cut(full, ";")
	plain = strings.TrimSpace(plain)
	ranges := []string{full, plain}
	if kind, _, ok := strings.Cut(plain, "/"); ok {
		ranges = append(ranges, kind+"/*", "*/*")
	}
	for _, wanted := range ranges {
		if media := c.find(wanted); media != nil {
			return media
		}
	}
	return nil
}

func (c Content) find(wanted string) *MediaType {
	if media := c[wanted]; media != nil {
		return media
	}
	for key, media := range c {
		for name := range strings.SplitSeq(key, ",") {
			if strings.EqualFold(strings.TrimSpace(name), wanted) {
				return media
			}
		}
	}
	return nil
}
