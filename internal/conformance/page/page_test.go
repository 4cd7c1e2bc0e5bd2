// Package page_test uses the sandbox's page in Chromium, as a person does.
package page_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var (
	large = screen{width: 1280, height: 900}
	small = screen{width: 400, height: 800}
)

// Operations in the viewer.
const (
	getMe       = "#operations-Account-getMe"
	listOrders  = "#operations-Orders-listOrders"
	createOrder = "#operations-Orders-createOrder"
)

// A person authorizes, sends calls and reads the responses, injects a fault, and finds all of it in the
// list of requests: with the mouse and with the keyboard alone, on large and small screens, in light
// and dark.
func TestADay(t *testing.T) {
	for _, test := range []struct {
		name     string
		screen   screen
		theme    string
		keyboard bool
	}{
		{"mouse-large-light", large, "light", false},
		{"mouse-small-dark", small, "dark", false},
		{"keyboard-large-dark", large, "dark", true},
		{"keyboard-small-light", small, "light", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := open(t, startSandbox(t), test.screen, test.theme)
			b.keyboard = test.keyboard
			b.look("1-start")
			authorize(b)

			b.activate(getMe + " .opblock-summary-control")
			b.activate(getMe + " .execute")
			responds(b, getMe, 200)
			b.waitForText(getMe+" .live-responses-table", "loremipsum@futuriti.pl")
			b.waitForText("#request-list li:first-child .status", "200")
			b.look("2-response")

			// The organization is filled in.
			b.activate(listOrders + " .opblock-summary-control")
			b.activate(listOrders + " .execute")
			responds(b, listOrders, 200)
			b.activate(listOrders + " .opblock-summary-control")

			b.choose("#fault-operation", "getMe")
			inject(b, "503")
			b.waitForText("#fault-list", "getMe status 503: 1 left")
			b.activate(getMe + " .execute")
			responds(b, getMe, 503)
			b.waitForText("#request-list li:first-child .fault", "fault: status 503")
			b.waitForText("#fault-list", "none")

			b.activate("#request-list li:first-child summary")
			b.waitForText("#request-list li:first-child", "Authorization: [redacted]")
			b.look("3-fault")

			// A request that breaks the spec shows where.
			b.activate(createOrder + " .opblock-summary-control")
			b.write(createOrder+" textarea.body-param__text", `{"Items":[{"Quantity":"one"}]}`)
			b.activate(createOrder + " .execute")
			responds(b, createOrder, 400)
			b.waitForText("#request-list li:first-child .finding", "finding")
			b.activate("#request-list li:first-child summary")
			b.waitForText("#request-list li:first-child details", "/Items/0/Quantity: string, want number")
			b.look("4-finding")
		})
	}
}

// Each button injects the fault that it names.
func TestFaults(t *testing.T) {
	b := open(t, startSandbox(t), large, "light")
	b.activate(getMe + " .opblock-summary-control")
	for _, test := range []struct {
		button, fault, status string
	}{
		{"503", "status 503", "503"},
		{"429", "retryAfter, seconds 2", "429"},
		{"Lost response", "cut, at beforeResponse, processed", "cut"},
		{"Cut", "cut, at inBody", "200"},
		{"Slow", "delay, seconds 3", "200"},
		{"Revoked tokens", "revokedToken", "401"},
		{"Expired ID token", "expiredIDToken", "401"},
		{"Blocked account", "blockedAccount", "401"},
	} {
		authorize(b)
		inject(b, test.button)
		b.waitForText("#fault-list", "* "+test.fault+": 1 left")
		b.activate(getMe + " .execute")
		// Chromium itself repeats a request whose connection ended before the response, so the request
		// with the fault may not be the last.
		b.waitFor(fmt.Sprintf(`[...document.querySelectorAll("#request-list li")].some((request) =>
			request.querySelector(".fault")?.textContent === %q && request.querySelector(".status").textContent === %q)`, "fault: "+test.fault, test.status))
		if test.status == "401" {
			b.waitForText("#notice", "Authorize again")
			b.waitForText("#authorize", "Authorize")
		}
		b.activate("#request-clear")
		b.waitFor(`document.querySelectorAll("#request-list li").length === 0`)
	}
	b.waitForText("#logins", "blocked: loremipsum@futuriti.pl")
	b.activate("#unblock")
	b.waitFor(`document.querySelector("#unblock").hidden`)

	b.choose("#fault-times", "always")
	inject(b, "503")
	b.waitForText("#fault-list", "* status 503: always")
	b.activate("#fault-clear")
	b.waitForText("#fault-list", "none")
}

// The page follows what other programs do, and says when the sandbox does not respond.
func TestOtherPrograms(t *testing.T) {
	address := startSandbox(t)
	b := open(t, address, small, "dark")
	call := func(method, path string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	call(http.MethodGet, "one")
	b.waitForText("#request-list li:first-child", "1 GET /one 401")
	call(http.MethodPost, "_sandbox/reset")
	call(http.MethodGet, "other")
	b.waitForText("#request-list li:first-child", "1 GET /other 401")
	b.waitFor(`document.querySelectorAll("#request-list li").length === 1`)

	b.setOffline(true)
	b.waitForText("#notice", "does not respond")
	b.activate("#fault-buttons button")
	b.waitForText("#notice", "Failed to fetch")
	b.setOffline(false)
	b.waitForText("#notice", "responds again")
}

// Tokens expire as the sandbox's clock moves, and one click gets new ones.
func TestClock(t *testing.T) {
	b := open(t, startSandbox(t), large, "light")
	authorize(b)
	b.activate(getMe + " .opblock-summary-control")
	b.activate(getMe + " .execute")
	responds(b, getMe, 200)
	b.activate("[data-advance='86400']")
	b.waitForText("#notice", "clock shows")
	b.activate(getMe + " .execute")
	responds(b, getMe, 401)
	authorize(b)
	b.activate(getMe + " .execute")
	responds(b, getMe, 200)
	b.activate("#reset")
	b.waitForText("#request-count", "0")
}

// A spec of 400 operations is folded, and can be searched.
func TestLargeSpec(t *testing.T) {
	paths := make(map[string]any)
	for i := range 400 {
		paths[fmt.Sprintf("/things%d", i)] = map[string]any{"get": map[string]any{
			"operationId": fmt.Sprintf("listThings%dWhoseNameIsLongerThanALineOfASmallScreen", i),
			"tags":        []string{fmt.Sprintf("group%d", i%40)},
			"responses":   map[string]any{"200": map[string]any{"description": "ok"}},
		}}
	}
	b := open(t, startSandbox(t, "--spec", writeSpec(t, "", paths)), small, "light")
	b.waitForText("#title", "Many things")
	if shown := eval[int](b, `document.querySelectorAll("#viewer .opblock").length`); shown != 0 {
		t.Errorf("%d operations are unfolded", shown)
	}
	b.write("#viewer .operation-filter-input", "group7")
	b.waitFor(`document.querySelectorAll("#viewer .opblock-tag").length === 1`)
	b.activate("#viewer .opblock-tag button")
	authorize(b)
	const listThings = "#operations-group7-listThings7WhoseNameIsLongerThanALineOfASmallScreen"
	b.activate(listThings + " .opblock-summary-control")
	b.activate(listThings + " .execute")
	responds(b, listThings, 200)
	b.look("large-spec")
}

// A spec from elsewhere can neither run code in the page nor load anything.
func TestHostileSpec(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the page loaded %s", r.URL)
	}))
	defer elsewhere.Close()
	description := fmt.Sprintf("![](%[1]s/image) <img src='%[1]s/direct' onerror='document.title=1'><script>document.title=1</script>"+
		"<style>@import '%[1]s/style'</style><iframe src='%[1]s/frame'></iframe><b onclick='document.title=1'>end</b>", elsewhere.URL)
	paths := map[string]any{"/things": map[string]any{"get": map[string]any{
		"description": description, "responses": map[string]any{"200": map[string]any{"description": description}},
	}}}
	b := open(t, startSandbox(t, "--spec", writeSpec(t, description, paths)), large, "light")
	b.activate("#viewer .opblock-summary-control")
	b.waitForText("#viewer .opblock-description", "end")
	b.waitForText("#viewer .responses-table", "end")
	if left := eval[int](b, `document.querySelectorAll("#viewer :is(script, style, iframe, [onclick], [onerror])").length`); left != 0 {
		t.Errorf("%d elements could run code or load something", left)
	}
	if title := eval[string](b, "document.title"); title != "Many things, sandbox" {
		t.Errorf("title %q", title)
	}
	for _, problem := range b.takeProblems() {
		if !strings.Contains(problem, elsewhere.URL) && !strings.Contains(problem, "Content Security Policy") {
			t.Error(problem)
		}
	}
}

func writeSpec(t *testing.T, description string, paths map[string]any) (file string) {
	t.Helper()
	spec, err := json.Marshal(map[string]any{
		"openapi": "3.0.3", "paths": paths,
		"info": map[string]any{"title": "Many things", "version": "1", "description": description},
	})
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "spec.json")
	if err := os.WriteFile(file, spec, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func authorize(b *browser) {
	b.t.Helper()
	b.activate("#authorize")
	b.waitForText("#authorize", "Authorized")
}

// inject presses a button for a fault.
func inject(b *browser, name string) {
	b.t.Helper()
	b.activate(fmt.Sprintf("#fault-buttons button[data-name=%q]", name))
}

// responds waits until the viewer shows the status of a response.
func responds(b *browser, operation string, status int) {
	b.t.Helper()
	b.waitForText(operation+" .live-responses-table tbody .response-col_status", fmt.Sprint(status))
}

// look takes a screenshot and checks what holds for every state of the page.
func (b *browser) look(name string) {
	b.t.Helper()
	b.fits()
	b.accessible()
	b.screenshot(name)
}

// write replaces the text of a field.
func (b *browser) write(selector, text string) {
	b.t.Helper()
	b.activate(selector)
	b.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(kb.Delete), chromedp.KeyEvent(text))
}
