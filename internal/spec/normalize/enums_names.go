package normalize

import (
	"html"
	"regexp"
	"slices"
	"strconv"
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

// A name can be a few words.
const enumName = quote + `(\pL[\pL\d_]*(?: [\pL\d_]+){0,4})` + quote + `\s*`

var (
	lineTag = regexp.MustCompile(`(?i)<(?:br|p|li|ul|tr|/p|/li|/ul|/tr)\b[^>]*>`)
	anyTag  = regexp.MustCompile(`</?[A-Za-z][^>]*>`)

	// A cell of a table, and a slash between values.
	cell  = regexp.MustCompile(`\|[ \t]*` + enumNumber + `\|[ \t]*([^|\n]+)\|`)
	slash = regexp.MustCompile(`\s/\s+(-?\d)`)

	// A line, or a part of one, that names a value: 0 = New, 0 (New), New = 0 or New (0). Punctuation
	// and more can follow the name.
	namedValue = regexp.MustCompile(`^(?:[^:=]*:\s+)?` + bullet + enumNumber + `(?:(?:=>|[=:–—-])\s*` + enumName + `(?:$|[.(:–—-])|\(\s*` + enumName + `\)\.?$)`)
	valuedName = regexp.MustCompile(`^(?:[^:=]*:\s+)?` + bullet + quote + `(\pL[\pL\d_]*)` + quote + `\s*(?:[=:]\s*` + enumNumber + `|\(\s*` + enumNumber + `\))\.?$`)
	shortName  = regexp.MustCompile(`^` + enumName + `\.?$`)
)

// namesFromDescriptions takes the names of whole numbers from their descriptions, if these are short.
func (f *schemaFixer) namesFromDescriptions() {
	if f.schema["type"] != "integer" {
		return
	}
	names := map[string]string{}
	descriptions := tree.ListAt(f.schema, "x-enum-descriptions")
	for i, value := range tree.ListAt(f.schema, "enum") {
		if i < len(descriptions) {
			if match := shortName.FindStringSubmatch(tree.String(descriptions[i])); match != nil {
				names[tree.String(value)] = pascal(match[1])
			}
		}
	}
	f.takeNames(names, "the values have short descriptions")
}

// namesFromText takes the names of whole numbers from prose, where services list them for people.
func (f *schemaFixer) namesFromText(description, reason string) {
	if _, named := f.schema["x-enum-varnames"]; named || f.schema["type"] != "integer" {
		return
	}
	text := html.UnescapeString(anyTag.ReplaceAllString(lineTag.ReplaceAllString(description, "\n"), ""))
	text = slash.ReplaceAllString(cell.ReplaceAllString(text, "\n$1 = $2\n"), "\n$1")
	names := map[string]string{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("\n,;|", r) }) {
		part = strings.TrimSpace(part)
		value, name := "", ""
		if match := namedValue.FindStringSubmatch(part); match != nil {
			value, name = match[1], match[2]+match[3]
		} else if match := valuedName.FindStringSubmatch(part); match != nil {
			value, name = match[2]+match[3], match[1]
		}
		if _, ok := names[value]; !ok {
			names[value] = pascal(name)
		}
	}
	f.takeNames(names, reason)
}

// nameFromUses names values after the descriptions of the parameters and properties that use an
// enum, where filters of ASP.NET write them.
func nameFromUses(document tree.Object, report *tree.Report) {
	describe := func(user, schema tree.Object, pointer string) {
		description, _ := user["description"].(string)
		if description == "" {
			return
		}
		if items := tree.ObjectAt(schema, "items"); items != nil {
			schema, pointer = items, tree.Join(pointer, "items")
		}
		if parts := tree.ListAt(schema, "allOf"); len(parts) == 1 {
			schema, _ = parts[0].(tree.Object)
			pointer = tree.Join(pointer, "allOf", "0")
		}
		if ref, ok := schema["$ref"].(string); ok {
			pointer = strings.TrimPrefix(ref, "#")
			target, _ := tree.Lookup(document, pointer)
			schema, _ = target.(tree.Object)
		}
		if schema["enum"] != nil {
			f := &schemaFixer{"enums", pointer, schema, report}
			f.namesFromText(description, "the description of a property or parameter names all values")
		}
	}
	tree.VisitSchemas(document, func(pointer string, schema tree.Object) tree.Object {
		describe(schema, schema, pointer)
		return schema
	})
	for _, operation := range tree.Operations(document) {
		for i, value := range tree.ListAt(operation.Object, "parameters") {
			parameter, _ := value.(tree.Object)
			describe(parameter, tree.ObjectAt(parameter, "schema"), tree.Join(operation.Pointer, "parameters", strconv.Itoa(i), "schema"))
		}
	}
}
