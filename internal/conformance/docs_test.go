package conformance_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// root is the directory of the module.
const root = "../.."

// maxColumns is the width of a line, except in tables and code and around links.
const maxColumns = 100

func TestReadmeIsShort(t *testing.T) {
	if count := len(readPage(t, "README.md").lines); count > 170 {
		t.Errorf("README.md has %d lines, want at most 170: move details to docs", count)
	}
}

func TestPagesAreNarrow(t *testing.T) {
	for _, page := range readPages(t) {
		for i, line := range page.lines {
			if utf8.RuneCountInString(line) <= maxColumns || page.inCode[i] || strings.HasPrefix(line, "|") || strings.Contains(line, "](") || strings.Contains(line, "https://") {
				continue
			}
			report(t, page.name, i+1, "wider than 100 columns")
		}
	}
}

var linkTarget = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksResolve(t *testing.T) {
	for _, page := range readPages(t) {
		for i, line := range page.lines {
			if page.inCode[i] {
				continue
			}
			for _, match := range linkTarget.FindAllStringSubmatch(line, -1) {
				target, anchor, _ := strings.Cut(match[1], "#")
				if strings.Contains(target, "://") {
					continue
				}
				name := page.name
				if target != "" {
					name = path.Join(path.Dir(page.name), target)
				}
				if _, err := os.Stat(filepath.Join(root, name)); err != nil {
					report(t, page.name, i+1, "no such file: "+match[1])
					continue
				}
				if anchor != "" && !slices.Contains(readPage(t, name).anchors(), anchor) {
					report(t, page.name, i+1, "no such heading: "+match[1])
				}
			}
		}
	}
}

// Readers and the sidebar of the site find the pages of a language in its contents.
func TestContentsListAllPages(t *testing.T) {
	for _, page := range readPages(t) {
		dir, name := path.Split(page.name)
		if dir == "docs/decisions/" {
			dir, name = "docs/", "decisions/"+name
		}
		if dir != "docs/" && dir != "docs/pl/" || name == "README.md" {
			continue
		}
		if contents := readPage(t, dir+"README.md"); !strings.Contains(strings.Join(contents.lines, "\n"), "]("+name+")") {
			report(t, contents.name, 1, "does not list "+page.name)
		}
	}
}

var fileSpan = regexp.MustCompile("`([a-z_0-9/]+/|[a-z_0-9/]+\\.(?:go|yaml|md))`")

// Files and directories that the pages about the code name exist.
func TestNamedFilesExist(t *testing.T) {
	for _, name := range []string{".github/CONTRIBUTING.md", "docs/architecture.md"} {
		page := readPage(t, name)
		for i, line := range page.lines {
			for _, match := range fileSpan.FindAllStringSubmatch(line, -1) {
				if match[1] == "xsale.yaml" || match[1] == "generate.go" { // in the user's repository
					continue
				}
				if matches, _ := filepath.Glob(filepath.Join(root, match[1])); matches == nil && !exists(match[1], "xsaletest") {
					report(t, name, i+1, "no such file: "+match[1])
				}
			}
		}
	}
}

var namedTest = regexp.MustCompile("`([a-z][a-z/0-9]*)`: |`(Test[A-Z]\\w*)`")

// A test that a page names exists. In a row of a table, it is in the package that stands before it.
func TestNamedTestsExist(t *testing.T) {
	names := 0
	for _, page := range readPages(t) {
		for i, line := range page.lines {
			if page.inCode[i] {
				continue
			}
			dir := "" // of the page's first column, if it names none
			if page.name == "docs/authn.md" {
				dir = "authn"
			}
			for _, match := range namedTest.FindAllStringSubmatch(line, -1) {
				if match[1] != "" {
					dir = match[1]
					continue
				}
				names++
				if !testExists(t, dir, match[2]) {
					report(t, page.name, i+1, "no such test in "+dir+": "+match[2])
				}
			}
		}
	}
	if names < 100 {
		t.Errorf("only %d names of tests found", names)
	}
}

// testExists reports whether a package of the module has a test.
func testExists(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		data, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(data), "\nfunc "+name+"(")
	})
}

// exists reports whether a directory has the file, for short names such as fake/.
func exists(name, directory string) bool {
	_, err := os.Stat(filepath.Join(root, directory, name))
	return err == nil
}

// page is a Markdown file.
type page struct {
	name   string // with slashes, from the root of the module
	lines  []string
	inCode []bool // whether the line is in a code block or is its fence
	blocks []block
}

// block is a fenced block of code.
type block struct {
	language string
	line     int // of its first line of code
	code     string
	skipped  bool // marked as not compiled
}

const skipMark = "<!-- not compiled: "

// readPages returns all pages of the module but those of testdata.
func readPages(t *testing.T) []page {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{".github/*.md", "docs/*.md", "docs/*/*.md", "examples/*/*.md"} {
		more, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, more...)
	}
	var pages []page
	for _, name := range names {
		relative, err := filepath.Rel(root, name)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, readPage(t, filepath.ToSlash(relative)))
	}
	if len(pages) < 8 {
		t.Fatalf("only %d pages found", len(pages))
	}
	return pages
}

func readPage(t *testing.T, name string) page {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return parsePage(t, name, string(data))
}

func parsePage(t *testing.T, name, text string) page {
	t.Helper()
	p := page{name: name, lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	p.inCode = make([]bool, len(p.lines))
	var open *block
	indentation := ""
	for i, line := range p.lines {
		trimmed := strings.TrimSpace(line)
		fence := strings.HasPrefix(trimmed, "```")
		p.inCode[i] = fence || open != nil
		switch {
		case fence && open == nil:
			indentation = line[:strings.Index(line, "`")]
			skipped := i > 0 && strings.HasPrefix(strings.TrimSpace(p.lines[i-1]), skipMark)
			open = &block{language: strings.Trim(trimmed, "`"), line: i + 2, skipped: skipped}
		case fence:
			p.blocks = append(p.blocks, *open)
			open = nil
		case open != nil:
			open.code += strings.TrimPrefix(line, indentation) + "\n"
		}
	}
	if open != nil {
		t.Errorf("%s:%d: the code block does not end", name, open.line)
	}
	return p
}

// anchors returns what GitHub makes of the headings.
func (p page) anchors() []string {
	var anchors []string
	for i, line := range p.lines {
		heading := strings.TrimLeft(line, "#")
		if p.inCode[i] || heading == line || !strings.HasPrefix(heading, " ") {
			continue
		}
		anchors = append(anchors, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(heading)))
	}
	return anchors
}

// report fails the test with a finding in a file.
func report(t *testing.T, name string, line int, finding string) {
	t.Helper()
	t.Errorf("%s:%d: %s", name, line, finding)
}

// messagePart matches what the code may have as one string, without values, paths and numbers.
var messagePart = regexp.MustCompile(`[a-zA-Z](?:[^…:;()"/0-9]|https)*`)

// troubleshooting is the pages that explain messages.
var troubleshooting = []string{"docs/troubleshooting.md", "docs/pl/troubleshooting.md"}

// Error messages of the pages exist in the code, so that a search for one finds both.
func TestErrorMessagesExist(t *testing.T) {
	sources := goSources(t)
	for _, name := range troubleshooting {
		page := readPage(t, name)
		messages := 0
		for _, block := range page.blocks {
			if block.language != "text" {
				continue
			}
			for i, message := range strings.Split(strings.TrimSpace(block.code), "\n") {
				messages++
				for _, part := range messagePart.FindAllString(message, -1) {
					part = strings.TrimSpace(part)
					if len(part) > 8 && !strings.Contains(sources, part) && !fromGo(part) {
						report(t, page.name, block.line+i, "no such message in the code: "+part)
					}
				}
			}
		}
		if messages < 15 {
			t.Errorf("%s: only %d messages found", name, messages)
		}
	}
}

// The indexes of messages lead to the section that explains the message, and lack none.
func TestMessagesAreIndexed(t *testing.T) {
	for _, name := range troubleshooting {
		checkIndex(t, readPage(t, name))
	}
}

func checkIndex(t *testing.T, page page) {
	t.Helper()
	messages := map[string]string{} // by the anchor of the section
	for _, block := range page.blocks {
		if block.language != "text" {
			continue
		}
		section := page
		section.lines = page.lines[:block.line]
		anchors := section.anchors()
		messages[anchors[len(anchors)-1]] += block.code
	}
	indexed := map[string][]string{}
	row := regexp.MustCompile("^\\| `([^`]+)` \\| \\[[^]]+\\]\\(#([^)]+)\\) \\|$")
	for i, line := range page.lines {
		match := row.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		indexed[match[2]] = append(indexed[match[2]], match[1])
		if !strings.Contains(messages[match[2]], match[1]) {
			report(t, page.name, i+1, "the section does not have the message: "+match[1])
		}
	}
	for section, block := range messages {
		for message := range strings.Lines(block) {
			if !slices.ContainsFunc(indexed[section], func(part string) bool { return strings.Contains(message, part) }) {
				t.Errorf("%s: the index lacks the message %q of %s", page.name, strings.TrimSpace(message), section)
			}
		}
	}
}

// fromGo reports whether a message is one of Go itself.
func fromGo(message string) bool {
	for _, part := range []string{"x509", "failed to verify certificate", "certificate signed by", "certificate is valid for", "certificate has expired", "context deadline", "Too Many Requests", "Service Unavailable", "matching versions", "unknown revision"} {
		if strings.Contains(message, part) {
			return true
		}
	}
	return false
}

// goSources returns the Go code of the module without its tests.
func goSources(t *testing.T) string {
	t.Helper()
	var sources strings.Builder
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(name)
		sources.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources.String()
}
