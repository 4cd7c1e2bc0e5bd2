package secondopinion

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// upstream responds with the reply that was set. It handles one request at a time.
type upstream struct {
	*httptest.Server

	mu     sync.Mutex
	reply  reply
	called bool // since the reply was set
}

func newUpstream() *upstream {
	u := &upstream{}
	u.Server = httptest.NewServer(u)
	return u
}

// set sets the reply.
func (u *upstream) set(reply reply) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.reply, u.called = reply, false
}

func (u *upstream) wasCalled() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.called
}

// ServeHTTP writes raw bytes, because net/http would fix some invalid replies.
func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	u.called = true
	reply := u.reply
	u.mu.Unlock()
	_, _ = io.Copy(io.Discard, r.Body)
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // HTTP/1.1 over loopback can be hijacked
	}
	defer connection.Close()
	var raw strings.Builder
	fmt.Fprintf(&raw, "HTTP/1.1 %d %s\r\n", reply.status, http.StatusText(reply.status))
	if reply.contentType != "" {
		fmt.Fprintf(&raw, "Content-Type: %s\r\n", reply.contentType)
	}
	fmt.Fprintf(&raw, "Content-Length: %d\r\nConnection: close\r\n\r\n%s", len(reply.body), reply.body)
	_, _ = io.WriteString(connection, raw.String()) // the peer reports its own failure
}
