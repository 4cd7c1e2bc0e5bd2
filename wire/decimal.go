package wire

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/xsale-go/xsale/wire/codec"
)

// No price or quantity comes near these bounds. They keep a hostile number such as 1e999999999, which is short as text,
// from taking gigabytes as soon as somebody computes with it.
const (
	maxDecimalLength   = 400
	maxDecimalExponent = 400
)

// Decimal is an exact decimal number, such as a price or a quantity. It keeps the text that it was read from, quoted or
// not, and is written back the same way; no step goes through a float.
//
// Compute with the value that [Decimal.Decimal] returns. Two Decimals are equal as numbers when [Decimal.Compare] is 0;
// == compares the text, so that 1.0 and 1.00 differ.
//
// The zero value is an absent number, not 0. A text longer than 400 characters or an exponent beyond ±400 is refused.
type Decimal struct {
	literal string // as in JSON: 10.50, "10.50" with its quotes, or null; empty when absent
}

// NewDecimal returns value as a Decimal, with as many decimal places as value has.
func NewDecimal(value decimal.Decimal) Decimal {
	if exponent := value.Exponent(); exponent < 0 {
		return Decimal{value.StringFixed(-exponent)}
	}
	return Decimal{value.String()}
}

// ParseDecimal reads a number written as in JSON: 12, -0.50, 1.5e3. It refuses spaces, a leading +, thousands
// separators and a decimal comma.
func ParseDecimal(text string) (Decimal, error) {
	if err := checkDecimal(text); err != nil {
		return Decimal{}, fmt.Errorf("%.40q is %w", text, err)
	}
	return Decimal{text}, nil
}

// MustDecimal is [ParseDecimal] for constants; it panics where ParseDecimal returns an error.
func MustDecimal(text string) Decimal {
	d, err := ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

// Decimal returns the number for arithmetic. An absent or null number counts as 0; [Decimal.IsSet] tells them apart. Of
// the operations, only Div rounds, to 16 places; DivRound lets you say where.
func (d Decimal) Decimal() decimal.Decimal {
	mantissa, power, _ := strings.Cut(strings.ToLower(d.String()), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent, _ := strconv.Atoi(power) // checked when the number was read; 0 when there is none
	// Not by decimal.NewFromString, which any package of the program can set to refuse numbers that are valid here.
	digits, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return decimal.Decimal{}
	}
	return decimal.NewFromBigInt(digits, int32(exponent-len(fraction)))
}

// Compare returns -1, 0 or +1 as d is less than, equal to or greater than other, as numbers.
func (d Decimal) Compare(other Decimal) int {
	return d.Decimal().Cmp(other.Decimal())
}

// IsSet reports whether there is a number: neither absent nor null. The number 0 is set.
func (d Decimal) IsSet() bool {
	return d.literal != "" && d.literal != null
}

// IsNull reports whether the member was there and null.
func (d Decimal) IsNull() bool {
	return d.literal == null
}

// String returns the text of the number, or "" when there is none.
func (d Decimal) String() string {
	if !d.IsSet() {
		return ""
	}
	return strings.Trim(d.literal, `"`)
}

// MarshalJSON writes the number as it came; a number made in Go is written without quotes.
func (d Decimal) MarshalJSON() ([]byte, error) {
	if d.literal == "" {
		return []byte(null), nil
	}
	return []byte(d.literal), nil
}

// UnmarshalJSON reads a number, a number in quotes, or null.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	literal := string(data)
	if err := checkDecimalLiteral(literal); err != nil {
		return fmt.Errorf("%.40s is %w", literal, err)
	}
	d.literal = literal
	return nil
}

// DecodeJSON is UnmarshalJSON for a [codec.Decoder].
func (d *Decimal) DecodeJSON(decoder *codec.Decoder) {
	literal := decoder.Value()
	if literal == nil {
		return
	}
	if literal[0] == '0' || literal[0] == '-' || literal[0] >= '1' && literal[0] <= '9' {
		if len(literal) <= maxDecimalLength && !slices.ContainsFunc(literal, func(b byte) bool { return b|0x20 == 'e' }) { // the Decoder has checked the rest
			d.literal = decoder.Keep(literal)
			return
		}
	}
	text := string(literal)
	if err := checkDecimalLiteral(text); err != nil {
		decoder.Fail(err)
		return
	}
	d.literal = text
}

func checkDecimalLiteral(literal string) error {
	if literal == null {
		return nil
	}
	text := literal
	if len(text) >= 2 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	return checkDecimal(text)
}

// MarshalText writes the text of the number, or nothing when there is none.
func (d Decimal) MarshalText() ([]byte, error) {
	return []byte(d.String()), nil
}

// UnmarshalText is [ParseDecimal].
func (d *Decimal) UnmarshalText(text []byte) error {
	parsed, err := ParseDecimal(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value stores the number in a database as text, and an absent or null one as NULL.
func (d Decimal) Value() (driver.Value, error) {
	if !d.IsSet() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads the number from a database. Text keeps its form; NULL becomes null.
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

// checkDecimal says what a text is that cannot be read, without a part of it.
func checkDecimal(text string) error {
	if len(text) > maxDecimalLength {
		return fmt.Errorf("a decimal number of %d characters: at most %d are read", len(text), maxDecimalLength)
	}
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') || !json.Valid([]byte(text)) || strings.TrimSpace(text) != text {
		return errors.New("not a decimal number: write it as in JSON, for example 12.50")
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(text[at+1:])
		if err != nil || exponent < -maxDecimalExponent || exponent > maxDecimalExponent {
			return fmt.Errorf("a decimal number whose exponent is beyond ±%d", maxDecimalExponent)
		}
	}
	return nil
}
