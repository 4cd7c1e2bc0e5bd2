package conformance_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/xsale-go/xsale"

	// snippetsDir is where the go command sees the snippets. An overlay puts them there.
	snippetsDir = "internal/conformance/snippets"

	// consumerClient is the generated client that stands for xsaleapi in the snippets.
	consumerClient = "examples/consumer/xsaleapi/api.gen.go"

	maxSkipped = 2
)

// imports are the packages that snippets use without an import declaration, by name.
var imports = map[string]string{
	"xsale":      module,
	"authn":      module + "/authn",
	"jwks":       module + "/authn/jwks",
	"redisstore": module + "/authn/redisstore",
	"storetest":  module + "/authn/storetest",
	"call":       module + "/call",
	"filelimit":  module + "/call/filelimit",
	"redislimit": module + "/call/redislimit",
	"fake":       module + "/xsaletest/fake",
	"gen":        module + "/gen",
	"openapi":    module + "/openapi",
	"postgres":   module + "/transfer/postgres",
	"sqlite":     module + "/transfer/sqlite",
	"traffic":    module + "/xsaletest/traffic",
	"transfer":   module + "/transfer",
	"wire":       module + "/wire",
	"xsaleapi":   module + "/" + snippetsDir + "/xsaleapi",
	"xsaletest":  module + "/xsaletest",

	"context": "context", "errors": "errors", "sql": "database/sql", "fmt": "fmt", "http": "net/http", "httptest": "net/http/httptest",
	"io": "io", "iter": "iter", "json": "encoding/json", "log": "log", "os": "os", "slog": "log/slog",
	"strconv": "strconv", "strings": "strings", "testing": "testing", "time": "time", "url": "net/url",

	"decimal": "github.com/shopspring/decimal",
	"redis":   "github.com/redis/go-redis/v9",
}

// prelude declares the names that snippets use without declaring them. .github/CONTRIBUTING.md lists them.
var prelude = map[string]string{
	"ctx":          "var ctx = context.Background()",
	"client":       "var client *xsale.Client",
	"shop":         "var shop *xsale.Organization",
	"source":       "var source *authn.Source",
	"newOrder":     "var newOrder xsale.CreateOrder",
	"order":        "var order xsale.Order",
	"err":          "var err error",
	"t":            "var t *testing.T",
	"sandbox":      "var sandbox *xsaletest.Sandbox",
	"api":          "var api *xsaleapi.Client",
	"organization": "var organization string",
	"pull":         "var pull *transfer.Pull[xsale.Order, *sql.Tx]",
	"orders":       "var orders []xsaleapi.Order",

	// The import that examples/testing tests.
	"want":      "var want int",
	"erp":       "var erp *memoryERP",
	"memoryERP": "type memoryERP struct{}",
	"ImportNew": "func ImportNew(context.Context, *xsale.Organization, *memoryERP) (int, error) { return 0, nil }",
}

// Every Go snippet of the pages compiles: as a file if it has a package clause, as declarations, or
// as the statements of a function. An unused variable is fine, because a snippet may end before it
// uses one.
func TestSnippetsCompile(t *testing.T) {
	consumer, err := filepath.Abs(filepath.Join(root, consumerClient))
	if err != nil {
		t.Fatal(err)
	}
	overlay := newOverlay(t)
	overlay.add("xsaleapi/api.gen.go", consumer)
	skipped := 0
	for _, page := range readPages(t) {
		for _, block := range page.blocks {
			switch {
			case block.language != "go", strings.HasPrefix(page.name, "examples/"): // modules of their own
			case block.skipped:
				skipped++
			default:
				overlay.addSnippet(page.name, block)
			}
		}
	}
	if skipped > maxSkipped {
		t.Errorf("%d snippets are marked as not compiled, want at most %d", skipped, maxSkipped)
	}
	if len(overlay.Replace) < 30 {
		t.Errorf("only %d files: are the snippets found?", len(overlay.Replace))
	}
	overlay.build()
}

// overlay shows the go command files that are elsewhere.
type overlay struct {
	t       *testing.T
	dir     string // of the files
	base    string // where the go command sees them
	Replace map[string]string
}

func newOverlay(t *testing.T) *overlay {
	t.Helper()
	base, err := filepath.Abs(filepath.Join(root, snippetsDir))
	if err != nil {
		t.Fatal(err)
	}
	return &overlay{t: t, dir: t.TempDir(), base: base, Replace: map[string]string{}}
}

// add shows a file under a name below base.
func (o *overlay) add(name, file string) {
	o.Replace[filepath.Join(o.base, filepath.FromSlash(name))] = file
}

func (o *overlay) write(name, content string) {
	o.t.Helper()
	file := filepath.Join(o.dir, strings.ReplaceAll(name, "/", "_"))
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		o.t.Fatal(err)
	}
	o.add(name, file)
}

// addSnippet adds a package with the snippet and another file with what it leaves undeclared.
func (o *overlay) addSnippet(page string, b block) {
	o.t.Helper()
	name := fmt.Sprintf("p%d", len(o.Replace))
	code := fmt.Sprintf("//line %s:%d\n%s", page, b.line, b.code)
	whole, undeclared, err := wholeFile(code)
	if err != nil {
		o.t.Errorf("%s:%d: %v", page, b.line, err)
		return
	}
	o.write(name+"/snippet.go", whole)
	if declarations := declare(undeclared); declarations != "" {
		o.write(name+"/prelude.go", declarations)
	}
}

var packageClause = regexp.MustCompile(`(?m)^package \w+$`)

// wholeFile returns the snippet as a file of package snippet, and the names that it does not
// declare.
func wholeFile(code string) (whole string, undeclared []string, err error) {
	if packageClause.MatchString(code) {
		whole = packageClause.ReplaceAllString(code, "package snippet")
		whole = regexp.MustCompile(`"example\.com/[\w/.-]*xsaleapi"`).ReplaceAllString(whole, `"`+imports["xsaleapi"]+`"`)
		file, err := parse(whole)
		if err != nil {
			return "", nil, err
		}
		return whole, withoutImports(undeclaredIn(file), file), nil
	}
	const head = "package snippet\n"
	body := code
	file, err := parse(head + body)
	if err != nil {
		body = "func _() error {\n" + code + "\n"
		if file, err = parse(head + body + "return nil }"); err != nil {
			return "", nil, err
		}
		for _, variable := range variablesIn(file.Decls[0].(*ast.FuncDecl).Body) {
			body += "_ = " + variable + "\n"
		}
		body += "return nil }\n"
	}
	undeclared = undeclaredIn(file)
	return head + importsOf(undeclared) + body, undeclared, nil
}

func parse(source string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), "snippet.go", source, parser.ParseComments)
}

// undeclaredIn returns the names that a file uses and does not declare, imports and predeclared
// names among them.
func undeclaredIn(file *ast.File) []string {
	names := map[string]bool{}
	for _, identifier := range file.Unresolved {
		names[identifier.Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func withoutImports(names []string, file *ast.File) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool {
			return strings.Trim(spec.Path.Value, `"`) == imports[name]
		})
	})
}

// variablesIn returns the variables that a block declares, without those of inner blocks.
func variablesIn(body *ast.BlockStmt) []string {
	names := map[string]bool{}
	for _, statement := range body.List {
		switch statement := statement.(type) {
		case *ast.AssignStmt:
			for _, left := range statement.Lhs {
				if identifier, ok := left.(*ast.Ident); ok && statement.Tok == token.DEFINE {
					names[identifier.Name] = true
				}
			}
		case *ast.DeclStmt:
			for _, spec := range statement.Decl.(*ast.GenDecl).Specs {
				if values, ok := spec.(*ast.ValueSpec); ok {
					for _, identifier := range values.Names {
						names[identifier.Name] = true
					}
				}
			}
		}
	}
	delete(names, "_")
	return slices.Sorted(maps.Keys(names))
}

func importsOf(names []string) string {
	var declarations strings.Builder
	for _, name := range names {
		if path, ok := imports[name]; ok && prelude[name] == "" {
			fmt.Fprintf(&declarations, "import %s %q\n", name, path)
		}
	}
	return declarations.String()
}

// declare returns a file with the declarations of the prelude that the names need.
func declare(names []string) string {
	var declarations []string
	for i := 0; i < len(names); i++ {
		declaration, ok := prelude[names[i]]
		if !ok {
			continue
		}
		declarations = append(declarations, declaration)
		for name := range prelude { // a declaration may need another one
			if regexp.MustCompile(`[*)\]]`+name+`\b`).MatchString(declaration) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if declarations == nil {
		return ""
	}
	body := strings.Join(declarations, "\n") + "\n"
	file, err := parse("package snippet\n" + body)
	if err != nil {
		panic(err) // the prelude is wrong
	}
	return "package snippet\n" + importsOf(undeclaredIn(file)) + body
}

// build compiles all packages. Errors name the page and the line.
func (o *overlay) build() {
	o.t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		o.t.Fatal(err)
	}
	file := filepath.Join(o.dir, "overlay.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		o.t.Fatal(err)
	}
	command := exec.Command("go", "build", "-gcflags=-e", "-overlay", file, "./"+snippetsDir+"/...")
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		o.t.Errorf("%v\n%s", err, output)
	}
}
