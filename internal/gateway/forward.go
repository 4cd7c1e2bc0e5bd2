package gateway

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/xsale-go/xsale/internal/httpx"
)

const (
	// replayBytes limits the bodies that are kept for another attempt. The gateway reads them before it
	// sends the request, and streams longer ones.
	replayBytes = 256 << 10

	// patience is how long a caller may take to send or to accept some more bytes.
	patience = time.Minute
)

// caller is a request to the gateway, and the connection it came on.
type caller struct {
	w       http.ResponseWriter
	request *http.Request
	control *http.ResponseController
	whole   atomic.Bool // its body has been read
}

func newCaller(w http.ResponseWriter, r *http.Request) *caller {
	c := &caller{w: w, request: r, control: http.NewResponseController(w)}
	if r.ContentLength != 0 {
		c.control.SetReadDeadline(time.Now().Add(patience)) // also for a body that nobody reads
	}
	return c
}

// extend gives the caller time to accept what is written next.
func (c *caller) extend() { c.control.SetWriteDeadline(time.Now().Add(patience)) }

// begin writes the status, after the header is complete. If the body has not been read, the connection
// ends with the response, because net/http would first wait for the rest of the body.
func (c *caller) begin(status int) {
	if c.request.ContentLength != 0 && !c.whole.Load() {
		c.w.Header().Set("Connection", "close")
	}
	c.extend()
	c.w.WriteHeader(status)
}

// Read reads the body of the request, and gives the caller time to send more.
func (c *caller) Read(p []byte) (int, error) {
	c.control.SetReadDeadline(time.Now().Add(patience))
	n, err := c.request.Body.Read(p)
	if err == io.EOF {
		c.whole.Store(true)
		c.control.SetReadDeadline(time.Time{}) // it would end the request while it waits for the API
	}
	return n, err
}

// Close ends reading the body.
func (c *caller) Close() error { return c.request.Body.Close() }

// connectionHeaders are about one connection and not sent on (RFC 9110 section 7.6.1), in either
// direction. So are those that a Connection header names.
var connectionHeaders = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Trailers",
	"Transfer-Encoding", "Upgrade", "Http2-Settings", "Expect",
}

// callerHeaders are request headers that the API must not get: the gateway has its own tokens and
// cookies, and the others are about the caller and this machine. The transport negotiates the
// encoding of the response itself, so that a token in it cannot hide.
var callerHeaders = []string{
	SecretHeader, "Authorization", "X-Id-Token", "Cookie", "Accept-Encoding", "Referer", "Forwarded", "Via", "X-Real-Ip",
	"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-Server",
	"Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User",
}

// request returns the request to send on.
func (g *Gateway) request(c *caller, target *url.URL) (*http.Request, error) {
	request, err := http.NewRequestWithContext(c.request.Context(), c.request.Method, g.base.String()+target.String(), nil)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "method", "this is not an HTTP method", "use a method of the API")
	}
	request.Header = endToEnd(c.request.Header)
	for name, values := range request.Header {
		if httpx.ListedHeader(callerHeaders, name) || slices.ContainsFunc(values, func(value string) bool { return strings.Contains(value, g.secret) }) {
			delete(request.Header, name)
		}
	}
	return request, c.passBody(request)
}

// endToEnd returns a copy of a header without the fields of the connection.
func endToEnd(header http.Header) http.Header {
	passed := make(http.Header, len(header))
	for name, values := range header {
		passed[name] = values
	}
	for _, value := range header["Connection"] {
		for name := range strings.SplitSeq(value, ",") {
			passed.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range connectionHeaders {
		delete(passed, name)
	}
	return passed
}

// passBody gives the request the body of the caller's.
func (c *caller) passBody(request *http.Request) error {
	length := c.request.ContentLength
	if length == 0 {
		return nil
	}
	if length > replayBytes {
		request.Body, request.ContentLength = c, length
		return nil
	}
	start, err := io.ReadAll(io.LimitReader(c, replayBytes+1))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "body", "the body did not arrive in time: nothing was sent", "send the body faster")
	case err != nil:
		return refuse(http.StatusBadRequest, "body", "the body is incomplete: nothing was sent", "send as many bytes as announced")
	case len(start) > replayBytes: // of unknown length
		request.Body, request.ContentLength = passed{io.MultiReader(bytes.NewReader(start), c), c}, -1
	case len(start) > 0:
		request.ContentLength = int64(len(start))
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(start)), nil }
		request.Body, _ = request.GetBody()
	}
	return nil
}

type passed struct {
	io.Reader
	io.Closer
}
