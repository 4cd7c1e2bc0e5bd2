package values

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/model"
)

func (m *maker) object(s *shape) (any, error) {
	object := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(s.properties)) {
		properties := s.properties[name]
		required := slices.Contains(s.required, name)
		if !required && !m.wants(s, properties, len(object)) || writeOnly(properties) {
			continue
		}
		value, err := m.value(properties...)
		if err == nil {
			object[name] = value
		} else if required && errors.Is(err, errEndless) {
			return nil, err
		} else if required {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, name := range s.required {
		if _, ok := object[name]; !ok && s.properties[name] == nil {
			if err := m.addField(s, object, name); err != nil {
				return nil, err
			}
		}
	}
	extra := int(s.minProperties)
	if len(s.properties) == 0 && s.additional != nil && m.extent == Full && !m.repeats(m.shapeOf(s.additional)) {
		extra = max(extra, 2)
	}
	for i := 1; len(object) < extra && (s.maxProperties == nil || uint64(len(object)) < *s.maxProperties); i++ {
		if s.closed && s.additional == nil || i > attempts+extra {
			break
		}
		if err := m.addField(s, object, fmt.Sprintf("key%d", i)); err != nil {
			return nil, err
		}
	}
	m.nameKind(s, object)
	return object, nil
}

// wants reports whether an object gets an optional field.
func (m *maker) wants(s *shape, properties model.SchemaRefs, count int) bool {
	switch {
	case s.maxProperties != nil && uint64(count+len(s.required)) >= *s.maxProperties:
		return false
	case m.extent == Required, m.extent == Assigned && !readOnly(properties):
		return false
	}
	inner := m.shapeOf(properties...)
	for i := 0; i < 3 && len(inner.items) > 0; i++ { // a list of the schema repeats it as well
		inner = m.shapeOf(inner.items...)
	}
	return !m.repeats(inner) && m.depth() < maxDepth
}

// depth returns the number of named objects around the current value.
func (m *maker) depth() (depth int) {
	for _, schema := range m.active {
		if len(schema.Properties) > 0 {
			depth++
		}
	}
	return depth
}

func readOnly(refs model.SchemaRefs) bool {
	return slices.ContainsFunc(refs, func(ref *model.SchemaRef) bool { return ref.Value.ReadOnly })
}

func writeOnly(refs model.SchemaRefs) bool {
	return slices.ContainsFunc(refs, func(ref *model.SchemaRef) bool { return ref.Value.WriteOnly })
}

// addField adds a field that the schema does not list.
func (m *maker) addField(s *shape, object map[string]any, name string) error {
	if s.additional == nil {
		object[name] = m.words(0, nil)
		return nil
	}
	value, err := m.value(s.additional)
	object[name] = value
	return err
}

// nameKind sets the discriminators of an object to the name of its own type. An object of a base type
// gets the first of its names.
func (m *maker) nameKind(s *shape, object map[string]any) {
	for _, kind := range s.kinds {
		keys := slices.Sorted(maps.Keys(kind.Mapping))
		chosen := ""
		for _, name := range s.names {
			if m.base(name, kind) {
				continue
			}
			if len(keys) == 0 {
				chosen = name
				break
			}
			mapped := func(key string) bool { return strings.TrimPrefix(kind.Mapping[key], componentPrefix) == name }
			if i := slices.IndexFunc(keys, mapped); i >= 0 {
				chosen = keys[i]
				break
			}
		}
		if chosen == "" && len(keys) > 0 {
			chosen = keys[0]
		}
		if chosen != "" {
			object[kind.PropertyName] = chosen
		}
	}
}

// base reports whether the discriminator is that of the named schema, which has alternatives.
func (m *maker) base(name string, kind *model.Discriminator) bool {
	schema := m.component(name)
	return schema != nil && schema.Discriminator == kind && (len(schema.OneOf)+len(schema.AnyOf) > 0)
}

// usualItems is the length of a list that may have any.
const usualItems = 2

func (m *maker) array(s *shape) (any, error) {
	count := usualItems
	if m.extent != Full || len(s.items) > 0 && m.repeats(m.shapeOf(s.items...)) {
		count = 0
	}
	count = max(count, int(s.minItems))
	if s.maxItems != nil {
		count = min(count, int(*s.maxItems))
	}
	list, seen := []any{}, make(map[string]bool)
	for i := 0; len(list) < count && i < attempts+2*count; i++ {
		var element any = m.words(0, nil)
		if len(s.items) > 0 {
			var err error
			if element, err = m.value(s.items...); err != nil {
				if len(list) >= int(s.minItems) {
					break
				}
				return nil, err
			}
		}
		if s.unique {
			encoded, err := json.Marshal(element)
			if err != nil {
				return nil, err
			}
			if seen[string(encoded)] {
				m.examples = false // gives the same again
				continue
			}
			seen[string(encoded)] = true
		}
		list = append(list, element)
	}
	return list, nil
}
