// Package browserlogin logs a person in from a command line: it opens their browser and waits for
// the redirect URL on this machine, or for its address on an input.
package browserlogin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// Login is one login.
type Login struct {
	Source      *authn.Source
	RedirectURL string
	Prompt      string // of authn.Source.LoginURL

	// Accept checks and keeps the tokens. Its error is that of the login.
	Accept func(context.Context, *authn.Token) error

	// Open opens the browser; nil for one on another machine. Without a browser here, the person
	// pastes the address at which theirs ends.
	Open  func(address string) error
	Paste io.Reader
	Show  io.Writer // for the person
}

// shutdownTimeout is how long the browser may take to read the result.
const shutdownTimeout = 2 * time.Second

// Run returns the tokens of the person who logs in before the end of ctx.
func (l *Login) Run(ctx context.Context) (*authn.Token, error) {
	flow, err := authn.NewLoginFlow(l.RedirectURL)
	if err != nil {
		return nil, err
	}
	address, err := l.Source.LoginURL(ctx, flow, l.Prompt)
	if err != nil {
		return nil, err
	}
	c := &callback{login: l, ctx: ctx, flow: flow, done: make(chan struct{})}
	listeners, err := listen(ctx, flow.RedirectURL)
	if err != nil && l.Open != nil {
		return nil, err
	}
	if len(listeners) > 0 {
		redirect, _ := url.Parse(flow.RedirectURL) // NewLoginFlow has checked it
		c.path = redirect.EscapedPath()
		server := &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}
		for _, listener := range listeners {
			go server.Serve(listener)
		}
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
			defer cancel()
			if server.Shutdown(ctx) != nil {
				server.Close()
			}
		}()
	}
	pasted := make(chan error, 1)
	if !l.invite(address, len(listeners) > 0) {
		go func() { pasted <- c.readPasted(l.Paste) }()
	}
	for {
		select {
		case <-c.done:
			if c.err != nil && errors.Is(ctx.Err(), context.Canceled) {
				return nil, ctx.Err() // by the person
			}
			return c.token, c.err
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil, required(context.Cause(ctx))
			}
			return nil, ctx.Err()
		case err := <-pasted:
			if len(listeners) == 0 {
				return nil, err
			}
			pasted = nil // the browser may still come back to this machine
		}
	}
}

// required returns the error of a login that did not happen.
func required(cause error) error { return &authn.Error{Reason: authn.ErrLoginRequired, Err: cause} }

// invite asks the person to log in, and reports whether a browser opens here.
func (l *Login) invite(address string, listening bool) (opens bool) {
	if l.Open != nil && l.Open(address) == nil {
		fmt.Fprintf(l.Show, "Log in with the browser that opens. If none does, open this address on this machine:\n\n%s\n\n", address)
		return true
	}
	fmt.Fprintf(l.Show, "Open this address in a browser and log in:\n\n%s\n\n", address)
	if listening {
		fmt.Fprintln(l.Show, "If the browser runs on another machine, it ends at a page that does not open.")
	}
	fmt.Fprint(l.Show, "Paste the address of that page here: ")
	return false
}

// listen listens where the browser comes back to. A redirect URL that leads to another machine is an
// error.
func listen(ctx context.Context, redirectURL string) ([]net.Listener, error) {
	redirect, err := url.Parse(redirectURL)
	if err != nil {
		return nil, err
	}
	if redirect.Scheme != "http" { // which NewLoginFlow allows on loopback only
		return nil, fmt.Errorf("the redirect URL %s does not lead to this program: pass --no-browser and paste the address of the last page", redirectURL)
	}
	port := redirect.Port()
	if port == "" {
		port = "80"
	}
	hosts := []string{redirect.Hostname()}
	if strings.EqualFold(hosts[0], "localhost") {
		hosts = []string{"127.0.0.1", "::1"} // a browser tries both
	}
	var listeners []net.Listener
	var config net.ListenConfig
	for i, host := range hosts {
		listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, port))
		if err == nil {
			listeners = append(listeners, listener)
			continue
		}
		if i > 0 && !inUse(err) {
			break // a machine without IPv6
		}
		for _, listener := range listeners {
			listener.Close()
		}
		if inUse(err) {
			return nil, fmt.Errorf("port %s of the redirect URL is in use, perhaps by another 'xsale login': end that, or pass --no-browser", port)
		}
		return nil, fmt.Errorf("cannot listen at the redirect URL %s: %v: choose another with --redirect-url, or pass --no-browser", redirectURL, errors.Unwrap(err))
	}
	return listeners, nil
}

// windowsAddressInUse is WSAEADDRINUSE. On Windows, syscall.EADDRINUSE is a number of Go's own.
const windowsAddressInUse = syscall.Errno(10048)

func inUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windowsAddressInUse)
}

// callback takes the one callback of a login, from the browser or from the input.
type callback struct {
	login *Login
	ctx   context.Context
	flow  authn.LoginFlow
	path  string

	mu    sync.Mutex
	done  chan struct{}
	ended bool
	token *authn.Token
	err   error
}

// finish ends the login. It leaves a callback that is not of this login alone: any page in the
// browser could send one.
func (c *callback) finish(query url.Values) (*authn.Token, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return c.token, c.err // the page was loaded again
	}
	if query.Get("state") != c.flow.State {
		return nil, errForeign
	}
	c.token, c.err = c.login.Source.FinishLogin(c.ctx, c.flow, query)
	if c.err == nil {
		c.err = c.login.Accept(c.ctx, c.token)
	}
	c.ended = true
	close(c.done)
	return c.token, c.err
}

var errForeign = errors.New("this address is not of the login that waits: start it again with xsale login")

// ServeHTTP serves the redirect URL.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer") // the address has the code
	header.Set("X-Content-Type-Options", "nosniff")
	if r.URL.EscapedPath() != c.path || r.Method != http.MethodGet {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	token, err := c.finish(r.URL.Query())
	title, text := "You are logged in", "You can close this page and go on at the command line."
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		title, text = "You are not logged in", strings.TrimPrefix(err.Error(), "authn: ")+"."
	} else if name := UserOf(token).String(); name != "" {
		title += " as " + name
	}
	fmt.Fprintf(w, `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>xsale login</title></head><body><main><h1>%s</h1><p>%s</p></main></body></html>
`, html.EscapeString(title), html.EscapeString(text))
}

// maxPasted is far above the length of an address with a code.
const maxPasted = 64 << 10

// readPasted reads addresses until one ends the login.
func (c *callback) readPasted(input io.Reader) error {
	lines := bufio.NewScanner(io.LimitReader(input, maxPasted))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		_, query, found := strings.Cut(line, "?")
		values, err := url.ParseQuery(strings.SplitN(query, "#", 2)[0])
		if err != nil || !found {
			fmt.Fprint(c.login.Show, "This is not the address of that page: it has no code. Paste it again: ")
			continue
		}
		if _, err := c.finish(values); err == errForeign {
			fmt.Fprint(c.login.Show, "This address is of another login. Open the address above, and paste again: ")
			continue
		}
		return nil
	}
	return required(errors.New("no address was pasted: run it again, and paste the address of the last page"))
}
