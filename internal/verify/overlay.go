package verify

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/evidence"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Source is the x-evidence-source of what answers have shown.
const Source = "answers of the API to xsale verify"

// statusesKey holds the statuses that came where the description only says that it is a success. They are no responses of
// their own, because the one that is described holds for them.
const statusesKey = "x-observed-statuses"

// learned is what an overlay is to add to the description: objects by the JSON pointer of what they are merged into.
type learned struct {
	document tree.Object
	updates  map[string]tree.Object
}

func newLearned(document tree.Object) *learned {
	return &learned{document, map[string]tree.Object{}}
}

func (l *learned) update(pointer string, update tree.Object) {
	if l.updates[pointer] == nil {
		l.updates[pointer] = tree.Object{}
	}
	mergeInto(l.updates[pointer], update)
}

// mergeInto adds members. What is there already stays: two operations may have learned it of one schema.
func mergeInto(object, update tree.Object) {
	for name, member := range tree.Fields(update) {
		own, isObject := object[name].(tree.Object)
		other, isOther := member.(tree.Object)
		if isObject && isOther {
			mergeInto(own, other)
		} else if _, ok := object[name]; !ok {
			object[name] = member
		}
	}
}

func (l *learned) status(response node, code string) {
	l.update(response.pointer, tree.Object{})
	update := l.updates[response.pointer]
	if list := tree.ListAt(update, statusesKey); !slices.Contains(list, any(code)) {
		update[statusesKey] = append(list, code)
	}
}

// header adds a header, and reports whether it was not known.
func (l *learned) header(response node, name string, of kind, operation string) bool {
	if tree.ObjectAt(tree.ObjectAt(l.updates[response.pointer], "headers"), name) != nil {
		return false
	}
	l.update(response.pointer, tree.Object{"headers": tree.Object{name: tree.Object{
		"description": seenIn(operation), "schema": tree.Object{"type": string(of)}, "x-evidence": evidence.Observed, "x-evidence-source": Source,
	}}})
	return true
}

func (l *learned) content(response node, schema tree.Object) {
	l.update(response.pointer, tree.Object{"content": tree.Object{"application/json": tree.Object{"schema": schema}}})
}

// confirm takes the mark of what was inferred away, with the reason.
func (l *learned) confirm(of node) {
	update := tree.Object{"x-evidence": evidence.Observed, "x-evidence-source": Source}
	if text, isThere := withoutReason(of.object); isThere {
		update["description"] = text
	}
	l.update(of.pointer, update)
}

func withoutReason(object tree.Object) (text string, isReasoned bool) {
	text, _, isReasoned = strings.Cut(tree.String(object["description"]), reasonMark)
	return cmp.Or(strings.TrimSpace(text), "As the API answers."), isReasoned
}

func seenIn(operation string) string {
	return "Seen in answers to " + operation + "; what it means is not known."
}

// marked adds to the schema of a member where it is known from.
func (r *run) marked(schema tree.Object, operation string) tree.Object {
	schema["description"], schema["x-evidence"], schema["x-evidence-source"] = seenIn(operation), evidence.Observed, Source
	return schema
}

// schemaFrom returns what values have in common as a schema. It never says that a member is required.
func (r *run) schemaFrom(s *shape, operation string) tree.Object {
	schema := tree.Object{}
	of, format := s.typeOf()
	if of == "" { // of several types, or never anything but null
		return schema
	}
	schema["type"] = string(of)
	if format != "" {
		schema["format"] = format
	}
	if s.count(kindNull) > 0 {
		schema["nullable"] = true
	}
	switch of {
	case kindArray:
		schema["items"] = tree.Object{}
		if s.items != nil {
			schema["items"] = r.schemaFrom(s.items, operation)
		}
	case kindObject:
		schema["additionalProperties"] = true
		names := slices.Sorted(maps.Keys(s.members))
		keys := r.keys(s, names)
		if len(keys) > 0 {
			schema["additionalProperties"] = r.marked(r.schemaFrom(r.hide(s, keys), operation), operation)
		}
		properties := tree.Object{}
		for _, name := range names {
			if !slices.Contains(keys, name) {
				properties[name] = r.memberFrom(name, s.members[name], operation)
			}
		}
		if len(properties) > 0 {
			schema["properties"] = properties
		}
	}
	return schema
}

// memberFrom is schemaFrom for a member. One that was only seen with integers is a number unless it is an id: a quantity or a
// price may well have a fraction the next time, and whoever reads it as an integer would then lose the answer.
func (r *run) memberFrom(name string, s *shape, operation string) tree.Object {
	schema := r.schemaFrom(s, operation)
	if schema["type"] == string(kindInteger) && !strings.HasSuffix(strings.ToLower(name), "id") {
		schema["type"] = string(kindNumber)
	}
	return r.marked(schema, operation)
}

// Overlay returns what was learned as an OpenAPI overlay in YAML, or nil where that is nothing.
func (r *Report) Overlay() ([]byte, error) {
	var actions []any
	for _, pointer := range slices.Sorted(maps.Keys(r.overlay.updates)) {
		actions = append(actions, tree.Object{"target": r.overlay.target(pointer), "update": r.overlay.updates[pointer]})
	}
	if len(actions) == 0 {
		return nil, nil
	}
	return tree.YAML(tree.Object{
		"overlay": "1.0.0",
		"info":    tree.Object{"title": "What the API has answered to xsale verify", "version": "1.0.0"},
		"actions": actions,
	})
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// target returns a JSON pointer as a JSONPath (RFC 9535). A parameter is named, because the order of parameters is not the
// same in a description and in its normal form.
func (l *learned) target(pointer string) string {
	tokens, _ := tree.Split(pointer)
	var path strings.Builder
	path.WriteString("$")
	var value any = l.document
	for _, token := range tokens {
		if list, ok := value.([]any); ok {
			index, _ := strconv.Atoi(token)
			element, _ := list[index].(tree.Object)
			value = element
			if name := tree.String(element["name"]); name != "" && element["in"] != nil {
				path.WriteString("[?(@.name == " + quoted(name) + ")]")
			} else {
				path.WriteString("[" + token + "]")
			}
			continue
		}
		object, _ := value.(tree.Object)
		value = object[token]
		if plainName.MatchString(token) {
			path.WriteString("." + token)
		} else {
			path.WriteString("[" + quoted(token) + "]")
		}
	}
	return path.String()
}

func quoted(name string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "'"
}
