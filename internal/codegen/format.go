package codegen

import (
	"cmp"
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

// unknownFields matches the field in which oapi-codegen keeps properties that the spec does not
// list: a map, which costs several allocations per object and loses the order. In a union, it stands
// for the value.
var unknownFields = regexp.MustCompile(`(?m)^\s*AdditionalProperties\s+map\[string\](json\.RawMessage|codec\.Union)\s+.json:"-".$`)

// formatCode finishes the output of oapi-codegen: it replaces maps of unknown fields by an embedded
// wire.UnknownFields, writes doc comments, removes unused imports and formats the code. The
// formatter of oapi-codegen would search the user's modules and run the go command. The schemas
// are those that prepare returns.
func formatCode(code string, schemas map[string]string) ([]byte, error) {
	code = unknownFields.ReplaceAllStringFunc(code, func(field string) string {
		if strings.Contains(field, "codec.Union") {
			return "\tcodec.Union"
		}
		return "\twire.UnknownFields `json:\"-\"`"
	})
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", code, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("parse generated code: %w", err)
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
	edits := &editor{code: code, file: set.File(file.Pos())}
	for _, imported := range file.Imports {
		name := path.Base(strings.Trim(imported.Path.Value, `"`))
		if imported.Name != nil {
			name = imported.Name.Name
		}
		if !used[name] {
			edits.replaceLines(imported.Pos(), imported.End(), "")
		}
	}
	(&commenter{edits, schemas}).rewrite(file)
	formatted, err := format.Source([]byte(edits.apply()))
	if err != nil {
		return nil, err
	}
	return format.Source(formatted) // again: some comments become doc comments only in the first run
}

// editor collects changes of whole lines.
type editor struct {
	code  string
	file  *token.File
	edits []edit
}

type edit struct {
	start, end int
	text       string
}

// replaceLines replaces the code from start to end, with the line breaks if nothing else is in the
// lines.
func (e *editor) replaceLines(start, end token.Pos, text string) {
	first, last := e.lineStart(start), e.file.Offset(end)
	if strings.TrimSpace(e.code[first:e.file.Offset(start)]) != "" {
		first = e.file.Offset(start)
	} else if strings.HasPrefix(e.code[last:], "\n") {
		last++
	}
	e.edits = append(e.edits, edit{first, last, text})
}

// insertLines inserts lines before the line of pos.
func (e *editor) insertLines(pos token.Pos, text string) {
	start := e.lineStart(pos)
	e.edits = append(e.edits, edit{start, start, text})
}

func (e *editor) lineStart(pos token.Pos) int {
	return e.file.Offset(e.file.LineStart(e.file.Line(pos)))
}

func (e *editor) apply() string {
	slices.SortFunc(e.edits, func(a, b edit) int { return cmp.Or(a.start-b.start, a.end-b.end) })
	var edited strings.Builder
	done := 0
	for _, edit := range e.edits {
		edited.WriteString(e.code[done:edit.start] + edit.text)
		done = edit.end
	}
	return edited.String() + e.code[done:]
}
