package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// composition is what a schema and all of its parts allow together as fields of an object. In
// JSON Schema each part judges alone, so that a closed part would reject the fields of its
// neighbors; no service means that.
type composition struct {
	known      map[string]bool
	closed     bool          // no other fields are allowed
	additional *model.Schema // of the values of other fields, may be nil
}

func (d *Document) composition(schema *model.Schema) *composition {
	if cached, ok := d.compositions.Load(schema); ok {
		return cached.(*composition)
	}
	c := &composition{known: make(map[string]bool)}
	c.add(schema, make(map[*model.Schema]bool))
	d.compositions.Store(schema, c)
	return c
}

func (c *composition) add(schema *model.Schema, seen map[*model.Schema]bool) {
	if seen[schema] {
		return
	}
	seen[schema] = true
	for name := range schema.Properties {
		c.known[name] = true
	}
	if has := schema.AdditionalProperties.Has; has != nil && !*has {
		c.closed = true
	}
	if additional := schema.AdditionalProperties.Schema; additional != nil && c.additional == nil {
		c.additional = additional.Value
	}
	if schema.Discriminator != nil {
		c.known[schema.Discriminator.PropertyName] = true
	}
	for _, part := range parts(schema) {
		c.add(part.Value, seen)
	}
}

// parts returns the schemas that apply to the same value as a schema.
func parts(schema *model.Schema) model.SchemaRefs {
	return slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf)
}

// try checks a value against an alternative of a schema and keeps its findings apart.
func (w *walk) try(alternative, of *model.Schema, value any) *findings {
	inner := &walk{Document: w.Document, request: w.request, findings: &findings{common: w.findings.common}, active: slices.Clone(w.active)}
	inner.apply(alternative, value, nil)
	object, ok := value.(map[string]any)
	if fields := w.composition(alternative); ok && fields.closed {
		for name := range object {
			if !fields.known[name] && (of == nil || of.Properties[name] == nil) {
				inner.fail(&location{name: printableName(name)}, typeOf(object[name]), "no field of this name")
			}
		}
	}
	return inner.findings
}

// choose checks a value that must fit one of several schemas, or exactly one.
func (w *walk) choose(schema *model.Schema, alternatives model.SchemaRefs, exact bool, value any, at *location) {
	if object, ok := value.(map[string]any); ok && schema.Discriminator != nil && len(alternatives) > 0 {
		w.discriminate(schema, alternatives, object, at)
		return
	}
	var fitting int
	var sameType []*findings
	for _, alternative := range alternatives {
		found := w.try(alternative.Value, schema, value)
		if found.errors == 0 {
			fitting++
			if !exact {
				return
			}
			continue
		}
		if single := single(alternative.Value); single.Type != nil && permits(single.Type, value) {
			sameType = append(sameType, found)
		}
	}
	switch {
	case fitting == 1:
	case fitting > 1:
		w.fail(at, fmt.Sprintf("%s that fits %d alternatives", typeOf(value), fitting), "one that fits exactly one of "+w.names(alternatives))
	case len(sameType) == 1: // must be the intended one
		w.adopt(sameType[0], at)
	default:
		w.fail(at, typeOf(value)+" that fits no alternative", w.alternatives(alternatives))
	}
}

// adopt takes over the errors found in an alternative.
func (w *walk) adopt(found *findings, at *location) {
	for _, finding := range Errors(found.list) {
		w.findings.fail(finding.Kind, at.String()+finding.Location, finding.Got, finding.Want)
	}
}

// discriminate checks an object against the alternative that one of its fields names.
func (w *walk) discriminate(schema *model.Schema, alternatives model.SchemaRefs, object map[string]any, at *location) {
	name := schema.Discriminator.PropertyName
	here := &location{parent: at, name: name}
	selector, ok := object[name].(string)
	if !ok {
		got := "missing"
		if value, ok := object[name]; ok {
			got = typeOf(value)
		}
		w.fail(here, got, "a string that selects an alternative")
		return
	}
	target := cmp.Or(schema.Discriminator.Mapping[selector], selector)
	if !strings.Contains(target, "/") {
		target = "#/components/schemas/" + target
	}
	for _, alternative := range alternatives {
		if alternative.Ref == target {
			w.adopt(w.try(alternative.Value, schema, object), at)
			return
		}
	}
	w.fail(here, "another string", "a name of one of "+w.names(alternatives))
}
