package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// expected describes what a schema wants, in a few words.
func (d *Document) expected(schema *model.Schema) string {
	schema = single(schema)
	if allowed := enumOf(schema); len(allowed) > 0 {
		var values []string
		for _, value := range allowed {
			if encoded, err := json.Marshal(value); err == nil {
				values = append(values, string(encoded))
			}
		}
		return "one of " + list(values)
	}
	want := strings.Join(schema.Type, " or ")
	if want == "" {
		want = "a value"
		if alternatives := slices.Concat(schema.OneOf, schema.AnyOf); len(alternatives) > 0 {
			want = d.names(alternatives)
		}
	}
	switch f, ok := formats[schema.Format]; {
	case ok:
		want += " of the format " + schema.Format + f.example
	case schema.Format == "int32" || schema.Format == "int64":
		want += " of the format " + schema.Format
	}
	if schema.Nullable {
		want += " or null"
	}
	return want
}

// alternatives describes what would fit one of several schemas.
func (d *Document) alternatives(alternatives model.SchemaRefs) string {
	var names []string
	for _, alternative := range alternatives {
		if len(alternative.Value.Required) == 0 || alternative.Value.Type != nil || alternative.Ref != "" {
			return "one of " + d.names(alternatives)
		}
		names = append(names, strings.Join(alternative.Value.Required, " with "))
	}
	return "at least one of " + list(names)
}

func (d *Document) names(alternatives model.SchemaRefs) string {
	var names []string
	for _, alternative := range alternatives {
		if name, ok := strings.CutPrefix(alternative.Ref, "#/components/schemas/"); ok {
			names = append(names, name)
		} else if len(alternative.Value.OneOf) == 0 && len(alternative.Value.AnyOf) == 0 {
			names = append(names, d.expected(alternative.Value))
		} else {
			names = append(names, "a value")
		}
	}
	return list(names)
}

// bounds formats a range of counts.
func bounds(least uint64, most *uint64) string {
	switch {
	case most == nil:
		return fmt.Sprintf("at least %d", least)
	case least == 0:
		return fmt.Sprintf("at most %d", *most)
	}
	return fmt.Sprintf("%d to %d", least, *most)
}
