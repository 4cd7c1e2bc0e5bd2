package page_test

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a page may take for one step, so that one that never gets there fails and
// shows what it has.
const patience = time.Minute

// The built programs.
var command, webapp string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "page")
	if err != nil {
		panic(err)
	}
	command, webapp = filepath.Join(dir, "xsale"), filepath.Join(dir, "webapp")
	build := exec.Command("go", "build", "-o", dir, "./cmd/xsale", "./examples/webapp")
	build.Dir = filepath.Join("..", "..", "..") // the module of the programs
	if output, err := build.CombinedOutput(); err != nil {
		panic(string(output))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// startSandbox runs the command until the test ends and returns the address of the page that it
// prints.
func startSandbox(t *testing.T, arguments ...string) string {
	t.Helper()
	sandbox := exec.Command(command, append([]string{"sandbox", "--addr", "127.0.0.1:0"}, arguments...)...)
	stderr, err := sandbox.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := sandbox.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	t.Cleanup(func() {
		sandbox.Process.Signal(os.Interrupt)
		for lines.Scan() {
		}
		if err := sandbox.Wait(); err != nil {
			t.Error(err)
		}
	})
	for lines.Scan() {
		for word := range strings.FieldsSeq(lines.Text()) {
			if address := strings.TrimRight(word, ".,"); strings.HasPrefix(address, "http://") {
				return address
			}
		}
	}
	t.Fatal("the sandbox printed no address")
	return ""
}

// browser is a Chromium with one page of the sandbox.
type browser struct {
	t        *testing.T
	ctx      context.Context
	hosts    []string // that it may send requests to
	keyboard bool     // instead of the mouse

	mu       sync.Mutex
	problems []string
	callback string // the last address of a redirect URL
}

type screen struct{ width, height int64 }

// open opens the sandbox's page.
func open(t *testing.T, address string, s screen, theme string) *browser {
	t.Helper()
	b := launch(t, s, theme, address)
	b.do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#viewer .opblock-tag, #viewer .opblock")))
	return b
}

// launch starts a browser with a prefers-color-scheme. At the end of the test, a request to another
// host than those of the addresses, an error of a script and a violation of the
// Content-Security-Policy are errors.
func launch(t *testing.T, s screen, theme string, addresses ...string) *browser {
	t.Helper()
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"),
		chromedp.NoSandbox, // Chromium's own does not work for root
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
	)...)
	t.Cleanup(cancel)
	b := &browser{t: t}
	for _, address := range addresses {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		b.hosts = append(b.hosts, parsed.Host)
	}
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithListener(b.observe))
	t.Cleanup(cancel)
	b.ctx = ctx
	t.Cleanup(func() {
		for _, problem := range b.takeProblems() {
			t.Error(problem)
		}
	})
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}
	b.do(chromedp.EmulateViewport(s.width, s.height))
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
	return b
}

// observe collects what must not happen.
func (b *browser) observe(event any) {
	problem := ""
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		sent, err := url.Parse(event.Request.URL)
		if err != nil || sent.Scheme != "data" && !(sent.Scheme == "http" && slices.Contains(b.hosts, sent.Host)) {
			problem = "request to " + event.Request.URL
		} else if sent.Path == "/callback" {
			b.mu.Lock()
			b.callback = event.Request.URL
			b.mu.Unlock()
		}
	case *runtime.EventExceptionThrown:
		problem = "script: " + event.ExceptionDetails.Text
		if thrown := event.ExceptionDetails.Exception; thrown != nil {
			problem += " " + thrown.Description
		}
	case *runtime.EventConsoleAPICalled:
		if event.Type == runtime.ConsoleAPICalledTypeError {
			problem = "console:"
			for _, argument := range event.Args {
				problem += " " + string(argument.Value) + argument.Description
			}
		}
	case *log.EventEntryAdded:
		// Responses with an error are entries, too; tests ask for them.
		if event.Entry.Level == log.EntryLevelError && event.Entry.Source != log.EntrySourceNetwork {
			problem = "log: " + event.Entry.Text
		}
	}
	if problem != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, problem)
	}
}

// takeProblems returns the problems so far, which then do not fail the test.
func (b *browser) takeProblems() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	problems := b.problems
	b.problems = nil
	return problems
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns the value of a JavaScript expression, or that of its promise.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// waitFor waits until a JavaScript expression is true, on this page or one that the browser goes to.
func (b *browser) waitFor(expression string) {
	b.t.Helper()
	for {
		_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience)))
		if err == nil {
			return
		}
		left := strings.Contains(err.Error(), "navigated or closed") || strings.Contains(err.Error(), "Cannot find context")
		if !left || b.ctx.Err() != nil {
			b.t.Fatalf("waiting for %s: %v\n%s", expression, err, b.page())
		}
	}
}

// waitForText waits until an element contains a text.
func (b *browser) waitForText(selector, text string) {
	b.t.Helper()
	b.waitFor(fmt.Sprintf("document.querySelector(%q)?.textContent.includes(%q)", selector, text))
}

// page returns what a person reads on the page, for messages.
func (b *browser) page() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// activate clicks an element, or moves the focus there with Tab and presses Enter. A field only gets
// the focus.
func (b *browser) activate(selector string) {
	b.t.Helper()
	b.waitFor(fmt.Sprintf("document.querySelector(%q)?.checkVisibility({ visibilityProperty: true })", selector))
	if !b.keyboard {
		b.do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
		return
	}
	b.focus(selector)
	if !eval[bool](b, "document.activeElement instanceof HTMLTextAreaElement") {
		b.do(chromedp.KeyEvent(kb.Enter))
	}
}

// focus moves the focus with Tab to an element. Each element on the way must show its focus.
func (b *browser) focus(selector string) {
	b.t.Helper()
	for range 500 {
		if eval[bool](b, fmt.Sprintf("document.activeElement?.matches(%q) ?? false", selector)) {
			return
		}
		b.do(chromedp.KeyEvent(kb.Tab))
		if hidden := eval[string](b, hiddenFocus); hidden != "" {
			b.t.Errorf("the focus is not visible on %s", hidden)
		}
	}
	b.t.Fatalf("Tab does not reach %s", selector)
}

// hiddenFocus is the focused element if nobody can see that it is focused.
const hiddenFocus = `(() => {
	const focused = document.activeElement;
	if (!focused || focused === document.body) return "";
	const style = getComputedStyle(focused), box = focused.getBoundingClientRect();
	const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && box.width > 0 && box.height > 0;
	const header = document.querySelector("header");
	const covered = !header.contains(focused) && box.top < header.getBoundingClientRect().bottom;
	return outlined && !covered && box.top < innerHeight ? "" : focused.outerHTML.slice(0, 200);
})()`

// choose selects an option of a list.
func (b *browser) choose(selector, value string) {
	b.t.Helper()
	if b.keyboard {
		b.focus(selector)
		b.do(chromedp.KeyEvent(eval[string](b, fmt.Sprintf("[...document.querySelector(%q).options].find((option) => option.value === %q).text", selector, value))))
	} else {
		b.do(chromedp.SetValue(chromedp.CSS(selector), value))
	}
	b.waitFor(fmt.Sprintf("document.querySelector(%q).value === %q", selector, value))
}

// setOffline cuts the browser off from the network, or connects it again.
func (b *browser) setOffline(offline bool) {
	b.t.Helper()
	everything := &network.Conditions{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1}
	rules := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{everything}}
	if _, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, rules); err != nil {
		b.t.Fatal(err)
	}
}

// screenshot writes an image of the whole page to the directory in PAGE_SCREENSHOTS, if it is set.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	dir := os.Getenv("PAGE_SCREENSHOTS")
	if dir == "" {
		return
	}
	eval[any](b, "scrollTo(0, 0)") // the header would be in the middle of the image
	image, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	file := filepath.Join(dir, b.t.Name(), name+".png")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, image, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// fits fails the test if the page is wider than the screen, or cuts off a control.
func (b *browser) fits() {
	b.t.Helper()
	if wide := eval[[]string](b, tooWide); len(wide) > 0 {
		b.t.Errorf("too wide:\n%s", strings.Join(wide, "\n"))
	}
}

// tooWide lists the elements that make the document scroll sideways, and the controls that are wider
// than the part of the page that they are in.
const tooWide = `(() => {
	const right = (e) => e.getBoundingClientRect().right;
	const width = document.documentElement.clientWidth;
	const wide = [...document.querySelectorAll("header *, .side :is(button, select, pre, summary)")]
		.filter((e) => right(e) > right(e.closest("header, section")));
	if (document.documentElement.scrollWidth > width) {
		wide.push(...[...document.querySelectorAll("body *")].filter((e) => right(e) > width + 1));
	}
	return wide.map((e) => e.outerHTML.slice(0, 120)).slice(0, 10);
})()`
