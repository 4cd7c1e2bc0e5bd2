package evidence

import (
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/view"
)

// body is the content of a request or response.
type body struct {
	mediaTypes []string // empty if there is no body
	json       bool
	schema     view.Node // of the JSON
}

func bodyOf(owner view.Node) body {
	content, _, ok := view.JSON(owner)
	return body{slices.Sorted(maps.Keys(owner.At("content").Object)), ok, content.At("schema")}
}

func (c *comparison) request(ours, theirs view.Operation, evidence string) {
	own := c.ours.Resolve(ours.At("requestBody"))
	other := c.theirs.Resolve(theirs.At("requestBody"))
	if own.Object != nil || other.Object != nil {
		c.bodies(Finding{Detail: "request", Evidence: evidenceOf(own.Object, evidence)}, own, other, "")
	}
}

// responses compares the success responses, whatever their statuses, and whether there are
// failures.
func (c *comparison) responses(ours, theirs view.Operation, evidence string) {
	own, status := success(c.ours, ours)
	other, otherStatus := success(c.theirs, theirs)
	if own.Object != nil {
		c.bodies(Finding{Detail: "response", Evidence: evidenceOf(own.Object, evidence)}, own, other, otherStatus+": ")
	}
	failure := c.ours.Resolve(ours.At("responses").At("default"))
	if failure.Object == nil || status == "default" {
		return
	}
	finding := Finding{
		Detail:      "response default",
		Evidence:    evidenceOf(failure.Object, evidence),
		Verdict:     Missing,
		Ours:        "default",
		OursPointer: failure.Pointer,
	}
	if failures := slices.DeleteFunc(theirs.Statuses(), view.Success); len(failures) > 0 {
		finding.Verdict, finding.Theirs, finding.TheirsPointer = Confirmed, strings.Join(failures, ", "), theirs.At("responses").Pointer
	}
	c.add(finding)
}

// success returns the first success response that has a body, or else the first one, with its
// status.
func success(spec view.Spec, operation view.Operation) (found view.Node, code string) {
	for _, status := range operation.Statuses() {
		response := spec.Resolve(operation.At("responses").At(status))
		first := found.Object == nil && (view.Success(status) || status == "default")
		better := view.Success(status) && bodyOf(found).mediaTypes == nil && bodyOf(response).mediaTypes != nil
		if first || better {
			found, code = response, status
		}
	}
	return found, code
}

// describe returns the type of the JSON, or else the media types.
func (b body) describe(spec view.Spec) string {
	switch {
	case b.json:
		return spec.Describe(spec.Schema(b.schema))
	case b.mediaTypes == nil:
		return "no body"
	}
	return strings.Join(b.mediaTypes, ", ")
}

// bodies compares two requests or responses. The status goes before what theirs contains.
func (c *comparison) bodies(finding Finding, own, other view.Node, status string) {
	ours, theirs := bodyOf(own), bodyOf(other)
	finding.OursPointer, finding.Ours = own.Pointer, ours.describe(c.ours)
	if other.Object != nil {
		finding.TheirsPointer, finding.Theirs = other.Pointer, status+theirs.describe(c.theirs)
	}
	switch {
	case ours.json && theirs.json:
		c.content(finding, ours.schema, theirs.schema)
		return
	case own.Object == nil:
		finding.Verdict, finding.Evidence, finding.Ours, finding.OursPointer = New, "", "", ""
	case other.Object == nil, theirs.mediaTypes == nil && ours.mediaTypes != nil: // the vendor may have left out the body
		finding.Verdict = Missing
	case slices.Equal(ours.mediaTypes, theirs.mediaTypes):
		finding.Verdict = Confirmed
	default:
		finding.Verdict = Contradicted
	}
	c.add(finding)
}

// content compares two JSON bodies.
func (c *comparison) content(finding Finding, ours, theirs view.Node) {
	own, other := c.ours.Schema(ours), c.theirs.Schema(theirs)
	finding.Verdict, finding.OursPointer, finding.TheirsPointer = c.compareTypes(own, other), ours.Pointer, theirs.Pointer
	c.met = map[[2]string]bool{}
	at := location{side: finding.Detail, evidence: finding.Evidence}
	list := c.envelopeList(other)
	if own.Kind() != view.Array || list == "" {
		c.add(finding)
		c.inside(at, own, other)
		return
	}
	// An envelope contradicts a bare array, but users need the elements: compare them anyway.
	finding.Theirs += ", with the array in " + list
	c.add(finding)
	for name := range other.Properties {
		if name != list {
			c.addNew(at, name, other)
		}
	}
	c.inside(at, own, c.theirs.Schema(other.Properties[list]))
}

// envelopeList returns the name of the only array in an object, or "".
func (c *comparison) envelopeList(s view.Schema) string {
	list := ""
	for name, property := range s.Properties {
		if c.theirs.Schema(property).Kind() != view.Array {
			continue
		}
		if list != "" {
			return ""
		}
		list = name
	}
	return list
}
