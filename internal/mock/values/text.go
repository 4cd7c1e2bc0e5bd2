package values

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xsale-go/xsale/internal/ecmare"
)

// text returns a string for a schema: by its pattern, its format, or a few words.
func (m *maker) text(s *shape) (any, error) {
	if len(s.patterns) > 0 {
		return m.patterned(s)
	}
	if s.format == "byte" || s.format == "base64" {
		return m.base64(s.minLength, s.maxLength), nil
	}
	if generate := formats[s.format]; generate != nil {
		for range attempts {
			if text := generate(m); s.fitsLength(text) {
				return text, nil
			}
		}
	}
	return m.words(s.minLength, s.maxLength), nil
}

// patterned returns a string that matches all patterns and the limits of the length. Parts repeat
// more often from attempt to attempt, because a minimum length may ask for it.
func (m *maker) patterned(s *shape) (string, error) {
	for extra := 1; extra <= 256; extra *= 2 {
		for range attempts {
			text, err := m.matching(s.patterns[0], extra)
			if err != nil {
				return "", err
			}
			if s.fitsLength(text) && matchesAll(s.patterns[1:], text) {
				return text, nil
			}
		}
	}
	return "", errors.New("no string was found that matches the pattern and the length")
}

func matchesAll(patterns []string, text string) bool {
	for _, pattern := range patterns {
		if compiled, err := ecmare.Compile(pattern); err == nil && !compiled.MatchString(text) {
			return false
		}
	}
	return true
}

func (s *shape) fitsLength(text string) bool {
	length := uint64(utf8.RuneCountInString(text))
	return length >= s.minLength && (s.maxLength == nil || length <= *s.maxLength)
}

// vocabulary has words that mean nothing in trade, so that nobody mistakes them for real data.
var vocabulary = strings.Fields(`amber birch cedar delta ember fjord grove hazel inlet jade kelp lark maple nectar
	ochre pine quartz river sage tundra umber vale willow yarrow zephyr`)

// words returns some words whose length is within the limits.
func (m *maker) words(least uint64, most *uint64) string {
	word := func() string { return vocabulary[m.random.IntN(len(vocabulary))] }
	text := word() + " " + word()
	for uint64(len(text)) < least {
		text += " " + word()
	}
	if most != nil && uint64(len(text)) > *most {
		text = text[:*most]
		if trimmed := strings.TrimSpace(text); len(trimmed) < len(text) {
			text = trimmed + "s"
		}
	}
	return text
}

// formats generate strings of the formats that services use.
var formats = map[string]func(m *maker) string{
	"uuid":                  (*maker).uuid,
	"guid":                  (*maker).uuid,
	"date":                  func(m *maker) string { return m.moment().Format(time.DateOnly) },
	"date-time":             func(m *maker) string { return m.moment().Format(time.RFC3339) },
	"time":                  func(m *maker) string { return m.moment().Format("15:04:05Z") },
	"duration":              func(m *maker) string { return fmt.Sprintf("PT%dM", 1+m.random.IntN(59)) },
	"date-span":             func(m *maker) string { return fmt.Sprintf("00:%02d:00", 1+m.random.IntN(59)) },
	"time-span":             func(m *maker) string { return fmt.Sprintf("00:%02d:00", 1+m.random.IntN(59)) },
	"email":                 func(m *maker) string { return m.word() + "@example.com" },
	"idn-email":             func(m *maker) string { return m.word() + "@example.com" },
	"hostname":              func(m *maker) string { return m.word() + ".example.com" },
	"idn-hostname":          func(m *maker) string { return m.word() + ".example.com" },
	"uri":                   (*maker).address,
	"url":                   (*maker).address,
	"iri":                   (*maker).address,
	"uri-reference":         func(m *maker) string { return "/" + m.word() },
	"iri-reference":         func(m *maker) string { return "/" + m.word() },
	"uri-template":          func(m *maker) string { return "/" + m.word() + "/{id}" },
	"json-pointer":          func(m *maker) string { return "/" + m.word() },
	"relative-json-pointer": func(m *maker) string { return "0/" + m.word() },
	"regex":                 func(m *maker) string { return "^" + m.word() + "$" },
	"ipv4":                  func(m *maker) string { return fmt.Sprintf("192.0.2.%d", 1+m.random.IntN(254)) },
	"ipv6":                  func(m *maker) string { return fmt.Sprintf("2001:db8::%x", 1+m.random.IntN(1<<16-1)) },
	"char":                  func(m *maker) string { return m.word()[:1] },
	"decimal":               func(m *maker) string { return fmt.Sprintf("%d.%02d", 1+m.random.IntN(999), m.random.IntN(100)) },
	"int32":                 func(m *maker) string { return fmt.Sprint(1 + m.random.IntN(usualMost)) },
	"int64":                 func(m *maker) string { return fmt.Sprint(1 + m.random.IntN(usualMost)) },
	"double":                func(m *maker) string { return fmt.Sprintf("%d.5", 1+m.random.IntN(999)) },
	"float":                 func(m *maker) string { return fmt.Sprintf("%d.5", 1+m.random.IntN(999)) },
}

func (m *maker) word() string { return vocabulary[m.random.IntN(len(vocabulary))] }

func (m *maker) uuid() string {
	high, low := m.random.Uint64(), m.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", high>>32, high>>16&0xffff, high&0xfff, 0x8000|low>>48&0x3fff, low&0xffffffffffff)
}

// moment returns a time in 2025, in UTC.
func (m *maker) moment() time.Time {
	return time.Date(2025, time.January, 1, 0, 0, m.random.IntN(365*24*60*60), 0, time.UTC)
}

func (m *maker) address() string { return "https://example.com/" + m.word() }

// base64 returns encoded bytes. Four characters stand for three bytes.
func (m *maker) base64(least uint64, most *uint64) string {
	groups := max((least+3)/4, 1)
	if most == nil || *most >= 8 {
		groups = max(groups, 2)
	}
	length := groups * 3
	return base64.StdEncoding.EncodeToString([]byte(m.words(length, &length)))
}
