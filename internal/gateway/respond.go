package gateway

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/internal/httpx"
)

// ownHeaders are headers of a response that the caller must not get from the API: cookies are those
// of the gateway's account, Alt-Svc leads past the gateway, and the rest is the gateway's own.
var ownHeaders = []string{"Set-Cookie", "Set-Cookie2", "Alt-Svc", attemptsHeader, maybeProcessedHeader, errorHeader}

// respond passes a response on, part by part. If the response breaks off, so does the connection to
// the caller: it would pass for a whole one otherwise.
func (g *Gateway) respond(c *caller, target *url.URL, response *http.Response, delivery call.Delivery) {
	header := c.w.Header()
	for name, values := range endToEnd(response.Header) {
		header[name] = values
	}
	for _, name := range ownHeaders {
		delete(header, name)
	}
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = nil // net/http would guess one
	}
	for _, name := range []string{"Location", "Content-Location"} {
		if location := header.Get(name); location != "" {
			header[name] = []string{g.location(location, target)}
		}
	}
	delivery.MaybeProcessed = delivery.MaybeProcessed && response.StatusCode/100 != 2
	setDelivery(header, delivery)
	c.begin(response.StatusCode)
	if err := c.copy(response.Body); err != nil {
		g.logger.Debug("xsale proxy: response broke off", "method", c.request.Method, "error", err)
		panic(http.ErrAbortHandler)
	}
}

func setDelivery(header http.Header, delivery call.Delivery) {
	header[attemptsHeader] = []string{strconv.Itoa(delivery.Attempts)}
	if delivery.MaybeProcessed {
		header[maybeProcessedHeader] = []string{"true"}
	}
}

// location returns where a Location leads if it leads to the API: relative to the request, so that
// the caller stays at the gateway. Any other one is returned unchanged.
func (g *Gateway) location(location string, target *url.URL) string {
	from := *g.base
	to, err := from.JoinPath(target.Path).Parse(location)
	if err != nil || to.User != nil || !httpx.SameOrigin(to, g.base) {
		return location
	}
	path, ok := strings.CutPrefix(to.EscapedPath(), g.base.EscapedPath())
	if !ok || !strings.HasPrefix(path, "/") {
		return location
	}
	up := strings.Count(target.EscapedPath(), "/") - 1
	relative := "./" + strings.Repeat("../", up) + path[1:]
	if to.RawQuery != "" {
		relative += "?" + to.RawQuery
	}
	if to.Fragment != "" {
		relative += "#" + to.EscapedFragment()
	}
	return relative
}

var parts = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// copy writes a body to the caller as it arrives. It holds one part of it at a time, and reads no
// faster than the caller does.
func (c *caller) copy(body io.Reader) error {
	part := parts.Get().(*[32 << 10]byte)
	defer parts.Put(part)
	for {
		n, err := body.Read(part[:])
		if n > 0 {
			c.extend()
			if _, err := c.w.Write(part[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := c.control.Flush(); err != nil {
			return err
		}
	}
}
