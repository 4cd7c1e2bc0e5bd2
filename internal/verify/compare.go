package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

func evidenceOf(object tree.Object) string { return tree.String(object["x-evidence"]) }

// comparison compares the responses of one operation with the spec.
type comparison struct {
	*run
	operation view.Operation
}

// compareResponses compares the bodies of an operation's responses.
func (r *run) compareResponses(operation view.Operation, o *observation) {
	c := &comparison{run: r, operation: operation}
	finding := Finding{Verdict: New, Detail: detailResponse, Evidence: evidenceOf(o.response.Object), Count: o.shape.total()}
	if o.content.Object == nil {
		finding.Spec, finding.Response, finding.SpecPointer = "no body", c.outline(o.shape), o.response.Pointer
		c.add(finding)
		r.learned.content(o.response, r.schemaFrom(o.shape, operation.ID))
		return
	}
	described := r.spec.Schema(o.content.At("schema"))
	if described.Object == nil {
		finding.Spec, finding.Response, finding.SpecPointer = "any type", c.outline(o.shape), o.content.Pointer
		c.add(finding)
		r.learned.update(o.content.Pointer, tree.Object{"schema": r.schemaFrom(o.shape, operation.ID)})
		return
	}
	if !c.contradictedAt(described.Pointer) && len(described.Kinds) > 0 {
		finding.Verdict, finding.Spec, finding.Response, finding.SpecPointer = Confirmed, r.spec.Describe(described), o.shape.describe(), described.Pointer
		c.add(finding)
		if finding.Evidence == evidence.Inferred {
			r.learned.confirm(o.response)
		}
	}
	if o.shape.count(view.Object) == 0 || described.Allows(view.Object) {
		c.inside(described, o.shape)
		return
	}
	element := r.spec.Schema(described.Items)
	if list := listIn(element, o.shape); list != "" {
		c.inside(element, o.shape.fields[list].items)
	} else if shared(element, o.shape) > 0 {
		c.inside(element, o.shape)
	}
}

// contradictedAt reports whether a response contradicted a location of the spec.
func (c *comparison) contradictedAt(pointer string) bool {
	_, ok := c.contradicted[c.operation.Pointer+" "+pointer]
	return ok
}

func (c *comparison) add(finding Finding) { c.run.add(c.operation, finding) }

// outline describes a value and lists the fields of an object with their types.
func (r *run) outline(s *shape) string {
	if kind, _ := s.typeOf(); kind != view.Object {
		return s.describe()
	}
	names := slices.Sorted(maps.Keys(s.fields))
	keys := r.dataNames(s, names)
	var fields []string
	for _, name := range names {
		if !slices.Contains(keys, name) {
			fields = append(fields, name+" "+s.fields[name].describe())
		}
	}
	if len(keys) > 0 {
		fields = append(fields, "* "+r.hide(s, keys).describe())
	}
	return s.describe() + " of " + strings.Join(fields, ", ")
}

// inside compares the contents of objects and arrays.
func (c *comparison) inside(described view.Schema, s *shape) {
	if len(described.Kinds) == 0 {
		c.openType(described, s)
		return
	}
	if s.items != nil && described.Items.Object != nil && described.Allows(view.Array) {
		c.inside(c.spec.Schema(described.Items), s.items)
	}
	if s.count(view.Object) > 0 && described.Allows(view.Object) {
		c.fields(described, s)
	}
}

// openType learns the type if the spec has none.
func (c *comparison) openType(described view.Schema, s *shape) {
	if kind, _ := s.typeOf(); kind == "" {
		return
	}
	c.add(Finding{Verdict: New, Detail: detailType, Spec: "any type", Response: c.outline(s), Count: s.total(), SpecPointer: described.Pointer, at: s.first()})
	c.learned.update(described.Pointer, c.schemaFrom(s, c.operation.ID))
}

func (c *comparison) fields(described view.Schema, s *shape) {
	for _, name := range slices.Sorted(maps.Keys(described.Properties)) {
		c.field(described, s, name)
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(s.fields)) {
		if _, ok := described.Properties[name]; !ok {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 || described.Closed { // a closed schema makes them contradictions
		return
	}
	keys := c.dataNames(s, unknown)
	if described.Additional.Object != nil { // by the spec, all of them are data
		keys = unknown
	}
	if len(keys) > 0 {
		c.additional(described, c.hide(s, keys))
	}
	for _, name := range unknown {
		if !slices.Contains(keys, name) {
			c.newField(described, name, s.fields[name])
		}
	}
}

// field compares a described field.
func (c *comparison) field(described view.Schema, s *shape, name string) {
	property := described.Properties[name]
	schema := c.spec.Schema(property)
	finding := Finding{Detail: detailField, Evidence: evidenceOf(property.Object), Spec: c.spec.Describe(schema), SpecPointer: property.Pointer}
	values := s.fields[name]
	if values == nil {
		if !described.Required[name] {
			finding.Verdict, finding.at, finding.Response = Open, s.kinds[view.Object].first.field(name), fmt.Sprintf("in 0 of %d objects", s.count(view.Object))
			c.add(finding)
		}
		return
	}
	if finding.Evidence == evidence.Inferred && !c.contradictedAt(property.Pointer) {
		confirmed := finding
		confirmed.Verdict, confirmed.at, confirmed.Count, confirmed.Response = Confirmed, values.first(), values.total(), values.describe()
		c.add(confirmed)
		c.learned.confirm(property)
	}
	if schema.Nullable && hasReason(property.Object) {
		null := finding
		null.Verdict, null.Evidence, null.Detail, null.at, null.Response = Open, evidence.Inferred, detailNull, values.first(), "never null"
		null.Spec = "may be null"
		if seen := values.kinds[view.Null]; seen != nil {
			null.Verdict, null.at, null.Count, null.Response = Confirmed, seen.first, seen.count, "null"
		}
		c.add(null)
	}
	c.inside(schema, values)
}

// hasReason reports whether an object explains an inferred detail.
func hasReason(object tree.Object) bool {
	return strings.Contains(tree.String(object["description"]), evidence.InferredNote)
}

// additional compares the values of fields whose names are data.
func (c *comparison) additional(described view.Schema, s *shape) {
	if described.Additional.Object != nil {
		c.inside(c.spec.Schema(described.Additional), s)
		return
	}
	c.unknown(described.Pointer, s, dataFields)
	c.learned.update(described.Pointer, tree.Object{"additionalProperties": marked(c.schemaFrom(s, c.operation.ID), c.operation.ID)})
}

func (c *comparison) newField(described view.Schema, name string, s *shape) {
	c.unknown(described.Pointer, s, "")
	c.learned.update(described.Pointer, tree.Object{"properties": tree.Object{name: c.fieldSchema(name, s, c.operation.ID)}})
}

const dataFields = "fields whose names are data: "

// unknown reports an undescribed field and the fields inside it.
func (c *comparison) unknown(specPointer string, s *shape, prefix string) {
	c.add(Finding{Verdict: New, Detail: detailField, at: s.first(), Count: s.total(), Response: prefix + s.describe(), SpecPointer: specPointer})
	for s.items != nil {
		s = s.items
	}
	names := slices.Sorted(maps.Keys(s.fields))
	keys := c.dataNames(s, names)
	if len(keys) > 0 {
		c.unknown(specPointer, c.hide(s, keys), dataFields)
	}
	for _, name := range names {
		if !slices.Contains(keys, name) {
			c.unknown(specPointer, s.fields[name], "")
		}
	}
}
