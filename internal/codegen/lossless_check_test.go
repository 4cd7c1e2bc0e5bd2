package codegen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// findLossyFiles checks the Go files in a directory, except tests. It returns the number of
// declarations and what is wrong with them.
func findLossyFiles(dir string) (checked int, faults []string, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return 0, nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return 0, nil, err
		}
		checked += len(file.Decls)
		faults = append(faults, findLossy(file)...)
	}
	return checked, faults, nil
}

// findLossy returns each declaration with a float, or with a type in which encoding/json stores
// numbers as floats: a map, slice, variable or field of the empty interface. Parameters and slices
// in functions may be of any type, because nothing is decoded into them.
func findLossy(file *ast.File) []string {
	var faults []string
	for _, declaration := range file.Decls {
		check := func(name string, node ast.Node) {
			ast.Inspect(node, func(node ast.Node) bool {
				_, function := declaration.(*ast.FuncDecl)
				_, slice := node.(*ast.ArrayType)
				if function && slice {
					return true // the arguments of a path
				}
				if fault := fault(node); fault != "" {
					faults = append(faults, name+" has "+fault)
				}
				return true
			})
		}
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			check(declaration.Name.Name, declaration)
		case *ast.GenDecl:
			for _, spec := range declaration.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					check(spec.Name.Name, spec)
					if emptyInterface(spec.Type) {
						faults = append(faults, spec.Name.Name+" is an any")
					}
				case *ast.ValueSpec:
					check(spec.Names[0].Name, spec)
				}
			}
		}
	}
	return faults
}

func fault(node ast.Node) string {
	untyped := false
	switch node := node.(type) {
	case *ast.Ident:
		if node.Name == "float32" || node.Name == "float64" {
			return "a " + node.Name
		}
	case *ast.SelectorExpr:
		if strings.Contains(node.Sel.Name, "Float") {
			return "a " + node.Sel.Name
		}
	case *ast.MapType:
		untyped = emptyInterface(node.Value)
	case *ast.ArrayType:
		untyped = emptyInterface(node.Elt)
	case *ast.ValueSpec:
		untyped = node.Type != nil && emptyInterface(node.Type)
	case *ast.IndexExpr:
		untyped = emptyInterface(node.Index)
	case *ast.StructType:
		for _, field := range node.Fields.List {
			untyped = untyped || emptyInterface(field.Type)
		}
	}
	if untyped {
		return "an any"
	}
	return ""
}

func emptyInterface(typ ast.Expr) bool {
	switch typ := typ.(type) {
	case *ast.Ident:
		return typ.Name == "any"
	case *ast.StarExpr:
		return emptyInterface(typ.X)
	case *ast.InterfaceType:
		return len(typ.Methods.List) == 0
	}
	return false
}
