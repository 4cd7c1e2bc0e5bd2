package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

const otherUser = "dolorsitamet@futuriti.pl"

// useUserLogins is useSandbox for an application whose users log in.
func useUserLogins(t *testing.T) *xsaletest.Sandbox {
	t.Helper()
	sandbox := useSandbox(t, xsaletest.WithRedirectURLs("https://shop.example/callback"))
	t.Setenv("XSALE_USERNAME", "")
	t.Setenv("XSALE_PASSWORD", "")
	t.Setenv("XSALE_REDIRECT_URL", "https://shop.example/callback") // leads nowhere
	return sandbox
}

// logIn runs xsale login and pastes the address at which the browser of a user ends.
func logIn(t *testing.T, user string, arguments ...string) result {
	t.Helper()
	input, person := io.Pipe()
	screen, stderr := io.Pipe()
	var shown bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(io.TeeReader(screen, &shown))
		for lines.Scan() {
			if page := lines.Text(); strings.HasPrefix(page, "http") {
				go func() { // the command may end without reading it
					io.WriteString(person, callbackOf(t, page, user)+"\n")
					person.Close()
				}()
			}
		}
	}()
	var stdout bytes.Buffer
	code := run(t.Context(), append([]string{"login", "--no-browser"}, arguments...), input, &stdout, stderr)
	input.Close()
	stderr.Close()
	<-read
	return result{code, stdout.String(), shown.String()}
}

// callbackOf submits the form of the login page.
func callbackOf(t *testing.T, page, user string) string {
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.PostForm(page, url.Values{"user": {user}})
	if err != nil {
		t.Error(err)
		return ""
	}
	response.Body.Close()
	return response.Header.Get("Location")
}

func TestLogin(t *testing.T) {
	sandbox := useUserLogins(t)
	execute(t, "", "me").expect(t, exitLogin, "the user must log in", "run 'xsale login'")
	if sandbox.TokenRequests() != 0 {
		t.Error("a command tried to log in for the user")
	}
	logIn(t, xsaletest.Username).expect(t, exitOK, "Lorem Ipsum <"+xsaletest.Username+">", "Expires")
	execute(t, "", "me").expect(t, exitOK, xsaletest.Username)
	logIn(t, otherUser, "--switch-user", "-o", "json").expect(t, exitOK, `"email": "`+otherUser+`"`, "prompt=login")
	execute(t, "", "me").expect(t, exitOK, otherUser)
	execute(t, "", "token", "refresh").expect(t, exitLogin, "run 'xsale login'")
	execute(t, "", "me").expect(t, exitOK, otherUser)
	execute(t, "", "logout").expect(t, exitOK)
	execute(t, "", "me").expect(t, exitLogin)
	if sandbox.UserLogins() != 2 || sandbox.TokenRequests() != 2 {
		t.Errorf("%d logins, %d requests", sandbox.UserLogins(), sandbox.TokenRequests())
	}
}

// Two accounts of one application do not share the tokens of their users.
func TestLoginOfAccounts(t *testing.T) {
	sandbox := useUserLogins(t)
	t.Setenv("XSALE_CLIENT_ID", "")
	t.Setenv("XSALE_CLIENT_SECRET", "")
	var file strings.Builder
	file.WriteString("accounts:\n")
	for name, more := range map[string]string{"anna": "login: browser", "carl": "login: browser", "bert": "login: browser, username: " + otherUser, "job": "username: u, password_command: echo p"} {
		fmt.Fprintf(&file, "  %s: {%s, client_id: %s, secrets: command, client_secret_command: echo %s, base_url: %q, token_url: %q}\n",
			name, more, xsaletest.ClientID, xsaletest.ClientSecret, sandbox.URL(), sandbox.TokenURL())
	}
	if err := os.WriteFile(filepath.Join(os.Getenv("XSALE_CONFIG_DIR"), "accounts.yaml"), []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	logIn(t, xsaletest.Username, "--account", "anna").expect(t, exitOK)
	execute(t, "", "me", "--account", "carl").expect(t, exitLogin)
	execute(t, "", "me", "--account", "bert").expect(t, exitLogin, "the user must log in\nhint: run 'xsale login --account bert'\n")
	t.Setenv("XSALE_ACCOUNT", "bert")
	execute(t, "", "me").expect(t, exitLogin, "the user must log in\nhint: run 'xsale login'\n")
	logIn(t, xsaletest.Username, "--account", "bert").expect(t, exitLogin, "account bert is that of "+otherUser, "--switch-user")
	execute(t, "", "me", "--account", "bert").expect(t, exitLogin)
	logIn(t, otherUser, "--account", "bert").expect(t, exitOK)
	execute(t, "", "me", "--account", "bert").expect(t, exitOK, otherUser)
	execute(t, "", "me", "--account", "anna").expect(t, exitOK, xsaletest.Username)
	execute(t, "", "logout", "--account", "anna").expect(t, exitOK)
	execute(t, "", "me", "--account", "bert").expect(t, exitOK, otherUser)
	for _, command := range []string{"login", "logout"} {
		execute(t, "", command, "--account", "job").expect(t, exitUsage, "logs in with a password")
	}
}

func TestLoginIsNotForPasswords(t *testing.T) {
	useSandbox(t)
	for _, command := range []string{"login", "logout"} {
		execute(t, "", command).expect(t, exitUsage, "unset XSALE_USERNAME and XSALE_PASSWORD")
		execute(t, "", command, "--credentials", "file.json").expect(t, exitUsage, "--credentials")
	}
	t.Setenv("XSALE_USERNAME", "") // and a password alone is a mistake
	execute(t, "", "login").expect(t, exitLogin, "XSALE_USERNAME is not set")
	execute(t, "", "me").expect(t, exitLogin, "XSALE_USERNAME is not set")
	t.Setenv("XSALE_PASSWORD", "")
	execute(t, "", "login", "--token-store", "memory").expect(t, exitUsage, "no token store")
	execute(t, "", "login", "--timeout", "0s").expect(t, exitUsage, "--timeout")
	execute(t, "", "login", "--no-browser", "--redirect-url", "http://shop.example/").expect(t, exitUsage, "want https")
	execute(t, "", "login", "--no-browser", "--redirect-url", "https://shop.example/").expect(t, exitLogin, "no address was pasted")
	execute(t, "", "login", "--no-browser", "--redirect-url", "http://127.0.0.1:0/", "--timeout", "1ms").expect(t, exitLogin, "nobody has logged in within 1ms")
}
