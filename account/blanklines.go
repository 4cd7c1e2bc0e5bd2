package account

import (
	"bytes"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxComparisons bounds the memory: 2000 lines are some hundred accounts.
const maxComparisons = 2000 * 2000

// withBlankLines adds the blank lines of the file before a change, which the encoder drops. A line
// that stays, perhaps with another value, keeps those in front of it.
func withBlankLines(before, after []byte) []byte {
	old, changed := linesOf(before), linesOf(after)
	if len(old)*len(changed) > maxComparisons {
		return after
	}
	// best[i][j] is how much of old[i:] and changed[j:] fits together, in this order.
	best := make([][]int, len(old)+1)
	for i := range best {
		best[i] = make([]int, len(changed)+1)
	}
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(changed) - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1], best[i+1][j+1]+old[i].fits(changed[j]))
		}
	}
	var text bytes.Buffer
	for i, j := 0, 0; j < len(changed); {
		switch {
		case i < len(old) && best[i][j] == best[i+1][j]:
			i++
			continue
		case i < len(old) && best[i][j] > best[i][j+1]:
			changed[j].blank = max(changed[j].blank, old[i].blank)
			i++
		}
		text.WriteString(strings.Repeat("\n", changed[j].blank) + changed[j].text)
		j++
	}
	var with, without any // a blank line is a part of some strings
	if yaml.Unmarshal(text.Bytes(), &with) != nil || yaml.Unmarshal(after, &without) != nil || !reflect.DeepEqual(with, without) {
		return after
	}
	return text.Bytes()
}

// line is a line with something in it, or the end of a file.
type line struct {
	blank int    // lines in front of it
	text  string // with its line break
	words string // without the differences that an encoder makes
}

// fits returns 2 for the same line, 1 for the same setting with another value, and 0 otherwise.
func (l line) fits(other line) int {
	if l.words == other.words {
		return 2
	}
	key, _, found := strings.Cut(l.words, ":")
	if otherKey, _, otherFound := strings.Cut(other.words, ":"); found && otherFound && key == otherKey {
		return 1
	}
	return 0
}

func linesOf(text []byte) (lines []line) {
	blank := 0
	for l := range strings.Lines(string(text)) {
		words := strings.Join(strings.Fields(l), " ")
		if words == "" {
			blank++
			continue
		}
		lines = append(lines, line{blank, l, words})
		blank = 0
	}
	return append(lines, line{blank: blank})
}
