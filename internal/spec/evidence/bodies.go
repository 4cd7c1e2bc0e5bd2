package evidence

import (
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// body is what a request or response holds.
type body struct {
	mediaTypes []string // none where no body is described
	isJSON     bool
	schema     node // of the JSON
}

// body returns what is in the content of a request, a response or a parameter.
func (d document) body(holder node) body {
	var b body
	content := holder.member("content")
	for name := range tree.Fields(content.object) {
		b.mediaTypes = append(b.mediaTypes, name)
		mediaType, _, _ := strings.Cut(strings.ToLower(name), ";")
		if mediaType == "application/json" || !b.isJSON && (mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")) {
			b.isJSON, b.schema = true, content.member(name).member("schema")
		}
	}
	return b
}

func (c *comparison) request(ours, theirs tree.Operation, evidence string) {
	own := c.ours.resolve(node{ours.Pointer, ours.Object}.member("requestBody"))
	other := c.theirs.resolve(node{theirs.Pointer, theirs.Object}.member("requestBody"))
	if own.object != nil || other.object != nil {
		c.bodies(Finding{Detail: "request", Evidence: kindOf(own.object, evidence)}, own, other, "")
	}
}

// responses compares the answers to a success, whatever their status codes, and whether there are failures.
func (c *comparison) responses(ours, theirs tree.Operation, evidence string) {
	own, status := c.ours.success(ours)
	other, otherStatus := c.theirs.success(theirs)
	if own.object != nil {
		c.bodies(Finding{Detail: "response", Evidence: kindOf(own.object, evidence)}, own, other, otherStatus+": ")
	}
	failure := c.ours.resolve(node{ours.Pointer, ours.Object}.member("responses").member("default"))
	if failure.object == nil || status == "default" {
		return
	}
	finding := Finding{
		Detail:      "response default",
		Evidence:    kindOf(failure.object, evidence),
		Verdict:     Missing,
		Ours:        "default",
		OursPointer: failure.pointer,
	}
	responses := node{theirs.Pointer, theirs.Object}.member("responses")
	if failures := slices.DeleteFunc(statusesOf(responses.object), isSuccess); len(failures) > 0 {
		finding.Verdict, finding.Theirs, finding.TheirsPointer = Confirmed, strings.Join(failures, ", "), responses.pointer
	}
	c.add(finding)
}

func statusesOf(responses tree.Object) []string {
	var statuses []string
	for status := range tree.Fields(responses) {
		if !strings.HasPrefix(status, "x-") {
			statuses = append(statuses, status)
		}
	}
	return statuses
}

func isSuccess(status string) bool { return strings.HasPrefix(status, "2") }

// success returns the response to a success with its status: the first that has a body, or else the first.
func (d document) success(operation tree.Operation) (found node, code string) {
	responses := node{operation.Pointer, operation.Object}.member("responses")
	for _, status := range statusesOf(responses.object) { // of which "default" is the last
		response := d.resolve(responses.member(status))
		first := found.object == nil && (isSuccess(status) || status == "default")
		better := isSuccess(status) && d.body(found).mediaTypes == nil && d.body(response).mediaTypes != nil
		if first || better {
			found, code = response, status
		}
	}
	return found, code
}

// describeBody returns the type of JSON, or else the media types.
func (d document) describeBody(b body) string {
	switch {
	case b.isJSON:
		return d.describe(d.schema(b.schema))
	case b.mediaTypes == nil:
		return "no body"
	}
	return strings.Join(b.mediaTypes, ", ")
}

// bodies compares what two requests or responses hold. The status is put before what is said of theirs.
func (c *comparison) bodies(finding Finding, own, other node, status string) {
	ours, theirs := c.ours.body(own), c.theirs.body(other)
	finding.OursPointer, finding.Ours = own.pointer, c.ours.describeBody(ours)
	if other.object != nil {
		finding.TheirsPointer, finding.Theirs = other.pointer, status+c.theirs.describeBody(theirs)
	}
	switch {
	case ours.isJSON && theirs.isJSON:
		c.content(finding, ours.schema, theirs.schema)
		return
	case own.object == nil:
		finding.Verdict, finding.Evidence, finding.Ours, finding.OursPointer = New, "", "", ""
	case other.object == nil, theirs.mediaTypes == nil && ours.mediaTypes != nil: // which may be an answer left out
		finding.Verdict = Missing
	case slices.Equal(ours.mediaTypes, theirs.mediaTypes):
		finding.Verdict = Confirmed
	default:
		finding.Verdict = Contradicted
	}
	c.add(finding)
}

// content compares two bodies of JSON.
func (c *comparison) content(finding Finding, ours, theirs node) {
	own, other := c.ours.schema(ours), c.theirs.schema(theirs)
	finding.Verdict, finding.OursPointer, finding.TheirsPointer = c.verdictOn(own, other), ours.pointer, theirs.pointer
	c.met = map[[2]string]bool{}
	list, inEnvelope := c.theirs.envelope(other)
	inside := place{side: finding.Detail, evidence: finding.Evidence}
	if own.kind == "array" && inEnvelope { // its array is compared all the same: the elements are what a user is after
		finding.Theirs += ", with the array in " + list
		c.add(finding)
		for name := range other.members {
			if name != list {
				c.addNew(inside, name, other)
			}
		}
		c.inside(inside, own, c.theirs.schema(other.members[list]))
		return
	}
	c.add(finding)
	c.inside(inside, own, other)
}

// envelope returns the name of the one array in an object.
func (d document) envelope(s schema) (string, bool) {
	var arrays []string
	for name, member := range s.members {
		if d.schema(member).kind == "array" {
			arrays = append(arrays, name)
		}
	}
	if len(arrays) != 1 {
		return "", false
	}
	return arrays[0], true
}
