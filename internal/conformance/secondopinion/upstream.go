package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// upstream answers as it is told. It takes one request at a time.
type upstream struct {
	*httptest.Server

	mu      sync.Mutex
	answer  answer
	reached bool // by a request since it was told
}

func newUpstream() *upstream {
	u := &upstream{}
	u.Server = httptest.NewServer(u)
	return u
}

// tell sets the answer.
func (u *upstream) tell(answer answer) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answer, u.reached = answer, false
}

func (u *upstream) wasReached() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.reached
}

// ServeHTTP writes the answer as bytes, because net/http would mend some of those that are wrong.
func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	u.reached = true
	answer := u.answer
	u.mu.Unlock()
	_, _ = io.Copy(io.Discard, r.Body)
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // HTTP/1.1 over loopback can be hijacked
	}
	defer connection.Close()
	var text strings.Builder
	fmt.Fprintf(&text, "HTTP/1.1 %d %s\r\n", answer.status, http.StatusText(answer.status))
	if answer.contentType != "" {
		fmt.Fprintf(&text, "Content-Type: %s\r\n", answer.contentType)
	}
	fmt.Fprintf(&text, "Content-Length: %d\r\nConnection: close\r\n\r\n%s", len(answer.body), answer.body)
	_, _ = io.WriteString(connection, text.String()) // a peer that has gone will say so itself
}
