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

// maxCodeErrors keeps an error readable; the first faults usually explain the others.
const maxCodeErrors = 10

var errNotImported = errors.New("not imported")

// noImports makes the type checker treat all that comes from other packages as right: whether those are there is known
// only in the module that the code is for, and the templates, not the description, decide what is used of them.
type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errNotImported }

// checkCode parses the files of a package and checks their types, so that a name which the description smuggles in, or two
// that clash, end in an error here and not in code that does not compile.
func checkCode(files []File) error {
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, file := range files {
		syntax, err := parser.ParseFile(set, file.Name, file.Content, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("the generated code is not Go: %w", err)
		}
		if err := checkDeclarations(syntax); err != nil {
			return err
		}
		parsed = append(parsed, syntax)
	}
	var faults []string
	config := types.Config{
		Importer: noImports{},
		Error: func(err error) {
			if !strings.Contains(err.Error(), errNotImported.Error()) && len(faults) < maxCodeErrors {
				faults = append(faults, err.Error())
			}
		},
	}
	_, _ = config.Check("generated", set, parsed, nil) // its error is the first of the faults
	if len(faults) > 0 {
		return fmt.Errorf("the generated code does not compile:\n%s\nrename what clashes with an overlay (x-go-name)", strings.Join(faults, "\n"))
	}
	return nil
}

// allowedImports are the only packages that generated code imports.
var allowedImports = []string{
	"bytes", "context", "encoding/json", "encoding/xml", "errors", "fmt", "io", "iter", "mime", "mime/multipart", "net/http", "net/url", "strings",
	"github.com/oapi-codegen/runtime", "github.com/oapi-codegen/runtime/types", "github.com/oapi-codegen/runtime/strictmiddleware/nethttp",
	"github.com/xsale-go/xsale/call", "github.com/xsale-go/xsale/xsaletest/fake", "github.com/xsale-go/xsale/wire",
}

// checkDeclarations refuses what the templates never write: a description that brought it in has broken out of its place.
func checkDeclarations(file *ast.File) error {
	for _, declaration := range file.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && (function.Name.Name == "init" || function.Name.Name == "main") {
			return fmt.Errorf("the generated code would run %s by itself: the API description holds Go code", function.Name.Name)
		}
	}
	for _, spec := range file.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); !slices.Contains(allowedImports, path) {
			return fmt.Errorf("the generated code would import %s", path)
		}
	}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "//go:") || strings.HasPrefix(comment.Text, "/*") {
				return fmt.Errorf("the generated code would hold the directive %.40q", comment.Text)
			}
		}
	}
	return nil
}
