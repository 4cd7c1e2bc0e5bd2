package normalize

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// enumLists have an element for each value of an enum.
var enumLists = []string{"x-enum-varnames", "x-enum-descriptions"}

// enumListNames are the names other tools use.
var enumListNames = []struct{ from, to string }{
	{"x-enumNames", "x-enum-varnames"},
	{"x-enum-names", "x-enum-varnames"},
	{"x-enumDescriptions", "x-enum-descriptions"},
}

// renameLists renames the lists to what generators expect.
func (f *schemaFixer) renameLists() {
	for _, list := range enumListNames {
		value, ok := f.schema[list.from]
		if _, taken := f.schema[list.to]; ok && !taken {
			f.schema[list.to] = value
		}
		f.drop(list.from, "generators call it "+list.to)
	}
}

// fitLists drops the list elements whose enum values were dropped.
func (f *schemaFixer) fitLists(values int, kept []int) {
	for _, name := range enumLists {
		list, ok := f.schema[name].([]any)
		allStrings := !slices.ContainsFunc(list, func(element any) bool { _, ok := element.(string); return !ok })
		switch {
		case !ok || !allStrings || len(list) != values && len(list) != len(kept):
			f.drop(name, "it does not have a string for each value")
		case len(list) > len(kept):
			fitting := make([]any, len(kept))
			for i, index := range kept {
				fitting[i] = list[index]
			}
			f.set(name, fitting, "it has one element per value")
		}
	}
}

// takeNames sets the names of the constants if names has a unique one for each value.
func (f *schemaFixer) takeNames(names map[string]string, reason string) {
	if _, ok := f.schema["x-enum-varnames"]; ok {
		return
	}
	var list []any
	taken := map[string]bool{"": true}
	for _, value := range tree.ListAt(f.schema, "enum") {
		name := names[tree.String(value)]
		if taken[name] {
			return
		}
		taken[name] = true
		list = append(list, name)
	}
	if len(list) > 0 {
		f.set("x-enum-varnames", list, reason)
	}
}

// namesOfAutoRest takes the names from x-ms-enum, an extension of Microsoft's tools.
func (f *schemaFixer) namesOfAutoRest() {
	names := map[string]string{}
	for _, value := range tree.ListAt(tree.ObjectAt(f.schema, "x-ms-enum"), "values") {
		named, _ := value.(tree.Object)
		names[tree.String(named["value"])] = tree.String(named["name"])
	}
	f.takeNames(names, "x-ms-enum names all values")
}

// Markdown around the numbers and names of values.
const (
	bullet     = `(?:[*•+-]\s+)?`
	quote      = "[`*_]*"
	enumNumber = quote + `(-?\d+)` + quote + `\s*`
)

var (
	lineTag = regexp.MustCompile(`(?i)<(?:br|p|li|ul|/p|/li|/ul)\b[^>]*>`)
	anyTag  = regexp.MustCompile(`</?[A-Za-z][^>]*>`)

	// A line, or a part of one, that names a value: 0 = New or New = 0. The name can be a few
	// words, followed by punctuation and more.
	namedValue = regexp.MustCompile(`^(?:[^:=]*:\s+)?` + bullet + enumNumber + `(?:=>|[=:–—-])\s*` +
		quote + `(\pL[\pL\d_]*(?: [\pL\d_]+){0,4})` + quote + `\s*(?:$|[.(:–—-])`)
	valuedName = regexp.MustCompile(`^` + bullet + quote + `(\pL[\pL\d_]*)` + quote + `\s*[=:]\s*` + enumNumber + `\.?$`)
)

// namesFromDescription takes the names of whole numbers from the schema's description, where
// services list them for people.
func (f *schemaFixer) namesFromDescription() {
	description, _ := f.schema["description"].(string)
	if _, named := f.schema["x-enum-varnames"]; named || f.schema["type"] != "integer" {
		return
	}
	text := html.UnescapeString(anyTag.ReplaceAllString(lineTag.ReplaceAllString(description, "\n"), ""))
	names := map[string]string{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == ',' || r == ';' }) {
		part = strings.TrimSpace(part)
		value, name := "", ""
		if match := namedValue.FindStringSubmatch(part); match != nil {
			value, name = match[1], match[2]
		} else if match := valuedName.FindStringSubmatch(part); match != nil {
			value, name = match[2], match[1]
		}
		if _, ok := names[value]; !ok {
			names[value] = pascal(name)
		}
	}
	f.takeNames(names, "the schema's description names all values")
}
