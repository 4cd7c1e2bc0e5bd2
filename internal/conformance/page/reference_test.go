package page_test

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A reference is what pkg.go.dev shows of modules, from its own program.
type reference struct {
	address  string
	packages map[string]string // the directories of packages that users may import
}

// startReference runs pkgsite on modules until the test ends.
func startReference(t *testing.T, dirs ...string) *reference {
	t.Helper()
	r := &reference{packages: make(map[string]string)}
	for _, dir := range dirs {
		// Listing all packages fetches the modules that pkgsite reads. pkgsite itself has no network: it
		// would ask two other sites about each module.
		list := exec.Command("go", "list", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}} {{$.Dir}}{{end}}{{end}}", "all")
		list.Dir = dir
		output, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(output)) {
			importPath, packageDir, _ := strings.Cut(strings.TrimSpace(line), " ")
			if !strings.Contains(importPath+"/", "/internal/") {
				r.packages[importPath] = packageDir
			}
		}
	}
	host := freeAddress(t)
	pkgsite := exec.Command("pkgsite", append([]string{"-http", host}, dirs...)...)
	pkgsite.Env = append(os.Environ(), "HTTPS_PROXY=http://"+host)
	stderr, err := pkgsite.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := pkgsite.Start(); err != nil {
		t.Fatalf("%v: use make pkgsite", err)
	}
	t.Cleanup(func() {
		pkgsite.Process.Kill()
		pkgsite.Wait()
	})
	var output strings.Builder
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		fmt.Fprintln(&output, lines.Text())
		if strings.Contains(lines.Text(), "Listening on addr") {
			go func() {
				for lines.Scan() {
				}
			}()
			r.address = "http://" + host
			return r
		}
	}
	t.Fatalf("pkgsite did not start:\n%s", output.String())
	return nil
}

// inspect opens the page of each package and returns what is wrong with them.
func (r *reference) inspect(b *browser) (findings []string) {
	b.t.Helper()
	found := make(map[string]contents)
	packages := slices.Sorted(maps.Keys(r.packages))
	for _, importPath := range packages {
		b.do(chromedp.Navigate(r.address + "/" + importPath))
		b.waitFor(`document.readyState === "complete"`)
		problems := eval[[]string](b, referenceProblems)
		for _, problem := range b.takeProblems() {
			// The badges of the README are images of other hosts.
			if !strings.HasPrefix(problem, "request to https://pkg.go.dev/badge/") && !strings.HasPrefix(problem, "request to https://goreportcard.com/badge/") {
				problems = append(problems, problem)
			}
		}
		if _, err := os.Stat(filepath.Join(r.packages[importPath], "go.mod")); err == nil && !eval[bool](b, readmeShown) {
			problems = append(problems, "no README with its headings, lists, code and tables")
		}
		shown, want := eval[int](b, `document.querySelectorAll(".Documentation-exampleDetails").length`), examples(b.t, r.packages[importPath])
		if shown != want {
			problems = append(problems, fmt.Sprintf("%d of %d examples", shown, want))
		}
		for _, problem := range problems {
			findings = append(findings, importPath+": "+problem)
		}
		found[importPath] = eval[contents](b, `({
			IDs: [...document.querySelectorAll("[id]")].map((e) => e.id),
			Links: [...document.querySelectorAll(".Documentation a[href]:not(.Documentation-variables pre a)")].map((a) => a.href),
		})`)
		b.screenshot(strings.ReplaceAll(importPath, "/", "-"))
	}
	for _, importPath := range packages {
		for _, link := range found[importPath].Links {
			if problem := r.checkLink(link, found); problem != "" {
				findings = append(findings, fmt.Sprintf("%s: link to %s: %s", importPath, link, problem))
			}
		}
	}
	return findings
}

var moduleVersion = regexp.MustCompile(`@[^/]*`)

// checkLink returns what is wrong with a link to a package of the modules.
func (r *reference) checkLink(link string, found map[string]contents) string {
	target, err := url.Parse(link)
	if err != nil {
		return err.Error()
	}
	importPath := moduleVersion.ReplaceAllString(strings.TrimPrefix(target.Path, "/"), "")
	page, known := found[importPath]
	switch {
	case "http://"+target.Host != r.address:
		return ""
	case strings.Contains(importPath+"/", "/internal/"):
		return "users cannot import it"
	case known && target.Fragment != "" && !slices.Contains(page.IDs, target.Fragment):
		return "no such name"
	}
	return ""
}

// examples counts the examples in the tests of a package.
func examples(t *testing.T, dir string) int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return len(doc.Examples(files...))
}

// referenceProblems lists what is wrong with the page of a package. A doc link that leads nowhere
// stays as it is written, in brackets.
const referenceProblems = `(() => {
	const found = [], text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";
	if (!text("[data-test-id=UnitHeader-licenses]").includes("Apache-2.0")) found.push("no license");
	const synopsis = text(".Documentation-overview p");
	if (!/^(Package|Command|Program) [^]*?\.(\s|$)/.test(synopsis)) found.push("no synopsis: " + synopsis.slice(0, 100));
	const nodes = document.createTreeWalker(document.querySelector(".Documentation-content") ?? document.body, NodeFilter.SHOW_TEXT);
	while (nodes.nextNode()) {
		if (nodes.currentNode.parentElement.closest("pre, code, a, h3, h4")) continue;
		for (const [link] of nodes.currentNode.textContent.matchAll(/(?<!\w)\[\*?([\w/]+\.)*[A-Z][^\]]*\]/g)) found.push("broken link " + link);
	}
	return found;
})()`

const readmeShown = `["h3", "li", "pre", "table"].every((name) => document.querySelector(".js-readmeContent " + name))`

// pkg.go.dev shows each package as its author means it.
func TestReference(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	planted := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.test/planted\n\ngo 1.26\n",
		"planted.go": `// It has no synopsis, and [Missing] is not there.
package planted

import "example.test/planted/other"

// F is like [other.Missing].
func F() { other.F() }
`,
		"planted_test.go":       "package planted\n\nfunc ExampleMissing() {\n\t// Output:\n}\n",
		"other/other.go":        "// Package other returns [hidden.T].\npackage other\n\nimport \"example.test/planted/internal/hidden\"\n\n// F is for nobody.\nfunc F() hidden.T { return 0 }\n",
		"internal/hidden/it.go": "// Package hidden is internal.\npackage hidden\n\n// T is a type.\ntype T int\n",
	} {
		file := filepath.Join(planted, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := startReference(t, root, planted)
	if len(r.packages) < 20 {
		t.Fatalf("only %d packages", len(r.packages))
	}
	b := launch(t, large, "light", r.address)
	var plantedFindings strings.Builder
	for _, finding := range r.inspect(b) {
		if strings.HasPrefix(finding, "example.test/") {
			fmt.Fprintln(&plantedFindings, finding)
		} else {
			t.Error(finding)
		}
	}
	for _, want := range []string{"no license", "no synopsis", "broken link [Missing]", "0 of 1 examples", "no README", "no such name", "users cannot import it"} {
		if !strings.Contains(plantedFindings.String(), want) {
			t.Errorf("%q was not found:\n%s", want, plantedFindings.String())
		}
	}
}
