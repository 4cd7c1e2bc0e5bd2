package codegen

import (
	"cmp"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// commentWidth is the last column of a comment that can be wrapped.
const commentWidth = 100

// commenter writes the doc comments of generated code. The templates of oapi-codegen put only a
// name in front of the prose of the spec; the commenter makes sentences of both. It removes
// comments in functions.
type commenter struct {
	*editor
	schemas map[string]string // for each type of a schema, a phrase if the spec does not describe it
}

func (c *commenter) rewrite(file *ast.File) {
	for _, declaration := range file.Decls {
		switch declaration := declaration.(type) {
		case *ast.GenDecl:
			c.general(declaration)
		case *ast.FuncDecl:
			if text := functionText(declaration); text != "" {
				c.document(declaration, declaration.Doc, text)
			}
		}
	}
	functions := slices.DeleteFunc(slices.Clone(file.Decls), func(declaration ast.Decl) bool {
		_, ok := declaration.(*ast.FuncDecl)
		return !ok
	})
	for _, comment := range file.Comments {
		for len(functions) > 0 && functions[0].End() < comment.Pos() {
			functions = functions[1:]
		}
		if len(functions) > 0 && functions[0].(*ast.FuncDecl).Body.Pos() < comment.Pos() {
			c.replaceLines(comment.Pos(), comment.End(), "")
		}
	}
}

func (c *commenter) general(declaration *ast.GenDecl) {
	if declaration.Tok == token.CONST && declaration.Doc != nil {
		_, name, _ := strings.Cut(commentText(declaration.Doc), "values for ")
		c.document(declaration, declaration.Doc, "The values of "+name)
		return
	}
	for _, spec := range declaration.Specs {
		spec, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		c.document(declaration, declaration.Doc, c.typeText(spec.Name.Name, commentText(declaration.Doc)))
		switch typ := spec.Type.(type) {
		case *ast.StructType:
			for _, field := range typ.Fields.List {
				if field.Doc != nil {
					c.document(field, field.Doc, described(field.Names[0].Name, commentText(field.Doc)))
				}
			}
		case *ast.InterfaceType:
			for _, method := range typ.Methods.List {
				if method.Doc != nil && spec.Name.Name != "StrictServerInterface" {
					c.document(method, method.Doc, "")
				}
			}
		}
	}
}

var (
	modelComment = regexp.MustCompile(`^\w+ defines model for .*\.`)
)

func (c *commenter) typeText(name, text string) string {
	schema, ok := c.schemas[name]
	if !ok && c.schemas != nil {
		return text
	}
	undocumented := name + " is " + cmp.Or(schema, "a schema of the spec") + "."
	if modelComment.MatchString(text) {
		return modelComment.ReplaceAllLiteralString(text, undocumented)
	}
	if text = described(name, text); text == "" {
		return undocumented
	}
	return text
}

// described returns the sentence for a comment of oapi-codegen, which starts with the name.
func described(name, text string) string {
	if strings.HasPrefix(text, "Deprecated:") {
		return text
	}
	return sentence(name, strings.TrimPrefix(text, name+" "))
}

var validComment = regexp.MustCompile(`^Valid indicates whether the value is a known \w+ of the (\w+) enum\.`)

// functionText returns the documentation of a function, or "" where it stays as it is.
func functionText(function *ast.FuncDecl) string {
	if text := commentText(function.Doc); function.Recv != nil && validComment.MatchString(text) {
		return validComment.ReplaceAllString(text, "Valid reports whether the spec lists the value.")
	}
	return ""
}

// commentText returns the lines of a comment without their slashes.
func commentText(group *ast.CommentGroup) string {
	if group == nil {
		return ""
	}
	var lines []string
	for _, comment := range group.List {
		line := strings.TrimPrefix(comment.Text, "//")
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(line, " "), " \t"))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// document sets the doc comment of a node, which replaces the old one.
func (c *commenter) document(node ast.Node, old *ast.CommentGroup, text string) {
	text = unexplained.ReplaceAllString(text, "the spec marks it as deprecated.")
	text = deprecated.ReplaceAllString(text, "$1\n\nDeprecated:")
	width := commentWidth
	if _, ok := node.(*ast.Field); ok {
		width -= 4
	}
	if text != "" {
		text = lineComment(text, width) + "\n"
	}
	if old != nil {
		c.replaceLines(old.Pos(), old.End(), text)
	} else {
		c.insertLines(node.Pos(), text)
	}
}

// lineComment returns a comment that is wrapped at the width.
func lineComment(text string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(wrap(text, width-len("// ")), "\n") {
		lines = append(lines, strings.TrimRight("// "+line, " \t"))
	}
	return strings.Join(lines, "\n")
}

var (
	unexplained = regexp.MustCompile("this \\w+ has been marked as deprecated upstream, but no `x-deprecated-reason` was set")
	deprecated  = regexp.MustCompile(`([^\n])\nDeprecated:`)
)

// wrap breaks lines that are too long. In prose, the rest of a line moves to the start of the next
// one.
func wrap(text string, width int) string {
	var wrapped []string
	carried, fenced := "", false
	flush := func() {
		if carried != "" {
			wrapped = append(wrapped, carried)
			carried = ""
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if fenced || !prose(line) {
			flush()
			wrapped = append(wrapped, line)
			continue
		}
		if carried != "" {
			line = carried + " " + line
			carried = ""
		}
		long := utf8.RuneCountInString(line) > width
		for utf8.RuneCountInString(line) > width {
			head, tail := breakLine(line, width)
			wrapped = append(wrapped, head)
			line = tail
		}
		if long {
			carried = line
		} else if line != "" {
			wrapped = append(wrapped, line)
		}
	}
	flush()
	return strings.Join(wrapped, "\n")
}

// prose reports whether a line is part of a paragraph that may be wrapped.
func prose(line string) bool {
	return line != "" && line[0] != ' ' && line[0] != '\t' && !markdownBlock.MatchString(line) && !strings.HasSuffix(line, "  ")
}

// breakLine breaks a line at the last space before the width, or at the first after it.
func breakLine(line string, width int) (head, tail string) {
	limit := 0
	for range width + 1 {
		_, size := utf8.DecodeRuneInString(line[limit:])
		limit += size
	}
	end := strings.LastIndexByte(line[:limit], ' ')
	if end < 0 {
		if end = strings.IndexByte(line[limit:], ' '); end < 0 {
			return line, ""
		}
		end += limit
	}
	return line[:end], strings.TrimLeft(line[end:], " ")
}
