package codegen

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// maxCodeErrors keeps an error readable; the first errors usually explain the others.
const maxCodeErrors = 10

var errNotImported = errors.New("not imported")

// noImports makes the type checker accept whatever other packages declare. Which packages
// exist depends on the user's module, and the templates, not the spec, decide how they are used.
type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errNotImported }

// checkCode parses the files of a package and checks their types. A name that the spec injects, or
// a clash of two names, becomes an error here instead of code that does not compile.
func checkCode(files []File) error {
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, file := range files {
		syntax, err := parser.ParseFile(set, file.Name, file.Content, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("parse generated code: %w", err)
		}
		if err := checkDeclarations(syntax); err != nil {
			return err
		}
		parsed = append(parsed, syntax)
	}
	var messages []string
	config := types.Config{
		Importer: noImports{},
		Error: func(err error) {
			if !strings.Contains(err.Error(), errNotImported.Error()) && len(messages) < maxCodeErrors {
				messages = append(messages, err.Error())
			}
		},
	}
	_, _ = config.Check("generated", set, parsed, nil) // its error is the first message
	if len(messages) > 0 {
		return fmt.Errorf("generated code does not compile:\n%s\nrename clashing types or fields with x-go-name in an overlay", strings.Join(messages, "\n"))
	}
	return nil
}

// allowedImports are the only packages that generated code may import.
var allowedImports = []string{
	"context", "encoding/json", "errors", "fmt", "io", "iter", "mime/multipart", "net/http",
	"github.com/xsale-go/xsale/call", "github.com/xsale-go/xsale/xsaletest/fake", "github.com/xsale-go/xsale/wire", "github.com/xsale-go/xsale/wire/codec",
	"github.com/xsale-go/xsale/wire/param",
}

// checkDeclarations rejects what the templates never write. It can only come from a spec that has
// escaped from a comment or string.
func checkDeclarations(file *ast.File) error {
	for _, declaration := range file.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && (function.Name.Name == "init" || function.Name.Name == "main") {
			return fmt.Errorf("generated code contains func %s, which would run by itself: the spec contains Go code", function.Name.Name)
		}
	}
	for _, spec := range file.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); !slices.Contains(allowedImports, path) {
			return fmt.Errorf("generated code imports %s, which is not allowed", path)
		}
	}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "//go:") || strings.HasPrefix(comment.Text, "/*") {
				return fmt.Errorf("generated code contains the directive %.40q", comment.Text)
			}
		}
	}
	return nil
}
