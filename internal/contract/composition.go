package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// composition is what a schema and all of its parts say of the members of an object together. JSON Schema has each part
// judge alone, so that a part which allows no others would refuse the members of its neighbours; no service means that.
type composition struct {
	known      map[string]bool
	isClosed   bool             // no others are allowed
	additional *openapi3.Schema // of the values of others; nil where nothing is said
}

func (d *Document) composition(schema *openapi3.Schema) *composition {
	if cached, ok := d.compositions.Load(schema); ok {
		return cached.(*composition)
	}
	c := &composition{known: make(map[string]bool)}
	c.add(schema, make(map[*openapi3.Schema]bool))
	d.compositions.Store(schema, c)
	return c
}

func (c *composition) add(schema *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if seen[schema] {
		return
	}
	seen[schema] = true
	for name := range schema.Properties {
		c.known[name] = true
	}
	if has := schema.AdditionalProperties.Has; has != nil && !*has {
		c.isClosed = true
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

// parts returns the schemas that judge the same value as a schema does.
func parts(schema *openapi3.Schema) openapi3.SchemaRefs {
	return slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf)
}

// fits reports whether a value has no fault under a schema.
func (w *walk) fits(schema *openapi3.Schema, value any) bool {
	return w.try(schema, nil, value).faults == 0
}

// try checks a value against an alternative of a schema, and keeps what it finds apart.
func (w *walk) try(alternative, of *openapi3.Schema, value any) *findings {
	inner := &walk{Document: w.Document, isRequest: w.isRequest, findings: &findings{common: w.findings.common}, active: slices.Clone(w.active)}
	inner.apply(alternative, value, nil)
	object, ok := value.(map[string]any)
	if members := w.composition(alternative); ok && members.isClosed {
		for name := range object {
			if isOutside := of == nil || of.Properties[name] == nil; !members.known[name] && isOutside {
				inner.fault(&place{name: printableName(name)}, typeOf(object[name]), "no member of this name")
			}
		}
	}
	return inner.findings
}

// choose checks a value that must fit one of several schemas.
func (w *walk) choose(schema *openapi3.Schema, alternatives openapi3.SchemaRefs, isExact bool, value any, at *place) {
	if object, ok := value.(map[string]any); ok && schema.Discriminator != nil && len(alternatives) > 0 {
		w.discriminate(schema, alternatives, object, at)
		return
	}
	var fitting int
	var ofType []*findings
	for _, alternative := range alternatives {
		inner := w.try(alternative.Value, schema, value)
		if inner.faults == 0 {
			fitting++
			if !isExact {
				return
			}
			continue
		}
		if single := single(alternative.Value); single.Type != nil && permits(single.Type, value) {
			ofType = append(ofType, inner)
		}
	}
	switch {
	case fitting == 1 || fitting > 1 && !isExact:
	case fitting > 1:
		w.fault(at, fmt.Sprintf("%s that fits %d alternatives", typeOf(value), fitting), "one that fits exactly one of "+w.names(alternatives))
	case len(ofType) == 1: // which must be the one that is meant
		w.adopt(ofType[0], at)
	default:
		w.fault(at, typeOf(value)+" that fits no alternative", w.alternatives(alternatives))
	}
}

// adopt takes over what was found in an alternative.
func (w *walk) adopt(found *findings, at *place) {
	for _, finding := range found.list {
		if finding.Severity == Fault {
			w.findings.fault(finding.Kind, at.String()+finding.Place, finding.Got, finding.Want)
		}
	}
}

// discriminate checks an object against the alternative that one of its members names.
func (w *walk) discriminate(schema *openapi3.Schema, alternatives openapi3.SchemaRefs, object map[string]any, at *place) {
	name := schema.Discriminator.PropertyName
	here := &place{parent: at, name: name}
	value, isText := object[name].(string)
	if !isText {
		got := "missing"
		if value, ok := object[name]; ok {
			got = typeOf(value)
		}
		w.fault(here, got, "a string that tells alternatives apart")
		return
	}
	target := schema.Discriminator.Mapping[value].Ref
	if target == "" {
		target = value
	}
	if !strings.Contains(target, "/") {
		target = "#/components/schemas/" + target
	}
	for _, alternative := range alternatives {
		if alternative.Ref == target {
			w.adopt(w.try(alternative.Value, schema, object), at)
			return
		}
	}
	w.fault(here, "another string", "a name of one of "+w.names(alternatives))
}
