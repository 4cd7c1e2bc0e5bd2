package normalize

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// enumLists go along with an enum, an element for each value.
var enumLists = []string{"x-enum-varnames", "x-enum-descriptions"}

// enumListNames are what other tools call them.
var enumListNames = []struct{ from, to string }{
	{"x-enumNames", "x-enum-varnames"},
	{"x-enum-names", "x-enum-varnames"},
	{"x-enumDescriptions", "x-enum-descriptions"},
}

// renameLists gives the lists the names by which generators know them.
func (m *schemaFixer) renameLists() {
	for _, list := range enumListNames {
		value, ok := m.schema[list.from]
		if _, taken := m.schema[list.to]; ok && !taken {
			m.schema[list.to] = value
		}
		m.drop(list.from, "generators know it as "+list.to)
	}
}

// fitLists leaves the elements of the lists that go along with the values that are kept.
func (m *schemaFixer) fitLists(values int, kept []int) {
	for _, name := range enumLists {
		list, ok := m.schema[name].([]any)
		allStrings := !slices.ContainsFunc(list, func(element any) bool { _, ok := element.(string); return !ok })
		switch {
		case !ok || !allStrings || len(list) != values && len(list) != len(kept):
			m.drop(name, "it does not have a text for each value")
		case len(list) > len(kept):
			fitting := make([]any, len(kept))
			for i, index := range kept {
				fitting[i] = list[index]
			}
			m.set(name, fitting, "it goes along with the values")
		}
	}
}

// takeNames gives names to the values if there is one for each of them.
func (m *schemaFixer) takeNames(names map[string]string, reason string) {
	if _, ok := m.schema["x-enum-varnames"]; ok {
		return
	}
	var list []any
	taken := map[string]bool{"": true}
	for _, value := range tree.ListAt(m.schema, "enum") {
		name := names[tree.Text(value)]
		if taken[name] {
			return
		}
		taken[name] = true
		list = append(list, name)
	}
	if len(list) > 0 {
		m.set("x-enum-varnames", list, reason)
	}
}

// namesOfAutoRest takes the names of values from an extension of Microsoft's tools.
func (m *schemaFixer) namesOfAutoRest() {
	names := map[string]string{}
	for _, value := range tree.ListAt(tree.ObjectAt(m.schema, "x-ms-enum"), "values") {
		named, _ := value.(tree.Object)
		names[tree.Text(named["value"])] = tree.Text(named["name"])
	}
	m.takeNames(names, "x-ms-enum names all values")
}

// What stands around the numbers and names of values, in Markdown.
const (
	bullet     = `(?:[*•+-]\s+)?`
	quote      = "[`*_]*"
	enumNumber = quote + `(-?\d+)` + quote + `\s*`
)

var (
	lineTag = regexp.MustCompile(`(?i)<(?:br|p|li|ul|/p|/li|/ul)\b[^>]*>`)
	anyTag  = regexp.MustCompile(`</?[A-Za-z][^>]*>`)

	// What a line, or a part of one, says of a value, be it 0 = New or New = 0. The name may be of a few words, with more
	// behind a sign.
	namedValue = regexp.MustCompile(`^(?:[^:=]*:\s+)?` + bullet + enumNumber + `(?:=>|[=:–—-])\s*` +
		quote + `(\pL[\pL\d_]*(?: [\pL\d_]+){0,4})` + quote + `\s*(?:$|[.(:–—-])`)
	valuedName = regexp.MustCompile(`^` + bullet + quote + `(\pL[\pL\d_]*)` + quote + `\s*[=:]\s*` + enumNumber + `\.?$`)
)

// namesFromDescription takes the names of whole numbers from the description, where services put them for people to read.
func (m *schemaFixer) namesFromDescription() {
	description, _ := m.schema["description"].(string)
	if _, named := m.schema["x-enum-varnames"]; named || m.schema["type"] != "integer" {
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
	m.takeNames(names, "the description names all values")
}
