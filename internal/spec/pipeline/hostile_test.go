package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/conformance/fewer"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// hostileStrings try to end the literal, comment, tag or line that contains them.
var hostileStrings = []string{
	"\"", "`", "\\", "*/", "/*", "//go:generate touch x", "\n//go:build ignore", "\nfunc init() { panic(1) }\n", "\r\nvar X = 1", "\u2028var X = 1",
	"\u202e", "\ufeff", "\x00", "\x1b", "\x7f", "\ufffd", "`+os.Exit(1)+`", "\"; func init() {} //", "{{.}}", "{{define \"x\"}}", "%s%d%!", "a b", "'",
	"a,omitempty", "", " ", "-", "💥", "${x}", "func init() {}", "import \"os\"", strings.Repeat("long", 5000), "\u0085func init() {}", "a\tb", "😀,",
}

// hostileSpecs have placeholders for strings that become code, comments and tags.
var hostileSpecs = []string{
	`{"openapi":"3.0.3","info":{"title":%[1]s,"version":%[1]s,"description":%[1]s},"paths":{"/a":{"get":{"operationId":%[1]s,"summary":%[1]s,"description":%[1]s,"tags":[%[1]s],"responses":{"200":{"description":%[1]s}}}}}}`,
	`{"openapi":"3.0.3","paths":{%[1]s:{"get":{"responses":{}}}}}`,
	`{"openapi":"3.0.3","paths":{"/a/{b}":{"get":{"responses":{%[1]s:{"description":"x","content":{"application/json":{"schema":{"type":"string"}}}}}}}}}`,
	`{"openapi":"3.0.3","paths":{"/a":{"post":{"requestBody":{"content":{%[1]s:{"schema":{"type":"object","properties":{"a":{"type":"string"}}}}}},"responses":{"200":{"content":{%[1]s:{"schema":{"type":"string"}}}},"default":{"content":{%[1]s:{}}}}}}}}`,
	`{"openapi":"3.0.3","paths":{"/a":{"get":{"parameters":[{"name":%[1]s,"in":"query","description":%[1]s},{"name":%[1]s,"in":"header"},{"name":%[1]s,"in":"cookie"},{"name":%[1]s,"in":%[1]s}],"responses":{"200":{"headers":{%[1]s:{"schema":{"type":"string"},"description":%[1]s}}}}}}}}`,
	`{"openapi":"3.0.3","paths":{},"components":{"schemas":{%[1]s:{"type":"object","properties":{"a":{"type":"string"}}},"B":{"$ref":%[1]s},"C":{"type":%[1]s,"format":%[1]s}}}}`,
	`{"openapi":"3.0.3","paths":{},"components":{"schemas":{"A":{"type":"object","properties":{%[1]s:{"type":"string","description":%[1]s,"default":%[1]s,"example":%[1]s,"pattern":%[1]s}},"required":[%[1]s],"title":%[1]s}}}}`,
	`{"openapi":"3.0.3","paths":{},"components":{"schemas":{"A":{"type":"string","enum":["x",%[1]s],"x-enum-varnames":["X",%[1]s],"x-enum-descriptions":[%[1]s,%[1]s]},"B":{"type":"integer","enum":[1,%[1]s],"x-enumNames":[%[1]s,%[1]s]}}}}`,
	`{"openapi":"3.0.3","paths":{},"components":{"schemas":{"A":{"oneOf":[{"$ref":"#/components/schemas/B"},{"$ref":"#/components/schemas/C"}],"discriminator":{"propertyName":%[1]s,"mapping":{%[1]s:"#/components/schemas/B","c":%[1]s}}},"B":{"type":"object","properties":{"a":{}}},"C":{"type":"object","properties":{"c":{},%[1]s:{"type":"string"}}}}}}`,
	`{"openapi":"3.1.0","paths":{},"components":{"schemas":{"A":{"oneOf":[{"const":%[1]s,"title":%[1]s},{"const":"b","title":"B"}]},"B":{"type":["null",%[1]s]},"C":{"$defs":{%[1]s:{"type":"object"}}}}}}`,
	`{"openapi":"3.0.3","paths":{"/a":{"get":{"x-go-name":%[1]s,"x-oapi-codegen-middlewares":[%[1]s],"deprecated":true,"x-deprecated-reason":%[1]s,"responses":{}}}},"components":{"schemas":{"A":{"x-go-type":%[1]s,"x-go-type-import":{"path":%[1]s,"name":%[1]s},"x-go-name":%[1]s,"x-go-type-name":%[1]s,"x-oapi-codegen-extra-tags":{%[1]s:%[1]s},"type":"object","properties":{"a":{"x-go-name":%[1]s,"x-go-type":%[1]s,"x-go-json-ignore":%[1]s,"x-oapi-codegen-extra-tags":{"db":%[1]s}}}}}}}`,
	`{"openapi":"3.0.3","servers":[{"url":%[1]s,"description":%[1]s,"variables":{%[1]s:{"default":%[1]s}}}],"tags":[{"name":%[1]s}],"paths":{"/a":{"get":{"security":[{%[1]s:[%[1]s]}],"responses":{}}}},"components":{"securitySchemes":{%[1]s:{"type":"http","scheme":%[1]s}}}}`,
	`{"swagger":"2.0","host":%[1]s,"basePath":%[1]s,"schemes":[%[1]s],"consumes":[%[1]s],"produces":[%[1]s],"paths":{"/a":{"post":{"operationId":%[1]s,"consumes":[%[1]s],"produces":[%[1]s],"parameters":[{"name":%[1]s,"in":"body","schema":{"type":"object"}},{"name":%[1]s,"in":"query","type":%[1]s,"collectionFormat":%[1]s,"enum":[%[1]s]}],"responses":{%[1]s:{"description":%[1]s,"schema":{"$ref":%[1]s}}}}}},"definitions":{%[1]s:{"type":"object"}}}`,
	`{"swagger":"2.0","paths":{"/a":{"post":{"consumes":["multipart/form-data"],"parameters":[{"name":%[1]s,"in":"formData","type":"file"},{"name":"b","in":"formData","type":"array","items":{"type":"string"},"description":%[1]s}],"responses":{"200":{"schema":{"type":"file"},"headers":{%[1]s:{"type":%[1]s}}}}}}}}`,
}

// TestHostileStrings puts strings with a meaning in Go or in the generator into specs. Each must
// result in an error with a remedy, or in code with the usual declarations.
func TestHostileStrings(t *testing.T) {
	for i, spec := range hostileSpecs {
		for j, hostile := range hostileStrings {
			if !*everyCase && (i+j)%fewer.UnderRace(4, 16) != 0 {
				continue
			}
			quoted, err := json.Marshal(hostile)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprintf("%d %.20q", i, hostile), func(t *testing.T) {
				checkHarmless(t, []byte(strings.ReplaceAll(spec, "%[1]s", string(quoted))))
			})
		}
	}
}

// checkHarmless puts a spec through the pipeline and checks the resulting error or code.
func checkHarmless(t *testing.T, data []byte) {
	t.Helper()
	result, err := Run(data, Options{})
	if err != nil {
		checkError(t, err)
		return
	}
	files, err := codegen.Generate(result.Document, codegen.Options{Package: "api", Server: true, From: "a"}, result.Report)
	if err != nil {
		t.Fatalf("cannot generate code from a valid spec: %v\n%s", err, data[:min(len(data), 2000)])
	}
	for _, file := range files {
		checkDeclarations(t, file)
	}
}

// checkError checks that an error names a problem and a remedy.
func checkError(t *testing.T, err error) {
	t.Helper()
	problems, ok := err.(tree.Problems)
	if problem, single := err.(*tree.Problem); single {
		problems, ok = tree.Problems{problem}, true
	}
	if !ok {
		t.Errorf("not a problem: %v", err)
	}
	for _, problem := range problems {
		if problem.Message == "" || problem.Remedy == "" {
			t.Errorf("no message or remedy: %v", problem)
		}
	}
}

var imports = strings.Fields(`context encoding/json errors fmt io iter mime/multipart net/http
	github.com/xsale-go/xsale/call github.com/xsale-go/xsale/xsaletest/fake
	github.com/xsale-go/xsale/wire github.com/xsale-go/xsale/wire/codec github.com/xsale-go/xsale/wire/param`)

// checkDeclarations rejects code that runs on import, unexpected imports, and comments with a
// meaning for tools.
func checkDeclarations(t *testing.T, file codegen.File) {
	t.Helper()
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, file.Name, file.Content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, declaration := range syntax.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			if declaration.Name.Name == "init" || declaration.Name.Name == "main" {
				t.Errorf("code declares func %s", declaration.Name.Name)
			}
		case *ast.GenDecl:
			for _, one := range declaration.Specs {
				if imported, ok := one.(*ast.ImportSpec); ok && !slices.Contains(imports, strings.Trim(imported.Path.Value, `"`)) {
					t.Errorf("code imports %s", imported.Path.Value)
				}
			}
			if declaration.Tok == token.VAR && !fieldNames(declaration) {
				t.Errorf("code declares a variable: %v", declaration.Specs)
			}
		}
	}
	for _, group := range syntax.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "/*") || strings.HasPrefix(comment.Text, "//go:") || strings.HasPrefix(comment.Text, "//line") || strings.HasPrefix(comment.Text, "//export") {
				t.Errorf("code has the comment %.60q", comment.Text)
			}
		}
	}
	if bytes.ContainsAny(file.Content, "\x00\u202e\u2028\u0085") {
		t.Error("code has invisible characters")
	}
}

// fieldNames reports whether a declaration is the names of a type's fields, whose values are string
// constants.
func fieldNames(declaration *ast.GenDecl) bool {
	for _, spec := range declaration.Specs {
		value := spec.(*ast.ValueSpec)
		call, ok := value.Values[0].(*ast.CallExpr)
		if !ok || len(value.Names) != 1 || !strings.HasPrefix(value.Names[0].Name, "fieldsOf") {
			return false
		}
		if function, ok := call.Fun.(*ast.SelectorExpr); !ok || function.Sel.Name != "NewFields" {
			return false
		}
		for _, argument := range call.Args {
			if name, ok := argument.(*ast.BasicLit); !ok || name.Kind != token.STRING {
				return false
			}
		}
	}
	return true
}
