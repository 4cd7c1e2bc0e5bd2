package conformance_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every exported function and method that users call is used in an Example of its package.
func TestExamplesUseTheAPI(t *testing.T) {
	for _, directory := range []string{".", "call", "call/filelimit", "call/redislimit", "authn", "authn/jwks", "authn/redisstore", "authn/storetest", "account", "transfer", "transfer/sqlite", "transfer/postgres", "wire", "xsaletest", "xsaletest/control", "xsaletest/fake", "xsaletest/traffic"} {
		used, functions := readPackage(t, directory)
		for _, name := range slices.Sorted(maps.Keys(functions)) {
			position := functions[name]
			if !used[name[strings.LastIndex(name, ".")+1:]] {
				report(t, path.Join(directory, filepath.Base(position.Filename)), position.Line, name+" is in no Example")
			}
		}
	}
}

// notCalled are functions that packages such as fmt and errors call, not users.
var notCalled = map[string]bool{
	"Error": true, "Is": true, "Unwrap": true, "String": true, "Format": true, "LogValue": true, "ServeHTTP": true, "RoundTrip": true, "Do": true,
	"MarshalJSON": true, "MarshalText": true, "UnmarshalJSON": true, "UnmarshalText": true, "DecodeJSON": true, "Scan": true, "Value": true,
	"Load": true, "Save": true, "TryLock": true, "HoldLock": true, "Update": true,
	"RawOperation": true,                                                                                                         // package xsale calls it
	"Driver":       true, "Busy": true, "Claim": true, "Reclaim": true, "Hold": true, "Session": true, "Join": true, "Now": true, // package transfer calls them
}

// readPackage returns the names that the Examples of a package use, and its exported functions and
// methods.
func readPackage(t *testing.T, directory string) (used map[string]bool, functions map[string]token.Position) {
	t.Helper()
	used, functions = map[string]bool{}, map[string]token.Position{}
	names, err := filepath.Glob(filepath.Join(root, directory, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %d files, %v", directory, len(names), err)
	}
	files := token.NewFileSet()
	for _, name := range names {
		file, err := parser.ParseFile(files, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			switch {
			case !ok:
			case strings.HasSuffix(name, "_test.go"):
				helper := strings.HasSuffix(name, "example_test.go") && !function.Name.IsExported()
				if strings.HasPrefix(function.Name.Name, "Example") || helper {
					addSelected(used, function)
				}
			case calledByUsers(function):
				functions[qualified(function)] = files.Position(function.Pos())
			}
		}
	}
	return used, functions
}

func addSelected(used map[string]bool, function *ast.FuncDecl) {
	ast.Inspect(function, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			used[selector.Sel.Name] = true
		}
		return true
	})
}

// calledByUsers reports whether users call a function: not one that only generated code calls, or
// the method of an unexported type.
func calledByUsers(function *ast.FuncDecl) bool {
	generated := strings.Contains(strings.Join(strings.Fields(function.Doc.Text()), " "), "enerated code calls it")
	if !function.Name.IsExported() || generated || notCalled[function.Name.Name] {
		return false
	}
	return function.Recv == nil || ast.IsExported(receiver(function))
}

func receiver(function *ast.FuncDecl) string {
	kind := function.Recv.List[0].Type
	if pointer, ok := kind.(*ast.StarExpr); ok {
		kind = pointer.X
	}
	switch generic := kind.(type) {
	case *ast.IndexExpr:
		kind = generic.X
	case *ast.IndexListExpr:
		kind = generic.X
	}
	return kind.(*ast.Ident).Name
}

func qualified(function *ast.FuncDecl) string {
	if function.Recv == nil {
		return function.Name.Name
	}
	return receiver(function) + "." + function.Name.Name
}
