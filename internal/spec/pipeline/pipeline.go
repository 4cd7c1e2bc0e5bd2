// Package pipeline takes an API description from the bytes that a service serves to one that code
// can be generated from. Each stage is a package of its own; here is their order.
package pipeline

import (
	"fmt"

	"github.com/xsale-go/xsale/internal/spec/normalize"
	"github.com/xsale-go/xsale/internal/spec/overlay"
	"github.com/xsale-go/xsale/internal/spec/selection"
	"github.com/xsale-go/xsale/internal/spec/swagger2"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/validate"
)

// Options say what is to become of a description.
type Options struct {
	Overlays []Overlay        // applied in order, after the normaliser
	Filter   selection.Filter // applied after the overlays
}

// Overlay is the content of an overlay file, and its name for messages.
type Overlay struct {
	Name     string
	Data     []byte
	Optional bool // skips actions that match nothing, which are errors otherwise
}

// Result is a normal description, and how it came to be.
type Result struct {
	Version  tree.Version // of the description as it was read
	Document tree.Object  // OpenAPI 3.0.3
	Report   *tree.Report // every change
}

// Run reads a description and makes it normal: read, detect its version, convert Swagger 2.0,
// normalise, overlay, select, validate. What is wrong with it is an error of type [spec.Problems]
// or [*spec.Problem], with the places and the remedies; the result, as far as it got, comes with
// the error.
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
			return result, err
		}
	}
	result.Document = document
	if err := selection.Select(document, options.Filter); err != nil {
		return result, fmt.Errorf("selection: %w", err)
	}
	return result, validate.Validate(document)
}
