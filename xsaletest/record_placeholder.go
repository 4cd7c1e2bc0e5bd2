package xsaletest

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

// publicBits of a hash are what a placeholder is made of where there is no key: few enough that many values of each kind
// have the same one, so that a NIP is not found by trying all.
const publicBits = 20

// source returns the random digits and letters that belong to a value.
func (m *masker) source(value string) *rand.Rand {
	mac := hmac.New(sha256.New, []byte("xsale recording "+m.key))
	mac.Write([]byte(value))
	sum := mac.Sum(nil)
	seed, further := binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])
	if m.key == "" {
		seed, further = seed>>(64-publicBits), 0
	}
	return rand.New(rand.NewPCG(seed, further))
}

// keyMark is what the key is known by in a recording; empty without one.
func (m *masker) keyMark() string {
	if m.key == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(m.key))
	mac.Write([]byte("xsale recording"))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

var (
	hasEmail    = regexp.MustCompile(`[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+`)
	isEmail     = regexp.MustCompile(`^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$`)
	isNumeric   = regexp.MustCompile(`^[+(\-]?\d[\d\s\-./()+]*$`)
	isHexGroups = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	isCode      = regexp.MustCompile(`^[^\s@]{2,64}$`)
)

// placeholder returns the text that stands for another one.
func (m *masker) placeholder(text string) string {
	switch {
	case isEmail.MatchString(text):
		return "masked-" + letters(m.source(text), 8) + "@example.com"
	case isNumeric.MatchString(text):
		return m.digits(text)
	case isHexGroups.MatchString(text):
		random := m.source(text)
		return strings.Map(func(r rune) rune {
			if r == '-' {
				return r
			}
			return rune("0123456789abcdef"[random.IntN(16)])
		}, text)
	case isCode.MatchString(text) && strings.ContainsFunc(text, unicode.IsDigit):
		return m.code(text)
	}
	length := utf8.RuneCountInString(text)
	if length > 16 {
		for _, class := range []int{1024, 256, 64, 16} {
			if length >= class {
				length = class
				break
			}
		}
	}
	masked := letters(m.source(text), length)
	if prefix := "masked"; length >= len(prefix)+4 { // letters enough to tell values apart
		masked = prefix + masked[len(prefix):]
	}
	if !strings.ContainsFunc(text, unicode.IsLower) && strings.ContainsFunc(text, unicode.IsUpper) {
		masked = strings.ToUpper(masked)
	}
	return masked
}

// letters alone also are the base64 of something.
func letters(random *rand.Rand, count int) string {
	text := make([]byte, count)
	for i := range text {
		text[i] = byte('a' + random.IntN(26))
	}
	return string(text)
}

// digits keeps the form of a number, and does not begin it with another zero.
func (m *masker) digits(text string) string {
	random := m.source(text)
	isFirst := true
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return r
		}
		first := isFirst
		isFirst = false
		if first && r != '0' {
			return rune('1' + random.IntN(9))
		}
		if first {
			return r
		}
		return rune('0' + random.IntN(10))
	}, text)
}

// code keeps the form of a code: where there are digits, letters and signs.
func (m *masker) code(text string) string {
	random := m.source(text)
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
	}, text)
}
