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
					c.document(field, field.Doc, fieldText(spec.Name.Name, field.Names[0].Name, commentText(field.Doc)))
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
	modelComment      = regexp.MustCompile(`^\w+ defines model for .*\.`)
	parametersComment = regexp.MustCompile(`^(\w+) defines parameters for (\w+)\.$`)
	bodyComment       = regexp.MustCompile(`^(\w+) defines body for (\w+) for (.+) ContentType\.`)
)

func (c *commenter) typeText(name, text string) string {
	if match := parametersComment.FindStringSubmatch(text); match != nil {
		if strings.HasSuffix(name, "Params") {
			return name + " contains the parameters of " + match[2] + "."
		}
		return name + " is a request body of " + match[2] + "."
	}
	if bodyComment.MatchString(text) {
		return bodyComment.ReplaceAllString(text, "$1 is a request body of $2, of type $3.")
	}
	schema, ok := c.schemas[name]
	if !ok && c.schemas != nil {
		return cmp.Or(standardComments[name], text)
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

func fieldText(typeName, name, text string) string {
	if standard := standardComments[typeName+"."+name]; standard != "" {
		return standard
	}
	return described(name, text)
}

// described returns the sentence for a comment of oapi-codegen, which starts with the name.
func described(name, text string) string {
	if strings.HasPrefix(text, "Deprecated:") {
		return text
	}
	return sentence(name, strings.TrimPrefix(text, name+" "))
}

var (
	validComment   = regexp.MustCompile(`^Valid indicates whether the value is a known \w+ of the (\w+) enum\.`)
	typedRequest   = regexp.MustCompile(`^(\w+) calls the generic (\w+) builder with (.+) body$`)
	unionComment   = regexp.MustCompile(`^(As|From|Merge)\w+ \w+ .* union data .* (\w+)$`)
	genericRequest = regexp.MustCompile(`^(\w+) constructs an http.Request for the (\w+) method(, with any body)?`)
)

// functionText returns the documentation of a function, or "" where it stays as it is.
func functionText(function *ast.FuncDecl) string {
	name, text := function.Name.Name, commentText(function.Doc)
	deprecation := ""
	if index := strings.LastIndex(text, "Deprecated:"); index >= 0 {
		deprecation = "\n\n" + text[index:]
	}
	if function.Recv == nil {
		switch match := typedRequest.FindStringSubmatch(text); {
		case match != nil:
			return name + " returns a request of " + match[2] + " with a body of type " + match[3] + "."
		case genericRequest.MatchString(text):
			match := genericRequest.FindStringSubmatch(text)
			if match[3] != "" {
				return name + " returns a request of " + match[2] + " with a body of any type."
			}
			return name + " returns a request of " + match[2] + "."
		}
		return standardComments[name]
	}
	switch receiver := receiverOf(function); {
	case receiver == "RawClient" && function.Name.IsExported():
		return name + " is [Client." + name + "] with the raw response." + deprecation
	case receiver == "ServerInterfaceWrapper":
		return name + " reads the parameters of a request and calls Handler." + name + "."
	case receiver == "strictHandler":
		return name + " decodes a request and writes the response of the implementation."
	case validComment.MatchString(text):
		return validComment.ReplaceAllString(text, "Valid reports whether the spec lists the value.")
	case text == "" || strings.HasPrefix(text, "Override default JSON"):
		return methodComments[name]
	}
	if match := unionComment.FindStringSubmatch(text); match != nil {
		return name + unionActions[match[1]] + match[2] + "."
	}
	return ""
}

func receiverOf(function *ast.FuncDecl) string {
	typ := function.Recv.List[0].Type
	if pointer, ok := typ.(*ast.StarExpr); ok {
		typ = pointer.X
	}
	if name, ok := typ.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// standardComments document what the templates of oapi-codegen declare for every spec.
var standardComments = map[string]string{
	"RequestEditorFn":             "RequestEditorFn changes a request before it is sent. An error ends the call.",
	"HttpRequestDoer":             "HttpRequestDoer sends HTTP requests. An [http.Client] is one.",
	"RawClient":                   "RawClient sends the requests of the API and returns the responses as they are. [Client] decodes them.",
	"RawClient.Server":            "Server is the base URL. NewClient ends it with a slash; the paths of the spec follow.",
	"RawClient.Client":            "Client sends the requests.",
	"RawClient.RequestEditors":    "RequestEditors change each request before it is sent, in order.",
	"ClientOption":                "ClientOption changes a client that NewClient returns.",
	"NewClient":                   "NewClient returns a RawClient for the API at server. Without [WithHTTPClient] it uses an [http.Client].",
	"WithHTTPClient":              "WithHTTPClient sends the requests through doer.",
	"WithRequestEditorFn":         "WithRequestEditorFn changes each request before it is sent.",
	"ClientInterface":             "ClientInterface has the methods of [RawClient], for tests that replace it.",
	"ServerInterface":             "ServerInterface has a handler for each operation.",
	"ServerInterfaceWrapper":      "ServerInterfaceWrapper reads the parameters of requests for a ServerInterface.",
	"MiddlewareFunc":              "MiddlewareFunc wraps a handler.",
	"UnescapedCookieParamError":   "UnescapedCookieParamError reports a cookie parameter that cannot be unescaped.",
	"UnmarshalingParamError":      "UnmarshalingParamError reports a parameter that is not valid JSON.",
	"RequiredParamError":          "RequiredParamError reports a missing query or cookie parameter.",
	"RequiredHeaderError":         "RequiredHeaderError reports a missing header parameter.",
	"InvalidParamFormatError":     "InvalidParamFormatError reports a parameter in the wrong format.",
	"TooManyValuesForParamError":  "TooManyValuesForParamError reports a parameter that was sent more than once.",
	"StrictHandlerFunc":           "StrictHandlerFunc handles a decoded request and returns the response.",
	"StrictMiddlewareFunc":        "StrictMiddlewareFunc wraps a StrictHandlerFunc.",
	"StrictHTTPServerOptions":     "StrictHTTPServerOptions sets how errors become responses.",
	"NewStrictHandler":            "NewStrictHandler returns a ServerInterface that decodes requests for ssi. Errors become plain-text responses.",
	"NewStrictHandlerWithOptions": "NewStrictHandlerWithOptions is NewStrictHandler with responses to errors as options set.",
}

// methodComments document methods that oapi-codegen leaves undocumented.
var methodComments = map[string]string{
	"Discriminator":        "Discriminator returns the property that names the type of the union.",
	"ValueByDiscriminator": "ValueByDiscriminator decodes the union as the type that Discriminator names.",
	"MarshalJSON":          "MarshalJSON implements [json.Marshaler].",
	"UnmarshalJSON":        "UnmarshalJSON implements [json.Unmarshaler].",
}

var unionActions = map[string]string{
	"As": " decodes the union as a value of type ", "From": " sets the union to a value of type ", "Merge": " merges the union with a value of type ",
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
