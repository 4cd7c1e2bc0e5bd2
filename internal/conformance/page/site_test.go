package page_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/chromedp/chromedp"
)

// siteDir is where make site builds the site.
var siteDir = filepath.Join("..", "..", "..", "dist", "site")

// siteBase is where GitHub Pages has the site.
const siteBase = "/xsale/"

// narrow is the width of a phone.
var narrow = screen{width: 390, height: 844}

// site is a directory of pages, served as GitHub Pages does.
type site struct {
	files   fs.FS
	address string

	mu      sync.Mutex
	missing []string // paths that were asked for in vain
}

func serveSite(t *testing.T, files fs.FS) *site {
	t.Helper()
	s := &site{files: files}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.address = server.URL
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, found := s.file(r.URL.Path); found {
		http.ServeFileFS(w, r, s.files, name)
		return
	}
	s.mu.Lock()
	s.missing = append(s.missing, r.URL.Path)
	s.mu.Unlock()
	http.NotFound(w, r)
}

// file returns the file that GitHub Pages sends for a path: /calls is calls.html.
func (s *site) file(urlPath string) (string, bool) {
	name, below := strings.CutPrefix(urlPath, siteBase)
	if !below {
		return "", false
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index"
	}
	for _, candidate := range []string{name + ".html", name} {
		if info, err := fs.Stat(s.files, candidate); err == nil && !info.IsDir() {
			return candidate, true
		}
	}
	return "", false
}

// pages returns the paths of all pages.
func (s *site) pages(t *testing.T) []string {
	t.Helper()
	var pages []string
	err := fs.WalkDir(s.files, ".", func(name string, _ fs.DirEntry, err error) error {
		if page, isPage := strings.CutSuffix(name, ".html"); isPage && name != "404.html" {
			if path.Base(page) == "index" {
				page = strings.TrimSuffix(page, "index")
			}
			pages = append(pages, siteBase+page)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// contents is what a page has for the others to link to, and what it links to.
type contents struct {
	IDs   []string
	Links []string
}

// inspect opens each page and returns what is wrong with it, and the links to other hosts.
func (s *site) inspect(b *browser) (findings, external []string) {
	b.t.Helper()
	found := make(map[string]contents)
	for _, page := range s.pages(b.t) {
		b.do(chromedp.Navigate(s.address + page))
		b.waitFor(pageReady)
		problems := append(eval[[]string](b, pageProblems), b.brokenRules()...)
		problems = append(problems, b.takeProblems()...)
		s.mu.Lock()
		for _, missing := range s.missing {
			problems = append(problems, "no such file: "+missing)
		}
		s.missing = nil
		s.mu.Unlock()
		for _, problem := range problems {
			findings = append(findings, page+": "+problem)
		}
		found[page] = eval[contents](b, pageContents)
		name, _ := s.file(page)
		b.screenshot(strings.TrimSuffix(strings.ReplaceAll(name, "/", "-"), ".html"))
	}
	for _, page := range s.pages(b.t) {
		for _, link := range found[page].Links {
			outside, problem := s.checkLink(link, found)
			if problem != "" {
				findings = append(findings, fmt.Sprintf("%s: link to %s: %s", page, link, problem))
			}
			if outside {
				external = append(external, link)
			}
		}
	}
	slices.Sort(external)
	return findings, slices.Compact(external)
}

// checkLink returns what is wrong with a link, unless it leads to another host, which is not asked.
func (s *site) checkLink(link string, pages map[string]contents) (outside bool, problem string) {
	target, err := url.Parse(link)
	switch {
	case err != nil:
		return false, err.Error()
	case "http://"+target.Host != s.address:
		if host := target.Hostname(); host == "localhost" || host == "127.0.0.1" { // of examples
			return false, ""
		}
		if target.Scheme != "https" || !strings.Contains(target.Host, ".") {
			return true, "not an https URL"
		}
		return true, ""
	}
	if _, exists := s.file(target.Path); !exists {
		return false, "no such page"
	}
	if target.Fragment != "" && !slices.Contains(pages[target.Path].IDs, target.Fragment) {
		return false, "no such heading"
	}
	return false, ""
}

// pageReady is true once scripts have taken over a page of VitePress.
const pageReady = `document.readyState === "complete" && (!document.querySelector("#app") || !!document.querySelector("#app").__vue_app__)`

const pageContents = `({
	IDs: [...document.querySelectorAll("[id]")].map((e) => e.id),
	Links: [...document.querySelectorAll("a[href]")].map((a) => a.href),
})`

// pageProblems lists what a reader would stumble on: no heading in sight, text that only scripts show,
// Markdown that is not rendered, and content that is cut off, covers its neighbor, or makes the page
// scroll sideways. Tables and code scroll in their own boxes.
const pageProblems = `(async () => {
	const found = [], width = document.documentElement.clientWidth;
	const main = document.querySelector("main") ?? document.body;
	const heading = main.querySelector("h1");
	if (!heading?.innerText.trim() || !heading.checkVisibility({ visibilityProperty: true }) || heading.getBoundingClientRect().top > innerHeight / 2) {
		found.push("no heading in sight");
	}
	const served = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
	const text = (page) => (page.querySelector("main")?.querySelector(".vp-doc") ?? page.querySelector("main"))?.textContent.replace(/\s+/g, " ");
	if (text(served) !== text(document)) found.push("text that only scripts show");
	const nodes = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
	while (nodes.nextNode()) {
		const text = nodes.currentNode;
		if (/\]\(|\x60|\*\*|^\||-->/.test(text.textContent) && !text.parentElement.closest("pre, code, script, style")) {
			found.push("Markdown that is not rendered: " + text.textContent.slice(0, 120));
		}
	}
	if (document.documentElement.scrollWidth > width) found.push("scrolls sideways");
	const scrolls = (e) => /auto|scroll/.test(getComputedStyle(e).overflowX);
	const elements = [...main.querySelectorAll("*")].filter((e) => e.clientWidth > 1 && e.checkVisibility());
	const scrollers = elements.filter(scrolls);
	for (const e of elements) {
		const wide = e.scrollWidth > e.clientWidth + 1, box = e.getBoundingClientRect();
		const problem = wide && /hidden|clip/.test(getComputedStyle(e).overflowX) ? "cut off"
			: wide && e.matches("td, th") ? "covers its neighbor"
			: box.right > width + 1 && !scrollers.some((scroller) => scroller !== e && scroller.contains(e)) ? "sticks out"
			: "";
		if (problem) found.push(problem + ": " + e.outerHTML.slice(0, 120));
	}
	for (const e of main.querySelectorAll(".vp-doc > div > *, body > *")) {
		const next = e.nextElementSibling;
		if (next?.getBoundingClientRect().height && e.getBoundingClientRect().bottom > next.getBoundingClientRect().top + 1) {
			found.push("covers what follows: " + e.outerHTML.slice(0, 120));
		}
	}
	return found.slice(0, 20);
})()`

// builtSite returns the site that make site has built.
func builtSite(t *testing.T) *site {
	t.Helper()
	if _, err := os.Stat(filepath.Join(siteDir, "index.html")); err != nil {
		t.Fatal("the site is not built: use make site")
	}
	return serveSite(t, os.DirFS(siteDir))
}

// Each page reads well on a phone in the dark and on a large screen in the light, asks no other host
// for anything, and links to what is there. Images are not compared with earlier ones: they depend on
// the fonts and the release of Chromium. What must hold for them is asserted instead.
func TestSite(t *testing.T) {
	for _, test := range []struct {
		screen screen
		theme  string
	}{{narrow, "dark"}, {large, "light"}} {
		t.Run(fmt.Sprint(test.screen.width), func(t *testing.T) {
			t.Parallel()
			s := builtSite(t)
			if pages := s.pages(t); len(pages) < 20 {
				t.Fatalf("only %d pages", len(pages))
			}
			findings, external := s.inspect(launch(t, test.screen, test.theme, s.address))
			for _, finding := range findings {
				t.Error(finding)
			}
			if len(external) < 20 {
				t.Errorf("only %d links to other hosts", len(external))
			}
			if test.screen != large {
				return
			}
			links := strings.Join(external, "\n") + "\n"
			// The workflow that publishes the site opens them.
			if err := os.WriteFile(filepath.Join(siteDir, "..", "site-links.txt"), []byte(links), 0o644); err != nil {
				t.Error(err)
			}
		})
	}
}

// A reader of each language searches, and reads the result. axe is not asked about the open box: it is
// VitePress's, and nests what must not be nested (https://github.com/vuejs/vitepress/issues/5056).
func TestSiteSearch(t *testing.T) {
	s := builtSite(t)
	b := launch(t, narrow, "light", s.address)
	for _, test := range []struct{ start, query, heading string }{
		{"", "ErrMaybeProcessed", "Calls"},
		{"pl/", "piaskownica", ""},
	} {
		b.do(chromedp.Navigate(s.address + siteBase + test.start))
		b.waitFor(pageReady)
		b.activate(".VPNavBarSearch button")
		b.waitFor(`document.activeElement.matches(".VPLocalSearchBox input")`)
		b.do(chromedp.KeyEvent(test.query))
		b.waitFor(`document.querySelectorAll(".VPLocalSearchBox .result").length > 0`)
		b.screenshot(test.query)
		result := eval[string](b, `document.querySelector(".VPLocalSearchBox .result").href`)
		if !strings.HasPrefix(result, s.address+siteBase+test.start) {
			t.Errorf("%s: found %s", test.query, result)
		}
		b.activate(".VPLocalSearchBox .result")
		b.waitForText("main h1", test.heading)
	}
}

// What inspect looks for is found.
func TestSiteFaults(t *testing.T) {
	page := func(main string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`<!DOCTYPE html><html lang="en"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Page</title><body><main>` + main + `</main></body></html>`)}
	}
	t.Setenv("PAGE_SCREENSHOTS", "")
	s := serveSite(t, nil)
	b := launch(t, narrow, "light", s.address)
	for _, test := range []struct{ main, want string }{
		{`<h1>Fine</h1><p id="here"><a href="#here">here</a> <a href="/xsale/other#there">there</a> <a href="https://example.com">elsewhere</a></p>`, ""},
		{`<p>text</p>`, "no heading in sight"},
		{`<h1></h1>`, "no heading in sight"},
		{`<h1>Markup</h1><p>[a page](page.md)</p>`, "Markdown that is not rendered"},
		{`<h1>Late</h1><script>document.querySelector("main").append("more")</script>`, "text that only scripts show"},
		{`<h1>Wide</h1><pre>` + strings.Repeat("wide ", 100) + `</pre>`, "scrolls sideways"},
		{`<h1>Cut</h1><div style="overflow-x: hidden"><pre>` + strings.Repeat("wide ", 100) + `</pre></div>`, "cut off"},
		{`<h1>Table</h1><table style="table-layout: fixed; width: 100%"><tr><td>` + strings.Repeat("wide", 100) + `</td><td>next</td></tr></table>`, "covers its neighbor"},
		{`<h1>Out</h1><p style="position: fixed; left: 200px; width: 400px">beyond the edge</p>`, "sticks out"},
		{`<h1>Over</h1><div class="vp-doc"><div><p>first</p><p style="margin-top: -2em">second</p></div></div>`, "covers what follows"},
		{`<h1>Image</h1><img alt="badge" src="https://example.com/badge.svg">`, "request to https://example.com/badge.svg"},
		{`<h1>Font</h1><style>@font-face { font-family: f; src: url(/xsale/font.woff2) } h1 { font-family: f }</style>`, "no such file: /xsale/font.woff2"},
		{`<h1>Script</h1><script>throw new Error("broken")</script>`, "broken"},
		{`<h1>Contrast</h1><p style="color: #ccc; background: #fff">faint</p>`, "color-contrast"},
		{`<h1>Link</h1><a href="/xsale/nowhere">nowhere</a>`, "no such page"},
		{`<h1>Base</h1><a href="/other">elsewhere</a>`, "no such page"},
		{`<h1>Anchor</h1><a href="/xsale/other#nowhere">nowhere</a>`, "no such heading"},
		{`<h1>Plain</h1><a href="http://example.com">plain</a>`, "not an https URL"},
		{`<h1>Host</h1><a href="https://host/">host</a>`, "not an https URL"},
	} {
		s.files = fstest.MapFS{"index.html": page(test.main), "other.html": page(`<h1 id="there">Other</h1>`)}
		findings, _ := s.inspect(b)
		if all := strings.Join(findings, "\n"); test.want == "" && all != "" || !strings.Contains(all, test.want) {
			t.Errorf("%s\nwant %q, found:\n%s", test.main, test.want, all)
		}
	}
}
