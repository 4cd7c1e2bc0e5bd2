package wire

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/xsale-go/xsale/wire/codec"
)

// No price or quantity comes near these limits. They keep a hostile number such as 1e999999999 from
// taking gigabytes in the first computation.
const (
	maxDecimalLength   = 400
	maxDecimalExponent = 400
)

// Decimal is an exact decimal number, such as a price or a quantity. It keeps the literal it was
// read from, quoted or not, and writes it back unchanged. It never goes through a float.
//
// Use [Decimal.Decimal] for arithmetic and [Decimal.Compare] to compare numbers. == compares
// literals, so 1.0 and 1.00 differ.
//
// The zero value is an absent number, not 0. Numbers longer than 400 characters and exponents
// beyond ±400 are errors.
type Decimal struct {
	literal string // the JSON literal: 10.50, "10.50" with its quotes, or null; empty if absent
}

// NewDecimal returns value as a Decimal with the same number of decimal places.
func NewDecimal(value decimal.Decimal) Decimal {
	if exponent := value.Exponent(); exponent < 0 {
		return Decimal{value.StringFixed(-exponent)}
	}
	return Decimal{value.String()}
}

// ParseDecimal parses a number in JSON syntax: 12, -0.50, 1.5e3. Spaces, a leading +, thousands
// separators and decimal commas are errors.
func ParseDecimal(s string) (Decimal, error) {
	if err := checkDecimal(s); err != nil {
		return Decimal{}, fmt.Errorf("%.40q is %w", s, err)
	}
	return Decimal{s}, nil
}

// MustDecimal is like [ParseDecimal] but panics on error. It is meant for constants.
func MustDecimal(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Decimal returns the number for arithmetic. An absent or null number is 0; use [Decimal.IsSet] to
// distinguish them. Of the four basic operations only Div rounds, to 16 decimal places; DivRound
// takes the precision as an argument.
func (d Decimal) Decimal() decimal.Decimal {
	mantissa, power, _ := strings.Cut(strings.ToLower(d.String()), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent, _ := strconv.Atoi(power) // valid since it was read; 0 without an exponent
	// Not decimal.NewFromString: package variables that any code in the program can set make it
	// reject numbers that are valid here.
	digits, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return decimal.Decimal{}
	}
	return decimal.NewFromBigInt(digits, int32(exponent-len(fraction)))
}

// Compare compares d and other as numbers, absent and null as 0; see [Decimal.IsSet]. It returns -1
// if d is less than other, 0 if they are equal, and +1 if d is greater.
func (d Decimal) Compare(other Decimal) int { return d.Decimal().Cmp(other.Decimal()) }

// IsSet reports whether d is neither absent nor null. The number 0 is set.
func (d Decimal) IsSet() bool { return d.literal != "" && d.literal != null }

// IsNull reports whether the field was present and null.
func (d Decimal) IsNull() bool { return d.literal == null }

// String returns the number as received, without quotes, or "" if d is absent or null.
func (d Decimal) String() string {
	if !d.IsSet() {
		return ""
	}
	return strings.Trim(d.literal, `"`)
}

// MarshalJSON writes the JSON literal as received. It writes a number made in Go without quotes.
func (d Decimal) MarshalJSON() ([]byte, error) {
	if d.literal == "" {
		return []byte(null), nil
	}
	return []byte(d.literal), nil
}

// UnmarshalJSON reads a number, a quoted number, or null.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	literal := string(data)
	if err := checkDecimalLiteral(literal); err != nil {
		return fmt.Errorf("%.40s is %w", literal, err)
	}
	d.literal = literal
	return nil
}

// DecodeJSON implements [codec.Decodable].
func (d *Decimal) DecodeJSON(decoder *codec.Decoder) {
	literal := decoder.Literal()
	if literal == "" {
		return
	}
	// The decoder has checked a number, except for the limits.
	number := literal[0] == '-' || literal[0] >= '0' && literal[0] <= '9'
	if !number || len(literal) > maxDecimalLength || hasExponent(literal) {
		if err := checkDecimalLiteral(literal); err != nil {
			decoder.Fail(err)
			return
		}
	}
	d.literal = literal
}

func hasExponent(number string) bool {
	for i := range len(number) { // faster than strings.ContainsAny for short strings
		if number[i]|0x20 == 'e' {
			return true
		}
	}
	return false
}

func checkDecimalLiteral(literal string) error {
	if literal == null {
		return nil
	}
	if len(literal) >= 2 && literal[0] == '"' {
		literal = literal[1 : len(literal)-1]
	}
	return checkDecimal(literal)
}

// MarshalText writes the same as [Decimal.String].
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText parses like [ParseDecimal].
func (d *Decimal) UnmarshalText(text []byte) error {
	parsed, err := ParseDecimal(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value implements [driver.Valuer]. It stores the number as a string, and an absent or null one as
// NULL.
func (d Decimal) Value() (driver.Value, error) {
	if !d.IsSet() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan implements [database/sql.Scanner]. Strings are kept as they are; NULL becomes null.
func (d *Decimal) Scan(source any) error {
	switch source := source.(type) {
	case nil:
		d.literal = null
		return nil
	case string:
		return d.UnmarshalText([]byte(source))
	case []byte:
		return d.UnmarshalText(source)
	}
	var value decimal.Decimal
	if err := value.Scan(source); err != nil {
		return fmt.Errorf("read a decimal from the database: %w", err)
	}
	*d = NewDecimal(value)
	return nil
}

// checkDecimal returns an error that does not quote s, because s may be personal data.
func checkDecimal(s string) error {
	if len(s) > maxDecimalLength {
		return fmt.Errorf("too long for a decimal number: %d characters, limit %d", len(s), maxDecimalLength)
	}
	if s == "" || s[0] != '-' && (s[0] < '0' || s[0] > '9') || !json.Valid([]byte(s)) || strings.TrimSpace(s) != s {
		return errors.New("not a decimal number: want JSON syntax, such as 12.50")
	}
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(s[at+1:])
		if err != nil || exponent < -maxDecimalExponent || exponent > maxDecimalExponent {
			return fmt.Errorf("out of range for a decimal number: the exponent must be within ±%d", maxDecimalExponent)
		}
	}
	return nil
}
