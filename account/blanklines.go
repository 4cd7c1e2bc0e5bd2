package account

import (
	"bytes"
	"reflect"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"go.yaml.in/yaml/v3"
)

// withBlankLines adds the blank lines of the file before a change, which the encoder drops. A line
// that stays, perhaps with another value, keeps those in front of it.
func withBlankLines(before, after []byte) []byte {
	old, changed := linesOf(before), linesOf(after)
	words := wordsOf(old)
	i, j := 0, 0
	equal := func(end int) {
		for ; i < end; i, j = i+1, j+1 {
			changed[j].blank = max(changed[j].blank, old[i].blank)
		}
	}
	for _, edit := range udiff.Lines(words, wordsOf(changed)) {
		equal(strings.Count(words[:edit.Start], "\n"))
		removed := old[i : i+strings.Count(words[edit.Start:edit.End], "\n")]
		i += len(removed)
		for range strings.Count(edit.New, "\n") {
			for k, line := range removed {
				if line.key() == changed[j].key() {
					changed[j].blank = max(changed[j].blank, line.blank)
					removed = removed[k+1:]
					break
				}
			}
			j++
		}
	}
	equal(len(old))

	var text bytes.Buffer
	for _, line := range changed {
		text.WriteString(strings.Repeat("\n", line.blank) + line.text)
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

// key returns what stays if the value of a setting changes.
func (l line) key() string {
	key, _, _ := strings.Cut(l.words, ":")
	return key
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

func wordsOf(lines []line) string {
	var words strings.Builder
	for _, line := range lines {
		words.WriteString(line.words + "\n")
	}
	return words.String()
}
