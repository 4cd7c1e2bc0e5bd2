package output

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/template"
	"text/template/parse"
)

// templateProgram prints a document through a template.
type templateProgram struct{ *template.Template }

// templateFunctions are there in addition to those of text/template.
var templateFunctions = template.FuncMap{
	"json": func(value any) (string, error) {
		var buffer bytes.Buffer
		encoder := json.NewEncoder(&buffer)
		encoder.SetEscapeHTML(false)
		err := encoder.Encode(value)
		return strings.TrimSuffix(buffer.String(), "\n"), err
	},
	"join": func(separator string, values []any) string {
		parts := make([]string, len(values))
		for i, value := range values {
			parts[i] = fmt.Sprint(value)
		}
		return strings.Join(parts, separator)
	},
	printNull: func(value any) any {
		if value == nil {
			return ""
		}
		return value
	},
}

// printNull is a function that prints null as nothing instead of "<no value>".
const printNull = "_null"

func compileTemplate(source string) (program, error) {
	compiled, err := template.New(flagTemplate).Funcs(templateFunctions).Option("missingkey=error").Parse(source)
	if err != nil {
		return nil, fmt.Errorf("--template: %s", templateMessage(err))
	}
	for _, defined := range compiled.Templates() {
		pipeToPrintNull(defined.Root)
	}
	return templateProgram{compiled}, nil
}

// pipeToPrintNull appends printNull to all actions that print.
func pipeToPrintNull(node parse.Node) {
	branches := func(b *parse.BranchNode) {
		pipeToPrintNull(b.List)
		if b.ElseList != nil {
			pipeToPrintNull(b.ElseList)
		}
	}
	switch n := node.(type) {
	case *parse.ListNode:
		for _, part := range n.Nodes {
			pipeToPrintNull(part)
		}
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			function := parse.NewIdentifier(printNull).SetPos(n.Pos)
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{function}})
		}
	case *parse.IfNode:
		branches(&n.BranchNode)
	case *parse.RangeNode:
		branches(&n.BranchNode)
	case *parse.WithNode:
		branches(&n.BranchNode)
	}
}

// run prints the document, and a line break unless the template ends with one.
func (p templateProgram) run(_ context.Context, out io.Writer, document []byte) error {
	value, err := decode(document)
	if err != nil {
		return err
	}
	last := &lastByte{Writer: out}
	if err := p.Execute(last, value); err != nil {
		return fmt.Errorf("--template: %s", templateMessage(err))
	}
	if last.byte != '\n' && last.byte != 0 {
		_, err = io.WriteString(out, "\n")
	}
	return err
}

// lastByte remembers how a text ends.
type lastByte struct {
	io.Writer
	byte byte
}

func (l *lastByte) Write(p []byte) (int, error) {
	if len(p) > 0 {
		l.byte = p[len(p)-1]
	}
	return l.Writer.Write(p)
}

// templatePosition is how text/template begins its errors.
var templatePosition = regexp.MustCompile(`^template: template:(\d+)(?::(\d+))?: (?:executing "template" at )?`)

// missingKey is how text/template names a field that is missing.
var missingKey = regexp.MustCompile(`map has no entry for key "(.*)"$`)

// templateMessage rewords an error of a template: with its line, without the name of the package.
func templateMessage(err error) string {
	var executed template.ExecError
	if errors.As(err, &executed) {
		err = executed.Err
	}
	text := missingKey.ReplaceAllString(err.Error(), `there is no field "$1" here; {{index . "$1"}} prints one that may be missing`)
	if at := templatePosition.FindStringSubmatch(text); at != nil {
		text = "line " + at[1] + ": " + text[len(at[0]):]
	}
	return text
}
