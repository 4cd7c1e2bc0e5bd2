package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

const inferred = evidence.Inferred

func evidenceOf(object tree.Object) string { return tree.String(object["x-evidence"]) }

// comparison holds what the answers of an operation had against the description.
type comparison struct {
	*run
	operation tree.Operation
}

// compareAnswers compares the bodies of an operation's answers.
func (r *run) compareAnswers(operation tree.Operation, s *seen) {
	c := &comparison{run: r, operation: operation}
	evidence := evidenceOf(s.response.object)
	if s.content.object == nil {
		c.add(Finding{Verdict: New, Detail: detailAnswer, Evidence: evidence, Description: "no body", Answer: c.tell(s.shape), Places: s.shape.total(), DescribedAt: s.response.pointer})
		r.learned.content(s.response, r.schemaFrom(s.shape, idOf(operation)))
		return
	}
	described := r.schemaOf(s.content.member("schema"))
	if described.object == nil {
		c.add(Finding{Verdict: New, Detail: detailAnswer, Evidence: evidence, Description: "any type", Answer: c.tell(s.shape), Places: s.shape.total(), DescribedAt: s.content.pointer})
		r.learned.update(s.content.pointer, tree.Object{"schema": r.schemaFrom(s.shape, idOf(operation))})
		return
	}
	if !c.isContradicted(described.pointer) && len(described.kinds) > 0 {
		c.add(Finding{Verdict: Confirmed, Detail: detailAnswer, Evidence: evidence, Description: r.describe(described), Answer: s.shape.describe(), Places: s.shape.total(), DescribedAt: described.pointer})
		if evidence == inferred {
			r.learned.confirm(s.response)
		}
	}
	if s.shape.count(kindObject) > 0 && !described.allows(kindObject) {
		element := c.schemaOf(described.items)
		if list := listIn(element, s.shape); list != "" {
			c.inside(element, s.shape.members[list].items)
		} else if shared(element, s.shape) > 0 {
			c.inside(element, s.shape)
		}
		return
	}
	c.inside(described, s.shape)
}

// isContradicted reports whether what stands in a place of the description was contradicted by an answer.
func (c *comparison) isContradicted(pointer string) bool {
	_, is := c.contradicted[c.operation.Pointer+" "+pointer]
	return is
}

func (c *comparison) add(finding Finding) { c.run.add(c.operation, finding) }

// tell lists the members of an object with their types.
func (r *run) tell(s *shape) string {
	if of, _ := s.typeOf(); of != kindObject {
		return s.describe()
	}
	names := slices.Sorted(maps.Keys(s.members))
	keys := r.keys(s, names)
	var members []string
	for _, name := range names {
		if !slices.Contains(keys, name) {
			members = append(members, name+" "+s.members[name].describe())
		}
	}
	if len(keys) > 0 {
		members = append(members, "* "+r.hide(s, keys).describe())
	}
	return s.describe() + " of " + strings.Join(members, ", ")
}

// inside compares what is in objects and arrays.
func (c *comparison) inside(described schema, s *shape) {
	if len(described.kinds) == 0 {
		c.openType(described, s)
		return
	}
	if s.items != nil && described.items.object != nil && described.allows(kindArray) {
		c.inside(c.schemaOf(described.items), s.items)
	}
	if s.count(kindObject) > 0 && described.allows(kindObject) {
		c.members(described, s)
	}
}

// openType learns the type where the description gives none.
func (c *comparison) openType(described schema, s *shape) {
	of, _ := s.typeOf()
	if of == "" {
		return
	}
	c.add(Finding{Verdict: New, Detail: detailType, Description: "any type", Answer: c.tell(s), Places: s.total(), DescribedAt: described.pointer, at: s.first()})
	c.learned.update(described.pointer, c.schemaFrom(s, idOf(c.operation)))
}

func (c *comparison) members(described schema, s *shape) {
	for _, name := range slices.Sorted(maps.Keys(described.members)) {
		c.member(described, s, name)
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		if _, ok := described.members[name]; !ok {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 || described.isClosed { // they are contradictions then
		return
	}
	keys := c.keys(s, unknown)
	if described.additional.object != nil { // by what the description says, all of them are data
		keys = unknown
	}
	if len(keys) > 0 {
		c.additional(described, c.hide(s, keys))
	}
	for _, name := range unknown {
		if !slices.Contains(keys, name) {
			c.newMember(described, name, s.members[name])
		}
	}
}

// member compares a member that is described.
func (c *comparison) member(described schema, s *shape, name string) {
	member := c.schemaOf(described.members[name])
	own := described.members[name]
	finding := Finding{Detail: detailMember, Evidence: evidenceOf(own.object), Description: c.describe(member), DescribedAt: own.pointer}
	values := s.members[name]
	if values == nil {
		if !slices.Contains(described.required, name) {
			finding.Verdict, finding.at, finding.Answer = Open, s.kinds[kindObject].first.member(name), fmt.Sprintf("in none of %d objects", s.count(kindObject))
			c.add(finding)
		}
		return
	}
	if finding.Evidence == inferred && !c.isContradicted(own.pointer) {
		confirmed := finding
		confirmed.Verdict, confirmed.at, confirmed.Places, confirmed.Answer = Confirmed, values.first(), values.total(), values.describe()
		c.add(confirmed)
		c.learned.confirm(own)
	}
	if member.nullable && isReasoned(own.object) {
		null := finding
		null.Verdict, null.Evidence, null.Detail, null.at, null.Answer = Open, inferred, detailNull, values.first(), "never null"
		null.Description = "may be null"
		if seen := values.kinds[kindNull]; seen != nil {
			null.Verdict, null.at, null.Places, null.Answer = Confirmed, seen.first, seen.count, "null"
		}
		c.add(null)
	}
	c.inside(member, values)
}

// isReasoned reports whether the description of a place gives the reason for something that is inferred.
func isReasoned(object tree.Object) bool {
	return strings.Contains(tree.String(object["description"]), reasonMark)
}

const reasonMark = "Inferred:"

// additional compares the values of names that are data.
func (c *comparison) additional(described schema, s *shape) {
	if described.additional.object != nil {
		c.inside(c.schemaOf(described.additional), s)
		return
	}
	c.unknown(described.pointer, s, "members whose names are data: ")
	c.learned.update(described.pointer, tree.Object{"additionalProperties": c.marked(c.schemaFrom(s, idOf(c.operation)), idOf(c.operation))})
}

func (c *comparison) newMember(described schema, name string, s *shape) {
	c.unknown(described.pointer, s, "")
	c.learned.update(described.pointer, tree.Object{"properties": tree.Object{name: c.memberFrom(name, s, idOf(c.operation))}})
}

// unknown enters a member that is not described, and those inside it.
func (c *comparison) unknown(describedAt string, s *shape, what string) {
	c.add(Finding{Verdict: New, Detail: detailMember, at: s.first(), Places: s.total(), Answer: what + s.describe(), DescribedAt: describedAt})
	for s.items != nil {
		s = s.items
	}
	names := slices.Sorted(maps.Keys(s.members))
	keys := c.keys(s, names)
	if len(keys) > 0 {
		c.unknown(describedAt, c.hide(s, keys), "members whose names are data: ")
	}
	for _, name := range names {
		if !slices.Contains(keys, name) {
			c.unknown(describedAt, s.members[name], "")
		}
	}
}
