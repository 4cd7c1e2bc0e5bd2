package contract

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Rare checks what this package does not parse. It is safe for concurrent use.
type Rare interface {
	// Parameter reports whether a parameter fits, or may be missing.
	Parameter(call RareCall, in, name string) bool
	// Form returns what does not fit in a form, or an error for a form that cannot be read.
	Form(call RareCall, body []byte) ([]RareValue, error)
}

// RareCall is a call to check.
type RareCall struct {
	Request      *http.Request
	Method, Path string            // of the operation
	Variables    map[string]string // of the path
}

// RareValue is a value of a form that does not fit.
type RareValue struct {
	Pointer []string
	Value   any
	Schema  tree.Object
	Keyword string // of the schema, which the value breaks
}

// NewRare reads a spec for its rare parts, and validates it. It is nil unless package rare is built
// in. Without it, no spec with rare parts can be loaded.
var NewRare func(spec []byte) (Rare, error)

// ErrRare is the error for a spec with rare parts without package rare.
var ErrRare = errors.New(`only package anyspec checks it, import _ "github.com/xsale-go/xsale/xsaletest/anyspec"`)

// checkRare returns an error if the spec needs package rare.
func (d *Document) checkRare() error {
	for _, o := range d.operations {
		what := ""
		for _, p := range o.Parameters() {
			if !(ofScalars(p) && usual(p)) && !ignored(p) {
				what = p.In + " " + p.Name
			}
		}
		if o.spec.RequestBody != nil {
			for _, name := range slices.Sorted(maps.Keys(o.spec.RequestBody.Content)) {
				if isForm(httpx.MediaType(name)) {
					what = name
				}
			}
		}
		if what != "" {
			return fmt.Errorf("%s %s: %s: %w", o.Method, o.Path, what, ErrRare)
		}
	}
	return nil
}

func isForm(mediaType string) bool {
	return mediaType == "application/x-www-form-urlencoded" || mediaType == "multipart/form-data"
}

// ignored reports whether every value of a parameter fits.
func ignored(p *model.Parameter) bool {
	return p.In == model.InHeader && setByClient(p.Name) || p.Schema == nil && p.Content == nil
}

func (c *Call) rareCall() RareCall {
	return RareCall{c.request, c.Operation.Method, c.Operation.Path, c.Variables}
}

func (c *Call) checkRare(parameter *model.Parameter, f *findings) {
	if ignored(parameter) || c.document.rare.Parameter(c.rareCall(), parameter.In, parameter.Name) {
		return
	}
	want := "what the spec has"
	if schema := schemaOf(parameter); schema != nil {
		want = c.document.expected(schema)
	}
	f.fail(KindParameter, parameter.In+" "+parameter.Name, "a value that does not fit, or none", want)
}

func (c *Call) checkForm(body []byte, f *findings) {
	wrong, err := c.document.rare.Form(c.rareCall(), body)
	if err != nil {
		f.fail(KindBody, "", "an unreadable form", "a form that fits its content type and the spec")
	}
	for _, value := range wrong {
		pointer := ""
		for _, name := range value.Pointer {
			pointer += "/" + EscapePointer(printableName(name))
		}
		schema, _ := model.NewSchema(c.document.document, value.Schema) // valid as a part of the spec
		f.fail(KindValue, pointer, typeOf(value.Value), c.document.expected(schema)+" (by its "+value.Keyword+")")
	}
}
