// Package pipeline turns the spec that a service serves into one for code generation. Each stage is
// a separate package; this one defines their order.
package pipeline

import (
	"github.com/xsale-go/xsale/internal/spec/normalize"
	"github.com/xsale-go/xsale/internal/spec/overlay"
	"github.com/xsale-go/xsale/internal/spec/selection"
	"github.com/xsale-go/xsale/internal/spec/swagger2"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/validate"
)

// Options configure a run.
type Options struct {
	Overlays []Overlay        // applied in order, after normalization
	Filter   selection.Filter // applied after the overlays
}

// Overlay is an overlay file, with a name for messages.
type Overlay struct {
	Name     string
	Data     []byte
	Optional bool // skips actions that match nothing, which are errors otherwise
}

// OptionError is a problem of an overlay or of the filter, rather than of the spec.
type OptionError struct{ error }

// Unwrap returns the error without this type.
func (e OptionError) Unwrap() error { return e.error }

// Result is a spec in normal form and the report of its changes.
type Result struct {
	Version  tree.Version // of the original spec
	Document tree.Object  // OpenAPI 3.0.3
	Report   *tree.Report // every change
}

// Run puts a spec in normal form: it reads the spec, detects the version, converts Swagger 2.0,
// normalizes, applies overlays, selects operations and validates. An invalid spec is an error of
// type [tree.Problems] or [*tree.Problem], with pointers and remedies. An error comes with the
// result so far.
func Run(data []byte, options Options) (*Result, error) {
	result := &Result{Report: &tree.Report{}}
	document, err := tree.Read(data)
	if err != nil {
		return result, err
	}
	if result.Version, err = tree.VersionOf(document); err != nil {
		return result, err
	}
	if result.Version == tree.Version20 {
		converted, problems := swagger2.Convert(document, result.Report)
		if err := problems.Err(); err != nil {
			return result, err
		}
		document = converted
	}
	normalize.Normalize(document, result.Report)
	for _, o := range options.Overlays {
		apply := overlay.Apply
		if o.Optional {
			apply = overlay.ApplyOptional
		}
		if document, err = apply(document, o.Name, o.Data, result.Report); err != nil {
			return result, OptionError{err}
		}
	}
	result.Document = document
	if err := selection.Select(document, options.Filter); err != nil {
		return result, OptionError{err}
	}
	return result, validate.Validate(document)
}
