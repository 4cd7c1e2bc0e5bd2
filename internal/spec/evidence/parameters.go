package evidence

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// parameter is a parameter of an operation.
type parameter struct {
	node
	in, name string
	key      string // what the server knows it by
	schema   schema
}

func (c *comparison) parameters(ours, theirs tree.Operation, evidence string) {
	others := c.theirs.parameters(theirs)
	for _, own := range c.ours.parameters(ours) {
		finding := Finding{
			Detail:      own.in + " " + own.name,
			Evidence:    kindOf(own.object, evidence),
			Verdict:     Missing,
			Ours:        c.ours.describe(own.schema),
			OursPointer: own.pointer,
		}
		i := slices.IndexFunc(others, func(other parameter) bool { return other.key == own.key })
		if i < 0 {
			i = slices.IndexFunc(others, func(other parameter) bool { return strings.EqualFold(other.key, own.key) })
		}
		if i < 0 {
			c.add(finding)
			continue
		}
		other := others[i]
		others = slices.Delete(others, i, i+1)
		finding.Verdict = c.verdictOn(own.schema, other.schema)
		finding.Theirs, finding.TheirsPointer = c.theirs.describe(other.schema), other.pointer
		if own.key == other.key {
			c.add(finding)
		} else {
			c.add(finding.unlessNamed(own.name, other.name))
		}
		if own.in != "path" { // where all are required
			c.need(finding, tree.True(own.object, "required"), tree.True(other.object, "required"), true)
		}
		if own.in == "query" && own.schema.kind == "array" && other.schema.kind == "array" {
			c.claim(finding, "encoding", own.encoding(), other.encoding(), own.object)
		}
	}
	for _, other := range others {
		if !c.ours.sends(other) {
			c.add(Finding{
				Detail:        other.in + " " + other.name,
				Verdict:       New,
				Theirs:        c.theirs.describe(other.schema) + requiredIf(tree.True(other.object, "required")),
				TheirsPointer: other.pointer,
			})
		}
	}
}

// parameters returns the parameters of an operation and of its path.
func (d document) parameters(operation tree.Operation) []parameter {
	var parameters []parameter
	collect := func(place string, list []any) {
		for i, element := range list {
			object, _ := element.(tree.Object)
			own := d.resolve(node{tree.Join(place, "parameters", strconv.Itoa(i)), object})
			p := parameter{node: own, in: tree.String(own.object["in"]), name: tree.String(own.object["name"])}
			p.key = p.in + " " + p.name
			switch p.in {
			case "path": // the name does not go over the wire
				p.key = "path " + strconv.Itoa(slices.Index(parameterName.FindAllString(operation.Path, -1), "{"+p.name+"}"))
			case "header":
				p.key = strings.ToLower(p.key)
			}
			same := func(other parameter) bool { return other.key == p.key }
			if own.object == nil || slices.ContainsFunc(parameters, same) { // an operation's own parameter goes before its path's
				continue
			}
			p.schema = d.schema(d.contentOf(own))
			parameters = append(parameters, p)
		}
	}
	collect(operation.Pointer, tree.ListAt(operation.Object, "parameters"))
	collect(tree.Join("/paths", operation.Path), tree.ListAt(operation.Item, "parameters"))
	return parameters
}

// contentOf returns the schema of a parameter, which may stand in a media type.
func (d document) contentOf(parameter node) node {
	if body := d.body(parameter); body.schema.object != nil {
		return body.schema
	}
	return parameter.member("schema")
}

// sends reports whether a parameter is what the security of this description sends, or what HTTP has anyway.
func (d document) sends(p parameter) bool {
	if p.in != "header" {
		return false
	}
	names := []string{"accept", "authorization", "content-type"}
	for _, scheme := range tree.Fields(tree.ObjectAt(tree.ObjectAt(d.root, "components"), "securitySchemes")) {
		if object, _ := scheme.(tree.Object); object["in"] == "header" {
			names = append(names, strings.ToLower(tree.String(object["name"])))
		}
	}
	return slices.Contains(names, strings.ToLower(p.name))
}

// encoding says how the elements of an array stand in a query.
func (p parameter) encoding() string {
	style := tree.String(p.object["style"])
	explode, ok := p.object["explode"].(bool)
	switch {
	case style != "" && style != "form":
		return style
	case explode || !ok:
		return "a key for each element"
	}
	return "one key, separated by commas"
}
