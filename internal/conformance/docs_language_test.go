package conformance_test

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// avoided are words that the project's prose does without, each with the word to write.
var avoided = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`answer(s|ed|ing)?`, // response
	`members?`,          // field, property
	`(the|an?|api|own|shipped|vendor's) descriptions?`, // spec
	`folders?`,        // directory
	`mend(s|ed|ing)?`, // fix, repair, normalize
	`anew`,            // again
	`besides?`,        // next to, also
	`in the place of`, // instead of
	`of which`, `whoever`, `is none`,
	`at hand`, // current
	`(and|or) the like`, `the ones? of`, `so that it can`, `(is|are) told`, `nothing of it`,
	`for ever`,       // forever
	`to be had`,      // available
	`without a word`, // silently
	`needed are`, `optional are`,
	`licence`, `behaviour`, `normalis\w+`, `organis\w+`, `recognis\w+`, `honour\w*`, `colour\w*`, // American spelling
}, "|") + `)\b`)

// legitimate are phrases that contain an avoided word.
var legitimate = regexp.MustCompile(`(?i)descriptions? of (an?|the|its|each|every)? ?(article|product|parameter|operation|property|schema|type|field)s?`)

// codeSpan is a quotation from code, which may have any word.
var codeSpan = regexp.MustCompile("`[^`]*`|\\]\\([^)]*\\)|https?://\\S+")

// avoidedInPolish are words and characters that a Polish page does without: calques, and the quotation
// marks and dashes of English.
var avoidedInPolish = regexp.MustCompile(`(?i)w celu|dedykowan|bazując na|w oparciu o|posiada|odnośnie|niniejsz|na chwilę obecną|` +
	`poprzez|za wyjątkiem|(?:^|\s)póki co(?:\s|$)|["“—]| - `)

func TestPagesAvoidWords(t *testing.T) {
	for _, page := range readPages(t) {
		for i, line := range page.lines {
			switch {
			case page.inCode[i]:
			case !isTranslation(page.name):
				checkWords(t, page.name, i+1, line)
			default:
				if word := avoidedInPolish.FindString(codeSpan.ReplaceAllString(line, "")); word != "" {
					report(t, page.name, i+1, "write something else in Polish than "+word)
				}
			}
		}
	}
}

func TestGoCommentsAvoidWords(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "testdata" || entry.Name() == ".git" || entry.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, ".gen.go") {
			return nil
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if relative = filepath.ToSlash(relative); relative == "internal/conformance/docs_language_test.go" {
			return nil // it lists the words
		}
		files++
		return checkComments(t, name, relative)
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files scanned: %v", files, err)
	}
}

func checkComments(t *testing.T, name, relative string) error {
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	files := token.NewFileSet()
	file := files.AddFile(name, -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, scanner.ScanComments)
	for {
		position, kind, literal := s.Scan()
		if kind == token.EOF {
			return nil
		}
		if kind != token.COMMENT {
			continue
		}
		line := files.Position(position).Line
		for comment := range strings.Lines(literal) {
			checkWords(t, relative, line, comment)
			line++
		}
	}
}

func checkWords(t *testing.T, name string, line int, text string) {
	t.Helper()
	text = legitimate.ReplaceAllString(codeSpan.ReplaceAllString(text, ""), "")
	if word := avoided.FindString(text); word != "" {
		report(t, name, line, "write another word than "+word)
	}
}

func TestAvoidedWords(t *testing.T) {
	for text, want := range map[string]string{
		"Every answer but a success":            "answer",
		"`answer` is a variable":                "",
		"the description is mended":             "the description",
		"the description of an article is HTML": "",
		"remember the membership":               "",
		"besides":                               "besides",
		"flags and the like":                    "and the like",
		"someone of the team":                   "",
	} {
		if got := avoided.FindString(legitimate.ReplaceAllString(codeSpan.ReplaceAllString(text, ""), "")); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}
