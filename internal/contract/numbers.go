package contract

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// isInteger reports whether a number is written without a fraction and an exponent, as the types of this module read it.
func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == "" && (digits == "0" || digits[0] != '0')
}

func isNumber(text string) bool {
	return text != "" && json.Valid([]byte(text)) && strings.Trim(text, "0123456789+-.eE") == ""
}

func (w *walk) number(schema *openapi3.Schema, number json.Number, at *place) {
	text := number.String()
	if schema.Type.Is(openapi3.TypeInteger) {
		size := 64
		if schema.Format == "int32" {
			size = 32
		}
		if _, err := strconv.ParseInt(text, 10, size); err != nil && schema.Format != "" {
			w.fault(at, "integer out of range", w.expected(schema))
			return
		}
	}
	approximate, _ := strconv.ParseFloat(text, 64) // infinite where it is beyond floats, which is right for a comparison
	least, most := schema.Min, schema.Max
	if least != nil && (approximate < *least || approximate == *least && isExclusive(schema.ExclusiveMin)) {
		w.fault(at, typeOf(number)+" out of range", "more than "+orEqual(schema.ExclusiveMin)+float(*least))
	}
	if most != nil && (approximate > *most || approximate == *most && isExclusive(schema.ExclusiveMax)) {
		w.fault(at, typeOf(number)+" out of range", "less than "+orEqual(schema.ExclusiveMax)+float(*most))
	}
	if schema.MultipleOf != nil && !isMultiple(text, *schema.MultipleOf) {
		w.fault(at, typeOf(number)+" between two steps", "a multiple of "+float(*schema.MultipleOf))
	}
}

func isExclusive(bound openapi3.ExclusiveBound) bool { return bound.Bool != nil && *bound.Bool }

func orEqual(bound openapi3.ExclusiveBound) string {
	if isExclusive(bound) {
		return ""
	}
	return "or equal to "
}

func float(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

// isMultiple is exact. Numbers whose digits would fill the memory are let through.
func isMultiple(text string, step float64) bool {
	if approximate, err := strconv.ParseFloat(text, 64); err != nil || len(text) > 400 || step <= 0 || approximate == 0 {
		return true
	}
	number, ok := new(big.Rat).SetString(text)
	divisor, isFinite := new(big.Rat).SetString(float(step))
	return !ok || !isFinite || number.Quo(number, divisor).IsInt()
}

// equal compares a value of an enumeration with one that was sent.
func equal(allowed, value any) bool {
	number, ok := value.(json.Number)
	if !ok {
		return reflect.DeepEqual(allowed, value)
	}
	text, err := json.Marshal(allowed)
	if err != nil {
		return false
	}
	if string(text) == number.String() {
		return true
	}
	a, errA := strconv.ParseFloat(string(text), 64)
	b, errB := strconv.ParseFloat(number.String(), 64)
	return errA == nil && errB == nil && a == b && !isInteger(number.String())
}
