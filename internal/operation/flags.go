package operation

import (
	"slices"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
)

// Reserved are the flags of the command line, sorted. An input with the name of one gets its
// location in front, such as query-limit. The names are not taken from the commands, because an index
// outlives the program that wrote it: a new one needs a new indexFormat.
var Reserved = []string{
	"account", "columns", "content-type", "credentials", "csv", "csv-bom", "csv-decimal",
	"csv-separator", "debug", "dry-run", "file", "help", "include", "jq", "limit", "list", "null",
	"organization", "output", "output-file", "overwrite", "shell", "spec", "tag", "template",
	"token-store", "trace",
}

// nameFlags gives every input of an operation a flag of its own. Path parameters come first, then
// those of the query, headers, cookies and the body; of two with the same name, the later one gets
// its location in front.
func nameFlags(o *Operation) {
	taken := func(name string) bool {
		_, reserved := slices.BinarySearch(Reserved, name)
		return reserved || slices.ContainsFunc(o.Inputs(), func(p *Parameter) bool { return p.Flag == name })
	}
	for _, p := range o.Inputs() {
		name := kebab(p.Name)
		if p.Inside != "" {
			name = kebab(p.Inside) + "." + name
		}
		if name == "" || taken(name) {
			name = strings.TrimSuffix(string(p.In)+"-"+name, "-")
		}
		p.Flag = naming.Free(name, taken)
	}
}

// kebab returns a name as flags are written: OrderItemId becomes order-item-id.
func kebab(name string) string {
	runes := []rune(naming.WithoutMarks(name))
	var flag strings.Builder
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			if flag.Len() > 0 && !strings.HasSuffix(flag.String(), "-") {
				flag.WriteByte('-')
			}
			continue
		}
		if i > 0 && unicode.IsUpper(r) {
			previous := runes[i-1]
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(previous) || unicode.IsDigit(previous) || unicode.IsUpper(previous) && next {
				flag.WriteByte('-')
			}
		}
		flag.WriteRune(unicode.ToLower(r))
	}
	return strings.Trim(flag.String(), "-")
}
