package traffic

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// publicBits is how much of a hash goes into a placeholder without a key: few enough bits that
// many values of each kind share it, so that nobody finds a NIP by trying all of them.
const publicBits = 20

// random returns a source of digits and letters that depends on the value.
func (m *masker) random(value string) *rand.Rand {
	mac := hmac.New(sha256.New, []byte("xsale recording "+m.key))
	mac.Write([]byte(value))
	sum := mac.Sum(nil)
	seed, more := binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])
	if m.key == "" {
		seed, more = seed>>(64-publicBits), 0
	}
	return rand.New(rand.NewPCG(seed, more))
}

// keyMark identifies the key in a recording. It is empty without a key.
func (m *masker) keyMark() string {
	if m.key == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(m.key))
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
func (m *masker) placeholder(value string) string {
	switch {
	case email.MatchString(value):
		return "masked-" + letters(m.random(value), 8) + "@example.com"
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
	masked := make([]byte, count)
	for i := range masked {
		masked[i] = byte('a' + random.IntN(26))
	}
	return string(masked)
}

// digits keeps the format of a number and adds no leading zero.
func (m *masker) digits(value string) string {
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
func (m *masker) integer(value string) string {
	if first := strings.IndexAny(value, "123456789"); first >= 0 {
		masked := m.digits(value)
		return masked[:first] + "1" + masked[first+1:]
	}
	return value
}

// code keeps the pattern of a code: the positions of digits, letters and other characters.
func (m *masker) code(value string) string {
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
