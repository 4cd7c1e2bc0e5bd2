package normalize

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// fixNumbers converts quoted limits to numbers and drops invalid ones.
func (f *schemaFixer) fixNumbers() {
	for _, name := range []string{"maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"} {
		value, ok := f.schema[name]
		count, whole := integerOf(value)
		switch {
		case !ok:
		case !whole || count < 0:
			f.drop(name, "not a count")
		case value != json.Number(strconv.FormatInt(count, 10)):
			f.set(name, json.Number(strconv.FormatInt(count, 10)), "it is a whole number")
		}
	}
	for _, name := range []string{"maximum", "minimum", "multipleOf"} {
		value, ok := f.schema[name]
		number, numeric := numberOf(value)
		text, quoted := value.(string)
		switch {
		case !ok:
		case !numeric || name == "multipleOf" && number <= 0:
			f.drop(name, "not a number that values can be compared with")
		case quoted:
			f.set(name, json.Number(text), "it is a number")
		}
	}
}

// numberOf parses a number, quoted or not, and reports whether it fits a float64.
func numberOf(value any) (float64, bool) {
	text := tree.String(value)
	if strings.Trim(text, "+-.0123456789Ee") != "" || !json.Valid([]byte(text)) {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

// integerOf parses a whole number, quoted or not.
func integerOf(value any) (int64, bool) {
	if integer, err := strconv.ParseInt(tree.String(value), 10, 64); err == nil {
		return integer, true
	}
	const exact = 1 << 53 // float64 represents all whole numbers up to here
	number, ok := numberOf(value)
	if !ok || number != math.Trunc(number) || math.Abs(number) > exact {
		return 0, false
	}
	return int64(number), true
}

// numberWithoutType returns the type of a schema with the format or the pattern of a number, or "".
// .NET 10 writes no type where a number may come in quotes, because OpenAPI 3.0 has no lists of
// types. A pattern that accepts leading zeros is not one of numbers: they would be lost.
func (f *schemaFixer) numberWithoutType() string {
	format, _ := f.schema["format"].(string)
	if known := typeNamed(format).name; numericFormat(format) {
		return known
	}
	pattern, _ := f.schema["pattern"].(string)
	compiled, err := regexp.Compile(pattern)
	switch {
	case pattern == "" || err != nil || !numericPattern(pattern) || compiled.MatchString("007"):
		return ""
	case compiled.MatchString("1.5"):
		return "number"
	}
	return "integer"
}
