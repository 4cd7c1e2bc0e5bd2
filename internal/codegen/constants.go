package codegen

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// nameConstants gives the constants of each enum names that are unique in the package. An enum
// with a value that cannot be a Go constant becomes its plain type.
func (p *preparer) nameConstants() error {
	for goType, value := range tree.Fields(p.schemas) {
		schema, _ := value.(tree.Object)
		if kindOf(schema) != kindEnum {
			continue
		}
		values := tree.ListAt(schema, "enum")
		if slices.ContainsFunc(values, func(value any) bool { return !constant(value, schema) }) {
			p.report.Add("go-names", tree.Join(p.pointers[goType], "enum"), values, nil, "a value cannot be a Go constant of its type, so the type allows any value")
			delete(schema, "enum")
			delete(schema, "x-enum-varnames")
			continue
		}
		symbols := p.constants(goType, schema)
		p.name(scope{taken: p.taken}, symbols)
		names := make([]any, len(values))
		for i, s := range symbols {
			names[i] = strings.TrimPrefix(s.name, goType) // oapi-codegen adds it
		}
		schema["x-enum-varnames"] = names
		delete(schema, "x-enumNames")
	}
	return nil
}

// constants returns the values of an enum with the names that the spec gives or, without any, with
// the first in which they differ from the other values.
func (p *preparer) constants(goType string, schema tree.Object) []*symbol {
	given := tree.ListAt(schema, "x-enum-varnames")
	values := tree.ListAt(schema, "enum")
	symbols := make([]*symbol, len(values))
	names := make([][]string, len(values))
	uses := map[string]int{} // by index in names, and name
	for i, value := range values {
		text := tree.String(value)
		s := &symbol{key: constantOf(goType, text), pointer: tree.Join(p.pointers[goType], "enum", strconv.Itoa(i)), prefix: goType, given: text}
		names[i] = constantNames(text)
		if i < len(given) && goName(tree.String(given[i]), "") != "" {
			s.given = tree.String(given[i])
			names[i] = append([]string{goName(s.given, "")}, names[i][1:]...)
		}
		for level, name := range names[i] {
			uses[strconv.Itoa(level)+name]++
		}
		symbols[i] = s
	}
	if schema["type"] == "integer" && len(given) == len(values) {
		p.followNumbers(goType, symbols, func(i int) string {
			if uses["0"+names[i][0]] > 1 {
				return ""
			}
			return goType + names[i][0]
		})
	}
	for i, s := range symbols {
		first := 0
		for first < len(names[i]) && uses[strconv.Itoa(first)+names[i][first]] > 1 && (first > 0 || s.given != names[i][0]) {
			first++
		}
		first %= len(names[i]) // if the names never differ, the first value has it and the others get numbers
		if first > 0 && p.lock.names[s.key] == "" {
			p.report.Add("go-names", s.pointer, s.given, goType+names[i][first], "several values would be "+goType+names[i][0])
		}
		for _, name := range names[i][first:] {
			s.wanted = append(s.wanted, goType+name)
		}
	}
	return symbols
}

// followNumbers moves the names of an enum to the numbers that the spec gives them now, as when a
// .NET enum gets a new first value: the name of a number is its meaning.
func (p *preparer) followNumbers(goType string, symbols []*symbol, given func(i int) string) {
	had := map[string]lockKey{}
	for key, name := range p.lock.names {
		if key.kind == constantKey && strings.HasPrefix(key.id, goType+" ") {
			had[name] = key
		}
	}
	moved := map[lockKey]string{}
	for i, s := range symbols {
		if before, ok := had[given(i)]; ok && before != s.key {
			moved[s.key] = given(i)
			delete(p.lock.names, before)
		}
	}
	maps.Copy(p.lock.names, moved)
}

// constant reports whether a value can be a Go constant of an enum's type. A composition can
// combine the type of one schema with the values of another.
func constant(value any, schema tree.Object) bool {
	switch value := value.(type) {
	case string:
		return schema["type"] == "string" && value != "" && !strings.ContainsAny(value, "\"`\\") && !strings.ContainsFunc(value, unicode.IsControl)
	case json.Number:
		bits := 64
		if schema["format"] == "int32" {
			bits = 32
		}
		_, err := strconv.ParseInt(value.String(), 10, bits)
		return schema["type"] == "integer" && err == nil
	}
	return false
}

// maxConstantName bounds the part of a constant's name for its value, which may be a sentence.
const maxConstantName = 60

// constantNames returns names for a value, each more exact than the one before: of its words; with
// the signs of numbers; with all punctuation; with the case of its letters; and one that a number may
// follow.
func constantNames(value string) []string {
	words := constantName(value, noSigns)
	if len(words) == maxConstantName {
		return []string{words, words + "_"}
	}
	spelled := constantName(value, allSigns)
	cased := spelled
	switch value {
	case strings.ToLower(value):
		cased += "Lower"
	case strings.ToUpper(value):
		cased += "Upper"
	}
	return []string{words, constantName(value, signsOfNumbers), spelled, cased, spelled + "_"}
}

// Signs that a constant's name spells out.
const (
	noSigns = iota
	signsOfNumbers
	allSigns
)

// constantName joins the words of a value. Numbers stay apart: 1.5 becomes N1_5. The sign of a
// negative number becomes Minus.
func constantName(value string, spelled int) string {
	plain := []rune(naming.WithoutMarks(value))
	digit := func(i int) bool { return i >= 0 && i < len(plain) && plain[i] >= '0' && plain[i] <= '9' }
	var words strings.Builder
	spoken := false
	for i, r := range plain {
		switch {
		case r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			words.WriteRune(r)
			spoken = true
		case r == '-' && digit(i+1) && (i == 0 || spelled > noSigns):
			words.WriteString(" Minus ")
		case spelled == allSigns || spelled == signsOfNumbers && r == '+' && digit(i+1):
			words.WriteString(" " + cmp.Or(signs[r], fmt.Sprintf("U%04X", r)) + " ")
		case digit(i-1) && digit(i+1):
			words.WriteByte('_')
		default:
			words.WriteByte(' ')
		}
	}
	if !spoken && spelled != allSigns {
		return constantName(value, allSigns)
	}
	numbers := strings.Split(words.String(), "_")
	name := goName(numbers[0], "Value")
	for _, number := range numbers[1:] {
		name += "_" + strings.TrimPrefix(goName(number, ""), "N")
	}
	return name[:min(len(name), maxConstantName)]
}

// signs are the names of punctuation.
var signs = map[rune]string{
	' ': "Space", '!': "Exclamation", '"': "Quote", '#': "Hash", '$': "Dollar", '%': "Percent", '&': "And", '\'': "Apostrophe",
	'(': "Open", ')': "Close", '*': "Star", '+': "Plus", ',': "Comma", '-': "Dash", '.': "Dot", '/': "Slash", ':': "Colon",
	';': "Semicolon", '<': "Less", '=': "Equal", '>': "Greater", '?': "Question", '@': "At", '[': "OpenBracket", ']': "CloseBracket",
	'^': "Caret", '_': "Underscore", '{': "OpenBrace", '|': "Pipe", '}': "CloseBrace", '~': "Tilde",
}
