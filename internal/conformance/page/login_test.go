package page_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The users of the sandbox.
const (
	lorem = "loremipsum@futuriti.pl"
	dolor = "dolorsitamet@futuriti.pl"
)

// freeAddress returns an address that nothing listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// environment returns the variables of a program whose users log in to a sandbox.
func environment(sandbox string, more ...string) []string {
	sandbox = strings.TrimRight(sandbox, "/")
	return append([]string{
		"HOME=" + os.Getenv("HOME"), "PATH=" + os.Getenv("PATH"),
		"XSALE_BASE_URL=" + sandbox, "XSALE_TOKEN_URL=" + sandbox + "/oauth/token",
		"XSALE_CLIENT_ID=sandbox-client", "XSALE_CLIENT_SECRET=sandbox-secret-for-tests-only",
	}, more...)
}

// chooseUser chooses a user and an outcome on the login page of the sandbox.
func (b *browser) chooseUser(user, outcome string) {
	b.t.Helper()
	b.waitForText("h1", "Log in to the sandbox")
	b.do(chromedp.SetValue(chromedp.CSS("#outcome"), outcome))
	b.activate(fmt.Sprintf("button[value=%q]", user))
}

// A person logs in with xsale login and their own browser, and the other commands use the tokens.
func TestCommandLineLogin(t *testing.T) {
	redirectURL := "http://localhost:" + strings.TrimPrefix(freeAddress(t), "127.0.0.1:") + "/callback"
	sandbox := startSandbox(t, "--redirect-url", redirectURL)
	dir := t.TempDir()
	opened := filepath.Join(dir, "opened")
	if err := syscall.Mkfifo(opened, 0o600); err != nil {
		t.Fatal(err)
	}
	// What opens a browser on Linux hands the address to the test's.
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/bin/sh\nprintf %s \"$1\" >"+opened+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	variables := environment(sandbox, "XSALE_REDIRECT_URL="+redirectURL, "XSALE_TOKEN_STORE="+filepath.Join(dir, "tokens.json"),
		"XSALE_CONFIG_DIR="+dir, "DISPLAY=:0")
	variables[1] = "PATH=" + dir + string(filepath.ListSeparator) + os.Getenv("PATH")
	xsale := func(arguments ...string) (*exec.Cmd, *bytes.Buffer) {
		var output bytes.Buffer
		program := exec.Command(command, arguments...)
		program.Env, program.Stdout, program.Stderr = variables, &output, &output
		return program, &output
	}
	expect := func(program *exec.Cmd, output *bytes.Buffer, err error, code int, want string) {
		t.Helper()
		if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
			t.Fatal(err)
		}
		if program.ProcessState.ExitCode() != code || !strings.Contains(output.String(), want) {
			t.Errorf("%s: exit code %d, want %d\n%s", program.Args[1:], program.ProcessState.ExitCode(), code, output)
		}
	}

	program, output := xsale("me")
	expect(program, output, program.Run(), 3, "run 'xsale login'")
	for i, test := range []struct {
		outcome, title string
		code           int
		want           string
	}{
		{"denied", "You are not logged in", 3, "ask Futuriti"},
		{"foreignNonce", "You are not logged in", 3, "nonce"},
		{"wrongAudience", "You are not logged in", 3, "aud"},
		{"foreignIssuer", "You are not logged in", 3, "another login service"},
		{"success", "You are logged in as Dolor Sitamet", 0, dolor},
	} {
		login, output := xsale("login")
		if err := login.Start(); err != nil {
			t.Fatal(err)
		}
		address, err := os.ReadFile(opened)
		if err != nil {
			t.Fatal(err)
		}
		b := launch(t, []screen{large, small}[i%2], []string{"light", "dark"}[i%2], sandbox, redirectURL)
		b.do(chromedp.Navigate(string(address)))
		if i < 2 {
			b.look(fmt.Sprint(test.outcome, "-1-login"))
		}
		b.chooseUser(dolor, test.outcome)
		b.waitForText("h1", test.title)
		expect(login, output, login.Wait(), test.code, test.want)
		if i%4 == 0 { // the result stays, although nothing serves it anymore
			b.look(fmt.Sprint(test.outcome, "-2-result"))
		}
	}
	program, output = xsale("me")
	expect(program, output, program.Run(), 0, dolor)
	program, output = xsale("logout")
	expect(program, output, program.Run(), 0, "")
	program, output = xsale("me")
	expect(program, output, program.Run(), 3, "the user must log in")
}

// Two users of a web application, each in a browser of their own.
func TestWebApplication(t *testing.T) {
	address := freeAddress(t)
	site := "http://" + address + "/"
	sandbox := startSandbox(t, "--redirect-url", site+"callback")
	app := exec.Command(webapp, "-addr", address, "-redirect-url", site+"callback")
	app.Env = environment(sandbox)
	stderr, err := app.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		app.Process.Signal(os.Interrupt)
		app.Wait()
	})
	if _, err := stderr.Read(make([]byte, 1)); err != nil { // that it listens
		t.Fatal(err)
	}
	go func() {
		for {
			if _, err := stderr.Read(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	}()

	first, second := launch(t, large, "light", site, sandbox), launch(t, small, "dark", site, sandbox)
	for b, user := range map[*browser]string{first: lorem, second: dolor} {
		b.do(chromedp.Navigate(site))
		b.look(user + "-1-welcome")
		b.activate("#login")
		b.chooseUser(user, "success")
		b.waitForText("#user", user)
		b.look(user + "-2-organizations")
		if cookies := eval[string](b, "document.cookie"); cookies != "" {
			t.Errorf("scripts see the cookies %s", cookies)
		}
		b.activate("main a")
		b.waitForText("main", "Order 20 with")
		b.look(user + "-3-orders")
	}
	first.waitForText("#user", lorem)

	// A callback that is loaded again leads into the site, and in another browser to nothing.
	callback := first.callback
	first.do(chromedp.Navigate(callback))
	first.waitForText("#user", lorem)
	stranger := launch(t, large, "light", site, sandbox)
	stranger.do(chromedp.Navigate(callback))
	stranger.waitForText("#problem", "log in again")
	for _, outcome := range []string{"denied", "foreignNonce", "wrongAudience", "foreignIssuer"} {
		stranger.do(chromedp.Navigate(site + "login"))
		stranger.chooseUser(lorem, outcome)
		stranger.waitForText("h1", "That did not work")
		stranger.do(chromedp.Navigate(site))
		stranger.waitForText("h1", "Welcome")
	}

	// A code that was stolen on its way to another browser does not fit into this one's login.
	victim := launch(t, large, "light", site, sandbox)
	victim.do(chromedp.Navigate(site + "login"))
	victim.waitForText("h1", "Log in to the sandbox")
	thief := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := thief.PostForm(eval[string](victim, "location.href"), url.Values{"user": {lorem}})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	stolen, err := response.Location()
	if err != nil {
		t.Fatal(err)
	}
	stranger.do(chromedp.Navigate(site + "login"))
	stranger.waitForText("h1", "Log in to the sandbox")
	state := eval[string](stranger, `new URLSearchParams(location.search).get("state")`)
	stranger.do(chromedp.Navigate(site + "callback?" + url.Values{"state": {state}, "code": {stolen.Query().Get("code")}}.Encode()))
	stranger.waitForText("#problem", "log in again")

	// A changed cookie of a session is worth nothing, and one that was copied works until the logout.
	cookies, err := chromedp.Call(first.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{site}})
	if err != nil || len(cookies.Cookies) != 1 || !cookies.Cookies[0].HTTPOnly || cookies.Cookies[0].SameSite != network.CookieSameSiteLax {
		t.Fatalf("cookies %+v, %v", cookies.Cookies, err)
	}
	session := cookies.Cookies[0]
	for i, value := range []string{"A" + session.Value, session.Value, session.Value} {
		if i == 2 {
			first.activate("#logout")
			first.waitForText("h1", "Welcome")
		}
		if _, err := chromedp.Call(stranger.ctx, network.SetCookie, network.SetCookieParams{Name: session.Name, Value: value, URL: site}); err != nil {
			t.Fatal(err)
		}
		stranger.do(chromedp.Navigate(site))
		stranger.waitForText("h1", []string{"Welcome", "Your organizations", "Welcome"}[i])
	}

	// The other user did not notice the logout.
	first.do(chromedp.Navigate(site + "orders/any"))
	first.waitForText("h1", "Log in to the sandbox")
	second.do(chromedp.Navigate(site))
	second.waitForText("#user", dolor)

	// The tokens expire at the API: the user logs in again.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, sandbox+"_sandbox/clock", strings.NewReader(`{"advanceSeconds": 90000}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err = http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	response.Body.Close()
	second.do(chromedp.Navigate(site))
	second.waitForText("#problem", "log in again")
	second.activate("#switch")
	second.chooseUser(lorem, "success")
	second.waitForText("#user", lorem)
}
