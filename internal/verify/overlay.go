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
	"github.com/xsale-go/xsale/internal/spec/view"
)

// Source is the x-evidence-source of details learned from responses.
const Source = "responses of the API to xsale verify"

// statusesKey lists the observed statuses of a response that only describes a success. They get no
// responses of their own, because the described one applies to them.
const statusesKey = "x-observed-statuses"

// learned contains the additions of an overlay: objects by JSON pointer of their merge target.
type learned struct {
	document tree.Object
	updates  map[string]tree.Object
}

func (l *learned) update(pointer string, update tree.Object) {
	if l.updates[pointer] == nil {
		l.updates[pointer] = tree.Object{}
	}
	mergeInto(l.updates[pointer], update)
}

// mergeInto adds fields and keeps existing ones: two operations may learn about the same schema.
func mergeInto(object, update tree.Object) {
	for name, value := range tree.Fields(update) {
		own, ok := object[name].(tree.Object)
		other, otherOK := value.(tree.Object)
		if ok && otherOK {
			mergeInto(own, other)
		} else if _, ok := object[name]; !ok {
			object[name] = value
		}
	}
}

func (l *learned) status(response view.Node, code string) {
	l.update(response.Pointer, tree.Object{})
	update := l.updates[response.Pointer]
	if list := tree.ListAt(update, statusesKey); !slices.Contains(list, any(code)) {
		update[statusesKey] = append(list, code)
	}
}

// header adds a header, and reports whether it is new.
func (l *learned) header(response view.Node, name string, kind view.Kind, operation string) bool {
	if tree.ObjectAt(tree.ObjectAt(l.updates[response.Pointer], "headers"), name) != nil {
		return false
	}
	header := marked(tree.Object{"schema": tree.Object{"type": string(kind)}}, operation)
	l.update(response.Pointer, tree.Object{"headers": tree.Object{name: header}})
	return true
}

func (l *learned) content(response view.Node, schema tree.Object) {
	l.update(response.Pointer, tree.Object{"content": tree.Object{"application/json": tree.Object{"schema": schema}}})
}

// confirm marks an inferred detail as observed and removes the reason for the inference.
func (l *learned) confirm(of view.Node) {
	update := tree.Object{"x-evidence": evidence.Observed, "x-evidence-source": Source}
	if description, found := withoutReason(of.Object); found {
		update["description"] = description
	}
	l.update(of.Pointer, update)
}

func withoutReason(object tree.Object) (description string, found bool) {
	description, _, found = strings.Cut(tree.String(object["description"]), evidence.InferredNote)
	return cmp.Or(strings.TrimSpace(description), "As the API returns it."), found
}

// marked adds the origin of a learned schema or header.
func marked(object tree.Object, operation string) tree.Object {
	object["description"] = "Seen in responses to " + operation + "; the meaning is unknown."
	object["x-evidence"], object["x-evidence-source"] = evidence.Observed, Source
	return object
}

// schemaFrom returns a schema that fits all values of a shape. No property in it is required.
func (r *run) schemaFrom(s *shape, operation string) tree.Object {
	schema := tree.Object{}
	kind, format := s.typeOf()
	if kind == "" { // several types, or only null
		return schema
	}
	schema["type"] = string(kind)
	if format != "" {
		schema["format"] = format
	}
	if s.count(view.Null) > 0 {
		schema["nullable"] = true
	}
	switch kind {
	case view.Array:
		schema["items"] = tree.Object{}
		if s.items != nil {
			schema["items"] = r.schemaFrom(s.items, operation)
		}
	case view.Object:
		schema["additionalProperties"] = true
		names := slices.Sorted(maps.Keys(s.fields))
		keys := r.dataNames(s, names)
		if len(keys) > 0 {
			schema["additionalProperties"] = marked(r.schemaFrom(r.hide(s, keys), operation), operation)
		}
		properties := tree.Object{}
		for _, name := range names {
			if !slices.Contains(keys, name) {
				properties[name] = r.fieldSchema(name, s.fields[name], operation)
			}
		}
		if len(properties) > 0 {
			schema["properties"] = properties
		}
	}
	return schema
}

// fieldSchema returns the schema of a field. A field that only had integers is a number unless it
// is an id: the next quantity or price may have a fraction, and an integer type would then fail to
// decode it.
func (r *run) fieldSchema(name string, s *shape, operation string) tree.Object {
	schema := r.schemaFrom(s, operation)
	if schema["type"] == string(view.Integer) && !strings.HasSuffix(strings.ToLower(name), "id") {
		schema["type"] = string(view.Number)
	}
	return marked(schema, operation)
}

// Overlay returns the new details as an OpenAPI overlay in YAML, or nil without any.
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
		"info":    tree.Object{"title": "Details that xsale verify observed", "version": "1.0.0"},
		"actions": actions,
	})
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// target converts a JSON pointer to a JSONPath (RFC 9535). It selects parameters by name, because a
// spec and its normal form may order them differently.
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
