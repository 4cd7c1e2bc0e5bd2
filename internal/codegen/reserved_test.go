package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// Every name that each client or server declares is reserved, so that no schema can have it.
func TestReservedNamesAreComplete(t *testing.T) {
	document, err := tree.Read([]byte(`{"openapi":"3.0.3","info":{"title":"a","version":"1"},"paths":{},"components":{"schemas":{}}}`))
	if err != nil {
		t.Fatal(err)
	}
	files, err := Generate(document, Options{Package: "api", Server: true, Raw: true}, &tree.Report{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", files[0].Content, 0)
	if err != nil {
		t.Fatal(err)
	}
	reserved := identifiers{}
	for _, name := range reservedNames {
		reserved[name] = true
	}
	methods := identifiers{}
	for _, name := range otherMethods {
		methods[name] = true
	}
	for _, declaration := range file.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			if name := declaration.Name.Name; declaration.Recv == nil && ast.IsExported(name) && !reserved[name] {
				t.Errorf("func %s is not reserved", name)
			} else if declaration.Recv != nil && ast.IsExported(name) && !methods[name] {
				t.Errorf("method %s is not reserved", name)
			}
		case *ast.GenDecl:
			for _, spec := range declaration.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok && ast.IsExported(spec.Name.Name) && !reserved[spec.Name.Name] {
					t.Errorf("type %s is not reserved", spec.Name.Name)
				}
			}
		}
	}
}
