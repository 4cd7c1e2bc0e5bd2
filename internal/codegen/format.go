package codegen

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// parameterError matches the errors of the templates that begin with a capital, and take a name for a format.
var parameterError = regexp.MustCompile(`fmt\.Errorf\("(?:Header|Error unescaping cookie) parameter (.*)"\)`)

// unknownMembers matches the field in which the generator keeps what a description does not list: a map, which costs several
// allocations for each object and loses the order.
var unknownMembers = regexp.MustCompile(`(?m)^(\s*AdditionalProperties\s+)map\[string\]json\.RawMessage(\s+.json:"-".)$`)

// FormatCode finishes what the generator has written: it puts wire.UnknownFields where that has maps, removes the imports that a
// file does not use, which the templates all write, and formats it. The tool that the generator has for this would look
// through the user's modules for packages, and run the go command.
func FormatCode(code string) ([]byte, error) {
	code = unknownMembers.ReplaceAllString(code, "${1}wire.UnknownFields${2}")
	code = parameterError.ReplaceAllString(code, `errors.New("parameter $1")`)
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", code, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("the generated code is not Go: %w", err)
	}
	used := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok {
				used[name.Name] = true
			}
		}
		return true
	})
	lines := strings.Split(code, "\n")
	for _, imported := range slices.Backward(file.Imports) { // so that the numbers of earlier lines stay
		name := path.Base(strings.Trim(imported.Path.Value, `"`))
		if imported.Name != nil {
			name = imported.Name.Name
		}
		if !used[name] {
			line := set.Position(imported.Pos()).Line
			lines = slices.Delete(lines, line-1, line)
		}
	}
	formatted, err := format.Source([]byte(strings.Join(lines, "\n")))
	if err != nil {
		return nil, err
	}
	return format.Source(formatted) // again, because it sees some comments as documentation only once they are in place
}
