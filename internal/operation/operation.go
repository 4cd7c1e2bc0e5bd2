// Package operation turns a spec into operations that a command line or an agent can call: their
// parameters and the fields of their bodies with types and flags, requests that are checked before
// they are sent, and an index that loads without the spec.
package operation

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Operation is an operation of a spec.
type Operation struct {
	Name        string       `json:"name"` // operationId
	Method      string       `json:"method"`
	Path        string       `json:"path"` // template
	Summary     string       `json:"summary,omitzero"`
	Description string       `json:"description,omitzero"` // may contain Markdown
	Tags        []string     `json:"tags,omitzero"`
	Deprecated  bool         `json:"deprecated,omitzero"`
	Idempotent  bool         `json:"idempotent,omitzero"` // sending it twice does no harm
	Parameters  []*Parameter `json:"parameters,omitzero"` // in path, query, headers and cookies, in this order
	Body        *Body        `json:"body,omitzero"`       // nil if the spec lists none
	Responses   []*Response  `json:"responses,omitzero"`  // successes, by status
}

// Reads reports whether the operation only reads, by its method.
func (o *Operation) Reads() bool {
	switch o.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, "QUERY":
		return true
	}
	return false
}

// String returns the method and path.
func (o *Operation) String() string { return o.Method + " " + o.Path }

// Inputs returns the parameters and the fields of the body.
func (o *Operation) Inputs() []*Parameter {
	if o.Body == nil {
		return o.Parameters
	}
	return append(o.Parameters[:len(o.Parameters):len(o.Parameters)], o.Body.Fields...)
}

// Input returns the parameter or field with a flag, or with a name that no other input has. It is nil
// without one.
func (o *Operation) Input(name string) *Parameter {
	var named *Parameter
	for _, p := range o.Inputs() {
		switch {
		case p.Flag == name:
			return p
		case p.path() == name && named == nil:
			named = p
		}
	}
	return named
}

// List returns the first success whose JSON is a list, or nil.
func (o *Operation) List() *Response {
	for _, response := range o.Responses {
		if response.List {
			return response
		}
	}
	return nil
}

// In is where a parameter is in a request.
type In string

// Locations of parameters, in the order in which flags get their names.
const (
	Path   In = "path"
	Query  In = "query"
	Header In = "header"
	Cookie In = "cookie"
	Field  In = "body" // a field of the body
)

// Kind is the type of a value.
type Kind string

// Kinds. A value of the kind Scalar is of any type but arrays and objects; one of the kind JSON is
// of any type.
const (
	String  Kind = "string"
	Integer Kind = "integer"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Scalar  Kind = "scalar"
	JSON    Kind = "json"
	File    Kind = "file" // of a multipart body
)

// Parameter is a parameter of an operation, a field of its body, or a field of a parameter that is an
// object.
type Parameter struct {
	Name        string   `json:"name"`            // in the request
	Inside      string   `json:"inside,omitzero"` // the parameter or field that is the object
	In          In       `json:"in"`
	Flag        string   `json:"flag"`          // unique in the operation
	Kind        Kind     `json:"kind"`          // of the value, or of the elements of a list
	List        bool     `json:"list,omitzero"` // whether the value is a list
	Format      string   `json:"format,omitzero"`
	Enum        []string `json:"enum,omitzero"`
	Default     string   `json:"default,omitzero"`
	Example     string   `json:"example,omitzero"` // a value that fits, for required inputs
	Required    bool     `json:"required,omitzero"`
	Nullable    bool     `json:"nullable,omitzero"`
	Deprecated  bool     `json:"deprecated,omitzero"`
	Description string   `json:"description,omitzero"`
	Tag         string   `json:"tag,omitzero"` // of package param, for parameters
}

// path returns the names that lead to the parameter, separated by dots.
func (p *Parameter) path() string {
	if p.Inside != "" {
		return p.Inside + "." + p.Name
	}
	return p.Name
}

// top returns the name of the parameter or field that the request has.
func (p *Parameter) top() string {
	if p.Inside != "" {
		return p.Inside
	}
	return p.Name
}

// Form is how a body is written.
type Form string

// Forms of bodies. A body that is not of a known form is Raw.
const (
	AsJSON      Form = "json"
	AsForm      Form = "form"
	AsMultipart Form = "multipart"
	Raw         Form = "raw"
)

// Body is the body of a request.
type Body struct {
	Required    bool         `json:"required,omitzero"`
	Description string       `json:"description,omitzero"`
	Media       []Media      `json:"media"`            // the preferred type first
	Fields      []*Parameter `json:"fields,omitzero"`  // of the preferred type, if it is an object
	Example     string       `json:"example,omitzero"` // JSON, if the required fields have no flags that are plain values
}

// Find returns the media type with a name, or the preferred one for an empty name.
func (b *Body) Find(name string) (Media, error) {
	var types []string
	for _, m := range b.Media {
		if name == "" || strings.EqualFold(m.Type, name) {
			return m, nil
		}
		types = append(types, m.Type)
	}
	return Media{}, fmt.Errorf("%w: content type %q: want %s", call.ErrInvalid, name, strings.Join(types, " or "))
}

// Media is a media type of a body.
type Media struct {
	Type   string   `json:"type"`
	Form   Form     `json:"form"`
	Joined []string `json:"joined,omitzero"` // tags of package param for lists in a form
	Parts  []string `json:"parts,omitzero"`  // of a multipart body that are JSON
}

// Response is a success that the spec lists.
type Response struct {
	Status      string   `json:"status"` // such as 200, 2XX or default
	Description string   `json:"description,omitzero"`
	Media       []string `json:"media,omitzero"`
	List        bool     `json:"list,omitzero"`      // whether the JSON is or contains a list
	ListField   string   `json:"listField,omitzero"` // of an object that contains the list; empty for an array
	Type        string   `json:"type,omitzero"`      // of the JSON, or of the elements, in words
	Fields      []string `json:"fields,omitzero"`    // of the JSON, or of the elements, what identifies them first
}

// accepts returns the value of the Accept header. JSON comes first: it is what can be printed in other
// forms.
func (o *Operation) accepts() string {
	var asJSON, others []string
	for _, response := range o.Responses {
		for _, media := range response.Media {
			list := &others
			if plain := httpx.MediaType(media); strings.HasSuffix(plain, "json") {
				list = &asJSON
			}
			if !slices.Contains(*list, media) {
				*list = append(*list, media)
			}
		}
	}
	for i := range others {
		if len(asJSON) > 0 {
			others[i] += ";q=0.5"
		}
	}
	return strings.Join(append(asJSON, others...), ", ")
}
