package values

import (
	"errors"
	"regexp/syntax"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/ecmare"
)

// matching returns a string that matches a pattern. Extra bounds how often a part repeats beyond its
// minimum.
func (m *maker) matching(pattern string, extra int) (string, error) {
	parsed, err := syntax.Parse(ecmare.Go(pattern), syntax.Perl)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = m.write(&text, parsed, extra)
	return text.String(), err
}

// maxMatch bounds the length of a match, because repetitions multiply.
const maxMatch = 1 << 16

func (m *maker) write(text *strings.Builder, part *syntax.Regexp, extra int) error {
	if text.Len() > maxMatch {
		return errors.New("the pattern matches only long strings")
	}
	switch part.Op {
	case syntax.OpLiteral:
		text.WriteString(string(part.Rune))
	case syntax.OpCharClass:
		text.WriteRune(m.runeOf(part.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		text.WriteRune('a' + rune(m.random.IntN(26)))
	case syntax.OpCapture, syntax.OpConcat:
		for _, inner := range part.Sub {
			if err := m.write(text, inner, extra); err != nil {
				return err
			}
		}
	case syntax.OpAlternate:
		return m.write(text, part.Sub[m.random.IntN(len(part.Sub))], extra)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		least, most := repetitions(part)
		if most < 0 || most > least+extra {
			most = least + extra
		}
		for range least + m.random.IntN(most-least+1) {
			if err := m.write(text, part.Sub[0], extra); err != nil {
				return err
			}
		}
	case syntax.OpNoMatch:
		return errors.New("the pattern matches nothing")
	}
	return nil // the others match between characters
}

// repetitions returns how often a part occurs; -1 is any number.
func repetitions(part *syntax.Regexp) (least, most int) {
	switch part.Op {
	case syntax.OpStar:
		return 0, -1
	case syntax.OpPlus:
		return 1, -1
	case syntax.OpQuest:
		return 0, 1
	}
	return part.Min, part.Max
}

// runeOf returns a character of a class, a letter or digit if it has any.
func (m *maker) runeOf(ranges []rune) rune {
	var plain, printable []rune
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1] && r <= unicode.MaxASCII; r++ {
			switch {
			case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
				plain = append(plain, r)
			case r >= ' ' && r < unicode.MaxASCII:
				printable = append(printable, r)
			}
		}
	}
	if len(plain) > 0 {
		return plain[m.random.IntN(len(plain))]
	}
	if len(printable) > 0 {
		return printable[m.random.IntN(len(printable))]
	}
	if len(ranges) == 0 {
		return unicode.ReplacementChar
	}
	return ranges[0]
}
