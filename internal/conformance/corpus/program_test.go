package corpus_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/codegen"
)

// program is a module with the generated packages, and a main package that drives them. Its path is
// below that of this module: the driver is an internal package.
type program struct {
	dir      string
	packages []generated
}

type generated struct {
	document, name string
	methods        map[string][]string // of the client, by HTTP method and route
	operations     []string            // methods of the fake's interface
	responses      []string            // types of responses
}

func newProgram(dir, root string) (*program, error) {
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	requirements := strings.Join(regexp.MustCompile(`(?s)\nrequire \(.*?\n\)`).FindAllString(string(module), -1), "\n")
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return nil, err
	}
	text := "module github.com/xsale-go/xsale/corpus\n\ngo 1.26.0\n\nrequire github.com/xsale-go/xsale v0.0.0\n\nreplace github.com/xsale-go/xsale => " + root + "\n" + requirements + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	return &program{dir: dir}, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600)
}

func (p *program) add(document, name string, files []codegen.File) error {
	dir := filepath.Join(p.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	g := generated{document: document, name: name, methods: map[string][]string{}}
	for _, file := range files {
		if err := os.WriteFile(filepath.Join(dir, file.Name), file.Content, 0o600); err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name, file.Content, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		g.read(parsed)
	}
	// A method whose body has any type is only taken if there is no other.
	for key, methods := range g.methods {
		if typed := slices.DeleteFunc(slices.Clone(methods), func(name string) bool { return strings.HasSuffix(name, "WithBody") }); len(typed) > 0 {
			g.methods[key] = typed
		}
	}
	p.packages = append(p.packages, g)
	return nil
}

// read finds the methods of the client and the fake, and the types of responses.
func (g *generated) read(file *ast.File) {
	for _, declaration := range file.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			if declaration.Recv == nil || !declaration.Name.IsExported() {
				continue
			}
			ok := false
			if pointer, isPointer := declaration.Recv.List[0].Type.(*ast.StarExpr); isPointer {
				receiver, isName := pointer.X.(*ast.Ident)
				ok = isName && receiver.Name == "Client"
			}
			if key := operationOf(declaration); ok && key != "" {
				g.methods[key] = append(g.methods[key], declaration.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range declaration.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok {
					g.readType(spec)
				}
			}
		}
	}
}

func (g *generated) readType(spec *ast.TypeSpec) {
	if _, isStruct := spec.Type.(*ast.StructType); isStruct && strings.HasSuffix(spec.Name.Name, "Response") {
		g.responses = append(g.responses, spec.Name.Name)
	}
	if methods, ok := spec.Type.(*ast.InterfaceType); ok && spec.Name.Name == "StrictServerInterface" {
		for _, method := range methods.Methods.List {
			for _, name := range method.Names {
				g.operations = append(g.operations, name.Name)
			}
		}
	}
}

// operationOf returns the HTTP method and route of the operation that a method of the client calls.
func operationOf(declaration *ast.FuncDecl) string {
	var method, route string
	ast.Inspect(declaration, func(node ast.Node) bool {
		pair, ok := node.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		key, _ := pair.Key.(*ast.Ident)
		switch value := pair.Value.(type) {
		case *ast.BasicLit:
			if key != nil && key.Name == "Route" {
				route, _ = strconv.Unquote(value.Value)
			} else if key != nil && key.Name == "Method" {
				method, _ = strconv.Unquote(value.Value)
			}
		case *ast.SelectorExpr:
			if key != nil && key.Name == "Method" {
				method = strings.ToUpper(strings.TrimPrefix(value.Sel.Name, "Method"))
			}
		}
		return true
	})
	if method == "" || route == "" {
		return ""
	}
	return method + " " + route
}

// write writes the main package.
func (p *program) write() error {
	var imports, registry, fakes strings.Builder
	for _, g := range p.packages {
		fmt.Fprintf(&imports, "\t%q\n", "github.com/xsale-go/xsale/corpus/"+g.name)
		fmt.Fprintf(&registry, "\t\t{Document: %q, New: func(server string, doer call.Doer) (any, error) { return %s.NewWithDoer(server, doer) },\n", g.document, g.name)
		fmt.Fprintf(&registry, "\t\t\tNewFake: func(serve driver.Serve) http.Handler { return %s.NewFake(fake%s{serve: serve}) },\n\t\t\tMethods: map[string][]string{\n", g.name, g.name)
		for _, key := range slices.Sorted(maps.Keys(g.methods)) {
			fmt.Fprintf(&registry, "\t\t\t\t%q: %#v,\n", key, g.methods[key])
		}
		registry.WriteString("\t\t\t}},\n")
		fmt.Fprintf(&fakes, "\ntype fake%s struct {\n\t%s.Unimplemented\n\tserve driver.Serve\n}\n", g.name, g.name)
		for _, operation := range g.operations {
			fmt.Fprintf(&fakes, "\nfunc (f fake%s) %s(_ context.Context, request %s.%sRequestObject) (%s.%sResponseObject, error) {\n\treturn driver.Respond[%s.%sResponseObject](f.serve, %q, request",
				g.name, operation, g.name, operation, g.name, operation, g.name, operation, operation)
			for _, response := range g.responses {
				if rest, ok := strings.CutPrefix(response, operation); ok && regexp.MustCompile(`^(\d\d\d|\dXX|Default)`).MatchString(rest) {
					fmt.Fprintf(&fakes, ", %s.%s{}", g.name, response)
				}
			}
			fakes.WriteString(")\n}\n")
		}
	}
	text := "// Command corpus drives the generated packages.\npackage main\n\nimport (\n\t\"context\"\n\t\"net/http\"\n\n\t\"github.com/xsale-go/xsale/call\"\n\t\"github.com/xsale-go/xsale/internal/conformance/corpus/driver\"\n" + imports.String() +
		")\n\nfunc main() {\n\tdriver.Main([]driver.Package{\n" + registry.String() + "\t})\n}\n\nvar _ context.Context\n\nvar _ http.Handler\n" + fakes.String()
	return os.WriteFile(filepath.Join(p.dir, "main.go"), []byte(text), 0o600)
}
