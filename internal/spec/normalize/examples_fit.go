package normalize

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xsale-go/xsale/internal/ecmare"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// valueChecker checks values against OpenAPI 3.0 schemas the way validators do. The number of
// schemas it visits is bounded by the size of the value, because unions of cyclic schemas
// could take forever. A value it cannot check within that bound does not fit.
type valueChecker struct {
	schemas   tree.Object               // component schemas
	patterns  map[string]*regexp.Regexp // nil if Go cannot compile it
	left      int                       // schemas that may still be visited
	undecided bool
}

// Bounds of a check: schemas visited per nested value, and schemas visited in a row for the
// same value, as in chains of references and allOf.
const (
	maxSchemasPerValue = 100
	maxSchemaDepth     = 50
)

func (c *valueChecker) fits(schema tree.Object, value any) bool {
	c.left, c.undecided = maxSchemasPerValue*(10+tree.Count(value)), false
	return c.check(schema, value, 0) && !c.undecided
}

// check is fits for a nested value, depth schemas after the first one for that value.
func (c *valueChecker) check(schema tree.Object, value any, depth int) bool {
	if c.left--; c.left < 0 || depth > maxSchemaDepth || schema == nil {
		c.undecided = true
	}
	if c.undecided {
		return false
	}
	if ref, ok := schema["$ref"].(string); ok {
		tokens, _ := tree.Split(strings.TrimPrefix(ref, "#"))
		if len(tokens) != 3 || !componentSchema(strings.TrimPrefix(ref, "#")) {
			c.undecided = true
			return false
		}
		return c.check(tree.ObjectAt(c.schemas, tokens[2]), value, depth+1)
	}
	if value == nil && tree.True(schema, "nullable") {
		return true
	}
	composed := false
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		if parts := tree.ListAt(schema, keyword); len(parts) > 0 {
			composed = true
			if !c.checkParts(schema, keyword, parts, value, depth+1) {
				return false
			}
		}
	}
	if value == nil {
		return composed
	}
	if values := tree.ListAt(schema, "enum"); len(values) > 0 && !slices.ContainsFunc(values, equalTo(value)) {
		return false
	}
	name, hasType := schema["type"].(string)
	switch value := value.(type) {
	case bool:
		return !hasType || name == "boolean"
	case json.Number:
		return (!hasType || name == "number" || name == "integer") && checkNumber(schema, value)
	case string:
		return (!hasType || name == "string") && c.checkString(schema, value)
	case []any:
		return (!hasType || name == "array") && c.checkList(schema, value)
	case tree.Object:
		return (!hasType || name == "object") && c.checkObject(schema, value)
	}
	return false
}

// checkParts reports whether all, any or exactly one of the parts match, depending on keyword.
func (c *valueChecker) checkParts(schema tree.Object, keyword string, parts []any, value any, depth int) bool {
	wanted := ""
	if object, ok := value.(tree.Object); ok && keyword != "allOf" {
		if discriminator := tree.ObjectAt(schema, "discriminator"); discriminator != nil {
			chosen, ok := object[tree.String(discriminator["propertyName"])].(string)
			mapping := tree.ObjectAt(discriminator, "mapping")
			if wanted = tree.String(mapping[chosen]); !ok || wanted == "" && len(mapping) > 0 {
				return false
			}
		}
	}
	fitting := 0
	for _, part := range parts {
		inner, _ := part.(tree.Object)
		if (wanted == "" || inner["$ref"] == wanted) && c.check(inner, value, depth) {
			fitting++
		}
	}
	switch keyword {
	case "allOf":
		return fitting == len(parts)
	case "oneOf":
		return fitting == 1
	}
	return fitting > 0
}

// equalTo compares a value with enum values, which are strings or numbers. Numbers are
// compared by value.
func equalTo(value any) func(any) bool {
	return func(other any) bool {
		a, numeric := value.(json.Number)
		b, otherNumeric := other.(json.Number)
		if !numeric || !otherNumeric {
			text, ok := value.(string)
			return ok && other == text
		}
		left, _ := numberOf(a)
		right, ok := numberOf(b)
		return ok && left == right
	}
}

func checkNumber(schema tree.Object, value json.Number) bool {
	number, ok := numberOf(value)
	if !ok {
		return false
	}
	if schema["type"] == "integer" {
		limit := math.Ldexp(1, 63)
		if schema["format"] == "int32" {
			limit = math.Ldexp(1, 31)
		}
		if number != math.Trunc(number) || schema["format"] != nil && (number < -limit || number >= limit) {
			return false
		}
	}
	minimum, ok := numberOf(schema["minimum"])
	if ok && (number < minimum || number == minimum && tree.True(schema, "exclusiveMinimum")) {
		return false
	}
	maximum, ok := numberOf(schema["maximum"])
	if ok && (number > maximum || number == maximum && tree.True(schema, "exclusiveMaximum")) {
		return false
	}
	if step, ok := numberOf(schema["multipleOf"]); ok {
		rest := number - math.Round(number/step)*step
		return math.Abs(rest) <= math.Abs(number)*0x1p-52 // 0.3 is a multiple of 0.1, although not in float64
	}
	return true
}

// stringFormats are the formats that validators check.
var stringFormats = map[string]*regexp.Regexp{
	"byte":      regexp.MustCompile(`^[A-Za-z0-9+/_-]*=*$`),
	"date":      regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`),
	"date-time": regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d)$`),
}

func (c *valueChecker) checkString(schema tree.Object, value string) bool {
	if !withinLimits(schema, "minLength", "maxLength", utf8.RuneCountInString(value)) {
		return false
	}
	if pattern, ok := schema["pattern"].(string); ok {
		if compiled := c.compile(pattern); compiled == nil || !compiled.MatchString(value) {
			return false
		}
	}
	format := stringFormats[tree.String(schema["format"])]
	return format == nil || format.MatchString(value)
}

// compile returns a pattern as a Go regexp, or nil.
func (c *valueChecker) compile(pattern string) *regexp.Regexp {
	compiled, ok := c.patterns[pattern]
	if !ok {
		compiled, _ = ecmare.Compile(pattern)
		c.patterns[pattern] = compiled
	}
	return compiled
}

func (c *valueChecker) checkList(schema tree.Object, value []any) bool {
	if !withinLimits(schema, "minItems", "maxItems", len(value)) {
		return false
	}
	if tree.True(schema, "uniqueItems") {
		seen := map[string]bool{}
		for _, element := range value {
			if number, ok := numberOf(element); ok {
				element = number
			}
			seen[compactJSON(element)] = true
		}
		if len(seen) < len(value) {
			return false
		}
	}
	items, ok := schema["items"].(tree.Object)
	return !ok || !slices.ContainsFunc(value, func(element any) bool { return !c.check(items, element, 0) })
}

func (c *valueChecker) checkObject(schema tree.Object, value tree.Object) bool {
	if !withinLimits(schema, "minProperties", "maxProperties", len(value)) {
		return false
	}
	for _, name := range tree.ListAt(schema, "required") {
		if _, ok := value[tree.String(name)]; !ok {
			return false
		}
	}
	properties := tree.ObjectAt(schema, "properties")
	for name, field := range value {
		inner, ok := properties[name].(tree.Object)
		if !ok {
			if schema["additionalProperties"] == false {
				return false
			}
			if inner, ok = schema["additionalProperties"].(tree.Object); !ok {
				continue
			}
		}
		if !c.check(inner, field, 0) {
			return false
		}
	}
	return true
}

// withinLimits reports whether a count is within the limits of a schema.
func withinLimits(schema tree.Object, lowest, highest string, count int) bool {
	if low, ok := integerOf(schema[lowest]); ok && int64(count) < low {
		return false
	}
	high, ok := integerOf(schema[highest])
	return !ok || int64(count) <= high
}
