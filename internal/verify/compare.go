package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/evidence"
	"github.com/xsale-go/xsale/internal/spec"
)

const inferred = evidence.Inferred

func evidenceOf(object spec.Object) string { return spec.Text(object["x-evidence"]) }

// comparison holds what the answers of an operation had against the description.
type comparison struct {
	*run
	operation spec.Operation
}

// compareAnswers compares the bodies of an operation's answers.
func (r *run) compareAnswers(operation spec.Operation, s *seen) {
	c := &comparison{run: r, operation: operation}
	evidence := evidenceOf(s.response.object)
	if s.content.object == nil {
		c.add(Finding{Verdict: New, Detail: detailAnswer, Evidence: evidence, Description: "no body", Answer: c.tell(nil, s.shape), Places: s.shape.total(), DescribedAt: s.response.pointer})
		r.learned.content(s.response, r.schemaFrom(s.shape, idOf(operation)))
		return
	}
	described := r.schemaOf(s.content.member("schema"))
	if described.object == nil {
		c.add(Finding{Verdict: New, Detail: detailAnswer, Evidence: evidence, Description: "any type", Answer: c.tell(nil, s.shape), Places: s.shape.total(), DescribedAt: s.content.pointer})
		r.learned.update(s.content.pointer, spec.Object{"schema": r.schemaFrom(s.shape, idOf(operation))})
		return
	}
	finding := Finding{Detail: detailAnswer, Evidence: evidence, Description: r.describe(described), Answer: s.shape.describe(), Places: s.shape.total(), DescribedAt: described.pointer}
	if envelope := s.shape.count(kindObject); envelope > 0 && !described.allows(kindObject) {
		c.envelope(described, s.shape, finding)
		return
	}
	if c.kinds(described, s.shape, finding) && len(described.kinds) > 0 {
		finding.Verdict = Confirmed
		c.add(finding)
		if evidence == inferred {
			r.learned.confirm(s.response)
		}
	}
	c.inside(described, s.shape)
}

func (c *comparison) add(finding Finding) { c.run.add(c.operation, finding) }

// envelope looks at an object in the place of a list: one with the list in it, or an element alone.
func (c *comparison) envelope(described schema, s *shape, finding Finding) {
	finding.Verdict, finding.Places = Contradicted, s.count(kindObject)
	finding.Answer = "object"
	element := c.schemaOf(described.items)
	list, elements := "", (*shape)(nil)
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		if items := s.members[name].items; items != nil && shared(element, items) > shared(element, s) {
			list, elements = name, items
		}
	}
	switch {
	case elements != nil:
		finding.Answer = "object with the list in a member: " + c.tell(nil, s)
		c.add(finding)
		if !c.isKey(list) {
			c.inside(element, elements)
		}
		return
	case shared(element, s) > 0:
		finding.Answer = "object, an element that is in no list"
		c.add(finding)
		c.inside(element, s)
		return
	}
	c.add(finding)
}

// shared counts the members of objects that a schema has.
func shared(described schema, s *shape) int {
	count := 0
	for name := range s.members {
		if _, ok := described.members[name]; ok {
			count++
		}
	}
	return count
}

// tell lists the members of an object with their types.
func (c *comparison) tell(known map[string]node, s *shape) string {
	if of, _ := s.typeOf(); of != kindObject {
		return s.describe()
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(s.members)), func(name string) bool { return known[name].object != nil })
	keys := c.keys(s, names)
	var members []string
	for _, name := range names {
		if !slices.Contains(keys, name) {
			members = append(members, name+" "+s.members[name].describe())
		}
	}
	if len(keys) > 0 {
		members = append(members, "* "+c.hide(s, keys).describe())
	}
	return s.describe() + " of " + strings.Join(members, ", ")
}

// kinds contradicts the types of values that the description does not have, and reports whether there were none.
func (c *comparison) kinds(described schema, s *shape, finding Finding) bool {
	fits := true
	contradict := func(seen *sight, answer string) {
		of := finding
		of.Verdict, of.at, of.Places, of.Answer = Contradicted, seen.first, seen.count, answer
		c.add(of)
		fits = false
	}
	for _, k := range slices.Sorted(maps.Keys(s.kinds)) {
		seen := s.kinds[k]
		switch {
		case !described.allows(k):
			contradict(seen, string(k))
		case k == kindString && described.format == "date" && s.dates < seen.count, k == kindString && described.format == "date-time" && s.dateTimes < seen.count:
			contradict(seen, "string in another form")
		}
	}
	return fits
}

// inside compares what is in objects and arrays.
func (c *comparison) inside(described schema, s *shape) {
	if len(described.kinds) == 0 {
		c.openType(described, s)
		return
	}
	if s.items != nil && described.items.object != nil && described.allows(kindArray) {
		items := c.schemaOf(described.items)
		if c.kinds(items, s.items, Finding{Detail: detailType, Description: c.describe(items), DescribedAt: items.pointer}) {
			c.inside(items, s.items)
		}
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
	c.add(Finding{Verdict: New, Detail: detailType, Description: "any type", Answer: c.tell(nil, s), Places: s.total(), DescribedAt: described.pointer, at: s.first()})
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
	if len(unknown) == 0 {
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
	values, isRequired := s.members[name], slices.Contains(described.required, name)
	if gap, ok := s.gaps[name]; isRequired && (ok || values == nil) {
		missing := finding
		if !ok {
			gap = s.kinds[kindObject].first
		}
		missing.Verdict, missing.at, missing.Description, missing.Answer = Contradicted, gap.member(name), missing.Description+", required", "missing"
		missing.Places = s.count(kindObject)
		if values != nil {
			missing.Places -= values.total()
		}
		c.add(missing)
	}
	if values == nil {
		if !isRequired {
			finding.Verdict, finding.at, finding.Answer = Open, s.kinds[kindObject].first.member(name), fmt.Sprintf("in none of %d objects", s.count(kindObject))
			c.add(finding)
		}
		return
	}
	fits := c.kinds(member, values, finding)
	if fits && finding.Evidence == inferred {
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
	if fits {
		c.inside(member, values)
	}
}

// isReasoned reports whether the description of a place gives the reason for something that is inferred.
func isReasoned(object spec.Object) bool {
	return strings.Contains(spec.Text(object["description"]), reasonMark)
}

const reasonMark = "Inferred:"

// additional compares the values of names that are data.
func (c *comparison) additional(described schema, s *shape) {
	if described.additional.object != nil {
		additional := c.schemaOf(described.additional)
		if c.kinds(additional, s, Finding{Detail: detailMember, Description: c.describe(additional), DescribedAt: additional.pointer}) {
			c.inside(additional, s)
		}
		return
	}
	c.unknown(described, s, "members whose names are data: ")
	if !described.isClosed {
		c.learned.update(described.pointer, spec.Object{"additionalProperties": c.marked(c.schemaFrom(s, idOf(c.operation)), idOf(c.operation))})
	}
}

func (c *comparison) newMember(described schema, name string, s *shape) {
	c.unknown(described, s, "")
	if !described.isClosed {
		c.learned.update(described.pointer, spec.Object{"properties": spec.Object{name: c.marked(c.schemaFrom(s, idOf(c.operation)), idOf(c.operation))}})
	}
}

// unknown enters a member that is not described, and those inside it.
func (c *comparison) unknown(described schema, s *shape, what string) {
	finding := Finding{Verdict: New, Detail: detailMember, at: s.first(), Places: s.total(), Answer: what + s.describe(), DescribedAt: described.pointer}
	if described.isClosed {
		finding.Verdict, finding.Description = Contradicted, "no other members"
	}
	c.add(finding)
	if described.isClosed {
		return
	}
	for s.items != nil {
		s = s.items
	}
	names := slices.Sorted(maps.Keys(s.members))
	keys := c.keys(s, names)
	if len(keys) > 0 {
		c.unknown(schema{node: node{pointer: described.pointer}}, c.hide(s, keys), "members whose names are data: ")
	}
	for _, name := range names {
		if !slices.Contains(keys, name) {
			c.unknown(schema{node: node{pointer: described.pointer}}, s.members[name], "")
		}
	}
}
