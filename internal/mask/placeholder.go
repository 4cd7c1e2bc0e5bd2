package mask

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xsale-go/xsale/internal/matching"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// publicBits is how much of a hash goes into a placeholder without a key: few enough bits that
// many values of each kind share it, so that nobody finds a NIP by trying all of them.
const publicBits = 20

// random returns a source of digits and letters that depends on the value.
func (m *Masker) random(value string) *rand.Rand {
	mac := hmac.New(sha256.New, []byte("xsale recording "+m.Key))
	mac.Write([]byte(value))
	if m.again > 0 {
		fmt.Fprint(mac, " again ", m.again)
	}
	sum := mac.Sum(nil)
	seed, more := binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])
	if m.Key == "" {
		seed, more = seed>>(64-publicBits), 0
	}
	return rand.New(rand.NewPCG(seed, more))
}

// KeyMark identifies the key in a recording. It is empty without a key.
func (m *Masker) KeyMark() string {
	if m.Key == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(m.Key))
	mac.Write([]byte("xsale recording"))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

var (
	hasEmail  = regexp.MustCompile(`[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+`)
	email     = regexp.MustCompile(`^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$`)
	numeric   = regexp.MustCompile(`^[+(\-]?\d[\d\s\-./()+]*$`)
	hexGroups = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	code      = regexp.MustCompile(`^[^\s@]{2,64}$`)
)

// placeholder returns a string of the same kind.
func (m *Masker) placeholder(value string) string {
	switch {
	case m.again > tries: // there are too few of this kind
		return "masked" + letters(m.random(value), 10)
	case email.MatchString(value):
		return "masked-" + letters(m.random(value), 8) + "@example.com"
	case integer.MatchString(value):
		return m.integer(value) // as for a number
	case numeric.MatchString(value):
		return m.digits(value)
	case hexGroups.MatchString(value):
		random := m.random(value)
		return strings.Map(func(r rune) rune {
			if r == '-' {
				return r
			}
			return rune("0123456789abcdef"[random.IntN(16)])
		}, value)
	case code.MatchString(value) && strings.ContainsFunc(value, unicode.IsDigit):
		return m.code(value)
	}
	length := utf8.RuneCountInString(value)
	if length > 16 {
		for _, class := range []int{1024, 256, 64, 16} {
			if length >= class {
				length = class
				break
			}
		}
	}
	masked := letters(m.random(value), length)
	if prefix := "masked"; length >= len(prefix)+4 { // leaves enough letters to distinguish values
		masked = prefix + masked[len(prefix):]
	}
	if !strings.ContainsFunc(value, unicode.IsLower) && strings.ContainsFunc(value, unicode.IsUpper) {
		masked = strings.ToUpper(masked)
	}
	return masked
}

// letters returns letters only, so that they are also valid base64.
func letters(random *rand.Rand, count int) string {
	return characters(random, count, "abcdefghijklmnopqrstuvwxyz")
}

func characters(random *rand.Rand, count int, alphabet string) string {
	masked := make([]byte, count)
	for i := range masked {
		masked[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(masked)
}

// digits keeps the format of a number and adds no leading zero.
func (m *Masker) digits(value string) string {
	random := m.random(value)
	first := true
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return r
		}
		if first {
			first = false
			if r == '0' {
				return r
			}
			return rune('1' + random.IntN(9))
		}
		return rune('0' + random.IntN(10))
	}, value)
}

// integer starts with 1, which keeps a number of as many digits in the range of its integer type.
func (m *Masker) integer(value string) string {
	if first := strings.IndexAny(value, "123456789"); first >= 0 {
		masked := m.digits(value)
		return masked[:first] + "1" + masked[first+1:]
	}
	return value
}

// code keeps the pattern of a code: the positions of digits, letters and other characters.
func (m *Masker) code(value string) string {
	random := m.random(value)
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return rune('0' + random.IntN(10))
		case unicode.IsUpper(r):
			return rune('A' + random.IntN(26))
		case unicode.IsLetter(r):
			return rune('a' + random.IntN(26))
		}
		return r
	}, value)
}

// numberLike returns a placeholder that follows the rules that the number follows.
func (m *Masker) numberLike(schemas []*model.Schema, value string) string {
	schemas = m.followed(schemas, json.Number(value))
	fits := func(candidate string) bool { return m.fits(schemas, json.Number(candidate)) }
	if masked := m.integer(value); m.again <= tries && fits(masked) {
		return masked
	}
	_, fraction, _ := strings.Cut(value, ".")
	decimals := len(fraction)
	if decimals > 0 && m.again > tries {
		decimals++
	}
	low, high, step := bounds(schemas, value, decimals)
	random := m.random(value)
	for range tries {
		number := new(big.Rat).Sub(high, low)
		number.Add(number, step) // includes the end of the range
		number.Mul(number, new(big.Rat).SetFloat64(random.Float64()))
		number.Add(number, low)
		number.Quo(number, step)
		floor := new(big.Int).Div(number.Num(), number.Denom())
		number.Mul(new(big.Rat).SetInt(floor), step)
		if masked := number.FloatString(decimals); fits(masked) {
			return masked
		}
	}
	return m.integer(value)
}

// tries bounds how often a random placeholder is compared with the rules.
const tries = 100

// bounds returns the range of numbers like value, and their step.
func bounds(schemas []*model.Schema, value string, decimals int) (low, high, step *big.Rat) {
	power := func(exponent int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponent)), nil) }
	size := new(big.Rat).SetInt(power(len(value)))
	low, high, step = new(big.Rat).Neg(size), size, new(big.Rat).SetFrac(big.NewInt(1), power(decimals))
	for _, schema := range schemas {
		if schema.Min != nil && new(big.Rat).SetFloat64(*schema.Min).Cmp(low) > 0 {
			low = new(big.Rat).SetFloat64(*schema.Min)
		}
		if schema.Max != nil && new(big.Rat).SetFloat64(*schema.Max).Cmp(high) < 0 {
			high = new(big.Rat).SetFloat64(*schema.Max)
		}
		if schema.MultipleOf != nil && *schema.MultipleOf > 0 {
			step, _ = new(big.Rat).SetString(strconv.FormatFloat(*schema.MultipleOf, 'f', -1, 64))
		}
	}
	if high.Cmp(low) < 0 {
		high = new(big.Rat).Add(low, size)
	}
	return low, high, step
}

// stringLike returns a placeholder that follows the rules that the string follows.
func (m *Masker) stringLike(schemas []*model.Schema, value string) string {
	schemas = m.followed(schemas, value)
	length := utf8.RuneCountInString(value)
	for _, masked := range []func() string{
		func() string { return m.placeholder(value) },
		func() string {
			if m.again > tries {
				return characters(m.random(value), length, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
			}
			return letters(m.random(value), length)
		},
		func() string { return m.code(value) },
		func() string { return m.digits(value) },
		func() string { return m.matching(schemas, value) },
	} {
		if masked := masked(); m.fits(schemas, masked) {
			return masked
		}
	}
	return m.placeholder(value)
}

// matching returns a string that matches the pattern of a schema.
func (m *Masker) matching(schemas []*model.Schema, value string) string {
	random := m.random(value)
	for _, schema := range schemas {
		for range tries {
			if matched, ok := matching.String(random, schema.Pattern); ok && schema.Pattern != "" && m.fits(schemas, matched) {
				return matched
			}
		}
	}
	return ""
}

// followed returns the schemas that a value follows.
func (m *Masker) followed(schemas []*model.Schema, value any) []*model.Schema {
	return slices.DeleteFunc(slices.Clone(schemas), func(schema *model.Schema) bool { return !m.Document.Fits(schema, value) })
}

func (m *Masker) fits(schemas []*model.Schema, value any) bool {
	return !slices.ContainsFunc(schemas, func(schema *model.Schema) bool { return !m.Document.Fits(schema, value) })
}
