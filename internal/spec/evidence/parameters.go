package evidence

import (
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/internal/spec/view"
)

func (c *comparison) parameters(ours, theirs view.Operation, evidence string) {
	others := c.theirs.Parameters(theirs)
	for _, own := range c.ours.Parameters(ours) {
		ownSchema := parameterSchema(c.ours, own)
		finding := Finding{
			Detail:      own.In + " " + own.Name,
			Evidence:    evidenceOf(own.Object, evidence),
			Verdict:     Missing,
			Ours:        c.ours.Describe(ownSchema),
			OursPointer: own.Pointer,
		}
		i := slices.IndexFunc(others, func(other view.Parameter) bool { return other.Key == own.Key })
		if i < 0 {
			i = slices.IndexFunc(others, func(other view.Parameter) bool { return strings.EqualFold(other.Key, own.Key) })
		}
		if i < 0 {
			c.add(finding)
			continue
		}
		other := others[i]
		others = slices.Delete(others, i, i+1)
		otherSchema := parameterSchema(c.theirs, other)
		finding.Verdict = c.compareTypes(ownSchema, otherSchema)
		finding.Theirs, finding.TheirsPointer = c.theirs.Describe(otherSchema), other.Pointer
		if own.Key == other.Key {
			c.add(finding)
		} else {
			c.add(finding.unlessNamed(own.Name, other.Name))
		}
		if own.In != "path" { // always required
			c.require(finding, tree.True(own.Object, "required"), tree.True(other.Object, "required"), true)
		}
		if own.In == "query" && ownSchema.Kind() == view.Array && otherSchema.Kind() == view.Array {
			c.claim(finding, "encoding", own.Encoding(), other.Encoding(), own.Object)
		}
	}
	for _, other := range others {
		if !sends(c.ours, other) {
			c.add(Finding{
				Detail:        other.In + " " + other.Name,
				Verdict:       New,
				Theirs:        c.theirs.Describe(parameterSchema(c.theirs, other)) + requiredSuffix(tree.True(other.Object, "required")),
				TheirsPointer: other.Pointer,
			})
		}
	}
}

// parameterSchema returns the schema of a parameter, which may be inside a media type.
func parameterSchema(spec view.Spec, parameter view.Parameter) view.Schema {
	content, _, ok := view.JSON(parameter.Node)
	if schema := content.At("schema"); ok && schema.Object != nil {
		return spec.Schema(schema)
	}
	return spec.Schema(parameter.At("schema"))
}

// sends reports whether HTTP or the security of a spec sends a parameter anyway.
func sends(spec view.Spec, p view.Parameter) bool {
	if p.In != "header" {
		return false
	}
	names := []string{"accept", "authorization", "content-type"}
	for _, scheme := range tree.Fields(tree.ObjectAt(tree.ObjectAt(spec, "components"), "securitySchemes")) {
		if object, _ := scheme.(tree.Object); object["in"] == "header" {
			names = append(names, strings.ToLower(tree.String(object["name"])))
		}
	}
	return slices.Contains(names, strings.ToLower(p.Name))
}
