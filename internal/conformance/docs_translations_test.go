package conformance_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var revised = flag.String("revised", "", "`PAGE` whose translation fits its original again, such as docs/pl/orders.md")

// A translation ends with the state of its original when it was last revised: a line for each
// section, which ends at the next heading. Dashes mark a section that is not translated.
//
//	<!-- translation of docs/orders.md
//	1a2b3c4d Importing
//	-------- How it is tested
//	-->
var translationMark = regexp.MustCompile(`(?s)<!-- translation of (\S+)\n(.*)-->\s*$`)

const notTranslated = "--------"

// isTranslation reports whether a page is not in English.
func isTranslation(name string) bool {
	return strings.HasSuffix(name, ".pl.md") || strings.HasPrefix(name, "docs/pl/")
}

// section is a part of a page, from a heading to the next one.
type section struct{ heading, text string }

// sections splits a page. A heading that repeats gets a number.
func (p page) sections() []section {
	var sections []section
	seen := map[string]int{}
	for i, line := range p.lines {
		if title := strings.TrimLeft(line, "#"); !p.inCode[i] && title != line && strings.HasPrefix(title, " ") {
			heading := strings.TrimSpace(title)
			if seen[heading]++; seen[heading] > 1 {
				heading = fmt.Sprintf("%s (%d)", heading, seen[heading])
			}
			sections = append(sections, section{heading: heading})
		}
		if len(sections) > 0 {
			sections[len(sections)-1].text += line + "\n"
		}
	}
	return sections
}

// digest does not depend on where lines break.
func (s section) digest() string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(strings.Fields(s.text), " "))))[:len(notTranslated)]
}

// changedSections compares the state in a mark with an original, and returns the state to write
// once the translation is revised.
func changedSections(state string, original page) (findings []string, now string) {
	known := map[string]string{}
	var gone []string
	for line := range strings.Lines(state) {
		digest, heading, _ := strings.Cut(strings.TrimSpace(line), " ")
		known[heading] = digest
		gone = append(gone, heading)
	}
	for _, s := range original.sections() {
		digest := s.digest()
		switch was, ok := known[s.heading]; {
		case !ok:
			findings = append(findings, fmt.Sprintf("section %q is new", s.heading))
		case was == notTranslated:
			digest = notTranslated
		case was != digest:
			findings = append(findings, fmt.Sprintf("section %q has changed", s.heading))
		}
		now += digest + " " + s.heading + "\n"
		gone = slices.DeleteFunc(gone, func(heading string) bool { return heading == s.heading })
	}
	for _, heading := range gone {
		findings = append(findings, fmt.Sprintf("section %q is gone", heading))
	}
	return findings, now
}

// A translation was revised after the last change of its original.
func TestTranslationsAreUpToDate(t *testing.T) {
	translations, found := 0, *revised == ""
	for _, page := range readPages(t) {
		if !isTranslation(page.name) {
			continue
		}
		translations++
		text := strings.Join(page.lines, "\n") + "\n"
		mark := translationMark.FindStringSubmatch(text)
		if mark == nil {
			report(t, page.name, len(page.lines), "the page does not end with the state of its original: see .github/CONTRIBUTING.md")
			continue
		}
		findings, now := changedSections(mark[2], readPage(t, mark[1]))
		if page.name == *revised {
			text = strings.Replace(text, mark[0], "<!-- translation of "+mark[1]+"\n"+now+"-->\n", 1)
			if err := os.WriteFile(filepath.Join(root, page.name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			found = true
			continue
		}
		if got, want := len(page.sections()), strings.Count(now, "\n")-strings.Count(now, notTranslated); got != want && page.name != "README.pl.md" {
			findings = append(findings, fmt.Sprintf("%d sections are translated, but the page has %d", want, got))
		}
		for _, finding := range findings {
			t.Errorf("%s: in %s, %s: revise the translation, then run go test ./internal/conformance -run TranslationsAreUpToDate -revised %[1]s", page.name, mark[1], finding)
		}
	}
	if translations < 6 || !found {
		t.Errorf("%d translations found, %q among them: %t", translations, *revised, found)
	}
}

func TestChangedSections(t *testing.T) {
	original := readPage(t, "docs/orders.md")
	_, state := changedSections("", original)
	text := strings.Join(original.lines, "\n")
	for _, test := range []struct{ old, new, want string }{
		{"", "", ""},
		{"machine.\n[The", "machine. [The\n", ""}, // the same words on other lines
		{"reads the list once", "reads the list twice", `section "Importing" has changed`},
		{`"Do obsługi ręcznej"`, `"Nowe"`, `section "Importing" has changed`},
		{"## States\n", "## A new section\n\nText.\n\n## States\n", `section "A new section" is new`},
		{"## States\n", "", `section "Importing" has changed, section "States" is gone`},
		{"\n## How it is tested\n", "\nOn two systems.\n\n## How it is tested\n", `section "Watching it work" has changed`},
		{"simulates 20,000 orders", "simulates orders", ""}, // not translated
	} {
		if !strings.Contains(text, test.old) {
			t.Errorf("the page lacks %q", test.old)
			continue
		}
		state := regexp.MustCompile(`(?m)^\w+ How it is tested$`).ReplaceAllString(state, notTranslated+" How it is tested")
		findings, _ := changedSections(state, parsePage(t, original.name, strings.Replace(text, test.old, test.new, 1)))
		if got := strings.Join(findings, ", "); got != test.want {
			t.Errorf("%q instead of %q: got %q, want %q", test.new, test.old, got, test.want)
		}
	}
}

// The code of a translation is that of its original, except for comments. Of commands and messages,
// it may have some of the lines.
func TestTranslationsShareCode(t *testing.T) {
	for _, page := range readPages(t) {
		mark := translationMark.FindStringSubmatch(strings.Join(page.lines, "\n"))
		if mark == nil {
			continue
		}
		original := readPage(t, mark[1])
		for _, b := range page.blocks {
			if page.name == "README.pl.md" && b.language != "go" {
				continue // commands for readers without Go, which a test of cmd/xsale runs
			}
			if !slices.ContainsFunc(original.blocks, b.translates) {
				report(t, page.name, b.line, mark[1]+" has no block with this code, which begins with "+strings.SplitN(b.withoutComments(), "\n", 2)[0])
			}
		}
	}
}

var (
	codeComment = regexp.MustCompile(`(?m)(^|\s+)(//|#|/\*\*)\s.*$|^\s*""".*"""$`)
	blankLines  = regexp.MustCompile(`\n{2,}`)
)

func (b block) withoutComments() string {
	return strings.TrimSpace(blankLines.ReplaceAllString(codeComment.ReplaceAllString(b.code, ""), "\n"))
}

// translates reports whether a block is the other one with other comments.
func (b block) translates(original block) bool {
	code, of := b.withoutComments(), original.withoutComments()
	if b.language != original.language {
		return false
	}
	if !slices.Contains([]string{"sh", "console", "text"}, b.language) {
		return code == of
	}
	rest := strings.Split(of, "\n")
	for line := range strings.SplitSeq(code, "\n") {
		i := slices.Index(rest, line)
		if i < 0 {
			return false
		}
		rest = rest[i+1:]
	}
	return true
}

func TestCodeOfTranslations(t *testing.T) {
	for _, test := range []struct {
		language, original, translation string
		want                            bool
	}{
		{"python", "\"\"\"Prints.\"\"\"\n\nimport os  # for env\nprint(\"a # b\")", "\"\"\"Drukuje.\"\"\"\nimport os  # po env\nprint(\"a # b\")", true},
		{"python", "a = 1\nb = 2", "a = 1", false},
		{"php", "/** Gets. */\n$a = 'x'; // a value", "/** Pobiera. */\n$a = 'x'; // wartość", true},
		{"php", "$a = 'https://x';", "$a = 'https://y';", false},
		{"sh", "xsale me    # who\nxsale statuses list", "xsale statuses list    # statusy", true},
		{"sh", "xsale me\nxsale statuses list", "xsale statuses list\nxsale me", false},
		{"sh", "xsale me", "xsale me --debug", false},
		{"sh", "#!/bin/sh\nexit 1", "#!/bin/bash\nexit 1", false},
		{"text", "…; the request may have been processed", "…; the request was processed", false},
	} {
		b, original := block{language: test.language, code: test.translation}, block{language: test.language, code: test.original}
		if got := b.translates(original); got != test.want {
			t.Errorf("%s: got %t, want %t: %q as a translation of %q", test.language, got, test.want, test.translation, test.original)
		}
	}
}
