// Package matching makes strings that match regular expressions.
package matching

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
)

// String returns a random string that matches a pattern, or false if the pattern has parts that Go
// does not know. Word boundaries are ignored, so check the result.
func String(random *rand.Rand, pattern string) (string, bool) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	g := generator{Rand: random}
	g.add(parsed)
	return g.String(), true
}

type generator struct {
	*rand.Rand
	strings.Builder
}

// moreRepetitions is how often a part without a limit is repeated at most, beyond its minimum.
const moreRepetitions = 3

func (g *generator) add(part *syntax.Regexp) {
	switch part.Op {
	case syntax.OpLiteral:
		g.WriteString(string(part.Rune))
	case syntax.OpCharClass:
		pair := 2 * g.IntN(len(part.Rune)/2)
		first, last := part.Rune[pair], part.Rune[pair+1]
		g.WriteRune(first + rune(g.IntN(int(min(last-first, 25))+1)))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		g.WriteRune(rune('a' + g.IntN(26)))
	case syntax.OpStar:
		g.repeat(part.Sub[0], 0, moreRepetitions)
	case syntax.OpPlus:
		g.repeat(part.Sub[0], 1, 1+moreRepetitions)
	case syntax.OpQuest:
		g.repeat(part.Sub[0], 0, 1)
	case syntax.OpRepeat:
		most := part.Max
		if most < 0 {
			most = part.Min + moreRepetitions
		}
		g.repeat(part.Sub[0], part.Min, most)
	case syntax.OpAlternate:
		g.add(part.Sub[g.IntN(len(part.Sub))])
	case syntax.OpCapture, syntax.OpConcat:
		for _, inner := range part.Sub {
			g.add(inner)
		}
	}
}

func (g *generator) repeat(part *syntax.Regexp, low, high int) {
	for range low + g.IntN(high-low+1) {
		g.add(part)
	}
}
