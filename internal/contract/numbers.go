package contract

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/wire"
)

// wholeNumber reports whether a number has no fraction and no exponent: the types of this module
// read no other integers.
func wholeNumber(number string) bool {
	digits := strings.TrimPrefix(number, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == "" && (digits == "0" || digits[0] != '0')
}

func jsonNumber(value string) bool {
	return value != "" && json.Valid([]byte(value)) && strings.Trim(value, "0123456789+-.eE") == ""
}

// number checks the range of a number exactly. A number that no type of this module can represent
// is out of range.
func (w *walk) number(schema *model.Schema, number json.Number, at *location) {
	outOfRange := typeOf(number) + " out of range"
	if schema.Type.Is(model.Integer) && schema.Format != "" {
		size := 64
		if schema.Format == "int32" {
			size = 32
		}
		if _, err := strconv.ParseInt(number.String(), 10, size); err != nil {
			w.fail(at, outOfRange, w.expected(schema))
			return
		}
	}
	value, err := wire.ParseDecimal(number.String())
	if err != nil {
		w.fail(at, outOfRange, w.expected(schema))
		return
	}
	if schema.Min != nil {
		if order := value.Compare(decimal(*schema.Min)); order < 0 || order == 0 && schema.ExclusiveMin {
			w.fail(at, outOfRange, bound("more than ", "at least ", schema.ExclusiveMin, *schema.Min))
		}
	}
	if schema.Max != nil {
		if order := value.Compare(decimal(*schema.Max)); order > 0 || order == 0 && schema.ExclusiveMax {
			w.fail(at, outOfRange, bound("less than ", "at most ", schema.ExclusiveMax, *schema.Max))
		}
	}
	if step := schema.MultipleOf; step != nil && *step > 0 && !new(big.Rat).Quo(value.Decimal().Rat(), decimal(*step).Decimal().Rat()).IsInt() {
		w.fail(at, typeOf(number), "a multiple of "+float(*step))
	}
}

func bound(open, closed string, exclusive bool, value float64) string {
	if exclusive {
		return open + float(value)
	}
	return closed + float(value)
}

func float(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

// decimal converts a number of the spec, whose shortest form is what the spec says.
func decimal(value float64) wire.Decimal {
	d, _ := wire.ParseDecimal(float(value))
	return d
}

// equal compares a value of an enum with a sent one.
func equal(allowed, value any) bool {
	number, ok := value.(json.Number)
	if !ok {
		return reflect.DeepEqual(allowed, value)
	}
	encoded, err := json.Marshal(allowed)
	if err != nil {
		return false
	}
	a, errA := wire.ParseDecimal(string(encoded))
	b, errB := wire.ParseDecimal(number.String())
	return errA == nil && errB == nil && a.Compare(b) == 0
}

// canonical returns a copy of a value in which equal numbers are equal strings.
func canonical(value any) any {
	switch value := value.(type) {
	case json.Number:
		if d, err := wire.ParseDecimal(value.String()); err == nil {
			return json.Number(d.Decimal().String())
		}
	case []any:
		elements := make([]any, len(value))
		for i := range value {
			elements[i] = canonical(value[i])
		}
		return elements
	case map[string]any:
		fields := make(map[string]any, len(value))
		for name := range value {
			fields[name] = canonical(value[name])
		}
		return fields
	}
	return value
}
