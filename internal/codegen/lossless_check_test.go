package codegen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// findLossyFiles looks at the Go files of a folder but for tests. It returns how many declarations there are, and what is wrong.
func findLossyFiles(folder string) (checked int, faults []string, err error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
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

// findLossy names each declaration in which there is a float, or what encoding/json would read numbers into as floats: a map,
// slice, variable or field of the empty interface. In functions, parameters and slices may be of any type, because nothing is
// read into them.
func findLossy(file *ast.File) []string {
	var faults []string
	for _, declaration := range file.Decls {
		check := func(name string, node ast.Node) {
			ast.Inspect(node, func(node ast.Node) bool {
				_, isFunction := declaration.(*ast.FuncDecl)
				_, isSlice := node.(*ast.ArrayType)
				if isFunction && isSlice {
					return true // the arguments of a path
				}
				if what := fault(node); what != "" {
					faults = append(faults, name+" has "+what)
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
					if isEmptyInterface(spec.Type) {
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
	isAny := false
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
		isAny = isEmptyInterface(node.Value)
	case *ast.ArrayType:
		isAny = isEmptyInterface(node.Elt)
	case *ast.ValueSpec:
		isAny = node.Type != nil && isEmptyInterface(node.Type)
	case *ast.IndexExpr:
		isAny = isEmptyInterface(node.Index)
	case *ast.StructType:
		for _, field := range node.Fields.List {
			isAny = isAny || isEmptyInterface(field.Type)
		}
	}
	if isAny {
		return "an any"
	}
	return ""
}

func isEmptyInterface(typ ast.Expr) bool {
	switch typ := typ.(type) {
	case *ast.Ident:
		return typ.Name == "any"
	case *ast.StarExpr:
		return isEmptyInterface(typ.X)
	case *ast.InterfaceType:
		return len(typ.Methods.List) == 0
	}
	return false
}
