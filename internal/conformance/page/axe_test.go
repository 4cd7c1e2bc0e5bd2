package page_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe returns the source of axe-core, whose directory npx puts next to those on the PATH.
func axe(t *testing.T) string {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if script, err := os.ReadFile(filepath.Join(dir, "..", "axe-core", "axe.min.js")); err == nil {
			return string(script)
		}
	}
	t.Fatal("axe-core is not next to a directory of PATH: use make page")
	return ""
}

// accessible fails the test for each rule of WCAG 2.2 AA that axe finds broken.
func (b *browser) accessible() {
	b.t.Helper()
	for _, broken := range b.brokenRules() {
		b.t.Error(broken)
	}
}

// brokenRules returns each rule of WCAG 2.2 AA that axe finds broken.
func (b *browser) brokenRules() []string {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](axe(b.t)))
	return eval[[]string](b, brokenRules)
}

const brokenRules = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((result) =>
	result.violations.map((v) => v.id + ": " + v.help + v.nodes.map((n) => "\n  " + n.target.join(" ") + "\n    " + n.html.slice(0, 150) + "\n    " + n.any.map((a) => a.message).join("; ").slice(0, 200)).join("")))`
