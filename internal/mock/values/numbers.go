package values

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// The usual range of numbers.
const (
	usualLeast = 1
	usualMost  = 1000
)

// number returns a number in the range of a schema, in the steps that it wants.
func (m *maker) number(s *shape) json.Number {
	integer := s.kind() == model.Integer
	step := decimal.New(1, -2)
	if integer {
		step = decimal.New(1, 0)
	}
	least, most := decimal.NewFromInt(usualLeast), decimal.NewFromInt(usualMost)
	var low, high *decimal.Decimal
	for _, rules := range s.numbers {
		if rules.MultipleOf != nil && *rules.MultipleOf > 0 {
			step = common(step, exact(*rules.MultipleOf), integer)
		}
		low, high = higher(low, rules.Min), lowest(high, rules.Max)
	}
	if low != nil && low.GreaterThan(least) {
		least, most = *low, decimal.Max(most, low.Add(most))
	}
	if high != nil && high.LessThan(most) {
		most = *high
		if least.GreaterThan(most) {
			least = most.Sub(decimal.NewFromInt(usualMost))
			if low != nil {
				least = decimal.Max(least, *low)
			}
		}
	}
	first, last := least.Div(step).Ceil(), most.Div(step).Floor()
	if step.GreaterThan(most.Sub(least)) { // multiples may be rare
		last = decimal.Max(last, first)
	}
	span := last.Sub(first)
	chosen := first
	if span.IsPositive() && span.LessThan(decimal.NewFromFloat(math.MaxInt64/2)) {
		chosen = first.Add(decimal.NewFromInt(m.random.Int64N(span.IntPart() + 1)))
	}
	return json.Number(chosen.Mul(step).String())
}

// common returns a step whose multiples are multiples of both steps, as far as they are usual ones.
func common(step, other decimal.Decimal, integer bool) decimal.Decimal {
	if !integer {
		return other
	}
	for n := int64(1); n <= 1000; n++ { // integers that are multiples of 2.5, say
		if product := other.Mul(decimal.NewFromInt(n)); product.IsInteger() && product.Mod(step).IsZero() {
			return product
		}
	}
	return other
}

func higher(low *decimal.Decimal, limit *float64) *decimal.Decimal {
	if limit == nil {
		return low
	}
	if value := exact(*limit); low == nil || value.GreaterThan(*low) {
		return &value
	}
	return low
}

func lowest(high *decimal.Decimal, limit *float64) *decimal.Decimal {
	if limit == nil {
		return high
	}
	if value := exact(*limit); high == nil || value.LessThan(*high) {
		return &value
	}
	return high
}

// exact returns a number as the spec writes it.
func exact(value float64) decimal.Decimal {
	number, err := decimal.NewFromString(strconv.FormatFloat(value, 'g', -1, 64))
	if err != nil {
		return decimal.Zero
	}
	return number
}
